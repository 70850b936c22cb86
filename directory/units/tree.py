"""Read and change the organisation tree; ``unit_paths`` follows every change, set by set (rule 22).

A person changes only what is below the units given to them: anything else is not found.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import (
    ColumnExpressionArgument,
    ScalarSelect,
    Select,
    bindparam,
    delete,
    exists,
    insert,
    literal,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from core.access import Actor
from core.errors import Invalid, NotFound, NotPermitted, Refused
from core.journal import record
from core.locks import exclusively
from directory.permissions import DirectoryPermission
from directory.units.events import (
    UnitAdded,
    UnitArchived,
    UnitChanged,
    UnitEvent,
    UnitMoved,
    UnitRestored,
)
from directory.units.models import Unit, UnitKind, UnitPath
from directory.units.naming import usable_code, usable_name, usable_zone

T = TypeVar("T")
TREE = "units"
"""What every change of the tree holds, one at a time: ``core.locks.exclusively``."""


class UnitBelowItself(Invalid):
    """A unit cannot stand below itself or below a unit that is below it."""

    field = "parent_id"


class ParentArchived(Invalid):
    """Nothing can be put below a unit that is in the archive."""

    field = "parent_id"


class UnitHasParts(Refused):
    """A unit goes to the archive after everything below it."""


@dataclass(frozen=True)
class UnitRow:
    """A unit at its place in the tree: ``depth`` 0 is a root."""

    unit: Unit
    depth: int


def units_below(unit_ids: Iterable[int]) -> Select[int]:
    """Ids of these units and of all below them; what lies below two of them comes twice."""
    return select(UnitPath.descendant_id).where(UnitPath.ancestor_id.in_(list(unit_ids)))


UNITS_BELOW = select(UnitPath.descendant_id).where(
    UnitPath.ancestor_id.in_(bindparam("units", expanding=True))
)
"""The same with ``units`` as a parameter."""


def zone_above(unit_id: ColumnExpressionArgument[int]) -> ScalarSelect[str | None]:
    """``zone_of`` as a column; NULL when no unit above has a zone of its own."""
    return (
        select(Unit.time_zone)
        .join(UnitPath, UnitPath.ancestor_id == Unit.id)
        .where(UnitPath.descendant_id == unit_id, Unit.time_zone.is_not(None))
        .order_by(UnitPath.depth)
        .limit(1)
        .scalar_subquery()
    )


def unit_tree(
    session: Session, *, within: frozenset[int] | None = None, with_archived: bool = False
) -> list[UnitRow]:
    """The tree in the order of a page, parents first, brothers by name.

    ``within`` keeps the units of one person; depth counts from the highest unit that is shown.
    """
    query = select(Unit).order_by(Unit.name, Unit.id)
    if within is not None:
        query = query.where(Unit.id.in_(within))
    if not with_archived:
        query = query.where(Unit.is_archived.is_(False))
    units = session.scalars(query).all()
    shown = {unit.id for unit in units}
    parts: dict[int | None, list[Unit]] = {}
    for unit in units:
        parts.setdefault(unit.parent_id if unit.parent_id in shown else None, []).append(unit)
    rows: list[UnitRow] = []
    waiting = [UnitRow(unit, 0) for unit in reversed(parts.get(None, []))]
    while waiting:
        row = waiting.pop()
        rows.append(row)
        waiting.extend(UnitRow(u, row.depth + 1) for u in reversed(parts.get(row.unit.id, [])))
    return rows


def get_unit(session: Session, unit_id: int, *, actor: Actor) -> Unit:
    """The unit, if it is among those of this person; NotFound otherwise."""
    unit = session.scalar(select(Unit).where(Unit.id == unit_id, Unit.id.in_(actor.unit_ids)))
    if unit is None:
        raise NotFound("unit", unit_id)
    return unit


def centre_of(session: Session, unit_id: int) -> int | None:
    """The responsibility centre that the unit belongs to: itself or the nearest above it."""
    return session.scalar(_ancestors(unit_id, Unit.id).where(Unit.kind == UnitKind.CENTRE).limit(1))


def zone_of(session: Session, unit_id: int, default: str) -> str:
    """The IANA zone of the unit: its own, else that of the nearest above it, else ``default``."""
    zone = session.scalar(
        _ancestors(unit_id, Unit.time_zone).where(Unit.time_zone.is_not(None)).limit(1)
    )
    return zone or default


def add_unit(
    session: Session,
    *,
    kind: UnitKind,
    code: str,
    name: str,
    parent_id: int | None,
    time_zone: str | None,
    actor: Actor,
    now: datetime,
) -> Unit:
    """Put a new unit below ``parent_id``; only the installation itself adds a root (None)."""
    actor.require(DirectoryPermission.MANAGE_UNITS)
    exclusively(session, TREE)
    if parent_id is not None:
        _refuse_archived(get_unit(session, parent_id, actor=actor))
    elif actor.employee_id is not None:
        raise NotPermitted("a root is added by the installation")
    unit = Unit(
        kind=kind,
        code=usable_code(session, code),
        name=usable_name(name),
        parent_id=parent_id,
        time_zone=usable_zone(time_zone),
        created_at=now,
    )
    session.add(unit)
    session.flush()
    session.execute(insert(UnitPath).values(ancestor_id=unit.id, descendant_id=unit.id, depth=0))
    if parent_id is not None:
        _hang_below(session, unit.id, parent_id)
    event = UnitAdded(unit_id=unit.id, parent_id=parent_id, kind=kind, code=unit.code)
    record(session, event, actor=actor, at=now)
    return unit


def move_unit(
    session: Session, unit_id: int, *, parent_id: int, actor: Actor, now: datetime
) -> Unit:
    """Hang the unit with everything below it under another parent.

    Raises UnitBelowItself when the new parent is the unit or below it.
    """
    actor.require(DirectoryPermission.MANAGE_UNITS)
    exclusively(session, TREE)
    unit = get_unit(session, unit_id, actor=actor)
    parent = get_unit(session, parent_id, actor=actor)
    if unit.parent_id == parent_id:
        return unit
    if unit.parent_id is None:
        raise NotPermitted("a root is moved by nobody")
    if session.get(UnitPath, (unit_id, parent_id)) is not None:
        raise UnitBelowItself
    _refuse_archived(parent)
    event = UnitMoved(unit_id=unit_id, old_parent_id=unit.parent_id, new_parent_id=parent_id)
    _cut_off(session, unit_id)
    unit.parent_id = parent_id
    session.flush()
    _hang_below(session, unit_id, parent_id)
    record(session, event, actor=actor, at=now)
    return unit


def change_unit(
    session: Session,
    unit_id: int,
    *,
    name: str,
    code: str,
    kind: UnitKind,
    time_zone: str | None,
    actor: Actor,
    now: datetime,
) -> Unit:
    """Correct the name, code, kind and time zone; nothing is recorded when all stay the same."""
    actor.require(DirectoryPermission.MANAGE_UNITS)
    unit = get_unit(session, unit_id, actor=actor)
    wanted = {
        "name": usable_name(name),
        "code": usable_code(session, code, of=unit),
        "kind": kind,
        "time_zone": usable_zone(time_zone),
    }
    changed = tuple(field for field, value in wanted.items() if getattr(unit, field) != value)
    for field in changed:
        setattr(unit, field, wanted[field])
    if changed:
        record(session, UnitChanged(unit_id=unit_id, fields=changed), actor=actor, at=now)
    return unit


def archive_unit(session: Session, unit_id: int, *, actor: Actor, now: datetime) -> Unit:
    """No longer offer the unit. Raises UnitHasParts while units below it are offered."""
    actor.require(DirectoryPermission.MANAGE_UNITS)
    exclusively(session, TREE)
    unit = get_unit(session, unit_id, actor=actor)
    parts = exists().where(Unit.parent_id == unit_id, Unit.is_archived.is_(False))
    if session.scalar(select(parts)):
        raise UnitHasParts
    return _set_archived(session, unit, UnitArchived(unit_id=unit_id), actor=actor, now=now)


def restore_unit(session: Session, unit_id: int, *, actor: Actor, now: datetime) -> Unit:
    """Offer the unit again. Raises ParentArchived while the unit above it is in the archive."""
    actor.require(DirectoryPermission.MANAGE_UNITS)
    exclusively(session, TREE)
    unit = get_unit(session, unit_id, actor=actor)
    if unit.parent_id is not None:
        _refuse_archived(session.get_one(Unit, unit.parent_id))
    return _set_archived(session, unit, UnitRestored(unit_id=unit_id), actor=actor, now=now)


def _set_archived(
    session: Session, unit: Unit, event: UnitEvent, *, actor: Actor, now: datetime
) -> Unit:
    archived = isinstance(event, UnitArchived)
    if unit.is_archived != archived:
        unit.is_archived = archived
        record(session, event, actor=actor, at=now)
    return unit


def _ancestors(unit_id: int, wanted: InstrumentedAttribute[T]) -> Select[T]:
    """The wanted column of the unit and of all above it, nearest first."""
    return (
        select(wanted)
        .join(UnitPath, UnitPath.ancestor_id == Unit.id)
        .where(UnitPath.descendant_id == unit_id)
        .order_by(UnitPath.depth)
    )


def _hang_below(session: Session, unit_id: int, parent_id: int) -> None:
    """Every ancestor of the parent becomes one of everything below the unit."""
    above, below = aliased(UnitPath), aliased(UnitPath)
    pairs = (
        select(above.ancestor_id, below.descendant_id, above.depth + below.depth + literal(1))
        .join(below, below.ancestor_id == unit_id)
        .where(above.descendant_id == parent_id)
    )
    columns = ["ancestor_id", "descendant_id", "depth"]
    session.execute(insert(UnitPath).from_select(columns, pairs))


def _cut_off(session: Session, unit_id: int) -> None:
    """Everything below the unit loses the ancestors that are above the unit."""
    below = select(UnitPath.descendant_id).where(UnitPath.ancestor_id == unit_id)
    above = select(UnitPath.ancestor_id).where(
        UnitPath.descendant_id == unit_id, UnitPath.depth > 0
    )
    session.execute(
        delete(UnitPath)
        .where(UnitPath.descendant_id.in_(below), UnitPath.ancestor_id.in_(above))
        .execution_options(synchronize_session=False)
    )


def _refuse_archived(parent: Unit) -> None:
    if parent.is_archived:
        raise ParentArchived
