"""Which times of a workshop are free for a kind of work (A13).

A hold that has run out takes no place: that is judged here, by the moment given, and not by a
sweep.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import Invalid
from directory.calendars.visibility import calendar_of_unit
from directory.calendars.working_time import Calendar
from directory.workshops.capacity import WorkshopPlan
from worklists.bookings.day_grid import Cells, cells_of, free_post, is_start, starts_of
from worklists.bookings.models import ServicePlace, SlotHold

LOOK_AHEAD = 30
"""Days among which the nearest free ones are looked for."""
_DAY = timedelta(days=1)


class WorkKindMissing(Invalid):
    """A workshop that is booked by its capacity is told the kind of work, one that it does."""

    field = "service_request_work_kind_id"


class SlotMissing(Invalid):
    """A workshop that is booked by its capacity is booked for a time."""

    field = "service_request_slot"


class SlotOutsideHours(Invalid):
    """No vehicle is taken in then, or the work would not be done on that day."""

    field = "service_request_slot"


class SlotTaken(Invalid):
    """Somebody else has the last place of that time."""

    field = "service_request_slot"


@dataclass(frozen=True, kw_only=True)
class Except:
    """Whose own places count as free: a hold of this person and task, or a booking to be moved."""

    task_id: int | None = None
    employee_id: int | None = None
    request_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class DayTimes:
    """The free times of one day, minutes after midnight at the workshop."""

    day_on: date
    is_worked: bool
    free: Sequence[int]


NOTHING = Except()


def calendar_of(session: Session, plan: WorkshopPlan, *, actor: Actor) -> Calendar:
    """The working time of the workshop."""
    return calendar_of_unit(session, plan.workshop_id, default_zone=actor.time_zone)


def free_times(
    session: Session,
    plan: WorkshopPlan,
    work_kind_id: int,
    *,
    first_on: date,
    days: int = 1,
    but: Except = NOTHING,
    actor: Actor,
    now: datetime,
) -> list[DayTimes]:
    """The free times of so many days, in one query; times gone by are not among them.

    Raises WorkKindMissing for work that is not done there.
    """
    minutes = plan.minutes_of(work_kind_id)
    if minutes is None:
        raise WorkKindMissing(work_kind_id)
    calendar = calendar_of(session, plan, actor=actor)
    last_on = first_on + (days - 1) * _DAY
    taken = taken_places(session, plan.workshop_id, first_on, last_on, but=but, now=now)
    return [
        _times_of(calendar, plan, minutes, day_on, taken.get(day_on, []), now)
        for day_on in (first_on + number * _DAY for number in range(days))
    ]


def nearest_days(
    session: Session,
    plan: WorkshopPlan,
    work_kind_id: int,
    *,
    from_on: date,
    count: int = 3,
    but: Except = NOTHING,
    actor: Actor,
    now: datetime,
) -> list[DayTimes]:
    """The first days with a free time within ``LOOK_AHEAD`` days, ``from_on`` included."""
    days = free_times(
        session, plan, work_kind_id, first_on=from_on, days=LOOK_AHEAD, but=but, actor=actor,
        now=now,
    )  # fmt: skip
    return [day for day in days if day.free][:count]


def cells_to_take(
    calendar: Calendar,
    plan: WorkshopPlan,
    work_kind_id: int | None,
    day_on: date,
    minute: int | None,
    *,
    now: datetime,
) -> Cells:
    """What a booking at this time takes. Raises WorkKindMissing, SlotMissing, SlotOutsideHours."""
    minutes = plan.minutes_of(work_kind_id)
    if minutes is None:
        raise WorkKindMissing(work_kind_id)
    if minute is None:
        raise SlotMissing()
    hours = calendar.hours_on(day_on)
    cells = cells_of(hours, minute, minutes)
    if cells is None or not is_start(hours, minute, plan.slot_minutes):
        raise SlotOutsideHours(minute)
    if _is_past(calendar, day_on, minute, now):
        raise SlotOutsideHours(minute)
    return cells


def taken_places(
    session: Session,
    workshop_id: int,
    first_on: date,
    last_on: date,
    *,
    but: Except = NOTHING,
    now: datetime,
) -> dict[date, list[tuple[int, int]]]:
    """Cells and posts that bookings and holds have, by day; holds that ran out have none."""
    is_own = and_(SlotHold.task_id == but.task_id, SlotHold.employee_id == but.employee_id)
    is_held = and_(SlotHold.until > now, ~is_own)
    is_booked: ColumnElement[bool] = ServicePlace.request_id.is_not(None)
    if but.request_id is not None:
        is_booked = ServicePlace.request_id != but.request_id
    rows = session.execute(
        select(ServicePlace.day_on, ServicePlace.minute, ServicePlace.post)
        .outerjoin(SlotHold, SlotHold.id == ServicePlace.hold_id)
        .where(
            ServicePlace.workshop_id == workshop_id,
            ServicePlace.day_on.between(first_on, last_on),
            or_(is_booked, is_held),
        )
    )
    found: dict[date, list[tuple[int, int]]] = {}
    for day_on, minute, post in rows:
        found.setdefault(day_on, []).append((minute, post))
    return found


def _times_of(
    calendar: Calendar,
    plan: WorkshopPlan,
    minutes: int,
    day_on: date,
    taken: Sequence[tuple[int, int]],
    now: datetime,
) -> DayTimes:
    hours = calendar.hours_on(day_on)
    free = []
    for start in starts_of(hours, plan.slot_minutes):
        cells = cells_of(hours, start, minutes)
        if cells is None or _is_past(calendar, day_on, start, now):
            continue
        if free_post(taken, cells, plan.posts) is not None:
            free.append(start)
    return DayTimes(day_on=day_on, is_worked=bool(hours), free=free)


def _is_past(calendar: Calendar, day_on: date, minute: int, now: datetime) -> bool:
    """By the wall clock at the workshop."""
    local = now.astimezone(ZoneInfo(calendar.zone))
    return (day_on, minute) <= (local.date(), local.hour * 60 + local.minute)
