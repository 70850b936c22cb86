"""Add people, change them, give and take roles, all within the units of the one who does it."""

from datetime import datetime
from zoneinfo import available_timezones

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core.access import Actor
from core.db import insert_into
from core.errors import Invalid, Refused
from core.journal import record
from core.locks import exclusively
from directory.permissions import DirectoryPermission
from directory.staff.events import (
    PersonAdded,
    PersonChanged,
    PersonDisabled,
    PersonEnabled,
    RoleGiven,
    RoleTaken,
)
from directory.staff.logins import usable_login
from directory.staff.models import Appointment, Employee, Role
from directory.staff.sessions import end_all_sessions
from directory.staff.visibility import get_manageable, get_visible, has_root
from directory.units.models import UnitPath
from directory.units.tree import get_unit

LOCALES = ("ru", "uk", "en")
THEMES = ("auto", "light", "dark")


class LoginTaken(Invalid):
    """Two people cannot have one login."""

    field = "login"


class NameMissing(Invalid):
    """A person needs a name."""

    field = "full_name"


class UnknownZone(Invalid):
    """A time zone is an IANA name such as Europe/Moscow."""

    field = "time_zone"


class RoleMissing(Invalid):
    """A person gets their first role at a unit when they are added."""

    field = "role"


class LastAdministrator(Refused):
    """Every unit keeps an administrator who can sign in: the last one stays."""


class ChangedByAnother(Refused):
    """Somebody else saved this person meanwhile."""


def add_employee(
    session: Session,
    *,
    login: str,
    full_name: str,
    role: Role | None = None,
    unit_id: int | None = None,
    locale: str = "ru",
    time_zone: str | None = None,
    actor: Actor,
    now: datetime,
) -> Employee:
    """Add a person with their first role; they sign in once they have a password.

    Only who has a root of the tree may leave the role for later: others would lose sight of the
    person. Raises LoginTaken, LoginUnusable, SnilsIsWrong, NameMissing, RoleMissing, NotFound for
    a foreign unit.
    """
    actor.require(DirectoryPermission.MANAGE_PEOPLE)
    if (role is None or unit_id is None) and not has_root(session, actor=actor):
        raise RoleMissing
    employee = Employee(
        login=_free_login(session, login),
        full_name=_usable_name(full_name),
        password_hash=None,
        locale=locale if locale in LOCALES else LOCALES[0],
        time_zone=_usable_zone(time_zone),
        created_at=now,
    )
    session.add(employee)
    session.flush()
    record(session, PersonAdded(employee_id=employee.id), actor=actor, at=now)
    if role is not None and unit_id is not None:
        _appoint(session, employee.id, role=role, unit_id=unit_id, actor=actor, now=now)
    return employee


