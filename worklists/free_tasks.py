"""The free tasks that come first, by priority and due time, without sorting all of them.

One walk of ``ix_tasks_queue`` per lane, each stopped after the limit: the cost does not grow with
what waits in the lanes.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, select, union_all
from sqlalchemy.orm import Session

from core.db import UtcDateTime
from worklists.lanes import free_lanes
from worklists.leases import in_state
from worklists.lifecycle import TaskState
from worklists.models.task import Task

MOST_LANES = 64
"""Lanes looked into, the most urgent first; more than so many fill no page."""


def first_free(
    session: Session, unit_ids: Iterable[int], *, due_until: datetime, limit: int
) -> list[int]:
    """The ids of the units' free tasks due before ``due_until`` (UTC), first things first."""
    lanes = session.execute(free_lanes(), {"of_units": sorted(unit_ids)}).all()
    due = most_urgent(lanes, due_until)
    values = lanes_values(due) | {"due_until": due_until, "at_most": limit}
    if not due:
        return []
    return list(session.scalars(_walks(len(due)), values))


def most_urgent(lanes: Sequence[Row[Any]], due_until: datetime) -> list[Row[Any]]:
    """The lanes with something due before the moment, the most urgent first, at most 64."""
    due = [lane for lane in lanes if lane.head_due_at < due_until]
    due.sort(key=lambda lane: (lane.priority, lane.head_due_at, lane.head_id))
    return due[:MOST_LANES]


def lanes_values(lanes: Sequence[Row[Any]]) -> dict[str, Any]:
    """The parameters of ``is_free_in`` for these lanes."""
    values: dict[str, Any] = {}
    for number, lane in enumerate(lanes):
        values |= {
            f"unit_{number}": lane.unit_id,
            f"kind_{number}": lane.kind,
            f"campaign_{number}": lane.campaign_id,
            f"zone_{number}": lane.time_zone,
            f"priority_{number}": lane.priority,
        }
    return values


def is_free_in(number: int, due_until: ColumnElement[datetime]) -> list[ColumnElement[bool]]:
    """Conditions: a task of the lane of this number that nobody has, due before the moment."""
    return [
        Task.unit_id == bindparam(f"unit_{number}"),
        Task.performer_id.is_(None),
        Task.kind == bindparam(f"kind_{number}", type_=Task.kind.type),
        Task.campaign_id == bindparam(f"campaign_{number}"),
        Task.time_zone == bindparam(f"zone_{number}"),
        Task.priority == bindparam(f"priority_{number}"),
        in_state(TaskState.PLANNED),
        Task.due_at < due_until,
    ]


@lru_cache(maxsize=MOST_LANES)
def _walks(lanes: int) -> Select[Any]:
    parts = []
    for number in range(lanes):
        walk = (
            select(Task.id, Task.priority, Task.due_at)
            .where(*is_free_in(number, bindparam("due_until", type_=UtcDateTime())))
            .order_by(Task.due_at, Task.id)
            .limit(bindparam("at_most"))
        )
        parts.append(select(walk.subquery()))
    found = union_all(*parts).subquery()
    return (
        select(found.c.id)
        .order_by(found.c.priority, found.c.due_at, found.c.id)
        .limit(bindparam("at_most"))
    )
