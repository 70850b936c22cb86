"""Which workshop a row means: by name or code; not told, the only one of the unit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from directory.units.models import Unit, UnitKind, UnitPath
from importers.columns import Column, heading_norm
from importers.fields import Field
from importers.formats.declaration import FileFormat
from importers.loads.batch import Setting

_Shop = tuple[int, str, str, bool]
"""Id, code, name, and whether it is of the load's unit."""


def workshops_to_choose(
    session: Session, unit_id: int, fmt: FileFormat, columns: Iterable[Column]
) -> list[str]:
    """Names of the workshops among which nothing in the file decides; empty: it is clear."""
    if Field.WORKSHOP not in fmt.fields or any(one.field is Field.WORKSHOP for one in columns):
        return []
    names = [row[2] for row in _usual_ones(_known(session, unit_id))]
    return names if len(names) != 1 else []


def _known(session: Session, unit_id: int) -> Sequence[_Shop]:
    """The workshops of the company, those of the unit first."""
    below = select(UnitPath.descendant_id).where(UnitPath.ancestor_id == unit_id)
    near = Unit.id.in_(below)
    found = session.execute(
        select(Unit.id, Unit.code, Unit.name, near)
        .where(Unit.kind == UnitKind.WORKSHOP, ~Unit.is_archived)
        .order_by(near.desc(), Unit.id)
    )
    return [(number, code, name, is_near) for number, code, name, is_near in found]


def _usual_ones(found: Sequence[_Shop]) -> list[_Shop]:
    return [row for row in found if row[3]] or list(found)


class Workshops:
    """The workshops of the company, those of the load's unit first."""

    def __init__(self, setting: Setting) -> None:
        found = _known(setting.session, setting.unit_id)
        self._by_word: dict[str, int] = {}
        for number, code, name, _ in found:
            for word in (code, name):
                self._by_word.setdefault(heading_norm(word), number)
        usual = _usual_ones(found)
        self._usual: int | None = usual[0][0] if len(usual) == 1 else None

    def find(self, told: str | None) -> int | None:
        """The workshop; None where nobody knows which."""
        return self._by_word.get(heading_norm(told)) if told else self._usual
