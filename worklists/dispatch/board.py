"""One tab of the board, page by page by key; and the packages (C3)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    func,
    literal,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session

from campaigns.models import Campaign, Outcome
from core.access import Actor
from directory.assets.models import Asset
from directory.clients.models import Client
from directory.staff.models import Employee
from directory.units.models import Unit
from selections.models import Lead, SelectionRun
from worklists.dispatch.filters import DispatchFilter, conditions_of, units_of
from worklists.dispatch.tabs import STATES, Tab, closed_recently, tab_counts, tab_of
from worklists.finished_campaigns import is_left_over
from worklists.lifecycle import TaskState
from worklists.models.task import Finish, Task, TaskKind
from worklists.permissions import WorkPermission
from worklists.task_page import vehicle
from worklists.visibility import task_is_visible

PAGE_SIZE = 50
_MOST_WALKS = 60
_EXPORT_STEP = 500


@dataclass(frozen=True)
class Cursor:
    """The last row of a page: the next begins behind it."""

    at: datetime
    id: int


@dataclass(frozen=True, kw_only=True)
class BoardLine:
    """One task of the board; ``at``: when it is due, to be checked, or was closed."""

    task_id: int
    client: str
    asset: str
    campaign: str
    unit: str
    performer: str
    kind: TaskKind
    state: TaskState
    priority: int
    at: datetime
    due_at: datetime
    outcome: Outcome | None
    finish: Finish | None
    missed_times: int
    """How often a promised callback was not made in time."""
    attempts: int
    comment: str
    is_left_over: bool
    """Its campaign is finished: it is overdue to nobody."""


@dataclass(frozen=True, kw_only=True)
class BoardPage:
    """The tab with its lines, the numbers of all tabs, and where the next page begins."""

    lines: Sequence[BoardLine]
    counts: dict[Tab, int]
    following: Cursor | None

    @property
    def total(self) -> int:
        """All tasks: what the numbers of the tabs add up to."""
        return sum(self.counts.values())

    def number(self, tab: Tab) -> int:
        """How many tasks the tab shows, on all of its pages."""
        return self.total - self.counts[Tab.CLOSED] if tab is Tab.OPEN else self.counts[tab]


@dataclass(frozen=True, kw_only=True)
class Package:
    """What became of the tasks of one file or selection run; None: those of no package."""

    run_id: int | None
    title: str
    run_at: datetime | None
    unassigned: int
    assigned: int
    in_work: int
    on_control: int
    closed: int

    @property
    def total(self) -> int:
        return self.unassigned + self.assigned + self.in_work + self.on_control + self.closed


def board_page(
    session: Session,
    wanted: DispatchFilter,
    tab: Tab,
    *,
    actor: Actor,
    now: datetime,
    after: Cursor | None = None,
    latest_first: bool | None = None,
    limit: int = PAGE_SIZE,
) -> BoardPage:
    """One page of a tab. ``latest_first`` None: closed tasks the newest, others the soonest first.

    Raises NotPermitted.
    """
    actor.require(WorkPermission.DISPATCH)
    units = units_of(session, wanted, actor=actor)
    conditions = conditions_of(session, wanted, actor=actor)
    is_dated = wanted.due_from is not None or wanted.due_to is not None
    backwards = tab is Tab.CLOSED if latest_first is None else latest_first
    narrowed = [*conditions, *_on(tab, now, is_dated)]
    ids = _first_ids(tab, units, narrowed, after, backwards, limit + 1)
    lines = _lines(session, session.scalars(ids).all() if units else [], actor, tab, backwards)
    shown = lines[:limit]
    return BoardPage(
        lines=shown,
        counts=tab_counts(session, units, conditions, is_dated=is_dated, now=now),
        following=Cursor(shown[-1].at, shown[-1].task_id) if len(lines) > limit else None,
    )


def all_lines(
    session: Session, wanted: DispatchFilter, tab: Tab, *, actor: Actor, now: datetime
) -> Iterator[BoardLine]:
    """Every line of the tab, read by pages: for the export."""
    actor.require(WorkPermission.DISPATCH)
    units = units_of(session, wanted, actor=actor)
    is_dated = wanted.due_from is not None or wanted.due_to is not None
    narrowed = [*conditions_of(session, wanted, actor=actor), *_on(tab, now, is_dated)]
    backwards = tab is Tab.CLOSED
    after: Cursor | None = None
    while units:
        ids = session.scalars(_first_ids(tab, units, narrowed, after, backwards, _EXPORT_STEP))
        lines = _lines(session, ids.all(), actor, tab, backwards)
        yield from lines
        if len(lines) < _EXPORT_STEP:
            return
        after = Cursor(lines[-1].at, lines[-1].task_id)


def chosen_by(
    session: Session, wanted: DispatchFilter, tab: Tab, *, actor: Actor, now: datetime
) -> list[ColumnElement[bool]]:
    """Everything that the tab shows, as conditions on ``tasks``: «all that were found»."""
    is_dated = wanted.due_from is not None or wanted.due_to is not None
    return [
        Task.unit_id.in_(units_of(session, wanted, actor=actor)),
        Task.state.in_(STATES[tab]),
        *conditions_of(session, wanted, actor=actor),
        *_on(tab, now, is_dated),
    ]


def packages(
    session: Session, wanted: DispatchFilter, *, actor: Actor, now: datetime, limit: int = 100
) -> list[Package]:
    """The tasks by the file or selection run that they came from, the newest first."""
    actor.require(WorkPermission.DISPATCH)
    tab = tab_of(now)
    closed = _count(tab == Tab.CLOSED.value)
    in_work = _count(tab == Tab.IN_WORK.value)
    on_control = _count(tab == Tab.ON_CONTROL.value)
    is_open = tab.not_in((Tab.CLOSED.value, Tab.IN_WORK.value, Tab.ON_CONTROL.value))
    is_dated = wanted.due_from is not None or wanted.due_to is not None
    rows = session.execute(
        select(
            SelectionRun.id,
            SelectionRun.title,
            SelectionRun.run_at,
            _count(and_(is_open, Task.performer_id.is_(None))),
            _count(and_(is_open, Task.performer_id.is_not(None))),
            in_work,
            on_control,
            closed,
        )
        .select_from(Task)
        .outerjoin(Lead, Lead.id == Task.lead_id)
        .outerjoin(SelectionRun, SelectionRun.id == Lead.run_id)
        .where(
            Task.unit_id.in_(units_of(session, wanted, actor=actor)),
            (Task.closed_at.is_(None)) | closed_recently(now, is_dated=is_dated),
            *conditions_of(session, wanted, actor=actor),
        )
        .group_by(SelectionRun.id, SelectionRun.title, SelectionRun.run_at)
        .order_by(SelectionRun.id.is_(None), SelectionRun.run_at.desc(), SelectionRun.id.desc())
        .limit(limit)
    )
    return [
        Package(
            run_id=row[0], title=row[1] or "", run_at=row[2], unassigned=row[3], assigned=row[4],
            in_work=row[5], on_control=row[6], closed=row[7],
        )
        for row in rows
    ]  # fmt: skip


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _on(tab: Tab, now: datetime, is_dated: bool) -> list[ColumnElement[bool]]:
    if tab is Tab.CLOSED:
        return [closed_recently(now, is_dated=is_dated)]
    if tab is Tab.OPEN:
        return []
    return [tab_of(now) == literal(tab.value)]


def _order(tab: Tab, state: TaskState | None = None) -> ColumnElement[Any]:
    """What its lines are dated and sorted by; ``state``: of those in this state, for an index."""
    if tab is Tab.CLOSED:
        return Task.closed_at.expression
    if tab is Tab.ON_CONTROL or state is TaskState.ON_CONTROL:
        return Task.control_at.expression
    if tab is Tab.OPEN and state is None:
        is_watched = Task.state == TaskState.ON_CONTROL
        return case((is_watched, Task.control_at), else_=Task.due_at)
    return Task.due_at.expression


def _first_ids(
    tab: Tab,
    units: Sequence[int],
    conditions: Sequence[ColumnElement[bool]],
    after: Cursor | None,
    backwards: bool,
    limit: int,
) -> Select[Any]:
    """The first ids behind the cursor: an index walk per unit and state, each stopped early."""
    states: tuple[TaskState | None, ...] = (None,) if tab is Tab.CLOSED else STATES[tab]

    def dated(column: ColumnElement[Any]) -> Select[Any]:
        rows = select(Task.id, column.label("at")).where(*conditions)
        if after is None:
            return rows
        here = tuple_(column, Task.id)
        there = tuple_(literal(after.at, Task.due_at.type), literal(after.id))
        return rows.where(here < there if backwards else here > there)

    def ordered(query: Select[Any], at: Any, id_: Any) -> Select[Any]:
        order = (at.desc(), id_.desc()) if backwards else (at, id_)
        return query.order_by(*order).limit(limit)

    if len(units) * len(states) > _MOST_WALKS:
        column = _order(tab)
        rows = dated(column).where(Task.unit_id.in_(units))
        if tab is not Tab.CLOSED:
            rows = rows.where(Task.state.in_(STATES[tab]))
        found = ordered(rows, column, Task.id).subquery()
        return ordered(select(found.c.id), found.c.at, found.c.id)
    walks = []
    for unit_id, state in product(units or [-1], states):
        column = _order(tab, state)
        walk = dated(column).where(Task.unit_id == unit_id)
        if state is not None:
            walk = walk.where(Task.state == state)
        walks.append(select(ordered(walk, column, Task.id).subquery()))
    found = union_all(*walks).subquery()
    return ordered(select(found.c.id), found.c.at, found.c.id)


def _lines(
    session: Session, ids: Sequence[int], actor: Actor, tab: Tab, backwards: bool
) -> list[BoardLine]:
    column = _order(tab)
    rows = session.execute(
        select(
            Task.id, Client.name, Asset.make, Asset.model, Asset.plate, Campaign.name, Unit.name,
            Employee.full_name, Task.kind, Task.state, Task.priority, column, Task.due_at,
            Task.outcome, Task.attempts, Task.comment, Task.finish, Task.missed_times,
            is_left_over().label("is_left_over"),
        )
        .join(Client, Client.id == Task.client_id)
        .join(Campaign, Campaign.id == Task.campaign_id)
        .join(Unit, Unit.id == Task.unit_id)
        .outerjoin(Employee, Employee.id == Task.performer_id)
        .outerjoin(Asset, Asset.id == Task.asset_id)
        .where(Task.id.in_(ids), task_is_visible(actor))
        .order_by(*((column.desc(), Task.id.desc()) if backwards else (column, Task.id)))
    )  # fmt: skip
    return [
        BoardLine(
            task_id=row[0], client=row[1], asset=vehicle(row[2], row[3], row[4]), campaign=row[5],
            unit=row[6], performer=row[7] or "", kind=row[8], state=row[9], priority=row[10],
            at=row[11], due_at=row[12], outcome=row[13], attempts=row[14], comment=row[15],
            finish=row[16], missed_times=row[17], is_left_over=bool(row[18]),
        )
        for row in rows
    ]  # fmt: skip
