"""The compact queue beside the card: what this person works on next (design, screens 4 and 5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, literal, or_, select
from sqlalchemy.orm import Session

from campaigns.models import Campaign, Outcome
from campaigns.retries import attempts_allowed
from core.access import Actor
from directory.assets.models import Asset
from directory.clients.models import Client
from worklists.free_tasks import first_free
from worklists.lateness import is_late
from worklists.leases import in_state
from worklists.lifecycle import TaskState
from worklists.models.task import Task, TaskKind
from worklists.permissions import WorkPermission
from worklists.skips import not_skipped
from worklists.task_page import vehicle
from worklists.visibility import task_is_visible

SOON = timedelta(minutes=15)


class When(StrEnum):
    """A group of the queue."""

    OVERDUE = "overdue"
    NOW = "now"
    TODAY = "today"
    LATER = "later"


@dataclass(frozen=True, order=True)
class Place:
    """Where a task stands in the queue, whether or not somebody holds it just now."""

    group: int
    is_anybodys: bool
    at: datetime
    id: int


@dataclass(frozen=True, kw_only=True)
class QueueRow:
    """One line of the queue."""

    id: int
    client: str
    campaign: str
    asset: str
    kind: TaskKind
    state: TaskState
    at: datetime
    """Due, or for what is on control the control date."""
    outcome: Outcome | None
    attempts: int
    attempts_at_most: int
    is_mine: bool
    when: When
    place: "Place"


def queue_for(
    session: Session, *, actor: Actor, now: datetime, limit: int = 50
) -> Sequence[QueueRow]:
    """Read my tasks and those free for me to take, due by the end of my day, first things first.

    What I hold and what waits for my check come before what anybody may take.
    """
    actor.require(WorkPermission.SEE)
    if actor.employee_id is None:
        return []
    zone = ZoneInfo(actor.time_zone)
    local = now.astimezone(zone)
    day_end = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = [
        *session.execute(_given(actor, now, day_end, limit)).all(),
        *session.execute(_watched(actor, day_end, limit)).all(),
        *session.execute(_free(session, actor, now, day_end, limit)).all(),
    ][:limit]
    lines = [_line(row, actor, now, zone) for row in rows]
    return sorted(lines, key=lambda line: (list(When).index(line.when), not line.is_mine, line.at))


def _given(
    actor: Actor, now: datetime, day_end: datetime, limit: int
) -> Select[*tuple[object, ...]]:
    """What I hold, and what was given to me and is due today."""
    waiting = Task.state.in_((TaskState.PLANNED, TaskState.DEFERRED))
    due = and_(waiting, Task.due_at < day_end, not_skipped(Task, literal(actor.person), now))
    mine = and_(Task.performer_id == actor.employee_id, or_(Task.state == TaskState.IN_WORK, due))
    return _rows(actor, mine).order_by(Task.due_at, Task.id).limit(limit)


def _watched(actor: Actor, day_end: datetime, limit: int) -> Select[*tuple[object, ...]]:
    """What I left on control and must check today."""
    watched = and_(
        in_state(TaskState.ON_CONTROL),
        Task.control_at < day_end,
        Task.control_by_id == actor.employee_id,
    )
    return _rows(actor, watched).order_by(Task.control_at, Task.id).limit(limit)


def _free(
    session: Session, actor: Actor, now: datetime, day_end: datetime, limit: int
) -> Select[*tuple[object, ...]]:
    ids = first_free(session, actor.unit_ids, due_until=day_end, limit=limit)
    free = and_(Task.id.in_(ids), not_skipped(Task, literal(actor.person), now))
    return _rows(actor, free).order_by(Task.priority, Task.due_at, Task.id)


def _rows(actor: Actor, condition: ColumnElement[bool]) -> Select[*tuple[object, ...]]:
    return (
        select(
            Task, Client.name, Campaign.name, Campaign.retry_ladder, Campaign.attempts_per_task,
            Asset.make, Asset.model,
        )
        .join(Client, Client.id == Task.client_id)
        .join(Campaign, Campaign.id == Task.campaign_id)
        .outerjoin(Asset, Asset.id == Task.asset_id)
        .where(condition, task_is_visible(actor))
    )  # fmt: skip


def _line(row: tuple[object, ...], actor: Actor, now: datetime, zone: ZoneInfo) -> QueueRow:
    task, client, campaign, ladder, per_task, make, model = row
    assert isinstance(task, Task)
    at = _at(task)
    is_mine = actor.employee_id in (task.performer_id, task.control_by_id)
    return QueueRow(
        id=task.id,
        client=str(client),
        campaign=str(campaign),
        asset=vehicle(make, model),  # type: ignore[arg-type]
        kind=task.kind,
        state=task.state,
        at=at,
        outcome=task.outcome,
        attempts=task.attempts,
        attempts_at_most=attempts_allowed(ladder, per_task),  # type: ignore[arg-type]
        is_mine=is_mine,
        when=When.NOW if task.state is TaskState.IN_WORK else _when(task, at, now, zone),
        place=place_of(task, actor=actor, now=now),
    )


def place_of(task: Task, *, actor: Actor, now: datetime) -> Place:
    """Where the task stands in this person's queue; what was only taken keeps its place."""
    at = _at(task)
    is_given = task.performer_id == actor.employee_id and task.is_personal
    is_watched = task.control_by_id == actor.employee_id
    group = list(When).index(_when(task, at, now, ZoneInfo(actor.time_zone)))
    return Place(group, not (is_given or is_watched), at, task.id)


def _at(task: Task) -> datetime:
    on_control = task.state is TaskState.ON_CONTROL and task.control_at is not None
    return task.control_at if on_control and task.control_at else task.due_at


def _when(task: Task, at: datetime, now: datetime, zone: ZoneInfo) -> When:
    """Overdue by the rule of the boards; a check that was promised for a time, at that time."""
    watched = task.state is TaskState.ON_CONTROL
    if at < now if watched else is_late(task.kind, at, now):
        return When.OVERDUE
    if at <= now + SOON:
        return When.NOW
    return When.TODAY if at.astimezone(zone).date() == now.astimezone(zone).date() else When.LATER
