"""Taking the confirmation of a control back within some minutes (rules 9, 10)."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from core.access import Actor
from core.journal import record
from worklists.events.outcomes import ConfirmationUndone, ControlConfirmed
from worklists.lifecycle import TaskState, back_to
from worklists.models.attempt import Notification
from worklists.models.task import Task
from worklists.models.work_list import Involvement
from worklists.notifications_sent import occasion_of
from worklists.permissions import WorkPermission
from worklists.saving import task_to_change
from worklists.undo_checks import followed, newest_entry, open_again, require_place
from worklists.undo_images import UNDO_WITHIN
from worklists.undoing import NotYours, TooLateToUndo


def undo_confirmation(session: Session, task_id: int, *, actor: Actor, now: datetime) -> Task:
    """Put the task that was confirmed last on control again, until the date that it had.

    The second time nothing happens. Raises NotFound, NotPermitted, NotYours, TooLateToUndo,
    SomethingFollowed.
    """
    actor.require(WorkPermission.WORK)
    task = task_to_change(session, task_id, actor=actor)
    newest = newest_entry(session, task_id)
    if newest is not None and newest.event == ConfirmationUndone.__name__:
        return task
    if newest is None or newest.event != ControlConfirmed.__name__:
        raise followed(session, newest)
    if newest.actor != actor.key and not actor.may(WorkPermission.DISPATCH):
        raise NotYours()
    if now > newest.at + UNDO_WITHIN:
        raise TooLateToUndo()
    require_place(session, task)
    open_again(session, [task], actor=actor, now=now)
    from_state, closed_at = task.state, task.closed_at
    with session.no_autoflush:
        task.state = back_to(task.state, TaskState.ON_CONTROL)
        task.finish = task.closed_at = task.closed_by_id = None
        task.comment = newest.details.get("comment_before") or task.comment
    session.flush()
    event = ConfirmationUndone(task_id=task.id, from_state=from_state, to_state=task.state)
    record(session, event, actor=actor, at=now)
    _tell_asker_no_more(session, task, closed_at)
    return task


def _tell_asker_no_more(session: Session, task: Task, closed_at: datetime | None) -> None:
    """If another unit asked for the task: it is not finished there, and nobody has to be told."""
    mine = Involvement.to_task_id == task.id, Involvement.finished_at == closed_at
    ids = session.scalars(select(Involvement.id).where(*mine)).all()
    session.execute(update(Involvement).where(Involvement.id.in_(ids)).values(finished_at=None))
    session.execute(
        delete(Notification).where(
            Notification.occasion.in_([occasion_of(one) for one in ids]),
            Notification.seen_at.is_(None),
        )
    )
