"""Where every task of the queue stands: in it, taken, blocked by which rule, done (rule 13).

One expression says it for each task; the numbers are its groups and a list is one of its values,
so that the numbers add up to the total and each opens exactly as many tasks as it says.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    and_,
    case,
    false,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import Session

from campaigns.models import Campaign, CampaignState
from core.access import Actor
from directory.assets.models import Asset
from directory.assets.plates import vehicle_words
from directory.clients.models import Client
from directory.units.models import Unit
from worklists.handed_on import goes_on_elsewhere
from worklists.lifecycle import OPEN, TaskState
from worklists.models.skip import TaskSkip
from worklists.models.task import PHONING, Finish, Task
from worklists.permissions import WorkPermission
from worklists.queue_waits import Waiting
from worklists.skips import not_skipped
from worklists.verdict_sets import Place, closed_places, opening, places_of, until_of, weightiest
from worklists.verdicts import BlockRule

IN_QUEUE = "in_queue"
GIVEN = "given"
"""Callable, but somebody's own: nobody else is handed it out."""
SKIPPED = "skipped"
"""Callable, but the viewer passed it over today; asked only of the viewer's own queue."""
TAKEN = "taken"
ON_CONTROL = "on_control"
DONE = "done"
"""Closed since the day began by what somebody did; what was handed on is no closed work."""
EXPIRED = "expired"
"""Closed since then because their life was over."""
MISSED = "missed"
"""Callbacks closed since then because nobody made them."""
PARTS: tuple[str, ...] = (
    IN_QUEUE, GIVEN, TAKEN, *(rule.value for rule in BlockRule), SKIPPED,
    ON_CONTROL, DONE, EXPIRED, MISSED,
)  # fmt: skip
"""Every place where a task can stand, in the order of the page."""
CLOSED_PARTS = frozenset({DONE, EXPIRED, MISSED})
"""Where what is over stands: listed by when it was closed, the newest first."""


@dataclass(frozen=True, kw_only=True)
class CampaignNumbers:
    """How many tasks of a campaign stand where; ``parts`` has what is not 0."""

    campaign_id: int
    campaign: str
    parts: dict[str, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.parts.values())


@dataclass(frozen=True, kw_only=True)
class QueuedTask:
    """One line of a list behind a number."""

    task_id: int
    client_id: int
    client: str
    campaign: str
    unit: str
    asset: str
    goal: str
    at: datetime
    """When it is due, to be checked, or was closed."""
    time_zone: str
    state: TaskState


@dataclass(frozen=True)
class Cursor:
    """The last line of a page: the next page begins behind it."""

    at: datetime
    id: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}_{self.id}"

    @classmethod
    def read(cls, text: str) -> "Cursor | None":
        """What ``str`` wrote; None for anything else."""
        at, _sep, number = text.rpartition("_")
        try:
            moment = datetime.fromisoformat(at)
            return cls(moment, int(number)) if moment.tzinfo else None
        except ValueError:
            return None


@dataclass(frozen=True)
class Scope:
    """Which tasks are looked at, and when."""

    unit_ids: frozenset[int]
    now: datetime
    day_began: datetime
    closed: tuple[Place, ...]
    viewer_id: int | None


def scope_of(
    session: Session, *, actor: Actor, now: datetime, day_began: datetime, own: bool
) -> Scope:
    """What this person sees. ``own``: as the queue of this person, else as that of the units."""
    actor.require(WorkPermission.SEE)
    places = places_of(session, actor.unit_ids)
    return Scope(
        actor.unit_ids,
        now,
        day_began,
        tuple(closed_places(session, places, now)),
        actor.employee_id if own else None,
    )


def numbers(session: Session, scope: Scope) -> Sequence[CampaignNumbers]:
    """The numbers of every campaign that has tasks, by name."""
    found = _in_scope(scope, Task.campaign_id, _part(Task, scope).label("part")).subquery()
    rows = session.execute(
        select(found.c.campaign_id, Campaign.name, found.c.part, func.count())
        .join(Campaign, Campaign.id == found.c.campaign_id)
        .group_by(found.c.campaign_id, Campaign.name, found.c.part)
        .order_by(Campaign.name, found.c.campaign_id)
    )
    by_campaign: dict[tuple[int, str], dict[str, int]] = {}
    for campaign_id, name, part, count in rows:
        by_campaign.setdefault((campaign_id, name), {})[part] = count
    return [
        CampaignNumbers(campaign_id=campaign_id, campaign=name, parts=parts)
        for (campaign_id, name), parts in by_campaign.items()
    ]


def totals(lines: Iterable[CampaignNumbers]) -> dict[str, int]:
    """The parts of all campaigns together, in the order of ``PARTS``; 0 where there are none."""
    summed = dict.fromkeys(PARTS, 0)
    for line in lines:
        for part, count in line.parts.items():
            summed[part] += count
    return summed


def tasks_in(
    session: Session,
    scope: Scope,
    part: str,
    *,
    campaign_id: int | None = None,
    after: Cursor | None = None,
    limit: int = 100,
) -> Sequence[QueuedTask]:
    """The tasks behind one number from the one behind ``after`` on: what is to be done with the
    soonest first, ``CLOSED_PARTS`` with the newest."""
    at = _moment(part)
    is_over = part in CLOSED_PARTS
    order = (at.desc(), Task.id.desc()) if is_over else (at, Task.id)
    query = (
        _in_scope(
            scope, Task.id.label("task_id"), Task.client_id, Client.name.label("client"),
            Campaign.name.label("campaign"), Unit.name.label("unit"), Asset.make, Asset.model,
            Asset.plate, Task.goal, at.label("at"), Task.time_zone, Task.state,
        )
        .join(Client, Client.id == Task.client_id)
        .join(Campaign, Campaign.id == Task.campaign_id)
        .join(Unit, Unit.id == Task.unit_id)
        .outerjoin(Asset, Asset.id == Task.asset_id)
        .where(*_behind(scope, part, campaign_id))
        .order_by(*order)
        .limit(limit)
    )  # fmt: skip
    if after is not None:
        there = tuple_(literal(after.at, Task.due_at.type), literal(after.id))
        here = tuple_(at, Task.id)
        query = query.where(here < there if is_over else here > there)
    return [_queued(row._asdict()) for row in session.execute(query)]


