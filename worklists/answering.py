"""The unit that was asked answers before it is done: it accepts, or returns with a reason (A6).

Both are facts of the involvement. The task itself goes by the one table of states: an accepted one
stays where it is and belongs to somebody, a returned one is closed until it is sent again.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import Invalid, Refused
from core.journal import record
from worklists.card.telling import tell_about
from worklists.closing import close_if_finished, close_task
from worklists.closing_undone import newest_of_mine
from worklists.events.asked import (
    AcceptanceUndone,
    InvolvementAccepted,
    InvolvementAnswerUndone,
    InvolvementReturned,
    JobAccepted,
    JobReturned,
)
from worklists.involvement import tell_asker_of
from worklists.lifecycle import TaskAction
from worklists.models.task import Finish, Task, TaskKind
from worklists.models.work_list import Involvement
from worklists.notifications_sent import ACCEPTED, RETURNED, take_back_notice
from worklists.permissions import WorkPermission
from worklists.saving import begin_step, require_free_or_mine, require_unchanged, task_to_change

_AT_ONCE = timedelta(minutes=1)
"""The lease of a task that is taken and returned in the same moment; nobody sees it."""


class NotAsked(Refused):
    """Only what another unit asked for, and still waits for, is accepted or returned."""


class AcceptedAlready(Refused):
    """It was accepted before."""


class ReturnReasonMissing(Invalid):
    """Whoever asked must read what to mend."""

    field = "comment"


def accept_job(
    session: Session, task_id: int, *, version: int, actor: Actor, now: datetime
) -> Task:
    """Promise to do what was asked; a task that is nobody's becomes this person's.

    Whoever asked is told. Raises NotFound, NotPermitted, NotAsked, AcceptedAlready,
    ChangedMeanwhile, HeldByAnother, StepRefused.
    """
    actor.require(WorkPermission.WORK)
    task = task_to_change(session, task_id, actor=actor)
    asked = _asked(session, task)
    require_unchanged(session, task, version)
    require_free_or_mine(session, task, token=None, actor=actor)
    if asked.accepted_task_id == task.id:
        raise AcceptedAlready(task_id)
    takes = task.performer_id is None
    if takes:
        task.performer_id = actor.person
    asked.accepted_task_id, asked.accepted_at, asked.accepted_by = task.id, now, actor.person
    session.flush()
    mark = {"involvement_id": asked.id}
    record(session, JobAccepted(task_id=task.id, became_performer=takes, **mark), actor=actor,
           at=now)  # fmt: skip
    tell_asker_of(session, asked, InvolvementAccepted, kind=ACCEPTED, actor=actor, now=now)
    return task


def undo_acceptance(session: Session, task_id: int, *, actor: Actor, now: datetime) -> Task:
    """Take the acceptance back within ``UNDO_WITHIN``: the request is new again.

    The second time nothing happens. Raises NotFound, NotPermitted, NotYours, TooLateToUndo,
    SomethingFollowed.
    """
    actor.require(WorkPermission.WORK)
    task = task_to_change(session, task_id, actor=actor)
    newest = newest_of_mine(session, task_id, (JobAccepted,), AcceptanceUndone, actor=actor,
                            now=now)  # fmt: skip
    if newest is None:
        return task
    asked = _asked(session, task)
    take_back_notice(session, ACCEPTED, asked.id, asked.accepted_at)
    if newest.details["became_performer"]:
        task.performer_id = None
    asked.accepted_task_id = asked.accepted_at = asked.accepted_by = None
    session.flush()
    mark = {"involvement_id": asked.id}
    record(session, AcceptanceUndone(task_id=task.id, **mark), actor=actor, at=now)
    undone = InvolvementAnswerUndone(
        work_list_id=asked.from_work_list_id, to_task_id=task.id, **mark
    )
    record(session, undone, actor=actor, at=now)
    return task


def return_job(
    session: Session,
    task_id: int,
    *,
    reason: str,
    version: int,
    token: int | None,
    actor: Actor,
    now: datetime,
) -> Task:
    """Give the request back to whoever asked, who reads the reason and mends or closes it.

    Raises NotFound, NotPermitted, NotAsked, ChangedMeanwhile, HeldByAnother, StepRefused,
    ReturnReasonMissing.
    """
    actor.require(WorkPermission.WORK)
    task = task_to_change(session, task_id, actor=actor)
    require_unchanged(session, task, version)
    asked = _asked(session, task)
    require_free_or_mine(session, task, token=token, actor=actor)
    reason = reason.strip()
    if not reason:
        raise ReturnReasonMissing()
    with session.no_autoflush:
        begin_step(session, task, lease=_AT_ONCE, actor=actor, now=now)
        from_state, before = task.state, task.comment
        close_task(task, action=TaskAction.CANCEL, finish=Finish.RETURNED, actor=actor, now=now)
        task.comment = reason
    asked.returned_at, asked.returned_by, asked.return_reason = now, actor.person, reason
    session.flush()
    event = JobReturned(
        task_id=task.id, involvement_id=asked.id, from_state=from_state, to_state=task.state,
        comment=reason, comment_before=before,
    )  # fmt: skip
    record(session, event, actor=actor, at=now)
    tell_asker_of(session, asked, InvolvementReturned, kind=RETURNED, reason=reason, actor=actor,
                  now=now)  # fmt: skip
    tell_about(session, task.id, kind="watched_outcome",
               occasion=f"closed:{task.id}:{task.version}", actor=actor, now=now)  # fmt: skip
    close_if_finished(session, task.work_list_id, now, actor=actor)
    return task


def may_be_returned(task: Task, asked: Involvement | None) -> bool:
    """Whether the request can be mended by whoever asked: a wrong number is not of that kind."""
    return (
        task.kind is TaskKind.DEPARTMENT
        and asked is not None
        and asked.finished_at is None
        and asked.returned_at is None
    )


def _asked(session: Session, task: Task) -> Involvement:
    """What the other unit waits for, held. Raises NotAsked."""
    asked = session.scalars(
        select(Involvement)
        .where(Involvement.to_task_id == task.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if asked is None or not may_be_returned(task, asked):
        raise NotAsked(task.id)
    return asked
