"""The stages board: work-lists by what their tasks mean to the person who looks (A2, rule 5).

Stages are derived, never stored; a work-list can be on two of them at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from campaigns.models import Campaign, Outcome, ResultCodeVersion
from campaigns.retries import attempts_allowed
from core.access import Actor
from directory.assets.models import Asset
from directory.assets.plates import plate_shown
from directory.clients.models import Client
from directory.staff.models import Employee
from directory.units.models import Unit
from worklists.finished_campaigns import is_left_over, is_of_finished
from worklists.lateness import is_overdue, task_is_late
from worklists.lifecycle import TaskState
from worklists.models.task import Finish, Task, TaskKind
from worklists.permissions import WorkPermission
from worklists.soonest import capped_count_of_different, soonest_tasks
from worklists.stage_rules import WAITING, BoardFilter, Stage, left_overs, on_stage
from worklists.visibility import task_is_visible

__all__ = ["BoardFilter", "Card", "Column", "Stage", "board"]

_FOR_EVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Card:
    """One work-list on the board, with the task that brought it there."""

    work_list_id: int
    task_id: int
    client_id: int
    client: str
    campaign: str
    unit: str
    asset: str
    state: TaskState
    kind: TaskKind
    due_at: datetime
    outcome: Outcome | None
    finish: Finish | None
    attempts: int
    ladder: int
    goal: str
    comment: str
    person: str
    """Who works on it, left it on control or finished it; whose it is; empty: anybody's."""
    vin: str
    result: dict[str, str] | None
    is_mine: bool
    is_late: bool
    is_left_over: bool
    """Its campaign is finished: nobody is offered it."""


@dataclass(frozen=True)
class Column:
    """A stage with its first cards; ``count`` above ``MORE_THAN`` means «more than»."""

    stage: Stage
    cards: Sequence[Card]
    count: int
    overdue: int


def board(
    session: Session,
    *,
    actor: Actor,
    now: datetime,
    narrowed: BoardFilter | None = None,
    limit: int = 50,
    stages: Sequence[Stage] = tuple(Stage),
) -> list[Column]:
    """The board as this person sees it, each column with its first ``limit`` work-lists."""
    actor.require(WorkPermission.SEE)
    wanted = narrowed or BoardFilter()
    return [_column(session, stage, wanted, actor, now, limit) for stage in stages]


def _column(
    session: Session, stage: Stage, wanted: BoardFilter, actor: Actor, now: datetime, limit: int
) -> Column:
    condition = and_(on_stage(stage, wanted, actor, now), *_narrowing(wanted, actor, now))
    if stage is Stage.NEW and not wanted.only_mine:
        cards = _new_cards(session, condition, wanted, actor, now, limit)
    else:
        cards = _cards(session, condition, stage, limit, actor, now)
    lists = select(Task.work_list_id).where(condition)
    count = session.scalar(capped_count_of_different(lists)) or 0
    late = lists.where(Task.state == TaskState.PLANNED, task_is_late(now), ~is_of_finished())
    overdue = session.scalar(capped_count_of_different(late)) if stage is Stage.NEW else 0
    return Column(stage, cards, count, overdue or 0)


def _narrowing(wanted: BoardFilter, actor: Actor, now: datetime) -> list[ColumnElement[bool]]:
    conditions = [task_is_visible(actor)]
    if wanted.unit_id is not None:
        conditions.append(Task.unit_id == wanted.unit_id)
    if wanted.campaign_id is not None:
        conditions.append(Task.campaign_id == wanted.campaign_id)
    if wanted.of_finished:
        conditions.append(is_of_finished())
    if wanted.only_mine:
        me = actor.employee_id
        conditions.append(
            or_(Task.performer_id == me, Task.control_by_id == me, Task.closed_by_id == me)
        )
    if wanted.only_overdue:
        conditions += [task_is_late(now), ~is_left_over()]
    return conditions


