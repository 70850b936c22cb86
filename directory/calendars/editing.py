"""Set the working time of a unit or a person: the week, single days, the holidays of a year."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from core.access import Actor
from core.db import insert_into
from core.errors import Invalid, Refused
from core.journal import record
from core.locks import exclusively
from directory.calendars.events import (
    CalendarAdded,
    CalendarRemoved,
    DayCleared,
    DaySet,
    HolidaysInstalled,
    WeekChanged,
)
from directory.calendars.holidays import AN_HOUR, production_days
from directory.calendars.models import (
    CalendarDay,
    DayKind,
    DaySource,
    ProductionCalendar,
    WorkCalendar,
)
from directory.calendars.visibility import (
    USUAL_WEEK,
    calendar_above,
    get_calendar,
    require_person_seen,
)
from directory.calendars.working_time import Hours
from directory.permissions import DirectoryPermission
from directory.staff.models import Appointment
from directory.units.tree import get_unit

LONGEST_NOTE = 200


class CalendarChangedByAnother(Refused):
    """Somebody else saved this calendar meanwhile."""


class WeekWithoutWork(Invalid):
    """A week has at least one working interval."""

    field = "week"


class HoursMissing(Invalid):
    """A day that is worked otherwise says when."""

    field = "hours"


def add_calendar(
    session: Session,
    *,
    unit_id: int | None = None,
    employee_id: int | None = None,
    actor: Actor,
    now: datetime,
) -> WorkCalendar:
    """Give a unit or a person a calendar of its own: a copy of the one that applied so far.

    One that is there already is returned as it is. Raises NotFound for a foreign unit or person.
    """
    actor.require(DirectoryPermission.MANAGE_CALENDARS)
    exclusively(session, "calendars")
    if (unit_id is None) == (employee_id is None):
        raise ValueError("a calendar belongs to a unit or to a person")
    own = WorkCalendar.unit_id == unit_id
    model: WorkCalendar | None
    if unit_id is not None:
        get_unit(session, unit_id, actor=actor)
        model = calendar_above(session, unit_id)
    else:
        assert employee_id is not None
        require_person_seen(session, employee_id, actor=actor)
        own = WorkCalendar.employee_id == employee_id
        model = _of_persons_unit(session, employee_id)
    if (there := session.scalar(select(WorkCalendar).where(own))) is not None:
        return there
    row = WorkCalendar(
        unit_id=unit_id,
        employee_id=employee_id,
        week=model.week if model else as_json(USUAL_WEEK),
        created_at=now,
    )
    session.add(row)
    session.flush()
    if model is not None:
        _copy_days(session, model.id, row.id)
    event = CalendarAdded(calendar_id=row.id, unit_id=unit_id, employee_id=employee_id)
    record(session, event, actor=actor, at=now)
    return row


def remove_calendar(session: Session, calendar_id: int, *, actor: Actor, now: datetime) -> None:
    """Let the unit or person follow the calendar above again."""
    row = _to_edit(session, calendar_id, None, actor)
    days = delete(CalendarDay).where(CalendarDay.calendar_id == calendar_id)
    gone = len(session.execute(days.returning(CalendarDay.day_on)).all())
    event = CalendarRemoved(
        calendar_id=calendar_id,
        unit_id=row.unit_id,
        employee_id=row.employee_id,
        week=row.week,
        days=gone,
    )
    session.delete(row)
    session.flush()
    record(session, event, actor=actor, at=now)


def change_week(
    session: Session,
    calendar_id: int,
    *,
    week: Sequence[Hours],
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> WorkCalendar:
    """Set the seven days, Monday first. Raises WeekWithoutWork, CalendarChangedByAnother."""
    row = _to_edit(session, calendar_id, version, actor)
    if len(week) != 7 or not any(week):
        raise WeekWithoutWork
    after = as_json(week)
    if after != row.week:
        event = WeekChanged(calendar_id=calendar_id, before=row.week, after=after)
        row.week = after
        session.flush()
        record(session, event, actor=actor, at=now)
    return row


def set_day(
    session: Session,
    calendar_id: int,
    day_on: date,
    *,
    kind: DayKind,
    hours: Hours | None = None,
    note: str = "",
    actor: Actor,
    now: datetime,
) -> CalendarDay:
    """Say how this day differs from the week, in one's own word. ``hours``: when it is worked.

    Without hours a worked day is like a usual one and a shortened one ends an hour earlier. Raises
    HoursMissing for a worked day with hours that are empty.
    """
    _to_edit(session, calendar_id, None, actor)
    if kind in (DayKind.DAY_OFF, DayKind.USUAL):
        hours = None
    elif hours is not None and not hours:
        raise HoursMissing
    day = session.get(CalendarDay, (calendar_id, day_on))
    before = day.kind if day is not None else None
    if day is None:
        day = CalendarDay(calendar_id=calendar_id, day_on=day_on)
        session.add(day)
    day.kind, day.source = kind, DaySource.OWN
    day.hours = None if hours is None else as_json([hours])[0]
    day.minutes_less = AN_HOUR if kind is DayKind.SHORTENED and hours is None else 0
    day.note = " ".join(note.split())[:LONGEST_NOTE]
    session.flush()
    event = DaySet(
        calendar_id=calendar_id,
        day_on=day_on,
        kind=kind,
        before=before,
        hours=day.hours,
        note=day.note,
    )
    record(session, event, actor=actor, at=now)
    return day


def clear_day(
    session: Session, calendar_id: int, day_on: date, *, actor: Actor, now: datetime
) -> None:
    """Let the day follow the week again; one that does so already stays as it is."""
    _to_edit(session, calendar_id, None, actor)
    day = session.get(CalendarDay, (calendar_id, day_on))
    if day is None:
        return
    session.delete(day)
    session.flush()
    event = DayCleared(calendar_id=calendar_id, day_on=day_on, before=day.kind)
    record(session, event, actor=actor, at=now)


def install_holidays(
    session: Session,
    calendar_id: int,
    *,
    country: ProductionCalendar,
    year: int,
    actor: Actor,
    now: datetime,
) -> HolidaysInstalled:
    """Put in the production calendar of the year in place of what was shipped before.

    Days that somebody set themselves stay. Raises YearUnknown.
    """
    _to_edit(session, calendar_id, None, actor)
    shipped = production_days(country, year)
    of_year = CalendarDay.day_on.between(date(year, 1, 1), date(year, 12, 31))
    here = CalendarDay.calendar_id == calendar_id
    session.execute(
        delete(CalendarDay).where(here, of_year, CalendarDay.source == DaySource.SHIPPED)
    )
    own = set(session.scalars(select(CalendarDay.day_on).where(here, of_year)))
    rows = [
        {
            "calendar_id": calendar_id,
            "day_on": day.on,
            "kind": day.kind,
            "minutes_less": day.minutes_less,
            "note": day.note[:LONGEST_NOTE],
            "source": DaySource.SHIPPED,
        }
        for day in shipped
        if day.on not in own
    ]
    if rows:
        session.execute(insert_into(session, CalendarDay), rows)
    event = HolidaysInstalled(
        calendar_id=calendar_id,
        country=country,
        year=year,
        days=len(rows),
        kept=len(shipped) - len(rows),
    )
    record(session, event, actor=actor, at=now)
    return event


def as_json(days: Sequence[Hours]) -> list[list[list[int]]]:
    """Hours of days as the columns keep them."""
    return [[[start, end] for start, end in hours] for hours in days]


def _to_edit(session: Session, calendar_id: int, version: int | None, actor: Actor) -> WorkCalendar:
    actor.require(DirectoryPermission.MANAGE_CALENDARS)
    exclusively(session, "calendars")
    row = get_calendar(session, calendar_id, actor=actor)
    if version is not None and row.version != version:
        raise CalendarChangedByAnother
    return row


def _of_persons_unit(session: Session, employee_id: int) -> WorkCalendar | None:
    unit_id = session.scalar(
        select(Appointment.unit_id)
        .where(Appointment.employee_id == employee_id)
        .order_by(Appointment.id)
        .limit(1)
    )
    return None if unit_id is None else calendar_above(session, unit_id)


def _copy_days(session: Session, from_id: int, to_id: int) -> None:
    kept = ("day_on", "kind", "hours", "minutes_less", "note", "source")
    for day in session.scalars(select(CalendarDay).where(CalendarDay.calendar_id == from_id)):
        values = {name: getattr(day, name) for name in kept}
        session.add(CalendarDay(calendar_id=to_id, **values))
    session.flush()
