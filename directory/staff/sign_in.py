"""Sign in by login and password, and set passwords (B1, P28, P29)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import Invalid, Refused
from core.journal import record
from directory.staff.events import PasswordSet, PersonSignedIn, SignInFailed
from directory.staff.logins import login_hash, same_login
from directory.staff.models import Employee, Role
from directory.staff.passwords import check_password, hash_password, is_right, needs_rehash
from directory.staff.sessions import actor_for, end_all_sessions, go_on_alone, roles_of
from directory.staff.tries import give_back, take_try
from directory.staff.visibility import get_manageable


class SignInRefused(Refused):
    """Login and password do not fit, or the person cannot sign in; which of these is not said."""


class CurrentPasswordWrong(Invalid):
    """Who changes their password knows the one they have."""

    field = "current"


@dataclass(frozen=True)
class SignedIn:
    """Who signed in, and the roles to choose from."""

    employee: Employee
    roles: tuple[Role, ...]


@dataclass(frozen=True, kw_only=True)
class Try:
    """One permitted look at a password."""

    login: str
    address: str
    known_device: bool
    number: int
    """Which one of this login in its window."""
    employee_id: int | None
    stored: str | None

    def is_right(self, password: str) -> bool:
        """Compare with the stored hash: about 40 ms, best spent outside any transaction."""
        return is_right(self.stored, password)


def permit_try(
    session: Session, *, login: str, address: str, known_device: bool, now: datetime
) -> Try:
    """Count a try; the caller commits before its password is looked at.

    Raises TooManyFailures, and then nothing was counted.
    """
    login = same_login(login)
    number = take_try(session, login=login, address=address, known_device=known_device, now=now)
    found = session.execute(
        select(Employee.id, Employee.password_hash).where(
            Employee.login == login, Employee.is_active.is_(True)
        )
    ).one_or_none()
    employee_id, stored = found or (None, None)
    return Try(
        login=login,
        address=address,
        known_device=known_device,
        number=number,
        employee_id=employee_id,
        stored=stored,
    )


def refuse_try(session: Session, attempt: Try, *, now: datetime) -> None:
    """Write the failure into the journal."""
    event = SignInFailed(
        employee_id=attempt.employee_id or 0,
        login_hash=login_hash(attempt.login)[:32],
        failures=attempt.number,
    )
    record(session, event, actor=Actor(key="visitor"), at=now)


def accept_try(session: Session, attempt: Try, *, password: str, now: datetime) -> SignedIn:
    """The password was right: give the try back, renew an old hash, write the journal.

    Raises SignInRefused when the person was disabled meanwhile.
    """
    employee = session.scalar(
        select(Employee).where(Employee.id == attempt.employee_id, Employee.is_active.is_(True))
    )
    if employee is None or employee.password_hash != attempt.stored:
        raise SignInRefused
    give_back(
        session,
        login=attempt.login,
        address=attempt.address,
        known_device=attempt.known_device,
    )
    if needs_rehash(employee.password_hash or ""):
        employee.password_hash = hash_password(password)
    event = PersonSignedIn(employee_id=employee.id, known_device=attempt.known_device)
    record(session, event, actor=actor_for(employee), at=now)
    return SignedIn(employee, roles_of(session, employee.id))


def sign_in(
    session: Session,
    *,
    login: str,
    password: str,
    address: str,
    known_device: bool,
    now: datetime,
) -> SignedIn:
    """All steps of a sign-in in one transaction, which the caller keeps also when this raises.

    Raises SignInRefused (the same for a wrong login, a wrong password and a disabled person) or
    TooManyFailures.
    """
    attempt = permit_try(session, login=login, address=address, known_device=known_device, now=now)
    if not attempt.is_right(password):
        refuse_try(session, attempt, now=now)
        raise SignInRefused
    return accept_try(session, attempt, password=password, now=now)


def set_password(
    session: Session, employee_id: int, *, password: str, actor: Actor, now: datetime
) -> None:
    """Give the person a new password; every browser of theirs is signed out by it (P27).

    Raises NotFound for people of other units, PasswordTooShort, PasswordObvious.
    """
    employee = get_manageable(session, employee_id, actor=actor)
    _replace_password(session, employee, password, actor=actor, now=now)


def change_own_password(
    session: Session, attempt: Try, *, password: str, token: str, actor: Actor, now: datetime
) -> str:
    """Replace one's own password, the old one having been right; returns this browser's new token.

    All other browsers are signed out. ``attempt`` is a permitted try of the person's own login
    whose password fitted. Raises CurrentPasswordWrong when the password was replaced meanwhile,
    PasswordTooShort, PasswordTooLong, PasswordObvious, NotFound when the session is over.
    """
    employee = session.get_one(Employee, actor.person, with_for_update=True, populate_existing=True)
    if employee.id != attempt.employee_id or employee.password_hash != attempt.stored:
        raise CurrentPasswordWrong
    check_password(password, login=employee.login)
    give_back(
        session, login=attempt.login, address=attempt.address, known_device=attempt.known_device
    )
    employee.password_hash = hash_password(password)
    record(session, PasswordSet(employee_id=employee.id), actor=actor, at=now)
    return go_on_alone(session, token, by="password", actor=actor, now=now)


def _replace_password(
    session: Session, employee: Employee, password: str, *, actor: Actor, now: datetime
) -> None:
    check_password(password, login=employee.login)
    employee.password_hash = hash_password(password)
    record(session, PasswordSet(employee_id=employee.id), actor=actor, at=now)
    end_all_sessions(session, employee.id, by="password", now=now, actor=actor)
