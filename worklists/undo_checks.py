"""Whether anything rests on an attempt by now: then it can no longer be undone (rule 9)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import Refused
from core.journal import JournalEntry, event_name
from worklists.closing import reopen_for
from worklists.events.queue import TaskRefused
from worklists.lifecycle import OPEN
from worklists.models.attempt import Attempt, AttemptUndo
from worklists.models.task import Task, TaskKind
from worklists.saving import name_of


class SomethingFollowed(Refused):
    """Since then somebody went on from it; ``event`` is the journal's name of what happened."""

    def __init__(self, *, by_key: str, by_name: str, event: str, at: datetime | None) -> None:
        super().__init__(f"{event} by {by_key}")
        self.by_key = by_key
        self.by_name = by_name
        self.event = event
        self.at = at


def require_nothing_followed(
    session: Session,
    attempt: Attempt,
    undo: AttemptUndo,
    tasks: dict[int, Task],
    copies: Sequence[Attempt],
) -> None:
    """Raise SomethingFollowed if the tasks were touched, or a later attempt rests on this one."""
    entry = newer_entry(session, list(tasks), undo.journal_id)
    if entry is not None:
        raise followed(session, entry)
    ours = [attempt.id, *(copy.id for copy in copies)]
    later = select(Attempt.task_id).where(Attempt.undone_at.is_(None), Attempt.id.not_in(ours))
    if {"rest", "point", "asset"} & set(undo.before) or undo.created_ids.get("refusals"):
        # What a later attempt said of the client may rest on this one: it wrote nothing new then.
        later = later.where(Attempt.client_id == attempt.client_id, Attempt.id > attempt.id)
    else:
        later = later.where(Attempt.copied_from_id.in_(ours))
    task_id = session.scalar(later.order_by(Attempt.id).limit(1))
    if task_id is not None:
        raise followed(session, newest_entry(session, task_id))
    for task_id in undo.before["tasks"]:
        require_place(session, tasks[int(task_id)])


def require_place(session: Session, task: Task) -> None:
    """Nothing may stand where the task returns to: the same lead formed anew (rule 2)."""
    if task.kind is not TaskKind.CALL or task.predecessor_id is not None or task.state in OPEN:
        return
    standing = session.scalar(
        select(Task.id).where(
            Task.id != task.id,
            Task.work_list_id == task.work_list_id,
            Task.campaign_id == task.campaign_id,
            Task.asset_key == task.asset_key,
            Task.kind == TaskKind.CALL,
            Task.predecessor_id.is_(None),
            Task.state.in_(OPEN),
        )
    )
    if standing is not None:
        raise followed(session, newest_entry(session, standing))


def newer_entry(session: Session, task_ids: Sequence[int], than: int) -> JournalEntry | None:
    """The first journal row of these tasks after that one; refused claims changed nothing."""
    return session.scalars(
        select(JournalEntry)
        .where(
            JournalEntry.subject == "task",
            JournalEntry.subject_id.in_(task_ids),
            JournalEntry.id > than,
            JournalEntry.event != event_name(TaskRefused),
        )
        .order_by(JournalEntry.id)
        .limit(1)
    ).first()


def newest_entry(
    session: Session, subject_id: int, *, subject: str = "task"
) -> JournalEntry | None:
    """The last that the journal tells of the task, or of another subject."""
    return session.scalars(
        select(JournalEntry)
        .where(JournalEntry.subject == subject, JournalEntry.subject_id == subject_id)
        .order_by(JournalEntry.id.desc())
        .limit(1)
    ).first()


def followed(session: Session, entry: JournalEntry | None) -> SomethingFollowed:
    """The refusal that names who went on, and with what."""
    if entry is None:
        return SomethingFollowed(by_key="", by_name="", event="", at=None)
    return SomethingFollowed(
        by_key=entry.actor,
        by_name=name_of(session, entry.actor),
        event=entry.event,
        at=entry.at,
    )


def open_again(session: Session, tasks: Sequence[Task], *, actor: Actor, now: datetime) -> None:
    """Open the work-lists to which tasks return. Raises SomethingFollowed if a newer one is."""
    for work_list_id in sorted({task.work_list_id for task in tasks}):
        open_id = reopen_for(session, work_list_id, actor=actor, now=now)
        if open_id != work_list_id:
            raise followed(session, newest_entry(session, open_id, subject="work_list"))
