"""Closing a job without a call: one asked by another unit, an extra one, a data correction."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import Invalid, Refused
from core.journal import record
from worklists.card.telling import tell_about
from worklists.closing import close_if_finished, close_task
from worklists.events.outcomes import JobFinished, JobGivenUp
from worklists.involvement import tell_asker
from worklists.lifecycle import TaskAction
from worklists.models.task import PHONING, Finish, Task, TaskKind
from worklists.permissions import WorkPermission
from worklists.saving import begin_step, require_free_or_mine, require_unchanged, task_to_change

_AT_ONCE = timedelta(minutes=1)
"""The lease of a task that is taken and closed in the same moment; nobody sees it."""


class IsACall(Refused):
    """A call is closed by recording its outcome."""


class AnswerMissing(Invalid):
    """Who asked must read the answer; a job left undone needs its reason."""

    field = "comment"


def finish_job(
    session: Session,
    task_id: int,
    *,
    comment: str,
    done: bool,
    version: int,
    token: int | None,
    actor: Actor,
    now: datetime,
) -> Task:
    """Close the job as done, or as given up with the comment as the reason (then cancelled).

    Raises NotFound, IsACall, ChangedMeanwhile, HeldByAnother, StepRefused, AnswerMissing.
    """
    actor.require(WorkPermission.WORK)
    task = task_to_change(session, task_id, actor=actor)
    if task.kind in PHONING:
        raise IsACall(task.kind)
    require_unchanged(session, task, version)
    require_free_or_mine(session, task, token=token, actor=actor)
    if not comment.strip() and (not done or task.kind is TaskKind.DEPARTMENT):
        raise AnswerMissing()
    with session.no_autoflush:
        begin_step(session, task, lease=_AT_ONCE, actor=actor, now=now)
        _close(session, task, comment=comment.strip(), done=done, actor=actor, now=now)
    session.flush()
    tell_asker(session, task, actor=actor, now=now)
    tell_about(session, task.id, kind="watched_outcome",
               occasion=f"closed:{task.id}:{task.version}", actor=actor, now=now)  # fmt: skip
    close_if_finished(session, task.work_list_id, now, actor=actor)
    return task


def _close(
    session: Session, task: Task, *, comment: str, done: bool, actor: Actor, now: datetime
) -> None:
    from_state, before = task.state, task.comment
    action = TaskAction.COMPLETE if done else TaskAction.CANCEL
    finish = Finish.GOAL_REACHED if done else Finish.CANCELLED
    close_task(task, action=action, finish=finish, actor=actor, now=now)
    task.comment = comment
    closed = JobFinished if done else JobGivenUp
    event = closed(
        task_id=task.id, from_state=from_state, to_state=task.state, comment=comment,
        comment_before=before,
    )  # fmt: skip
    record(session, event, actor=actor, at=now)
