"""Who is away, from when until when, and who does the work meanwhile.

No two absences of one person overlap. A substitute is there the whole time: neither away nor
standing in through somebody else, so there is never a chain or a circle of substitutes.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session, aliased

from core.access import Actor
from core.errors import Invalid, NotFound, Refused
from core.journal import record
from core.locks import exclusively
from directory.calendars.events import AbsenceAdded, AbsenceCancelled, AbsenceEnded
from directory.calendars.models import Absence
from directory.calendars.visibility import require_person_seen
from directory.permissions import DirectoryPermission
from directory.staff.models import Employee
from directory.staff.visibility import employees_visible_to

FARTHEST = timedelta(days=5 * 366)
"""No absence is written down further ahead: a year typed wrong is not a plan."""


class AbsenceEmpty(Invalid):
    """An absence ends after it begins, and not in the past."""

    field = "until_on"


class AbsenceTooFar(Invalid):
    """An absence ends within the next five years."""

    field = "until_on"


class AbsenceOverlaps(Invalid):
    """The person is away at that time already."""

    field = "from_on"

    def __init__(self, from_at: datetime, until_at: datetime) -> None:
        super().__init__(f"{from_at} {until_at}")
        self.from_at, self.until_at = from_at, until_at


class OwnSubstitute(Invalid):
    """Nobody stands in for themselves."""

    field = "substitute_id"


class SubstituteAway(Invalid):
    """The substitute is away at that time, or can no longer sign in."""

    field = "substitute_id"


class StandsInForAnother(Invalid):
    """The person stands in for somebody at that time; that one needs another substitute first."""

    field = "employee_id"

    def __init__(self, employee_id: int) -> None:
        super().__init__(employee_id)
        self.employee_id = employee_id


class AbsenceOver(Refused):
    """What is over or called off is not ended again."""


@dataclass(frozen=True)
class AbsenceRow:
    """An absence with the names, for pages."""

    absence: Absence
    name: str
    substitute: str | None


def add_absence(
    session: Session,
    employee_id: int,
    *,
    from_at: datetime,
    until_at: datetime,
    substitute_id: int | None = None,
    reason: str = "",
    actor: Actor,
    now: datetime,
) -> Absence:
    """Write down that the person is away from ``from_at`` until before ``until_at`` (UTC).

    Raises NotFound for foreign people, AbsenceEmpty, AbsenceTooFar, AbsenceOverlaps,
    OwnSubstitute, SubstituteAway, StandsInForAnother.
    """
    actor.require(DirectoryPermission.MANAGE_ABSENCES)
    exclusively(session, "absences")
    require_person_seen(session, employee_id, actor=actor)
    if until_at <= from_at or until_at <= now:
        raise AbsenceEmpty
    if until_at > now + FARTHEST:
        raise AbsenceTooFar
    _refuse_overlap(session, employee_id, from_at, until_at)
    _refuse_chain(session, employee_id, from_at, until_at)
    if substitute_id is not None:
        _check_substitute(session, employee_id, substitute_id, from_at, until_at, actor)
    absence = Absence(
        employee_id=employee_id,
        substitute_id=substitute_id,
        from_at=from_at,
        until_at=until_at,
        reason=" ".join(reason.split())[:300],
        created_at=now,
    )
    session.add(absence)
    session.flush()
    event = AbsenceAdded(
        absence_id=absence.id,
        employee_id=employee_id,
        substitute_id=substitute_id,
        from_at=from_at,
        until_at=until_at,
    )
    record(session, event, actor=actor, at=now)
    return absence


def end_absence(session: Session, absence_id: int, *, actor: Actor, now: datetime) -> Absence:
    """The person is back now; one that has not begun is called off. Raises AbsenceOver."""
    actor.require(DirectoryPermission.MANAGE_ABSENCES)
    exclusively(session, "absences")
    absence = get_absence(session, absence_id, actor=actor)
    if absence.cancelled_at is not None or absence.until_at <= now:
        raise AbsenceOver(absence_id)
    ids = {"absence_id": absence.id, "employee_id": absence.employee_id}
    if absence.from_at >= now:
        absence.cancelled_at = now
        record(session, AbsenceCancelled(**ids), actor=actor, at=now)
    else:
        event = AbsenceEnded(**ids, until_at=now, planned_until=absence.until_at)
        absence.until_at = now
        record(session, event, actor=actor, at=now)
    session.flush()
    return absence


def get_absence(session: Session, absence_id: int, *, actor: Actor) -> Absence:
    """The absence, if the actor may see the person; NotFound otherwise."""
    found = session.scalar(
        select(Absence).where(Absence.id == absence_id, Absence.employee_id.in_(_people(actor)))
    )
    if found is None:
        raise NotFound("absence", absence_id)
    return found


def absences_listed(
    session: Session, *, over: bool = False, limit: int = 200, actor: Actor, now: datetime
) -> list[AbsenceRow]:
    """Absences of the actor's people, present and coming ones first; ``over``: the past ones."""
    employee, substitute = aliased(Employee), aliased(Employee)
    is_over = Absence.until_at <= now
    query = (
        select(Absence, employee.full_name, substitute.full_name)
        .join(employee, employee.id == Absence.employee_id)
        .outerjoin(substitute, substitute.id == Absence.substitute_id)
        .where(Absence.employee_id.in_(_people(actor)), Absence.cancelled_at.is_(None))
        .where(is_over if over else ~is_over)
        .order_by(Absence.from_at.desc() if over else Absence.from_at, Absence.id)
        .limit(limit)
    )
    return [AbsenceRow(*row) for row in session.execute(query)]


