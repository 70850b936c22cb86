"""Which workshop a row means: by name or code; not told, that of all rows, or the only one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from directory.units.models import Unit, UnitKind, UnitPath
from importers.columns import Column, Source, heading_norm
from importers.content import ENOUGH, SAMPLE
from importers.fields import Field
from importers.formats.declaration import FileFormat
from importers.loads.batch import Setting
from importers.mappings import workshop_for

_LEVELS = " / "
"""Between the levels of groups in a cell of «Группа»."""
_Shop = tuple[int, str, str, bool]
"""Id, code, name, and whether it is of the load's unit."""


def workshops_to_choose(
    session: Session, unit_id: int, fmt: FileFormat, columns: Iterable[Column]
) -> list[str]:
    """Names of the workshops among which nothing in the file decides; empty: it is clear.

    Whether somebody has said one for all rows is another question.
    """
    if Field.WORKSHOP not in fmt.fields or any(one.field is Field.WORKSHOP for one in columns):
        return []
    names = [row[2] for row in _usual_ones(_known(session, unit_id))]
    return names if len(names) != 1 else []


def workshops_below(session: Session, unit_id: int) -> dict[int, str]:
    """Workshops of the unit and those below it, id → name: what may be said of all rows.

    Of a department that has none: those of its centre, beside which it works; never of another one.
    """
    return {row[0]: row[2] for row in _known(session, unit_id) if row[3]}


def named_workshop(session: Session, unit_id: int, told: str) -> int | None:
    """The one of ``workshops_below`` that has this name or code."""
    word = heading_norm(told)
    below = (row for row in _known(session, unit_id) if row[3])
    return next((row[0] for row in below if word in map(heading_norm, row[1:3])), None)


def said_workshop(
    session: Session, unit_id: int, fmt: FileFormat, columns: Sequence[Column]
) -> int | None:
    """The workshop that a person has said of all rows of such a file before, if it is still there.

    ``columns``: as they were recognised. What was said above is of use only where it is one of the
    unit's own.
    """
    found = workshop_for(session, unit_id, fmt.code, columns)
    return found if found in workshops_below(session, unit_id) else None


def with_workshops(
    session: Session,
    unit_id: int,
    fmt: FileFormat,
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
) -> tuple[Column, ...]:
    """The recognised columns; one that means nothing yet and names workshops of the unit is theirs.

    1C tells the workshop as the heading of a group, which reading makes the column «Группа».
    """
    has_one = any(column.field is Field.WORKSHOP for column in columns)
    if Field.WORKSHOP not in fmt.fields or has_one:
        return tuple(columns)
    shops = [row for row in _known(session, unit_id) if row[3]]
    if len(shops) < 2:  # it is meant without a word
        return tuple(columns)
    known = {heading_norm(one) for row in shops for one in row[1:3]}
    for column in columns:
        if column.field is not None or not column.heading:
            continue
        cells = [row[column.index] for row in rows[:SAMPLE] if column.index < len(row)]
        filled = [cell for cell in cells if cell.strip()]
        named = sum(not known.isdisjoint(_words(cell)) for cell in filled)
        if filled and named * 100 >= len(filled) * ENOUGH:
            share = named * 100 // len(filled)
            theirs = replace(column, field=Field.WORKSHOP, source=Source.CONTENT, share=share)
            return tuple(theirs if one is column else one for one in columns)
    return tuple(columns)


def _words(told: str) -> list[str]:
    """What may be the name in a cell: the whole, then the levels of groups, the deepest first."""
    return [heading_norm(one) for one in (told, *reversed(told.split(_LEVELS)))]


def _known(session: Session, unit_id: int) -> Sequence[_Shop]:
    """The workshops of the company, those of the unit first."""
    below = select(UnitPath.descendant_id).where(UnitPath.ancestor_id == _home(session, unit_id))
    near = Unit.id.in_(below)
    found = session.execute(
        select(Unit.id, Unit.code, Unit.name, near)
        .where(Unit.kind == UnitKind.WORKSHOP, ~Unit.is_archived)
        .order_by(near.desc(), Unit.id)
    )
    return [(number, code, name, is_near) for number, code, name, is_near in found]


def _home(session: Session, unit_id: int) -> int:
    """The unit, or the nearest above it, not above its centre, that has workshops."""
    above = aliased(Unit)
    inner = aliased(UnitPath)
    has_workshops = exists().where(
        inner.ancestor_id == above.id,
        inner.descendant_id == Unit.id,
        Unit.kind == UnitKind.WORKSHOP,
        ~Unit.is_archived,
    )
    found = session.execute(
        select(above.id, above.kind, has_workshops)
        .join(UnitPath, UnitPath.ancestor_id == above.id)
        .where(UnitPath.descendant_id == unit_id)
        .order_by(UnitPath.depth)
    )
    for above_id, kind, has_some in found:
        if has_some:
            return above_id
        if kind is UnitKind.CENTRE:
            break
    return unit_id


def _usual_ones(found: Sequence[_Shop]) -> list[_Shop]:
    return [row for row in found if row[3]] or list(found)


def _starts(shops: Iterable[_Shop]) -> dict[str, int | None]:
    """The first words of names → whose they are; None: of several. 1C leaves out the town."""
    starts: dict[str, int | None] = {}
    for number, _, name, _ in shops:
        words = heading_norm(name).split()
        for count in range(1, len(words) + 1):
            start = " ".join(words[:count])
            starts[start] = number if starts.get(start, number) == number else None
    return starts


class Workshops:
    """The workshops of the company, those of the load's unit first."""

    def __init__(self, setting: Setting) -> None:
        found = _known(setting.session, setting.unit_id)
        self._by_word: dict[str, int] = {}
        for number, code, name, _ in found:
            for word in (code, name):
                self._by_word.setdefault(heading_norm(word), number)
        self._by_start = _starts(row for row in found if row[3])
        usual = _usual_ones(found)
        only = usual[0][0] if len(usual) == 1 else None
        self._usual: int | None = setting.workshop_id or only

    def find(self, told: str | None) -> int | None:
        """The workshop; None where nobody knows which."""
        if not told:
            return self._usual
        words = _words(told)
        exact = next((self._by_word[one] for one in words if one in self._by_word), None)
        if exact is not None:
            return exact
        # The deepest level names the workshop; those above it may begin anything.
        starts = (self._by_start.get(one) for one in words[:2])
        return next((one for one in starts if one is not None), None)
