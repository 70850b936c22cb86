"""How often a password may be tried: one counter in the database for all processes (P28).

A try is taken before the password is looked at, and given back when it was right. So of any number
of guesses exactly ``PER_LOGIN`` are looked at in a window, however many processes ask at once. The
owner at a known device has a counter of their own and is not locked out by strangers.
"""

from datetime import datetime, timedelta

from sqlalchemy import case, delete, or_, select, update
from sqlalchemy.orm import Session

from core.db import insert_into
from core.errors import Refused
from directory.staff.logins import login_hash
from directory.staff.models import SignInFailure

WINDOW = timedelta(minutes=15)
PER_LOGIN = 10
PER_ADDRESS = 100


class TooManyFailures(Refused):
    """After ten wrong passwords a login waits until its fifteen minutes are over."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


def take_try(
    session: Session, *, login: str, address: str, known_device: bool, now: datetime
) -> int:
    """Take one try of the login and of the address; returns the tries of the login so far.

    The caller commits before looking at the password. Raises TooManyFailures when all are used; the
    caller then rolls back, since this try is not looked at.
    """
    if not known_device:
        _take(session, _address_key(address), PER_ADDRESS, now)
    return _take(session, _login_key(login, known_device), PER_LOGIN, now)


def give_back(session: Session, *, login: str, address: str, known_device: bool) -> None:
    """The password was right: the login starts anew, the address gets its try back."""
    session.execute(
        delete(SignInFailure).where(SignInFailure.key == _login_key(login, known_device))
    )
    if not known_device:
        session.execute(
            update(SignInFailure)
            .where(SignInFailure.key == _address_key(address), SignInFailure.failures > 0)
            .values(failures=SignInFailure.failures - 1)
        )


def forget_old_tries(session: Session, *, now: datetime) -> int:
    """Delete the counters whose window is over; returns how many."""
    old = delete(SignInFailure).where(SignInFailure.window_started_at <= now - WINDOW)
    return len(session.execute(old.returning(SignInFailure.key)).all())


def _take(session: Session, key: str, limit: int, now: datetime) -> int:
    """One statement: a full window updates no row, and so returns none."""
    is_over = SignInFailure.window_started_at <= now - WINDOW
    taken: int | None = session.scalar(
        insert_into(session, SignInFailure)
        .values(key=key, window_started_at=now, failures=1)
        .on_conflict_do_update(
            index_elements=[SignInFailure.key],
            set_={
                "failures": case((is_over, 1), else_=SignInFailure.failures + 1),
                "window_started_at": case((is_over, now), else_=SignInFailure.window_started_at),
            },
            where=or_(is_over, SignInFailure.failures < limit),
        )
        .returning(SignInFailure.failures)
    )
    if taken is None:
        started = session.scalar(
            select(SignInFailure.window_started_at).where(SignInFailure.key == key)
        )
        raise TooManyFailures((started or now) + WINDOW)
    return taken


def _login_key(login: str, known_device: bool) -> str:
    return f"{'known' if known_device else 'login'}:{login_hash(login)}"


def _address_key(address: str) -> str:
    return f"address:{login_hash(address)}"
