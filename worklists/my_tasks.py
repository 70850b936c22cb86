"""«My tasks»: what this person performs or performed, and what waits for anybody (A3)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select, true, union
from sqlalchemy.orm import Session, aliased

from campaigns.models import Campaign, Outcome
from core.access import Actor
from directory.assets.models import Asset
from directory.clients.models import Client
from directory.units.models import Unit
from worklists.finished_campaigns import is_left_over, is_of_finished
from worklists.lifecycle import OPEN, TaskState
from worklists.models.task import Finish, Task, TaskKind
from worklists.models.work_list import Involvement
from worklists.permissions import WorkPermission
from worklists.soonest import capped_count, soonest_tasks
from worklists.visibility import task_is_visible

_WAITS = and_(Involvement.finished_at.is_(None), Involvement.returned_at.is_(None))


class AskedFilter(StrEnum):
    """Only what other units asked for (A6)."""

    NEW = "new"
    """Nobody has accepted it yet."""
    ACCEPTED = "accepted"


@dataclass(frozen=True, kw_only=True)
class TaskFilter:
    """The period (UTC, the end excluded), the kinds, and whether finished ones are shown."""

    since: datetime
    until: datetime
    kinds: tuple[TaskKind, ...] = field(default_factory=lambda: tuple(TaskKind))
    hide_finished: bool = False
    asked: AskedFilter | None = None


@dataclass(frozen=True, kw_only=True)
class TaskLine:
    """One task of the list."""

    task_id: int
    work_list_id: int
    client_id: int
    client: str
    asset: str
    plate: str
    campaign: str
    unit: str
    goal: str
    kind: TaskKind
    state: TaskState
    at: datetime
    """When it is due; when it was closed for a finished one; the control date on control."""
    outcome: Outcome | None
    finish: Finish | None
    comment: str
    attempts: int
    asked: AskedFilter | None
    """Whether what another unit asked for was accepted; None: nobody asked, or it is closed."""
    is_left_over: bool
    """Its campaign is finished: nobody makes the call."""


@dataclass(frozen=True)
class TaskPage:
    """One page of lines; ``count`` stops above ``MORE_THAN``."""

    lines: Sequence[TaskLine]
    count: int


def my_tasks(
    session: Session,
    wanted: TaskFilter,
    *,
    actor: Actor,
    now: datetime,
    limit: int | None = 50,
    offset: int = 0,
) -> TaskPage:
    """Tasks that this person performs (late ones always) or finished within the period."""
    actor.require(WorkPermission.SEE)
    condition = and_(
        _mine(wanted, actor),
        task_is_visible(actor),
        Task.kind.in_(wanted.kinds),
        _is_asked(wanted.asked),
    )
    rows = _lines().where(condition).order_by(*_soonest_first())
    found = session.execute(rows.offset(offset).limit(limit)).all()
    count = session.scalar(capped_count(select(Task.id).where(condition))) or 0
    return TaskPage([_line(row) for row in found], count)


def available_tasks(
    session: Session, wanted: TaskFilter, *, actor: Actor, limit: int = 50
) -> TaskPage:
    """Due tasks of this person's units that nobody has and somebody may take, soonest first."""
    actor.require(WorkPermission.SEE)
    walk, values = soonest_tasks(
        list(actor.unit_ids), states=(TaskState.PLANNED,), unassigned=True, kinds=wanted.kinds,
        of_finished=False,
    )  # fmt: skip
    condition = and_(
        Task.kind.in_(wanted.kinds),
        task_is_visible(actor),
        _is_asked(wanted.asked),
        Task.state == TaskState.PLANNED,
        Task.performer_id.is_(None),
        Task.due_at < wanted.until,
        ~is_of_finished(),
    )
    rows = _lines().where(condition)
    if wanted.asked is None:  # the walk knows no requests: it would stop before the first of them
        rows = rows.join(walk, walk.c.id == Task.id)
    found = session.execute(
        rows.order_by(Task.due_at, Task.id).limit(limit),
        values | {"due_until": wanted.until, "per_unit": limit},
    ).all()
    waiting = select(Task.id).where(condition)
    return TaskPage([_line(row) for row in found], session.scalar(capped_count(waiting)) or 0)


def _is_asked(wanted: AskedFilter | None) -> ColumnElement[bool]:
    if wanted is None:
        return true()
    tie = aliased(Involvement)
    accepted = tie.accepted_task_id.is_not_distinct_from(Task.id)
    asked = exists().where(
        tie.to_task_id == Task.id,
        tie.finished_at.is_(None),
        tie.returned_at.is_(None),
        accepted if wanted is AskedFilter.ACCEPTED else ~accepted,
    )
    return asked.correlate(Task) & Task.state.in_(OPEN)


def _mine(wanted: TaskFilter, actor: Actor) -> ColumnElement[bool]:
    """Three walks of an index each; one condition with OR would read all open tasks of the unit."""
    me = actor.employee_id
    task = aliased(Task)
    performed = select(task.id).where(
        task.performer_id == me,
        task.state.in_(OPEN),
        func.coalesce(task.control_at, task.due_at) < wanted.until,
    )
    watched = select(task.id).where(
        task.unit_id.in_(actor.unit_ids),
        task.state == TaskState.ON_CONTROL,
        task.control_by_id == me,
        task.control_at < wanted.until,
    )
    finished = select(task.id).where(
        task.closed_by_id == me, task.closed_at >= wanted.since, task.closed_at < wanted.until
    )
    if wanted.hide_finished:
        return Task.id.in_(union(performed, watched))
    return Task.id.in_(union(performed, watched, finished))


def _soonest_first() -> tuple[Any, ...]:
    """Open ones by the moment they want attention, then finished ones, the newest first."""
    wants_at = case((Task.state == TaskState.ON_CONTROL, Task.control_at), else_=Task.due_at)
    return Task.closed_at.is_not(None), Task.closed_at.desc(), wants_at, Task.id


def _lines() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Task.id.label("task_id"),
            Task.work_list_id,
            Task.client_id,
            Client.name.label("client"),
            func.coalesce(func.trim(Asset.make + " " + Asset.model), "").label("asset"),
            func.coalesce(Asset.plate, "").label("plate"),
            Campaign.name.label("campaign"),
            Unit.name.label("unit"),
            Task.goal,
            Task.kind,
            Task.state,
            Task.due_at,
            Task.control_at,
            Task.closed_at,
            Task.outcome,
            Task.finish,
            Task.comment,
            Task.attempts,
            case(
                (Involvement.id.is_(None), None),
                (Involvement.accepted_task_id == Task.id, AskedFilter.ACCEPTED.value),
                else_=AskedFilter.NEW.value,
            ).label("asked"),
            is_left_over().label("is_left_over"),
        )
        .join(Client, Client.id == Task.client_id)
        .join(Campaign, Campaign.id == Task.campaign_id)
        .join(Unit, Unit.id == Task.unit_id)
        .outerjoin(Asset, Asset.id == Task.asset_id)
        .outerjoin(
            Involvement,
            and_(Involvement.to_task_id == Task.id, Task.state.in_(OPEN), _WAITS),
        )
    )


def _line(row: Any) -> TaskLine:
    at = row.closed_at or (row.control_at if row.state is TaskState.ON_CONTROL else row.due_at)
    same = [name for name in TaskLine.__dataclass_fields__ if name not in ("at", "asked")]
    asked = AskedFilter(row.asked) if row.asked else None
    return TaskLine(at=at, asked=asked, **{name: getattr(row, name) for name in same})
