"""Promised callbacks that nobody made in time: told, and treated as their campaign says (rule 9).

A callback is missed when it is still planned so long after its time as the campaign tolerates.
One in hand is not, nor one whose client somebody is phoning now, nor one of a paused campaign:
nobody could make that. Each due time is missed at most once: ``Task.missed_at``.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import ColumnElement, Table, and_, bindparam, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from campaigns.models import Campaign, CampaignState, MissedCallback
from campaigns.retries import next_attempt_at, when_somebody_is_there
from campaigns.windows import NeverOpens, window_of
from core.clock import Clock
from core.db import Database, UtcDateTime, constant
from core.journal import record_all
from directory.calendars.visibility import calendar_of_person, calendar_of_unit
from directory.calendars.working_time import Calendar, moment_at
from worklists.contact_conditions import phones_now
from worklists.events.queue import CallbackMissed
from worklists.grouped_notices import tell_performers, tell_supervisors
from worklists.leases import in_state
from worklists.lifecycle import TaskAction, TaskState, after
from worklists.models.task import Finish, Task, TaskKind
from worklists.sweeping import (
    SCHEDULER,
    lock_with_lists,
    note_firings,
    these,
    until_nothing_is_left,
)
from worklists.unworked import CLOSED, close_unworked

_WAITS = after(TaskState.PLANNED, TaskAction.DEFER)
_A_WORKING_DAY = ({"working_days": 1},)
CalendarOf = Callable[[int, int | None], Calendar]
"""The working time of a unit, or of a person of it."""


@dataclass(frozen=True, kw_only=True)
class Missed:
    """A callback that was missed."""

    id: int
    unit_id: int
    campaign_id: int
    performer_id: int | None
    time_zone: str
    due_at: datetime


def miss_callbacks(database: Database, clock: Clock, *, default_zone: str) -> int:
    """Notice callbacks that were not made; ``default_zone`` (IANA) for units that have none."""

    def batch(session: Session, now: datetime) -> int:
        running = select(Campaign).where(Campaign.state == CampaignState.ACTIVE)
        campaigns = {campaign.id: campaign for campaign in session.scalars(running)}
        missed = lock_with_lists(session, Task.due_at, *_is_missed(campaigns, now))
        if missed:
            _treat(session, missed, campaigns, now, default_zone)
        return len(missed)

    return until_nothing_is_left(database, clock, batch)


def moved_to(
    policy: MissedCallback, campaign: Campaign, missed: Missed, calendar: Calendar, now: datetime
) -> datetime | None:
    """When it is to be made instead; None: its time stays. Pure.

    On the next working day at the time that was promised, or as soon as somebody is there and the
    client may be called; a window or zone that leaves no such moment moves nothing.
    """
    zone, window = missed.time_zone, window_of(campaign)
    try:
        if policy is MissedCallback.NEXT_DAY:
            return next_attempt_at(
                _A_WORKING_DAY, 1, now=_that_time_before(missed.due_at, now, calendar.zone),
                zone=zone, window=window, calendar=calendar,
            )  # fmt: skip
        if policy is MissedCallback.POOL:
            at = when_somebody_is_there(now, zone, window, calendar)
            return at if at > now else None
    except (NeverOpens, ZoneInfoNotFoundError, ValueError):
        pass
    return None


def _that_time_before(due_at: datetime, now: datetime, zone: str) -> datetime:
    """The last moment up to ``now`` at which the wall showed the time of ``due_at``."""
    wall = due_at.astimezone(ZoneInfo(zone)).time()
    day = now.astimezone(ZoneInfo(zone)).date()
    today = moment_at(zone, datetime.combine(day, wall))
    if today <= now:
        return today
    return moment_at(zone, datetime.combine(day - timedelta(days=1), wall))


def _is_missed(campaigns: Mapping[int, Campaign], now: datetime) -> list[ColumnElement[bool]]:
    by_tolerance: dict[int, list[int]] = defaultdict(list)
    for campaign in campaigns.values():
        by_tolerance[campaign.missed_after_minutes].append(campaign.id)
    held = aliased(Task)
    return [
        in_state(TaskState.PLANNED),
        Task.kind == constant(TaskKind.CALLBACK),
        Task.due_at <= now - timedelta(minutes=min(by_tolerance, default=0)),
        or_(Task.missed_at.is_(None), Task.missed_at < Task.due_at),
        or_(
            *(
                and_(Task.campaign_id.in_(ids), Task.due_at <= now - timedelta(minutes=minutes))
                for minutes, ids in by_tolerance.items()
            ),
            Task.id.in_(()),
        ),
        ~exists(
            select(held.id).where(held.client_id == Task.client_id, phones_now(held))
        ).correlate(Task),
    ]


def _treat(
    session: Session,
    task_ids: Sequence[int],
    campaigns: Mapping[int, Campaign],
    now: datetime,
    default_zone: str,
) -> None:
    columns = (Task.id, Task.unit_id, Task.campaign_id, Task.performer_id, Task.time_zone,
               Task.due_at)  # fmt: skip
    rows = session.execute(select(*columns).where(these(task_ids)).order_by(Task.due_at, Task.id))
    missed = [Missed(**row._mapping) for row in rows]
    calendar_of = _calendars(session, default_zone)
    changes = [_change(one, campaigns[one.campaign_id], calendar_of, now) for one in missed]
    note_firings(session, task_ids, "missed", now)
    record_all(session, [event for event, _ in changes], actor=SCHEDULER, at=now)
    tell_supervisors(session, task_ids, kind="callbacks_missed", now=now)
    tell_performers(session, task_ids, kind="callback_missed", now=now)
    tasks = cast(Table, Task.__table__)
    session.connection().execute(
        update(tasks)
        .where(tasks.c.id == bindparam("missed_id"))
        .values(
            due_at=bindparam("new_due_at", type_=UtcDateTime()),
            state=bindparam("new_state", type_=tasks.c.state.type),
            performer_id=bindparam("new_performer_id", type_=tasks.c.performer_id.type),
            missed_at=now,
            missed_times=tasks.c.missed_times + 1,
            occurrence=tasks.c.occurrence + 1,
        ),
        [values for _, values in changes],
    )
    closed = [event.task_id for event, _ in changes if event.to_state is CLOSED]
    close_unworked(session, closed, finish=Finish.MISSED, now=now)


def _change(
    one: Missed, campaign: Campaign, calendar_of: CalendarOf, now: datetime
) -> tuple[CallbackMissed, dict[str, object]]:
    """What is told about it, and the new values of its row."""
    policy = campaign.missed_callback
    whose = one.performer_id if policy is MissedCallback.NEXT_DAY else None
    is_moved = policy in (MissedCallback.NEXT_DAY, MissedCallback.POOL)
    at = moved_to(policy, campaign, one, calendar_of(one.unit_id, whose), now) if is_moved else None
    state = _WAITS if at is not None and at > now else TaskState.PLANNED
    then = CLOSED if policy is MissedCallback.CLOSE else state
    stays = then is TaskState.PLANNED
    event = CallbackMissed(
        task_id=one.id,
        policy=policy,
        promised_at=one.due_at,
        moved_to=at,
        from_state=None if stays else TaskState.PLANNED,
        to_state=None if stays else then,
    )
    values: dict[str, object] = {
        "missed_id": one.id,
        "new_due_at": at or one.due_at,
        "new_state": state,
        "new_performer_id": None if policy is MissedCallback.POOL else one.performer_id,
    }
    return event, values


def _calendars(session: Session, default_zone: str) -> CalendarOf:
    """Each calendar is read once a batch."""

    @cache
    def calendar(unit_id: int, employee_id: int | None) -> Calendar:
        if employee_id is not None:
            return calendar_of_person(session, employee_id, default_zone=default_zone)
        return calendar_of_unit(session, unit_id, default_zone=default_zone)

    return calendar
