"""Whom and what a form about a task offers: performers, units to involve, workshops."""

from sqlalchemy import (
    Case,
    ColumnElement,
    ColumnExpressionArgument,
    Executable,
    bindparam,
    case,
    func,
    select,
)
from sqlalchemy.orm import Session, aliased

from core.statements import ask
from directory.staff.models import Appointment, Employee
from directory.units.models import Unit, UnitKind, UnitPath
from directory.workshops.capacity import has_plan


def performers_for(session: Session, unit_id: int) -> list[tuple[int, str]]:
    """People who work in the unit or above it and can be given a task: id and name."""
    return [(person_id, name) for person_id, name in ask(session, _PEOPLE, {"unit": unit_id})]


def units_to_involve(session: Session, *, except_id: int) -> list[tuple[int, str]]:
    """The units that ``except_id`` can ask for something, its own centre's first: id and name."""
    return bookable_and_units(session, near_id=except_id)[1]


def bookable_and_units(
    session: Session, *, near_id: int
) -> tuple[list[tuple[int, str]], list[tuple[int, str]], frozenset[int]]:
    """The workshops to book into and the units to involve, of the own centre first: id and name;
    and which of the workshops are booked by their capacity."""
    rows = ask(session, _WORKING_UNITS, {"unit": near_id}).all()
    workshops = [(row.id, row.name) for row in rows if row.kind is UnitKind.WORKSHOP]
    units = [(row.id, row.name) for row in rows if row.id != near_id]
    return workshops, units, frozenset(row.id for row in rows if row.is_planned)


def _elsewhere(unit_id: ColumnExpressionArgument[int]) -> Case[int]:
    """0 for a unit of the same responsibility centre, 1 for others: a key to order by."""
    centre = aliased(Unit)
    centres = (
        select(UnitPath.ancestor_id)
        .join(centre, centre.id == UnitPath.ancestor_id)
        .where(UnitPath.descendant_id == unit_id, centre.kind == UnitKind.CENTRE)
    )
    below = aliased(UnitPath)
    own = select(below.descendant_id).where(below.ancestor_id.in_(centres))
    return case((Unit.id.in_(own), 0), else_=1)


def _city(unit_id: ColumnExpressionArgument[int]) -> ColumnElement[str]:
    """The name of the responsibility centre above: what stands in one city stands together."""
    centre = aliased(Unit)
    name = (
        select(centre.name)
        .join(UnitPath, UnitPath.ancestor_id == centre.id)
        .where(UnitPath.descendant_id == unit_id, centre.kind == UnitKind.CENTRE)
        .order_by(UnitPath.depth)
        .limit(1)
        .scalar_subquery()
    )
    # The engines disagree where nothing is put: who is of no centre comes first.
    return func.coalesce(name, "")


_PEOPLE: Executable = (
    select(Employee.id, Employee.full_name)
    .join(Appointment, Appointment.employee_id == Employee.id)
    .join(UnitPath, UnitPath.ancestor_id == Appointment.unit_id)
    .where(UnitPath.descendant_id == bindparam("unit"), Employee.is_active)
    .distinct()
    .order_by(Employee.full_name)
)
_WORKING_UNITS = (
    select(Unit.id, Unit.name, Unit.kind, has_plan(Unit.id).label("is_planned"))
    .where(Unit.kind.in_((UnitKind.DEPARTMENT, UnitKind.WORKSHOP)), ~Unit.is_archived)
    .order_by(_elsewhere(bindparam("unit")), _city(Unit.id), Unit.name, Unit.id)
)
