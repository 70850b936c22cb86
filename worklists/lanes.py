"""The queue as lanes: tasks of one unit, kind, campaign, time zone and priority, oldest first.

All tasks of a lane are callable or not by the same hours, and the whole order of a lane lies in
``ix_tasks_queue``. Finding the lanes costs one probe of that index each, whatever stands in them:
a million tasks that may not be called at this hour are skipped in one step.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

from sqlalchemy import (
    CTE,
    ColumnExpressionArgument,
    FromClause,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    literal,
    literal_column,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from campaigns.models import Campaign, CampaignState
from campaigns.windows import Window, is_open
from core.db import ONE, constant
from directory.units.models import Unit
from worklists.claimable import claimable, owned, planned
from worklists.contact_conditions import asks_household
from worklists.models.task import PHONING, Task, TaskKind

_WINDOW_COLUMNS = ("call_from_minute", "call_until_minute", "call_weekdays")
_END_OF_TIME = datetime(9999, 12, 31, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Lane:
    """One lane with its oldest task."""

    unit_id: int
    kind: TaskKind
    campaign_id: int
    time_zone: str
    priority: int
    is_mine: bool
    """Its tasks were given to the person who asks; else they are anybody's."""
    head_id: int
    head_due_at: datetime
    purpose: str
    campaign_state: CampaignState
    is_pressure_exempt: bool
    window: Window
    asks_household: bool = False
    """One call per household is asked for, and this lane is not exempt from the budget."""

    @property
    def is_phoned(self) -> bool:
        return self.kind in PHONING

    @property
    def rank(self) -> tuple[int, int, int]:
        """Promised callbacks first, then what is mine, then by priority."""
        return (self.kind is not TaskKind.CALLBACK, not self.is_mine, self.priority)

    def is_open(self, now: datetime) -> bool:
        """Whether its tasks may be handed out now; callbacks and jobs keep no hours."""
        if self.head_due_at > now:
            return False
        if not self.is_phoned:
            return True
        if self.campaign_state is not CampaignState.ACTIVE:
            return False
        return self.kind is TaskKind.CALLBACK or _is_open(self.window, self.time_zone, now)


def lanes_of(session: Session, *, performer_id: int, unit_ids: Iterable[int]) -> list[Lane]:
    """Lanes of anybody's tasks in these units and of this person's, open or not, in no order."""
    values = {"of_units": sorted(unit_ids), "performer": performer_id}
    return [_lane(row._asdict()) for row in session.execute(_all_lanes(), values)]


def by_oldest_claimable(
    session: Session, lanes: list[Lane], now: datetime, performer_id: int
) -> list[Lane]:
    """Lanes of one rank in the order of their oldest claimable task; those without one fall out."""
    if len(lanes) < 2:
        return lanes
    by_head = {lane.head_id: lane for lane in lanes}
    return [by_head[row.head_id] for row in _oldest(session, lanes, now, performer_id)]


def oldest_claimable(
    session: Session, lanes: list[Lane], now: datetime, performer_id: int
) -> int | None:
    """The oldest claimable task of lanes of one rank; None when there is none in them."""
    row = next(iter(_oldest(session, lanes, now, performer_id)), None)
    return None if row is None else int(row.oldest_id)


def in_order(lanes: Iterable[Lane]) -> list[Lane]:
    """The most urgent lane first."""
    return sorted(lanes, key=lambda lane: (lane.rank, lane.head_due_at, lane.head_id))


def _oldest(session: Session, lanes: list[Lane], now: datetime, performer_id: int) -> Any:
    return session.execute(
        _oldest_claimable(is_mine=lanes[0].is_mine, is_phoned=lanes[0].is_phoned),
        {
            "heads": sorted(lane.head_id for lane in lanes),
            "now": now,
            "performer": performer_id,
        },
    )


def lane_values(lane: Lane) -> dict[str, Any]:
    """What ``first_claimable`` asks about the lane."""
    return {
        "of_unit": lane.unit_id,
        "of_kind": lane.kind,
        "of_campaign": lane.campaign_id,
        "of_zone": lane.time_zone,
        "of_priority": lane.priority,
        "purpose": lane.purpose,
        "opens": lane.window.from_minute,
        "closes": lane.window.until_minute,
        "weekdays": lane.window.weekdays,
        "is_exempt": lane.is_pressure_exempt,
    }


