"""The verdict for many tasks in one statement: its set-based twin (rule 13).

``weightiest`` names the same rule as the first block of ``worklists.verdicts.verdict_on``; a
property test holds them together. Counters, lists and reports ask here.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

from sqlalchemy import (
    ColumnElement,
    and_,
    case,
    exists,
    false,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import Session, aliased

from campaigns.models import Campaign, CampaignState
from campaigns.windows import NeverOpens, is_open, next_opening, window_of
from directory.clients.models import Client
from worklists.contact_conditions import (
    cools_off,
    has_phone,
    household_is_called,
    household_lease,
    is_pressed,
    is_refused,
    phones_now,
)
from worklists.lifecycle import OPEN, TaskState
from worklists.models.task import PHONING, Task, TaskKind
from worklists.verdicts import BlockRule

Place = tuple[int, str]
"""A campaign's id and the IANA zone of a client: together they have one calling window."""


def places_of(session: Session, unit_ids: Collection[int]) -> Sequence[Place]:
    """Every pair of campaign and zone among the open tasks of the units."""
    pairs = (
        select(Task.campaign_id, Task.time_zone)
        .where(Task.unit_id.in_(unit_ids), Task.state.in_(OPEN))
        .distinct()
    )
    return [(campaign_id, zone) for campaign_id, zone in session.execute(pairs)]


def closed_places(session: Session, places: Collection[Place], now: datetime) -> list[Place]:
    """Those of the places where nobody may be called at ``now`` (UTC)."""
    of_these = {campaign_id for campaign_id, _ in places}
    campaigns = {
        campaign.id: campaign
        for campaign in session.scalars(select(Campaign).where(Campaign.id.in_(of_these)))
    }
    return [place for place in places if not _is_open(campaigns[place[0]], place[1], now)]


def weightiest(
    task: type[Task], *, closed: Collection[Place], now: datetime, viewer_id: int | None = None
) -> ColumnElement[str | None]:
    """The first rule that stands against working the task at ``now``, or NULL.

    ``closed``: of ``closed_places``, for all places that the tasks come from. What the viewer
    holds does not stand against the viewer.
    """
    campaign = aliased(Campaign)
    of_task = select(campaign).where(campaign.id == task.campaign_id).correlate(task)
    purpose = of_task.with_only_columns(campaign.purpose).scalar_subquery()
    is_exempt = or_(
        task.client_called,
        task.kind == TaskKind.CALLBACK,
        of_task.with_only_columns(campaign.is_pressure_exempt).scalar_subquery(),
    )
    state = of_task.with_only_columns(campaign.state).scalar_subquery()
    phoned: list[tuple[BlockRule, ColumnElement[bool]]] = [
        (BlockRule.CAMPAIGN_FINISHED, state == CampaignState.FINISHED),
        (BlockRule.DO_NOT_CONTACT, is_refused(task.client_id, task.asset_id, purpose)),
        (BlockRule.COOLING_OFF, cools_off(task.client_id, now)),
        (BlockRule.NO_VALID_PHONE, ~has_phone(task.client_id)),
        (BlockRule.OUTSIDE_HOURS, and_(task.kind != TaskKind.CALLBACK, _in(task, closed))),
        (BlockRule.PRESSURE, and_(~is_exempt, is_pressed(task.client_id, now))),
        (
            BlockRule.HOUSEHOLD,
            and_(~is_exempt, household_is_called(task.client_id, now, viewer_id)),
        ),
        (BlockRule.HELD_BY_ANOTHER, _is_phoned_by_another(task, viewer_id)),
        (BlockRule.NOT_OPEN, and_(task.opens_at.is_not(None), task.opens_at > now)),
        (BlockRule.NOT_DUE, task.due_at > now),
        (BlockRule.CAMPAIGN_PAUSED, state == CampaignState.PAUSED),
    ]
    held_itself = and_(
        task.state == TaskState.IN_WORK, task.performer_id.is_distinct_from(viewer_id)
    )
    return case(
        (
            task.kind.not_in(PHONING),
            case((held_itself, BlockRule.HELD_BY_ANOTHER.value), else_=None),
        ),
        *((condition, rule.value) for rule, condition in phoned),
        else_=None,
    )


def until_of(task: type[Task], rule: ColumnElement[Any]) -> ColumnElement[datetime | None]:
    """When the rule (of ``weightiest``) ends by itself; NULL: never, or see ``opening``."""
    client, held = aliased(Client), aliased(Task)
    of_client = select(client).where(client.id == task.client_id).correlate(task)
    lease = (
        select(func.min(held.lease_until))
        .where(held.client_id == task.client_id, phones_now(held))
        .correlate(task)
        .scalar_subquery()
    )
    rests = of_client.with_only_columns(client.cooling_off_until).scalar_subquery()
    pressed = of_client.with_only_columns(client.pressed_until).scalar_subquery()
    return case(
        (rule == BlockRule.COOLING_OFF.value, rests),
        (rule == BlockRule.PRESSURE.value, pressed),
        (rule == BlockRule.HOUSEHOLD.value, _household_until(task)),
        (rule == BlockRule.NOT_OPEN.value, task.opens_at),
        (rule == BlockRule.HELD_BY_ANOTHER.value, func.coalesce(lease, task.lease_until)),
        (rule == BlockRule.NOT_DUE.value, task.due_at),
    )


def _household_until(task: type[Task]) -> ColumnElement[datetime | None]:
    """The later of both ends: of the call that somebody is making, of the days after the last."""
    client = aliased(Client)
    of_client = select(client.household_until).where(client.id == task.client_id)
    called = of_client.correlate(task).scalar_subquery()
    lease = household_lease(task.client_id, None)
    return case((or_(called.is_(None), lease > called), lease), else_=called)


def opening(campaign: Campaign, zone: str, now: datetime) -> datetime | None:
    """When clients in the zone may be called next; None: never, or nobody knows the zone."""
    try:
        return next_opening(window_of(campaign), zone, now)
    except (NeverOpens, ZoneInfoNotFoundError, ValueError):
        return None


def _in(task: type[Task], places: Collection[Place]) -> ColumnElement[bool]:
    if not places:
        return false()
    return tuple_(task.campaign_id, task.time_zone).in_(sorted(places))


def _is_phoned_by_another(task: type[Task], viewer_id: int | None) -> ColumnElement[bool]:
    other: Any = aliased(Task)
    return exists(
        select(other.id)
        .where(
            other.client_id == task.client_id,
            phones_now(other),
            other.performer_id.is_distinct_from(viewer_id),
        )
        .correlate(task)
    )


def _is_open(campaign: Campaign, zone: str, now: datetime) -> bool:
    """A zone that nobody knows is never open, as in ``worklists.lanes``."""
    try:
        return is_open(window_of(campaign), zone, now)
    except (ZoneInfoNotFoundError, ValueError):
        return False