def change_employee(
    session: Session,
    employee_id: int,
    *,
    login: str,
    full_name: str,
    locale: str,
    time_zone: str | None,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Employee:
    """Correct the person's data. ``version`` is the one the form was made from.

    Raises ChangedByAnother, LoginTaken, LoginUnusable, SnilsIsWrong, NameMissing.
    """
    employee = get_manageable(session, employee_id, actor=actor)
    if version is not None and employee.version != version:
        raise ChangedByAnother
    wanted = {
        "login": _free_login(session, login, of=employee),
        "full_name": _usable_name(full_name),
        "locale": locale if locale in LOCALES else LOCALES[0],
        "time_zone": _usable_zone(time_zone),
    }
    changed = tuple(field for field, value in wanted.items() if getattr(employee, field) != value)
    for field in changed:
        setattr(employee, field, wanted[field])
    if changed:
        event = PersonChanged(employee_id=employee.id, fields=changed)
        record(session, event, actor=actor, at=now)
    return employee


def disable_employee(
    session: Session, employee_id: int, *, actor: Actor, now: datetime
) -> Employee:
    """The person can no longer sign in and is signed out at once (P27).

    Raises LastAdministrator.
    """
    exclusively(session, "administrators")
    employee = get_manageable(session, employee_id, actor=actor)
    if not employee.is_active:
        return employee
    for unit_id in _administered(session, employee_id):
        _keep_administrator(session, unit_id, without=employee_id)
    employee.is_active = False
    end_all_sessions(session, employee_id, by="disabled", now=now, actor=actor)
    record(session, PersonDisabled(employee_id=employee_id), actor=actor, at=now)
    return employee


def enable_employee(session: Session, employee_id: int, *, actor: Actor, now: datetime) -> Employee:
    """The person can sign in again with the password they had."""
    employee = get_manageable(session, employee_id, actor=actor)
    if not employee.is_active:
        employee.is_active = True
        record(session, PersonEnabled(employee_id=employee_id), actor=actor, at=now)
    return employee


def sign_out_everywhere(session: Session, employee_id: int, *, actor: Actor, now: datetime) -> int:
    """Sign the person out of every browser; returns of how many."""
    get_manageable(session, employee_id, actor=actor)
    return end_all_sessions(session, employee_id, by="sign_out", now=now, actor=actor)


def give_role(
    session: Session, employee_id: int, *, role: Role, unit_id: int, actor: Actor, now: datetime
) -> None:
    """Give the person a role at one of the actor's units; the same role twice changes nothing."""
    get_visible(session, employee_id, actor=actor)
    _appoint(session, employee_id, role=role, unit_id=unit_id, actor=actor, now=now)


def take_role(
    session: Session, employee_id: int, *, role: Role, unit_id: int, actor: Actor, now: datetime
) -> None:
    """Take the role at the unit; a person without it stays as they are.

    Raises LastAdministrator, NotFound for a foreign unit.
    """
    exclusively(session, "administrators")
    get_visible(session, employee_id, actor=actor)
    get_unit(session, unit_id, actor=actor)
    if role is Role.ADMINISTRATOR and unit_id in _administered(session, employee_id):
        _keep_administrator(session, unit_id, without=employee_id)
    taken = session.scalar(
        delete(Appointment)
        .where(
            Appointment.employee_id == employee_id,
            Appointment.role == role,
            Appointment.unit_id == unit_id,
        )
        .returning(Appointment.id)
    )
    if taken is not None:
        event = RoleTaken(employee_id=employee_id, role=role, unit_id=unit_id)
        record(session, event, actor=actor, at=now)


def choose_own_look(
    session: Session, *, locale: str | None = None, theme: str | None = None, actor: Actor
) -> None:
    """Keep the language or the theme that the person chose; unknown ones change nothing."""
    wanted = {"locale": locale in LOCALES and locale, "theme": theme in THEMES and theme}
    values = {name: value for name, value in wanted.items() if value}
    if values:
        # No new version: an administrator who edits the person meanwhile is not disturbed.
        session.execute(update(Employee).where(Employee.id == actor.person).values(values))


def _appoint(
    session: Session, employee_id: int, *, role: Role, unit_id: int, actor: Actor, now: datetime
) -> None:
    get_unit(session, unit_id, actor=actor)
    given = session.scalar(
        insert_into(session, Appointment)
        .values(employee_id=employee_id, role=role, unit_id=unit_id)
        .on_conflict_do_nothing()
        .returning(Appointment.id)
    )
    if given is not None:
        event = RoleGiven(employee_id=employee_id, role=role, unit_id=unit_id)
        record(session, event, actor=actor, at=now)


def _administered(session: Session, employee_id: int) -> list[int]:
    return list(
        session.scalars(
            select(Appointment.unit_id).where(
                Appointment.employee_id == employee_id, Appointment.role == Role.ADMINISTRATOR
            )
        )
    )


def _keep_administrator(session: Session, unit_id: int, *, without: int) -> None:
    """Somebody else who can sign in must administer the unit or one above it."""
    others = (
        select(Employee.id)
        .join(Appointment, Appointment.employee_id == Employee.id)
        .join(UnitPath, UnitPath.ancestor_id == Appointment.unit_id)
        .where(
            UnitPath.descendant_id == unit_id,
            Appointment.role == Role.ADMINISTRATOR,
            Employee.id != without,
            Employee.is_active.is_(True),
            Employee.password_hash.is_not(None),
        )
    )
    if session.scalar(others.limit(1)) is None:
        raise LastAdministrator


def require_free_login(session: Session, typed: str) -> None:
    """Check a login before anything is written. Raises LoginTaken, LoginUnusable, SnilsIsWrong."""
    _free_login(session, typed)


def _free_login(session: Session, typed: str, *, of: Employee | None = None) -> str:
    login = usable_login(typed)
    holder = session.scalar(select(Employee.id).where(Employee.login == login))
    if holder is not None and (of is None or holder != of.id):
        raise LoginTaken
    return login


def _usable_name(name: str) -> str:
    cleaned = " ".join(name.split())
    if not cleaned or len(cleaned) > 200:
        raise NameMissing
    return cleaned


def _usable_zone(zone: str | None) -> str | None:
    if zone and zone not in available_timezones():
        raise UnknownZone
    return zone or None