def _moment(part: str) -> ColumnElement[Any]:
    """What a list goes by."""
    if part in CLOSED_PARTS:
        return Task.closed_at.expression
    return Task.control_at.expression if part == ON_CONTROL else Task.due_at.expression


def how_many_in(
    session: Session, scope: Scope, part: str, *, campaign_id: int | None = None
) -> int:
    """The number itself, as ``numbers`` counts it."""
    rows = _in_scope(scope, func.count()).where(*_behind(scope, part, campaign_id))
    return session.scalar(rows) or 0


def _behind(scope: Scope, part: str, campaign_id: int | None) -> list[ColumnElement[bool]]:
    here = [_part(Task, scope) == part]
    return here if campaign_id is None else [*here, Task.campaign_id == campaign_id]


def _queued(row: dict[str, Any]) -> QueuedTask:
    asset = vehicle_words(row.pop("make"), row.pop("model"), row.pop("plate"))
    return QueuedTask(**row, asset=asset)


def why_empty(session: Session, scope: Scope) -> Sequence[Waiting]:
    """What keeps tasks back now, the weightiest rule first, and when each gives the first free."""
    part = _part(Task, scope)
    until = case((part == SKIPPED, _skipped_until(scope)), else_=until_of(Task, part))
    found = (
        _in_scope(
            scope, part.label("part"), Task.campaign_id, Task.time_zone, until.label("until"),
            Task.kind.in_(PHONING).label("is_call"),
        )
        .where(Task.state.in_((TaskState.PLANNED, TaskState.DEFERRED)))
        .subquery()
    )  # fmt: skip
    groups = (found.c.part, found.c.campaign_id, found.c.time_zone, found.c.is_call)
    rows = session.execute(
        select(*groups, func.count(), func.min(found.c.until)).group_by(*groups)
    ).all()
    campaigns = {c.id: c for c in session.scalars(select(Campaign))}
    counts: dict[str, int] = {}
    ends: dict[str, list[datetime]] = {}
    # What has to be mended first says so, paused or not.
    active: set[str] = {BlockRule.DO_NOT_CONTACT, BlockRule.NO_VALID_PHONE}
    for name, campaign_id, zone, is_call, count, end in rows:
        if name in (IN_QUEUE, GIVEN):
            continue
        counts[name] = counts.get(name, 0) + count
        if is_call and campaigns[campaign_id].state is CampaignState.PAUSED:
            continue  # whatever ends before the pause does, nobody is called
        active.add(name)
        if name == BlockRule.OUTSIDE_HOURS:
            end = opening(campaigns[campaign_id], zone, scope.now)
        if end is not None:
            ends.setdefault(name, []).append(end)
    return [
        Waiting(
            part=name, tasks=counts[name], until=min(ends.get(name, []), default=None),
            is_paused=name not in active,
        )
        for name in PARTS
        if name in counts
    ]  # fmt: skip


def _in_scope(scope: Scope, *columns: Any) -> Select[Any]:
    return select(*columns).where(
        Task.unit_id.in_(scope.unit_ids),
        or_(
            Task.state.in_(OPEN),
            and_(Task.closed_at >= scope.day_began, ~goes_on_elsewhere()),
        ),
    )


def _part(task: type[Task], scope: Scope) -> ColumnElement[str]:
    blocked = weightiest(task, closed=scope.closed, now=scope.now, viewer_id=scope.viewer_id)
    is_anothers = and_(task.performer_id.is_not(None), task.performer_id != scope.viewer_id)
    if scope.viewer_id is None:
        is_anothers = task.performer_id.is_not(None)
    # A job may be begun early but is not handed out; what is deferred and due is back in seconds.
    is_early = or_(task.due_at > scope.now, task.state == TaskState.DEFERRED)
    return case(
        (and_(task.closed_at.is_not(None), task.finish == Finish.EXPIRED), EXPIRED),
        (and_(task.closed_at.is_not(None), task.finish == Finish.MISSED), MISSED),
        (task.closed_at.is_not(None), DONE),
        (task.state == TaskState.IN_WORK, TAKEN),
        (task.state == TaskState.ON_CONTROL, ON_CONTROL),
        else_=func.coalesce(
            blocked,
            case((is_early, BlockRule.NOT_DUE.value), else_=None),
            case((is_anothers, GIVEN), else_=None),
            case((_is_skipped(scope), SKIPPED), else_=literal(IN_QUEUE)),
        ),
    )


def _is_skipped(scope: Scope) -> ColumnElement[bool]:
    if scope.viewer_id is None:
        return false()
    return ~not_skipped(Task, literal(scope.viewer_id), scope.now)


def _skipped_until(scope: Scope) -> ScalarSelect[datetime]:
    """Until when the viewer is not handed the task out."""
    skips = select(TaskSkip.until).where(
        TaskSkip.task_id == Task.id, TaskSkip.employee_id == scope.viewer_id
    )
    return skips.correlate(Task).scalar_subquery()
