"""What becomes of the task that a booking was made in: confirmed, watched on, or a call again."""

from contextlib import suppress
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.models import Campaign
from campaigns.windows import clip, window_of
from core.access import Actor
from core.journal import JournalEntry, event_name
from worklists.closing import lock_work_lists, reopen_for
from worklists.closing_undone import reopen_closed
from worklists.control import end_by_call, end_confirmed
from worklists.events.bookings import ClientCame
from worklists.events.outcomes import ConfirmationUndone
from worklists.lifecycle import CLOSED, TaskState
from worklists.models.attempt import ServiceRequest
from worklists.models.task import Finish, Task, TaskKind
from worklists.offered import performers_for
from worklists.planning import add_successor, tell_performer
from worklists.undo_checks import SomethingFollowed
from worklists.unit_work import UnitOutOfUse


def lock_source(session: Session, request: ServiceRequest) -> Task:
    """The task of the booking, locked as every save locks it: work-lists, then the task."""
    lock_work_lists(session, request.client_id)
    return session.scalars(
        select(Task)
        .where(Task.id == request.task_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def confirm_source(session: Session, task: Task, *, actor: Actor, now: datetime) -> None:
    """The client came: a task that was left on control for that is done."""
    if task.state is TaskState.ON_CONTROL:
        end_confirmed(session, task, actor=actor, now=now)


def expect_again(
    session: Session, task: Task, request: ServiceRequest, *, actor: Actor, now: datetime
) -> None:
    """The client did not come after all: a task that ``confirm_source`` closed for this booking is
    on control again.

    It stays closed where the client's work goes on elsewhere by now, in a newer work-list or task:
    what is known of the booking is put right all the same.
    """
    if task.finish is not Finish.CONFIRMED or task.closed_at != _came_at(session, request):
        return
    with suppress(SomethingFollowed, UnitOutOfUse):
        reopen_closed(session, task, ConfirmationUndone, TaskState.ON_CONTROL, actor=actor, now=now)


def _came_at(session: Session, request: ServiceRequest) -> datetime | None:
    """When the client was last said to have come."""
    entries = session.scalars(
        select(JournalEntry)
        .where(
            JournalEntry.subject == ClientCame.subject,
            JournalEntry.subject_id == request.task_id,
            JournalEntry.event == event_name(ClientCame),
        )
        .order_by(JournalEntry.id.desc())
    )
    came = (one.at for one in entries if one.details.get("service_request_id") == request.id)
    return next(came, None)


def call_client_again(
    session: Session,
    task: Task,
    request: ServiceRequest,
    *,
    comment: str,
    actor: Actor,
    now: datetime,
) -> Task:
    """The task in which the client is called because the booking came to nothing.

    One that is open already goes on; else a new one, in the client's calling window, for whoever
    booked if they still work there. Control of the old one ends with it.
    """
    if task.state not in CLOSED and task.state is not TaskState.ON_CONTROL:
        return task
    campaign = session.get_one(Campaign, task.campaign_id)
    works_there = {person for person, _name in performers_for(session, task.unit_id)}
    successor = add_successor(
        session,
        task,
        work_list_id=reopen_for(session, task.work_list_id, actor=actor, now=now),
        kind=TaskKind.CALL,
        goal=task.goal,
        comment=comment,
        due_at=clip(window_of(campaign), task.time_zone, now),
        priority=task.priority,
        performer_id=request.created_by if request.created_by in works_there else None,
        actor=actor,
        now=now,
    )
    tell_performer(session, successor, actor=actor, now=now)
    if task.state is TaskState.ON_CONTROL:
        end_by_call(session, task, successor, comment, actor=actor, now=now)
    return successor
