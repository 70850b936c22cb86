"""Calls that were made elsewhere and are recorded afterwards: by another firm, on paper (A8).

The same use-case as that of the outcome form, with a moment of its own. What follows (the next try,
control, the rest after a refusal) counts from the call; the journal says when it was recorded.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import Invalid
from worklists.attempts import Recorded, save_report, saved_before
from worklists.card.sent_along import chain_of
from worklists.models.attempt import Attempt
from worklists.models.task import Task
from worklists.permissions import WorkPermission
from worklists.report_checks import require_call
from worklists.reports import AttemptReport
from worklists.saving import require_in_nobodys_hands, task_to_change

_AT_ONCE = timedelta()


class CalledInFuture(Invalid):
    """What was called has been called."""

    field = "called_at"


class CalledBeforeTask(Invalid):
    """A call before the task was made is no call about it."""

    field = "called_at"


class CalledBeforeLast(Invalid):
    """A later attempt at the task is known: it decided what is done next."""

    field = "called_at"


def record_made_elsewhere(
    session: Session,
    task_id: int,
    report: AttemptReport,
    *,
    called_at: datetime,
    actor: Actor,
    now: datetime,
) -> Recorded:
    """Save the outcome of a call made at ``called_at`` with all that follows.

    The actor is who called, or who answers for the record where ``report.caller`` is told. A task
    that is somebody's stays theirs. A second report with the same ``form_key`` returns what the
    first one saved; ``version`` and ``token`` do not count, there was no page. Raises NotFound,
    NotPermitted, NotACall, HeldByAnother, StepRefused, ChangedMeanwhile, and an Invalid whose
    ``field`` names what is at fault.
    """
    actor.require(WorkPermission.WORK)
    task = task_to_change(session, task_id, actor=actor)
    earlier = saved_before(session, task, report, actor=actor)
    if earlier is not None:
        return earlier
    require_call(task)
    require_in_nobodys_hands(session, task)
    _check_moment(session, task, called_at, now=now)
    told = replace(report, called_at=called_at)
    return save_report(session, task, told, actor=actor, now=now, lease=_AT_ONCE)


def _check_moment(session: Session, task: Task, called_at: datetime, *, now: datetime) -> None:
    if called_at > now:
        raise CalledInFuture(called_at)
    made_at, of_task = task.created_at, Attempt.task_id == task.id
    if task.redirected_from_id is not None:  # one piece of work, from hand to hand
        chain = chain_of(task.id)
        first = select(func.min(Task.created_at)).where(Task.id.in_(chain))
        made_at, of_task = session.scalars(first).one(), Attempt.task_id.in_(chain)
    if called_at < made_at:
        raise CalledBeforeTask(called_at)
    later = select(Attempt.id).where(of_task, Attempt.at > called_at, Attempt.undone_at.is_(None))
    if session.scalar(later.limit(1)) is not None:
        raise CalledBeforeLast(called_at)
