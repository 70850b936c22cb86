"""People for the tests of sign-in and administration."""

from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from directory.permissions import DirectoryPermission
from directory.staff.models import Appointment, Employee, Role
from directory.staff.passwords import hash_password
from directory.staff.visibility import installer
from directory.units.models import Unit, UnitKind
from directory.units.tree import add_unit
from tests.conftest import NOON

PASSWORD = "тридцать три коровы"


@cache
def password_hash() -> str:
    """One hash for all people of the run: hashing takes 40 ms by design."""
    return hash_password(PASSWORD)


def root(session: Session) -> Unit:
    """The company, made when it is first asked for."""
    found = session.scalar(select(Unit).where(Unit.parent_id.is_(None)))
    return found or unit(session, "company", None, UnitKind.COMPANY)


def unit(
    session: Session, code: str, parent: Unit | None, kind: UnitKind = UnitKind.DEPARTMENT
) -> Unit:
    """A unit below the parent, named as its code."""
    return add_unit(
        session,
        kind=kind,
        code=code,
        name=code.title(),
        parent_id=parent.id if parent else None,
        time_zone=None,
        actor=installer(session),
        now=NOON,
    )


def person(
    session: Session,
    login: str,
    *,
    roles: tuple[Role, ...] = (Role.MANAGER,),
    at: Unit | None = None,
) -> Employee:
    """Somebody with these roles at the unit (the company if none) who can sign in."""
    employee = Employee(
        login=login, full_name=login.title(), password_hash=password_hash(), created_at=NOON
    )
    session.add(employee)
    session.flush()
    unit_id = (at or root(session)).id
    session.add_all(
        Appointment(employee_id=employee.id, role=role, unit_id=unit_id) for role in roles
    )
    session.flush()
    return employee


def administrator(employee: Employee, *units: Unit, session: Session) -> Actor:
    """The person acting as administrator of these units and what is below."""
    from directory.units.tree import units_below

    return Actor(
        key=f"employee:{employee.id}",
        employee_id=employee.id,
        permissions=frozenset(DirectoryPermission),
        unit_ids=frozenset(session.scalars(units_below([u.id for u in units]))),
    )
