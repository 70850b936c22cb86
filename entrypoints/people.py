"""People and units from the command line: the first administrator has no page to be added on."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from core.clock import database_clock
from core.errors import NotFound
from directory.permissions import DirectoryPermission
from directory.staff.logins import same_login
from directory.staff.models import Employee, Role
from directory.staff.passwords import check_password
from directory.staff.people import LoginTaken, add_employee, give_role
from directory.staff.sign_in import set_password
from directory.units.models import Unit, UnitKind
from directory.units.tree import UnitRow, add_unit, unit_tree
from entrypoints.connecting import connected

COMMAND_LINE = Actor(key="command-line", permissions=frozenset(DirectoryPermission))


class UnitNotNamed(Exception):
    """Which unit is meant cannot be told; ``codes`` are those there are."""

    def __init__(self, code: str | None, codes: list[str]) -> None:
        self.code = code
        self.codes = codes
        super().__init__(code)


def add_person(
    login: str, *, name: str, roles: tuple[str, ...], unit_code: str | None, password: str
) -> str:
    """Add a person with roles at the unit, whose code is returned. Raises UnitNotNamed."""
    with connected() as database, database.unit_of_work() as session:
        now = database_clock(session)
        unit = _unit(session, unit_code, roles)
        actor = _everywhere(session)
        employee = add_employee(session, login=login, full_name=name, actor=actor, now=now)
        for role in roles:
            give_role(session, employee.id, role=Role(role), unit_id=unit.id, actor=actor, now=now)
        set_password(session, employee.id, password=password, actor=actor, now=now)
        return unit.code


def require_new_person(login: str, *, unit_code: str | None, roles: tuple[str, ...]) -> None:
    """Raise LoginTaken or UnitNotNamed before a password is asked for."""
    with connected() as database, database.reading() as session:
        _unit(session, unit_code, roles)
        if session.scalar(select(Employee.id).where(Employee.login == same_login(login))):
            raise LoginTaken


def require_person(login: str) -> None:
    """Raise NotFound for an unknown login before a password is asked for."""
    with connected() as database, database.reading() as session:
        if session.scalar(select(Employee.id).where(Employee.login == same_login(login))) is None:
            raise NotFound("employee", login)


def require_usable_password(login: str, password: str) -> None:
    """Raise PasswordTooShort, PasswordTooLong, PasswordObvious or PasswordIsLogin."""
    check_password(password, login=same_login(login))


def change_password(login: str, *, password: str) -> None:
    """Set a password and end all sessions. Raises NotFound for an unknown login."""
    with connected() as database, database.unit_of_work() as session:
        employee = session.scalar(select(Employee).where(Employee.login == same_login(login)))
        if employee is None:
            raise NotFound("employee", login)
        set_password(
            session,
            employee.id,
            password=password,
            actor=_everywhere(session),
            now=database_clock(session),
        )


def add_unit_below(
    code: str, *, name: str, kind: str, parent_code: str | None, time_zone: str | None
) -> str:
    """Add a unit below the parent (the only root if not named), whose code is returned.

    Raises UnitNotNamed for the parent and what ``add_unit`` raises.
    """
    with connected() as database, database.unit_of_work() as session:
        parent = _unit(session, parent_code, (Role.ADMINISTRATOR.value,))
        add_unit(
            session,
            kind=UnitKind(kind),
            code=code,
            name=name,
            parent_id=parent.id,
            time_zone=time_zone,
            actor=_everywhere(session),
            now=database_clock(session),
        )
        return parent.code


def all_units() -> list[UnitRow]:
    """The tree, archived units left out."""
    with connected() as database, database.reading() as session:
        rows = unit_tree(session)
        session.expunge_all()
        return rows


def _unit(session: Session, code: str | None, roles: tuple[str, ...]) -> Unit:
    """The unit of this code; without one the only unit, or for an administrator the company."""
    found = select(Unit).where(Unit.is_archived.is_(False)).order_by(Unit.code)
    if code is not None:
        units = session.scalars(found.where(Unit.code == code)).all()
    elif Role.ADMINISTRATOR.value in roles:
        units = session.scalars(found.where(Unit.parent_id.is_(None))).all()
    else:
        units = session.scalars(found.limit(2)).all()
    if len(units) != 1:
        raise UnitNotNamed(code, [unit.code for unit in session.scalars(found)])
    return units[0]


def _everywhere(session: Session) -> Actor:
    """The command line acts on every unit."""
    return Actor(
        key=COMMAND_LINE.key,
        permissions=COMMAND_LINE.permissions,
        unit_ids=frozenset(session.scalars(select(Unit.id))),
    )
