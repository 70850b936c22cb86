"""The rows of one person's queue in one statement, without sorting all that waits.

One walk of an index for what the person holds, one for what they watch, one of ``ix_tasks_queue``
per lane of free tasks, each stopped after the limit: the cost does not grow with what waits.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    and_,
    bindparam,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from campaigns.models import Campaign
from core.access import Actor
from core.db import UtcDateTime
from core.statements import ask
from directory.assets.models import Asset
from directory.clients.models import Client
from worklists.finished_campaigns import is_of_finished
from worklists.free_tasks import MOST_LANES, is_free_in, lanes_values, most_urgent
from worklists.lanes import free_lanes
from worklists.leases import in_state
from worklists.lifecycle import TaskState
from worklists.models.task import Task
from worklists.skips import not_skipped
from worklists.visibility import TASK_IS_VISIBLE, seen_by


def queue_rows(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    day_end: datetime,
    limit: int,
    bare: bool = False,
) -> Sequence[Row[*tuple[Any, ...]]]:
    """What the person holds or was given, then what they watch, then what is free, due by the end.

    ``bare``: what a place in the queue is made of, without the names of client and campaign.
    """
    lanes = ask(session, free_lanes(), seen_by(actor)).all()
    due = most_urgent(lanes, day_end)
    values: dict[str, Any] = {"now": now, "day_end": day_end, "me": actor.employee_id}
    values |= seen_by(actor)
    values |= lanes_values(due)
    return ask(session, _statement(len(due), limit, bare), values).all()


@lru_cache(maxsize=4 * MOST_LANES)
def _statement(lanes: int, limit: int, bare: bool) -> Select[*tuple[Any, ...]]:
    # As a constant the limit is known to the planner, whichever plan it keeps.
    at_most: ColumnElement[int] = literal_column(str(limit))
    parts = [_given(), _watched(), *(_free(number) for number in range(lanes))]
    found = union_all(*(select(part.limit(at_most).subquery()) for part in parts)).subquery()
    ordered = (found.c.part, found.c.priority, found.c.at, found.c.id)
    columns: list[Any] = [
        Task.id, Task.kind, Task.state, Task.due_at, Task.control_at, Task.performer_id,
        Task.control_by_id, Task.is_personal,
    ]  # fmt: skip
    if bare:
        rows = select(*columns).join(found, found.c.id == Task.id)
        return rows.order_by(*ordered).limit(at_most)
    columns += [
        Task.outcome, Task.attempts, Client.name.label("client"),
        Campaign.name.label("campaign"), Campaign.retry_ladder, Campaign.attempts_per_task,
        Asset.make, Asset.model,
    ]  # fmt: skip
    return (
        select(*columns)
        .join(found, found.c.id == Task.id)
        .join(Client, Client.id == Task.client_id)
        .join(Campaign, Campaign.id == Task.campaign_id)
        .outerjoin(Asset, Asset.id == Task.asset_id)
        .order_by(*ordered)
        .limit(at_most)
    )


def _given() -> Select[*tuple[Any, ...]]:
    """What I hold, and what was given to me, is due today and is to be done."""
    waiting = Task.state.in_((TaskState.PLANNED, TaskState.DEFERRED))
    due = and_(waiting, Task.due_at < _day_end(), _not_skipped(), ~is_of_finished())
    held = or_(Task.state == TaskState.IN_WORK, due)
    return (
        _part(0, literal_column("0"), Task.due_at)
        .where(Task.performer_id == bindparam("me"), held, TASK_IS_VISIBLE)
        .order_by(Task.due_at, Task.id)
    )


def _watched() -> Select[*tuple[Any, ...]]:
    """What I left on control and must check today."""
    return (
        _part(1, literal_column("0"), Task.control_at)
        .where(
            in_state(TaskState.ON_CONTROL),
            Task.control_at < _day_end(),
            Task.control_by_id == bindparam("me"),
            TASK_IS_VISIBLE,
        )
        .order_by(Task.control_at, Task.id)
    )


def _free(number: int) -> Select[*tuple[Any, ...]]:
    """The first tasks of one lane that nobody has."""
    return (
        _part(2, Task.priority, Task.due_at)
        .where(*is_free_in(number, _day_end()), _not_skipped())
        .order_by(Task.due_at, Task.id)
    )


def _part(part: int, priority: Any, at: Any) -> Select[*tuple[Any, ...]]:
    return select(
        literal_column(str(part)).label("part"), Task.id, priority.label("priority"), at.label("at")
    )


def _not_skipped() -> ColumnElement[bool]:
    return not_skipped(
        Task, bindparam("me", type_=Integer()), bindparam("now", type_=UtcDateTime())
    )


def _day_end() -> ColumnElement[datetime]:
    return bindparam("day_end", type_=Task.due_at.type)
