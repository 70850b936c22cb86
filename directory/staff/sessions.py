"""Browsers that are signed in: a 256-bit token in the cookie, its SHA-256 in the database (P27).

A session lasts until it is ended, was idle too long, or reaches its absolute limit. Roles and units
are read anew at every request, so what is taken from a person is gone at the next click.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, bindparam, select, update
from sqlalchemy.orm import Session

from core.access import Actor, Permission
from core.errors import NotFound, NotPermitted
from core.journal import record
from core.statements import ask
from directory.staff.events import RoleChosen, SessionsEnded
from directory.staff.models import Appointment, Employee, Role, SignInSession
from directory.units.tree import UNITS_BELOW, zone_above

SEEN_EVERY = timedelta(minutes=1)
"""How exact ``last_seen_at`` is: a page that looks every second costs one write a minute."""

_BEHIND_TOKEN = (
    select(
        Employee, SignInSession.id, SignInSession.role, SignInSession.last_seen_at,
        Appointment.role, Appointment.unit_id, zone_above(Appointment.unit_id),
    )
    .join(Employee, Employee.id == SignInSession.employee_id)
    .outerjoin(Appointment, Appointment.employee_id == Employee.id)
    .where(
        SignInSession.token_hash == bindparam("token_hash"),
        SignInSession.ended_at.is_(None),
        SignInSession.expires_at > bindparam("now"),
        SignInSession.last_seen_at > bindparam("idle_since"),
        Employee.is_active.is_(True),
    )
    .order_by(Appointment.id)
)  # fmt: skip
"""The person behind a token, with one row for each role at a unit."""


@dataclass(frozen=True)
class _Held:
    """A role at a unit, with the zone that the unit's clocks show."""

    role: Role
    unit_id: int
    zone: str | None


@dataclass(frozen=True, kw_only=True)
class SignedInActor:
    """The person behind a cookie, ready to act in the role they chose."""

    actor: Actor
    employee: Employee
    session_id: int
    roles: tuple[Role, ...]
    role: Role | None
    """None: has several and has not chosen yet; ``actor`` then has no permissions."""
    last_seen_at: datetime

    def should_be_touched(self, now: datetime) -> bool:
        """Whether ``touch`` would write something."""
        return self.last_seen_at <= now - SEEN_EVERY


def open_session(
    session: Session, employee_id: int, *, role: Role | None, now: datetime, longest: timedelta
) -> str:
    """Sign a browser in and return the token for its cookie; ``longest`` is the absolute limit."""
    return _open(session, employee_id, role=role, now=now, until=now + longest)


def actor_of(
    session: Session,
    token: str,
    *,
    now: datetime,
    idle: timedelta,
    grants: Mapping[Role, frozenset[Permission]],
    default_zone: str = "Europe/Moscow",
) -> SignedInActor | None:
    """Who is behind the token; None when nobody is any more. Only reads."""
    values = {"token_hash": _token_hash(token), "now": now, "idle_since": now - idle}
    found = session.execute(_BEHIND_TOKEN, values).all()
    if not found:
        return None
    employee, session_id, chosen, last_seen_at = found[0][:4]
    held = [_Held(*row[4:]) for row in found if row[4] is not None]
    roles = tuple(role for role in Role if any(one.role is role for one in held))
    role = _role_in(roles, chosen)
    given = [one for one in held if one.role is role]
    return SignedInActor(
        actor=_actor_in(session, employee, role, given, grants, default_zone),
        employee=employee,
        session_id=session_id,
        roles=roles,
        role=role,
        last_seen_at=last_seen_at,
    )


def touch(session: Session, session_id: int, *, now: datetime) -> None:
    """Note that the browser is alive; writes at most once a minute."""
    session.execute(
        update(SignInSession)
        .where(
            SignInSession.id == session_id,
            SignInSession.ended_at.is_(None),
            SignInSession.last_seen_at <= now - SEEN_EVERY,
        )
        .values(last_seen_at=now)
        .execution_options(synchronize_session=False)
    )


def choose_role(session: Session, token: str, role: Role, *, now: datetime) -> str:
    """Go on in this role under a new token; the absolute limit stays (B1, P27).

    Raises NotFound when the session is over, NotPermitted when the person has no such role.
    """
    old = session.scalar(select(SignInSession).where(_is_open(token, now)).with_for_update())
    if old is None:
        raise NotFound("session", "")
    if role not in roles_of(session, old.employee_id):
        raise NotPermitted(role)
    employee = session.get_one(Employee, old.employee_id)
    old.ended_at, old.ended_by = now, "switched"
    event = RoleChosen(employee_id=employee.id, role=role, before=old.role)
    record(session, event, actor=actor_for(employee), at=now)
    return _open(session, employee.id, role=role, now=now, until=old.expires_at)


