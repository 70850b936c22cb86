"""What becomes of the task that a booking was made in: confirmed, or the client is called again."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.models import Campaign
from campaigns.windows import clip, window_of
from core.access import Actor
from worklists.closing import lock_work_lists, reopen_for
from worklists.control import end_by_call, end_confirmed
from worklists.lifecycle import CLOSED, TaskState
from worklists.models.attempt import ServiceRequest
from worklists.models.task import Task, TaskKind
from worklists.offered import performers_for
from worklists.planning import add_successor, tell_performer


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
