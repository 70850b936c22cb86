"""Taking back, within some minutes, what was done without a call: a confirmation or prolonging of
control, a job (9, 10)."""

from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from core.access import Actor
from core.journal import Event, JournalEntry, event_name, record
from worklists.events.asked import InvolvementAnswerUndone, JobReturned
from worklists.events.outcomes import (
    ConfirmationUndone,
    ControlConfirmed,
    ControlProlonged,
    JobFinished,
    JobGivenUp,
    JobUndone,
    ProlongingUndone,
)
from worklists.lifecycle import TaskState, back_to
from worklists.models.attempt import Notification
from worklists.models.task import Task
from worklists.models.work_list import Involvement
from worklists.notifications_sent import RETURNED, occasion_of, take_back_notice
from worklists.permissions import WorkPermission
from worklists.saving import task_to_change
from worklists.undo_checks import followed, newest_entry, open_again, require_place
from worklists.undo_images import UNDO_WITHIN, moment_of
from worklists.undoing import NotYours, TooLateToUndo

_JOB = (JobFinished, JobGivenUp, JobReturned)


def undo_confirmation(session: Session, task_id: int, *, actor: Actor, now: datetime) -> Task:
    """Put the task that was confirmed last on control again, until the date that it had.

    The second time nothing happens. Raises NotFound, NotPermitted, NotYours, TooLateToUndo,
    SomethingFollowed.
    """
    return _undo(
        session, task_id, (ControlConfirmed,), ConfirmationUndone, TaskState.ON_CONTROL,
        actor=actor, now=now,
    )  # fmt: skip


def undo_job(session: Session, task_id: int, *, actor: Actor, now: datetime) -> Task:
    """Open the job that was closed or returned last again, as its performer's own.

    The second time nothing happens. Raises as ``undo_confirmation``.
    """
    return _undo(session, task_id, _JOB, JobUndone, TaskState.PLANNED, actor=actor, now=now)


def undone_answer(session: Session, task_id: int) -> str:
    """What was written in the closing just taken back, to be mended; the caller sees the task.

    Empty when anything followed.
    """
    newest = newest_entry(session, task_id)
    if newest is None or newest.event != event_name(JobUndone):
        return ""
    closed = session.scalars(
        select(JournalEntry)
        .where(
            JournalEntry.subject == JobUndone.subject,
            JournalEntry.subject_id == task_id,
            JournalEntry.event.in_(map(event_name, _JOB)),
        )
        .order_by(JournalEntry.id.desc())
        .limit(1)
    ).first()
    return str(closed.details.get("comment") or "") if closed is not None else ""


def undo_prolonging(session: Session, task_id: int, *, actor: Actor, now: datetime) -> Task:
    """Give the task that was watched on last its former control date back.

    Whoever was told that the date had come is not told again. The second time nothing happens.
    Raises as ``undo_confirmation``.
    """
    actor.require(WorkPermission.WORK)
    task = task_to_change(session, task_id, actor=actor)
    deeds = (ControlProlonged,)
    newest = newest_of_mine(session, task_id, deeds, ProlongingUndone, actor=actor, now=now)
    if newest is None:
        return task
    was = moment_of(newest.details.get("was"))
    if was is None:  # prolonged by an earlier version, which did not write it down
        raise TooLateToUndo()
    task.control_at, task.control_due_at = was, moment_of(newest.details.get("was_due_at"))
    session.flush()
    event = ProlongingUndone(task_id=task.id, from_state=task.state, to_state=task.state, until=was)
    record(session, event, actor=actor, at=now)
    return task


def _undo(
    session: Session,
    task_id: int,
    closings: tuple[type[Event], ...],
    undone: type[ConfirmationUndone] | type[JobUndone],
    earlier: TaskState,
    *,
    actor: Actor,
    now: datetime,
) -> Task:
    actor.require(WorkPermission.WORK)
    task = task_to_change(session, task_id, actor=actor)
    newest = newest_of_mine(session, task_id, closings, undone, actor=actor, now=now)
    if newest is None:
        return task
    before = newest.details.get("comment_before")
    reopen_closed(session, task, undone, earlier, comment=before, actor=actor, now=now)
    return task


def reopen_closed(
    session: Session,
    task: Task,
    undone: type[ConfirmationUndone] | type[JobUndone],
    earlier: TaskState,
    *,
    comment: str | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Put the closed task, which the caller holds, back to the state that it was closed in.

    ``comment``: that of before, an empty one too; None: it is what it was. Whether the closing may
    be taken back at all is the caller's question. Raises SomethingFollowed and UnitOutOfUse, with
    nothing changed.
    """
    require_place(session, task)
    open_again(session, [task], actor=actor, now=now)
    from_state, closed_at = task.state, task.closed_at
    with session.no_autoflush:
        task.state = back_to(task.state, earlier)
        task.finish = task.closed_at = task.closed_by_id = None
        if comment is not None:
            task.comment = comment
    session.flush()
    event = undone(task_id=task.id, from_state=from_state, to_state=task.state)
    record(session, event, actor=actor, at=now)
    _tell_asker_no_more(session, task, closed_at, actor=actor, now=now)


def newest_of_mine(
    session: Session,
    task_id: int,
    deeds: tuple[type[Event], ...],
    undone: type[Event],
    *,
    actor: Actor,
    now: datetime,
) -> JournalEntry | None:
    """The journal's line of one of these deeds, if it may be taken back; None: it was already.

    Raises NotYours, TooLateToUndo, SomethingFollowed.
    """
    newest = newest_entry(session, task_id)
    if newest is not None and newest.event == event_name(undone):
        return None
    if newest is None or newest.event not in map(event_name, deeds):
        raise followed(session, newest)
    if newest.actor != actor.key and not actor.may(WorkPermission.DISPATCH):
        raise NotYours()
    if now > newest.at + UNDO_WITHIN:
        raise TooLateToUndo()
    return newest


def _tell_asker_no_more(
    session: Session, task: Task, closed_at: datetime | None, *, actor: Actor, now: datetime
) -> None:
    """If another unit asked for the task: it waits there again, and nobody has to be told."""
    answered = or_(Involvement.finished_at == closed_at, Involvement.returned_at == closed_at)
    asked = session.scalars(
        select(Involvement).where(Involvement.to_task_id == task.id, answered)
    ).one_or_none()
    if asked is None:
        return
    if asked.returned_at is not None:
        take_back_notice(session, RETURNED, asked.id, asked.returned_at)
    asked.finished_at = asked.returned_at = asked.returned_by = None
    asked.return_reason = ""
    session.flush()
    session.execute(
        delete(Notification).where(
            Notification.occasion == occasion_of(asked.id), Notification.seen_at.is_(None)
        )
    )
    event = InvolvementAnswerUndone(
        work_list_id=asked.from_work_list_id, involvement_id=asked.id, to_task_id=task.id
    )
    record(session, event, actor=actor, at=now)