def go_on_alone(session: Session, token: str, *, by: str, actor: Actor, now: datetime) -> str:
    """End all sessions of the person; this browser goes on in its role under a new token.

    The absolute limit stays. Raises NotFound when the session is over (P27).
    """
    old = session.scalar(select(SignInSession).where(_is_open(token, now)).with_for_update())
    if old is None or old.employee_id != actor.employee_id:
        raise NotFound("session", "")
    role, until = old.role, old.expires_at
    end_all_sessions(session, old.employee_id, by=by, now=now, actor=actor)
    return _open(session, old.employee_id, role=role, now=now, until=until)


def end_session(session: Session, token: str, *, by: str, now: datetime) -> None:
    """Sign this browser out; a token that is already over changes nothing."""
    employee_id = session.scalar(
        update(SignInSession)
        .where(_is_open(token, now))
        .values(ended_at=now, ended_by=by)
        .returning(SignInSession.employee_id)
        .execution_options(synchronize_session=False)
    )
    if employee_id is not None:
        _record_end(session, employee_id, by=by, count=1, actor=None, now=now)


def end_all_sessions(
    session: Session, employee_id: int, *, by: str, now: datetime, actor: Actor | None = None
) -> int:
    """Sign every browser of the person out; returns how many there were.

    ``actor`` is who did it, the person themselves if not given.
    """
    ended = session.scalars(
        update(SignInSession)
        .where(SignInSession.employee_id == employee_id, SignInSession.ended_at.is_(None))
        .values(ended_at=now, ended_by=by)
        .returning(SignInSession.id)
        .execution_options(synchronize_session=False)
    ).all()
    if ended:
        _record_end(session, employee_id, by=by, count=len(ended), actor=actor, now=now)
    return len(ended)


def roles_of(session: Session, employee_id: int) -> tuple[Role, ...]:
    """The roles that the person has anywhere, in the order of ``Role``."""
    held = session.scalars(
        select(Appointment.role).where(Appointment.employee_id == employee_id).distinct()
    )
    return tuple(sorted(held, key=list(Role).index))


def actor_for(employee: Employee) -> Actor:
    """The person as the one who acts, before any role was chosen: no permissions, no units."""
    return Actor(key=f"employee:{employee.id}", employee_id=employee.id, name=employee.full_name)


def _open(
    session: Session, employee_id: int, *, role: Role | None, now: datetime, until: datetime
) -> str:
    token = secrets.token_urlsafe(32)
    session.add(
        SignInSession(
            token_hash=_token_hash(token),
            employee_id=employee_id,
            role=role,
            created_at=now,
            last_seen_at=now,
            expires_at=until,
        )
    )
    session.flush()
    return token


def _role_in(roles: tuple[Role, ...], chosen: Role | None) -> Role | None:
    if chosen in roles:
        return chosen
    return roles[0] if len(roles) == 1 else None


def _actor_in(
    session: Session,
    employee: Employee,
    role: Role | None,
    given: Sequence[_Held],
    grants: Mapping[Role, frozenset[Permission]],
    default_zone: str,
) -> Actor:
    zone = employee.time_zone or (given[0].zone if given else None)
    units = {"units": [one.unit_id for one in given]}
    return Actor(
        key=f"employee:{employee.id}",
        employee_id=employee.id,
        name=employee.full_name,
        role=role or "",
        unit_ids=frozenset(ask(session, UNITS_BELOW, units).scalars()) if given else frozenset(),
        permissions=grants.get(role, frozenset()) if role else frozenset(),
        time_zone=zone or default_zone,
    )


def _is_open(token: str, now: datetime) -> ColumnElement[bool]:
    return (
        (SignInSession.token_hash == _token_hash(token))
        & SignInSession.ended_at.is_(None)
        & (SignInSession.expires_at > now)
    )


def _record_end(
    session: Session, employee_id: int, *, by: str, count: int, actor: Actor | None, now: datetime
) -> None:
    actor = actor or Actor(key=f"employee:{employee_id}", employee_id=employee_id)
    event = SessionsEnded(employee_id=employee_id, by=by, count=count)
    record(session, event, actor=actor, at=now)


def _token_hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
