"""One digest for each person: all that escalated to them, in one notification and one e-mail."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, exists, func, select, update
from sqlalchemy.orm import Session

from core.clock import Clock
from core.db import Database
from core.locks import exclusively
from worklists.card.mail_choices import queue_mail
from worklists.escalation.models import Escalation, EscalationPerson
from worklists.escalation.waiting import WAITS_IN, can_be_done, waits_since
from worklists.models.attempt import Notification
from worklists.models.task import Task

ESCALATION = "escalation"
"""What every set of these rows is changed under, one transaction at a time."""
DIGEST = "escalated"
"""Kind of the notification."""
KEPT = timedelta(days=60)
"""Longer than an outcome can be undone, so that what comes back is not told a second time."""
_QUIET = {"synchronize_session": False}


def waits_for_it() -> ColumnElement[bool]:
    """Condition on ``escalations`` joined with ``tasks``: the task still waits for the same."""
    return and_(Task.state.in_(WAITS_IN), Escalation.since == waits_since(), can_be_done())


def mark_ended(session: Session, now: datetime) -> None:
    """Note what waits no more, and take the note back where an undo or a campaign that goes on
    brought it back."""
    ended = Escalation.ended_at
    waits = exists().where(Task.id == Escalation.task_id, waits_for_it())
    gone = update(Escalation).where(ended.is_(None), ~waits).values(ended_at=now)
    back = update(Escalation).where(ended.is_not(None), waits).values(ended_at=None)
    for statement in (gone, back):
        session.execute(statement.execution_options(**_QUIET))


def forget_ended(session: Session, now: datetime) -> None:
    """Remove what ended long ago; the journal keeps what happened."""
    old = select(Escalation.id).where(Escalation.ended_at < now - KEPT)
    for statement in (
        delete(EscalationPerson).where(EscalationPerson.escalation_id.in_(old)),
        delete(Escalation).where(Escalation.ended_at < now - KEPT),
    ):
        session.execute(statement.execution_options(**_QUIET))


def tell_again(
    session: Session, unit_ids: Sequence[int], highest: int, *, before: datetime
) -> None:
    """Let those of the last level be told once more who were last told before ``before``."""
    last = (
        select(Escalation.id)
        .join(Task, Task.id == Escalation.task_id)
        .where(
            Escalation.ended_at.is_(None),
            Escalation.level >= highest,
            Task.unit_id.in_(unit_ids),
            waits_for_it(),
        )
    )
    session.execute(
        update(EscalationPerson)
        .where(EscalationPerson.escalation_id.in_(last), EscalationPerson.told_at < before)
        .values(told_at=None)
        .execution_options(**_QUIET)
    )


def tell_people(database: Database, clock: Clock) -> int:
    """Give everybody their digest, each in a transaction of its own; returns how many there are."""
    with database.reading() as session:
        people = session.scalars(
            select(EscalationPerson.employee_id)
            .where(EscalationPerson.told_at.is_(None))
            .distinct()
            .order_by(EscalationPerson.employee_id)
        ).all()
    told = 0
    for employee_id in people:
        with database.unit_of_work() as session:
            told += _tell(session, employee_id, clock(session))
    return told


def _tell(session: Session, employee_id: int, now: datetime) -> bool:
    """One digest; whether there was anything to tell. A second one finds nothing left."""
    exclusively(session, ESCALATION)
    mine = EscalationPerson.employee_id == employee_id
    taken = session.scalars(
        update(EscalationPerson)
        .where(mine, EscalationPerson.told_at.is_(None))
        .values(told_at=now)
        .returning(EscalationPerson.escalation_id)
        .execution_options(**_QUIET)
    ).all()
    if not taken:
        return False
    these = [mine, EscalationPerson.told_at == now]
    digest = (
        select(Task.id, Task.work_list_id, func.count().over().label("tasks"))
        .join(Escalation, Escalation.task_id == Task.id)
        .join(EscalationPerson, EscalationPerson.escalation_id == Escalation.id)
        .where(*these, waits_for_it())
        .group_by(Task.id, Task.work_list_id)
        .order_by(func.min(Escalation.since), Task.id)
        .limit(1)
    )
    first = session.execute(digest).first()
    if first is None:
        return False  # everything was done before it was told
    notification = Notification(
        employee_id=employee_id,
        kind=DIGEST,
        task_id=first.id,
        work_list_id=first.work_list_id,
        occasion=f"{DIGEST}:{employee_id}:{now.isoformat()}",
        tasks=first.tasks,
        created_at=now,
    )
    session.add(notification)
    session.flush()
    session.execute(
        update(EscalationPerson)
        .where(*these)
        .values(notification_id=notification.id)
        .execution_options(**_QUIET)
    )
    queue_mail(session, Notification.id == notification.id, now=now)
    return True