def _new_cards(
    session: Session,
    condition: ColumnElement[bool],
    wanted: BoardFilter,
    actor: Actor,
    now: datetime,
    limit: int,
) -> list[Card]:
    """The soonest ones by an index walk per unit; a client's several tasks make one card."""
    units = [wanted.unit_id] if wanted.unit_id in actor.unit_ids else list(actor.unit_ids)
    walk, values = soonest_tasks(
        [unit for unit in units if unit is not None],
        states=WAITING,
        campaign_id=wanted.campaign_id,
        of_finished=left_overs(wanted),
    )
    rows = _rows(actor).join(walk, walk.c.id == Task.id).where(condition)
    found = session.execute(
        rows.order_by(Task.due_at, Task.id).limit(limit * 2),
        values | {"due_until": now if wanted.only_overdue else _FOR_EVER, "per_unit": limit * 2},
    )
    return _first_of_each(found.all(), limit, now)


def _cards(
    session: Session,
    condition: ColumnElement[bool],
    stage: Stage,
    limit: int,
    actor: Actor,
    now: datetime,
) -> list[Card]:
    orders: dict[Stage, ColumnElement[Any]] = {
        Stage.NEW: Task.due_at.asc(),
        Stage.IN_WORK: Task.taken_at.desc(),
        Stage.ON_CONTROL: Task.control_at.asc(),
        Stage.DONE: Task.closed_at.desc(),
    }
    # The first ones are found before anything is joined: there may be thousands behind them.
    order = (orders[stage], Task.id)
    first = select(Task.id).where(condition).order_by(*order).limit(limit * 2).subquery()
    found = session.execute(_rows(actor).join(first, first.c.id == Task.id).order_by(*order))
    return _first_of_each(found.all(), limit, now)


def _rows(actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Task.work_list_id,
            Task.id.label("task_id"),
            Task.client_id,
            Client.name.label("client"),
            Campaign.name.label("campaign"),
            Campaign.retry_ladder,
            Campaign.attempts_per_task,
            Unit.name.label("unit"),
            func.trim(Asset.make + " " + Asset.model).label("asset"),
            Asset.plate,
            func.coalesce(Asset.vin, "").label("vin"),
            Task.state,
            Task.kind,
            Task.due_at,
            Task.control_at,
            Task.closed_at,
            Task.outcome,
            Task.finish,
            Task.attempts,
            Task.goal,
            Task.comment,
            Task.performer_id,
            func.coalesce(Employee.full_name, "").label("person"),
            ResultCodeVersion.names.label("result"),
            is_left_over().label("is_left_over"),
        )
        .join(Client, Client.id == Task.client_id)
        .join(Campaign, Campaign.id == Task.campaign_id)
        .join(Unit, Unit.id == Task.unit_id)
        .outerjoin(Asset, Asset.id == Task.asset_id)
        .outerjoin(Employee, Employee.id == _whose())
        .outerjoin(ResultCodeVersion, ResultCodeVersion.id == Task.result_version_id)
        .where(task_is_visible(actor))
        .add_columns((Task.performer_id == actor.employee_id).label("is_mine"))
    )


def _whose() -> ColumnElement[Any]:
    return case(
        (Task.state == TaskState.ON_CONTROL, Task.control_by_id),
        (Task.state == TaskState.DONE, Task.closed_by_id),
        else_=Task.performer_id,
    )


def _first_of_each(rows: Sequence[Any], limit: int, now: datetime) -> list[Card]:
    cards: dict[int, Card] = {}
    for row in rows:
        if row.work_list_id not in cards and len(cards) < limit:
            cards[row.work_list_id] = _card(row, now)
    return list(cards.values())


def _card(row: Any, now: datetime) -> Card:
    shown_at = {
        TaskState.ON_CONTROL: row.control_at,
        TaskState.DONE: row.closed_at,
    }.get(row.state, row.due_at)
    return Card(
        work_list_id=row.work_list_id,
        task_id=row.task_id,
        client_id=row.client_id,
        client=row.client,
        campaign=row.campaign,
        unit=row.unit,
        asset=" ".join(part for part in (row.asset, plate_shown(row.plate)) if part),
        state=row.state,
        kind=row.kind,
        due_at=shown_at,
        outcome=row.outcome,
        finish=row.finish,
        attempts=row.attempts,
        ladder=attempts_allowed(row.retry_ladder, row.attempts_per_task),
        goal=row.goal,
        comment=row.comment,
        person=row.person,
        vin=row.vin,
        result=row.result,
        is_mine=bool(row.is_mine),
        is_late=is_overdue(row.kind, row.state, shown_at, now) and not row.is_left_over,
        is_left_over=bool(row.is_left_over),
    )