def substitute_for(session: Session, employee_id: int, at: datetime) -> int | None:
    """Who stands in for the person at the moment; None: nobody, or the person is there."""
    return session.scalar(
        select(Absence.substitute_id).where(Absence.employee_id == employee_id, _covers(at))
    )


def absent_ids(session: Session, employee_ids: Collection[int], at: datetime) -> frozenset[int]:
    """Those of these people who are away at the moment."""
    return frozenset(
        session.scalars(
            select(Absence.employee_id).where(
                Absence.employee_id.in_(list(employee_ids)), _covers(at)
            )
        )
    )


def is_absent(employee_id: ColumnElement[int], at: datetime) -> ColumnElement[bool]:
    """SQL: whether the person of this column is away at the moment."""
    return exists().where(Absence.employee_id == employee_id, _covers(at))


def _covers(at: datetime) -> ColumnElement[bool]:
    is_on = (Absence.from_at <= at) & (Absence.until_at > at)
    return is_on & Absence.cancelled_at.is_(None)


def _overlapping(from_at: datetime, until_at: datetime) -> ColumnElement[bool]:
    meets = (Absence.from_at < until_at) & (Absence.until_at > from_at)
    return meets & Absence.cancelled_at.is_(None)


def _refuse_overlap(
    session: Session, employee_id: int, from_at: datetime, until_at: datetime
) -> None:
    other = session.scalars(
        select(Absence)
        .where(Absence.employee_id == employee_id, _overlapping(from_at, until_at))
        .order_by(Absence.from_at)
    ).first()
    if other is not None:
        raise AbsenceOverlaps(other.from_at, other.until_at)


def _refuse_chain(
    session: Session, employee_id: int, from_at: datetime, until_at: datetime
) -> None:
    other = session.scalar(
        select(Absence.employee_id)
        .where(Absence.substitute_id == employee_id, _overlapping(from_at, until_at))
        .limit(1)
    )
    if other is not None:
        raise StandsInForAnother(other)


def _check_substitute(
    session: Session,
    employee_id: int,
    substitute_id: int,
    from_at: datetime,
    until_at: datetime,
    actor: Actor,
) -> None:
    if substitute_id == employee_id:
        raise OwnSubstitute
    substitute = require_person_seen(session, substitute_id, actor=actor)
    away = select(Absence.id).where(
        Absence.employee_id == substitute_id, _overlapping(from_at, until_at)
    )
    if not substitute.is_active or session.scalar(away.limit(1)) is not None:
        raise SubstituteAway(substitute_id)


def _people(actor: Actor) -> Select[int]:
    return employees_visible_to(actor).with_only_columns(Employee.id).order_by(None)
