"""Whom and what a form about a task offers: performers, units to involve, workshops."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from directory.staff.models import Appointment, Employee
from directory.units.models import Unit, UnitKind, UnitPath


def performers_for(session: Session, unit_id: int) -> list[tuple[int, str]]:
    """People who work in the unit or above it and can be given a task: id and name."""
    rows = session.execute(
        select(Employee.id, Employee.full_name)
        .join(Appointment, Appointment.employee_id == Employee.id)
        .join(UnitPath, UnitPath.ancestor_id == Appointment.unit_id)
        .where(UnitPath.descendant_id == unit_id, Employee.is_active)
        .distinct()
        .order_by(Employee.full_name)
    )
    return [(employee_id, name) for employee_id, name in rows]


def units_to_involve(session: Session, *, except_id: int) -> list[tuple[int, str]]:
    """The units that can be asked for something: id and name."""
    rows = session.execute(
        select(Unit.id, Unit.name)
        .where(
            Unit.kind.in_((UnitKind.DEPARTMENT, UnitKind.WORKSHOP)),
            ~Unit.is_archived,
            Unit.id != except_id,
        )
        .order_by(Unit.name, Unit.id)
    )
    return [(unit_id, name) for unit_id, name in rows]


def workshops(session: Session) -> list[tuple[int, str]]:
    """The workshops that a client can be booked into: id and name."""
    rows = session.execute(
        select(Unit.id, Unit.name)
        .where(Unit.kind == UnitKind.WORKSHOP, ~Unit.is_archived)
        .order_by(Unit.name, Unit.id)
    )
    return [(unit_id, name) for unit_id, name in rows]
