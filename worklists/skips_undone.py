"""Taking a skip back within the minutes in which an outcome can be (rules 9 and 16)."""

from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import Refused
from core.journal import JournalEntry, record
from worklists.closing_undone import newest_of_mine
from worklists.events.dispatch import SkipUndone, TaskSkipped
from worklists.lifecycle import TaskState
from worklists.models.skip import TaskSkip
from worklists.models.task import Task
from worklists.permissions import WorkPermission
from worklists.queue import take_task
from worklists.saving import task_to_change
from worklists.undo_images import moment_of
from worklists.undoing import NotYours


def undo_skip(
    session: Session, task_id: int, *, actor: Actor, now: datetime, lease: timedelta
) -> Task:
    """Put the task that this person passed over last where it stood; the history keeps both.

    What they held is in their hands again under a fresh lease, unless they hold another task by
    now, or it may not be taken any more; then it waits. The second time nothing happens. Raises
    NotFound, NotPermitted, NotYours, TooLateToUndo, SomethingFollowed.
    """
    actor.require(WorkPermission.WORK)
    task = task_to_change(session, task_id, actor=actor)
    skipped = newest_of_mine(session, task_id, (TaskSkipped,), SkipUndone, actor=actor, now=now)
    if skipped is None:
        return task
    if skipped.actor != actor.key:
        raise NotYours()
    from_state = task.state
    task.due_at = moment_of(skipped.details["old_due_at"]) or task.due_at
    session.flush()
    _forget(session, skipped, actor)
    if skipped.from_state == TaskState.IN_WORK and not _holds_another(session, actor):
        with suppress(Refused), session.begin_nested():
            take_task(session, task_id, actor=actor, now=now, lease=lease)
    session.refresh(task)
    event = SkipUndone(task_id=task.id, from_state=from_state, to_state=task.state)
    record(session, event, actor=actor, at=now)
    return task


def _forget(session: Session, skipped: JournalEntry, actor: Actor) -> None:
    """The person did not pass it over today, or only by an earlier skip of theirs."""
    mine = (TaskSkip.task_id == skipped.subject_id) & (TaskSkip.employee_id == actor.person)
    earlier = skipped.details.get("old_reason_id"), moment_of(skipped.details.get("old_at"))
    if earlier[0] is None:
        session.execute(delete(TaskSkip).where(mine))
    else:
        values = {"reason_id": earlier[0], "at": earlier[1]}
        session.execute(update(TaskSkip).where(mine).values(values))


def _holds_another(session: Session, actor: Actor) -> bool:
    held = select(Task.id).where(Task.performer_id == actor.person, Task.state == TaskState.IN_WORK)
    return session.scalar(held.limit(1)) is not None
