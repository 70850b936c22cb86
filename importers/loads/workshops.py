"""Which workshop a row means: by name or code; not told, the only one of the unit."""

from __future__ import annotations

from sqlalchemy import select

from directory.units.models import Unit, UnitKind, UnitPath
from importers.columns import heading_norm
from importers.loads.batch import Setting


class Workshops:
    """The workshops of the company, those of the load's unit first."""

    def __init__(self, setting: Setting) -> None:
        below = select(UnitPath.descendant_id).where(UnitPath.ancestor_id == setting.unit_id)
        near = Unit.id.in_(below)
        found = setting.session.execute(
            select(Unit.id, Unit.code, Unit.name, near)
            .where(Unit.kind == UnitKind.WORKSHOP, ~Unit.is_archived)
            .order_by(near.desc(), Unit.id)
        ).all()
        self._by_word: dict[str, int] = {}
        for number, code, name, _ in found:
            for word in (code, name):
                self._by_word.setdefault(heading_norm(word), number)
        candidates = [row[0] for row in found if row[3]] or [row[0] for row in found]
        self._usual = candidates[0] if len(candidates) == 1 else None

    def find(self, told: str | None) -> int | None:
        """The workshop; None where nobody knows which."""
        return self._by_word.get(heading_norm(told)) if told else self._usual
