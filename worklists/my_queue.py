"""The compact queue beside the card: what this person works on next (design, screens 4 and 5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row
from sqlalchemy.orm import Session

from campaigns.models import Outcome
from campaigns.retries import attempts_allowed
from core.access import Actor
from worklists.lateness import is_overdue
from worklists.lifecycle import TaskState
from worklists.models.task import Task, TaskKind
from worklists.permissions import WorkPermission
from worklists.queue_rows import queue_rows
from worklists.task_page import vehicle

SOON = timedelta(minutes=15)


class When(StrEnum):
    """A group of the queue, in the order of the page."""

    OVERDUE = "overdue"
    NOW = "now"
    TODAY = "today"
    LATER = "later"


_IN_ORDER = tuple(When)
_ORDER = {when: number for number, when in enumerate(When)}


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

    What I hold and what waits for my check come before what anybody may take. What is taken stays
    in its group: taking makes nothing less overdue.
    """
    actor.require(WorkPermission.SEE)
    if actor.employee_id is None:
        return []
    day_end = _day_end(actor, now)
    rows = queue_rows(session, actor=actor, now=now, day_end=day_end, limit=limit)
    lines = [_line(row, actor, now, day_end) for row in rows]
    return sorted(lines, key=lambda line: (_ORDER[line.when], not line.is_mine, line.at))


def upcoming(
    session: Session,
    *,
    after_id: int,
    place: Place | None,
    actor: Actor,
    now: datetime,
    limit: int = 50,
) -> list[Place]:
    """The queue from below this place on, then from its top; ``after_id`` left out."""
    actor.require(WorkPermission.SEE)
    if actor.employee_id is None:
        return []
    day_end = _day_end(actor, now)
    rows = queue_rows(session, actor=actor, now=now, day_end=day_end, limit=limit, bare=True)
    places = sorted(_place(row, actor, now, day_end) for row in rows if row.id != after_id)
    return sorted(places, key=lambda other: place is None or other <= place)


def place_of(task: Task, *, actor: Actor, now: datetime) -> Place:
    """Where the task stands in this person's queue; what was only taken keeps its place."""
    return _place(task, actor, now, _day_end(actor, now))


def _line(row: Row[*tuple[Any, ...]], actor: Actor, now: datetime, day_end: datetime) -> QueueRow:
    place = _place(row, actor, now, day_end)
    return QueueRow(
        id=row.id,
        client=row.client,
        campaign=row.campaign,
        asset=vehicle(row.make, row.model),
        kind=row.kind,
        state=row.state,
        at=place.at,
        outcome=row.outcome,
        attempts=row.attempts,
        attempts_at_most=attempts_allowed(row.retry_ladder, row.attempts_per_task),
        is_mine=actor.employee_id in (row.performer_id, row.control_by_id),
        when=_IN_ORDER[place.group],
        place=place,
    )


def _place(
    task: Task | Row[*tuple[Any, ...]], actor: Actor, now: datetime, day_end: datetime
) -> Place:
    is_checked = task.state is TaskState.ON_CONTROL
    at: datetime = (task.control_at if is_checked else None) or task.due_at
    is_given = task.performer_id == actor.employee_id and task.is_personal
    is_watched = task.control_by_id == actor.employee_id
    group = _ORDER[_when(task, at, now, day_end)]
    return Place(group, not (is_given or is_watched), at, task.id)


def _day_end(actor: Actor, now: datetime) -> datetime:
    local = now.astimezone(ZoneInfo(actor.time_zone))
    return (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def _when(
    task: Task | Row[*tuple[Any, ...]], at: datetime, now: datetime, day_end: datetime
) -> When:
    """Overdue by the rule of all pages; what is due within ``SOON`` is for now."""
    if is_overdue(task.kind, task.state, at, now):
        return When.OVERDUE
    if at <= now + SOON:
        return When.NOW
    return When.TODAY if at < day_end else When.LATER
