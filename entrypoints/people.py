"""People from the command line: the first administrator has no page to be added on."""

from sqlalchemy import select

from core.access import Actor
from core.clock import database_clock
from core.db import Database
from core.errors import NotFound
from core.settings import Settings
from directory.permissions import DirectoryPermission
from directory.staff.logins import same_login
from directory.staff.models import Employee, Role
from directory.staff.people import LoginTaken, add_employee, give_role
from directory.staff.sign_in import set_password
from directory.units.models import Unit

COMMAND_LINE = Actor(key="command-line", permissions=frozenset(DirectoryPermission))


def add_person(
    login: str, *, name: str, roles: tuple[str, ...], unit_code: str, password: str
) -> None:
    """Add a person with roles at the unit. Raises NotFound for an unknown unit or role."""
    database = Database.connect(Settings.from_environment())
    with database.unit_of_work() as session:
        now = database_clock(session)
        unit = session.scalar(select(Unit).where(Unit.code == unit_code))
        if unit is None:
            raise NotFound("unit", unit_code)
        actor = _everywhere(session.scalars(select(Unit.id)).all())
        employee = add_employee(session, login=login, full_name=name, actor=actor, now=now)
        for role in roles:
            give_role(session, employee.id, role=Role(role), unit_id=unit.id, actor=actor, now=now)
        set_password(session, employee.id, password=password, actor=actor, now=now)


def require_new_person(login: str, *, unit_code: str) -> None:
    """Raise LoginTaken or NotFound (the unit) before a password is asked for."""
    database = Database.connect(Settings.from_environment())
    with database.reading() as session:
        if session.scalar(select(Unit.id).where(Unit.code == unit_code)) is None:
            raise NotFound("unit", unit_code)
        if session.scalar(select(Employee.id).where(Employee.login == same_login(login))):
            raise LoginTaken


def require_person(login: str) -> None:
    """Raise NotFound for an unknown login before a password is asked for."""
    database = Database.connect(Settings.from_environment())
    with database.reading() as session:
        if session.scalar(select(Employee.id).where(Employee.login == same_login(login))) is None:
            raise NotFound("employee", login)


def change_password(login: str, *, password: str) -> None:
    """Set a password and end all sessions. Raises NotFound for an unknown login."""
    database = Database.connect(Settings.from_environment())
    with database.unit_of_work() as session:
        employee = session.scalar(select(Employee).where(Employee.login == same_login(login)))
        if employee is None:
            raise NotFound("employee", login)
        actor = _everywhere(session.scalars(select(Unit.id)).all())
        set_password(
            session, employee.id, password=password, actor=actor, now=database_clock(session)
        )


def _everywhere(unit_ids: object) -> Actor:
    ids = frozenset(unit_ids)  # type: ignore[call-overload]
    return Actor(key=COMMAND_LINE.key, permissions=COMMAND_LINE.permissions, unit_ids=ids)