@cache
def _all_lanes() -> Select[Any]:
    mine, anybodys = _lanes_of("mine", True), _lanes_of("anybodys", False)
    lanes = union_all(
        select(mine, ONE.label("is_mine")),
        select(anybodys, literal_column("0").label("is_mine")),
    ).subquery("lanes")
    return select(
        lanes,
        Campaign.purpose,
        Campaign.state.label("campaign_state"),
        Campaign.is_pressure_exempt,
        asks_household(lanes.c.kind).label("asks_household"),
        Campaign.call_from_minute,
        Campaign.call_until_minute,
        Campaign.call_weekdays,
    ).join(Campaign, Campaign.id == lanes.c.campaign_id)


@cache
def free_lanes() -> Select[Any]:
    """Lanes of anybody's tasks with the oldest of each, but for what finished campaigns left.

    Parameter: ``of_units``.
    """
    lanes = _lanes_of("free", False)
    is_over = and_(
        lanes.c.kind.in_([constant(kind) for kind in sorted(PHONING)]),
        Campaign.state == constant(CampaignState.FINISHED),
    )
    return select(lanes).join(Campaign, Campaign.id == lanes.c.campaign_id).where(~is_over)


def _lanes_of(name: str, is_mine: bool) -> CTE:
    """From each lane's first task on to the first of the next lane: a loose scan of the index."""
    head, following = aliased(Task), aliased(Task)
    lanes = (
        _head_columns(head)
        .select_from(Unit)
        .join(head, head.id == _first_after(Unit.id, None, is_mine))
        .where(Unit.id.in_(bindparam("of_units", expanding=True)))
        .cte(name, recursive=True)
    )
    return lanes.union_all(
        _head_columns(following)
        .select_from(lanes)
        .join(following, following.id == _first_after(lanes.c.unit_id, lanes, is_mine))
    )


def _head_columns(task: type[Task]) -> Select[*tuple[Any, ...]]:
    found = (task.id.label("head_id"), task.due_at.label("head_due_at"))
    return select(*found, task.unit_id, task.kind, task.campaign_id, task.time_zone, task.priority)


def _first_after(
    unit_id: ColumnExpressionArgument[int], lane: FromClause | None, is_mine: bool
) -> ScalarSelect[int]:
    task = aliased(Task)
    key = (task.kind, task.campaign_id, task.time_zone, task.priority)
    query = select(task.id).where(task.unit_id == unit_id, planned(task), owned(task, is_mine))
    if lane is not None:
        # SQLite bounds the scan by the whole tuple only where none of these is a bare column, and
        # steps over what equals the bound: the end of time lies behind everything in the lane.
        after = tuple_(
            lane.c.kind + "",
            lane.c.campaign_id + 0,
            lane.c.time_zone + "",
            lane.c.priority + 0,
            literal(_END_OF_TIME, Task.due_at.type),
        )
        query = query.where(tuple_(*key, task.due_at) > after)
    return (
        query.order_by(task.performer_id, *key, task.due_at, task.id).limit(ONE).scalar_subquery()
    )


@cache
def _oldest_claimable(*, is_mine: bool, is_phoned: bool) -> Select[*tuple[Any, ...]]:
    head, oldest, task = aliased(Task), aliased(Task), aliased(Task)
    first = (
        select(task.id)
        .where(
            task.unit_id == head.unit_id,
            task.performer_id == head.performer_id if is_mine else task.performer_id.is_(None),
            task.kind == head.kind,
            task.campaign_id == head.campaign_id,
            task.time_zone == head.time_zone,
            task.priority == head.priority,
            claimable(task, Campaign.purpose, Campaign.is_pressure_exempt.expression, is_phoned),
        )
        .order_by(task.performer_id, task.due_at, task.id)
        .limit(ONE)
        .correlate(head, Campaign)
        .scalar_subquery()
    )
    return (
        select(head.id.label("head_id"), oldest.id.label("oldest_id"))
        .join(Campaign, Campaign.id == head.campaign_id)
        .join(oldest, oldest.id == first)
        .where(head.id.in_(bindparam("heads", expanding=True)))
        .order_by(oldest.due_at, oldest.id)
    )


def _lane(row: dict[str, object]) -> Lane:
    window = Window(*(int(str(row.pop(name))) for name in _WINDOW_COLUMNS))
    return Lane(**row, window=window)  # type: ignore[arg-type]


def _is_open(window: Window, zone: str, now: datetime) -> bool:
    """A zone that nobody knows is never open: the task waits for its data to be put right."""
    try:
        return is_open(window, zone, now)
    except (ZoneInfoNotFoundError, ValueError):
        return False
