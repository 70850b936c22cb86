"""A request that was returned: whoever asked mends and sends it again, or does without it (A6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import NotFound, Refused
from core.journal import JournalEntry, record
from directory.clients.models import Client
from worklists.closing import lock_work_lists, reopen_for
from worklists.due_times import working_moment
from worklists.events.asked import (
    InvolvementClosed,
    InvolvementSentAgain,
    JobNotWanted,
    JobSentAgain,
)
from worklists.involved import InvolvedLine, involved_from
from worklists.involvement import TextMissing, check_deadline
from worklists.lifecycle import TaskAction, after
from worklists.models.task import Task
from worklists.models.work_list import Involvement, WorkList
from worklists.notifications_sent import step_occasion, tell_unit
from worklists.permissions import WorkPermission
from worklists.task_page import names_of
from worklists.visibility import work_list_is_visible

_SENT_AGAIN = "unit_asked_again"


class NotReturned(Refused):
    """Only what the other unit gave back is mended and sent again, or closed by whoever asked."""


@dataclass(frozen=True, kw_only=True)
class AskedPage:
    """One request as the asking side sees it."""

    line: InvolvedLine
    history: Sequence[JournalEntry]
    """What became of it, the oldest first."""
    people: dict[str, str]
    client_id: int
    client: str
    source_id: int | None


def asked_page(session: Session, involvement_id: int, *, actor: Actor) -> AskedPage:
    """The request with its thread. Raises NotFound for one of a unit this person does not see."""
    actor.require(WorkPermission.SEE)
    condition = (Involvement.id == involvement_id) & work_list_is_visible(actor)
    lines = involved_from(session, condition, actor=actor)
    if not lines:
        raise NotFound("involvement", involvement_id)
    asked = lines[0].involvement
    entries = session.scalars(
        select(JournalEntry)
        .where(
            JournalEntry.subject == "work_list",
            JournalEntry.subject_id == asked.from_work_list_id,
        )
        .order_by(JournalEntry.id)
    ).all()
    history = [one for one in entries if one.details.get("involvement_id") == asked.id]
    return AskedPage(
        line=lines[0], history=history, people=names_of(session, (e.actor for e in history)),
        client_id=lines[0].task.client_id,
        client=session.get_one(Client, lines[0].task.client_id).name, source_id=asked.from_task_id,
    )  # fmt: skip


def send_again(
    session: Session,
    involvement_id: int,
    *,
    text: str,
    due_at: datetime,
    actor: Actor,
    now: datetime,
) -> Task:
    """Open the returned task again with the mended text and deadline; its unit is told.

    The thread stays one: the same task, the same involvement; due in the unit's working time, and
    to be taken from now on. Raises NotFound, NotPermitted, NotReturned, TextMissing,
    InvolvementDueInPast, TooFar, UnitOutOfUse.
    """
    asked, task = _returned(session, involvement_id, actor=actor)
    if not text.strip():
        raise TextMissing()
    check_deadline(due_at, now=now)
    due_at = working_moment(session, task.unit_id, due_at, actor=actor)
    from_state = task.state
    # The unit may have closed that work-list since, and opened a new one for this client.
    task.work_list_id = reopen_for(session, task.work_list_id, actor=actor, now=now)
    with session.no_autoflush:
        task.state = after(task.state, TaskAction.REOPEN)
        task.finish = task.closed_at = task.closed_by_id = None
        task.goal, task.due_at, task.comment, task.overdue_at = text.strip(), due_at, "", None
        task.given_at = now
    asked.to_work_list_id = task.work_list_id
    asked.accepted_task_id = asked.accepted_at = asked.accepted_by = None
    asked.returned_at = asked.returned_by = None
    asked.return_reason, asked.sent_again_at = "", now
    session.flush()
    mark = {"involvement_id": asked.id}
    event = JobSentAgain(
        task_id=task.id, from_state=from_state, to_state=task.state, text=task.goal,
        due_at=due_at, **mark,
    )  # fmt: skip
    record(session, event, actor=actor, at=now)
    sent = InvolvementSentAgain(work_list_id=asked.from_work_list_id, to_task_id=task.id, **mark)
    record(session, sent, actor=actor, at=now)
    occasion = step_occasion("asked_again", asked.id, now)
    tell_unit(session, task.id, kind=_SENT_AGAIN, occasion=occasion, actor=actor, now=now)
    return task


def close_request(session: Session, involvement_id: int, *, actor: Actor, now: datetime) -> None:
    """Do without what was returned. Raises NotFound, NotPermitted, NotReturned."""
    asked, task = _returned(session, involvement_id, actor=actor)
    asked.finished_at = now
    session.flush()
    mark = {"involvement_id": asked.id}
    record(session, JobNotWanted(task_id=task.id, **mark), actor=actor, at=now)
    closed = InvolvementClosed(work_list_id=asked.from_work_list_id, to_task_id=task.id, **mark)
    record(session, closed, actor=actor, at=now)


def _returned(session: Session, involvement_id: int, *, actor: Actor) -> tuple[Involvement, Task]:
    """The request and its task, both held, if they lie with the asking side."""
    actor.require(WorkPermission.INVOLVE)
    seen = session.execute(
        select(Involvement.to_task_id, WorkList.client_id)
        .join(WorkList, WorkList.id == Involvement.from_work_list_id)
        .where(Involvement.id == involvement_id, work_list_is_visible(actor))
    ).first()
    if seen is None:
        raise NotFound("involvement", involvement_id)
    lock_work_lists(session, seen.client_id)
    task = session.get_one(Task, seen.to_task_id, populate_existing=True, with_for_update=True)
    asked = session.get_one(
        Involvement, involvement_id, populate_existing=True, with_for_update=True
    )
    if asked.returned_at is None or asked.finished_at is not None:
        raise NotReturned(involvement_id)
    return asked, task
