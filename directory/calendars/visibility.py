"""Which calendar applies to whom, and which calendars a person may see (rules 15, 22).

The calendar of a unit is its own, else that of the nearest unit above that has one, else the
built-in week; of a person: their own, else that of their unit. The hours are meant in the zone of
the one who asks: nine o'clock of the company's calendar is nine in Vladivostok too.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import NotFound
from directory.calendars.models import CalendarDay, DayKind, WorkCalendar
from directory.calendars.working_time import Calendar, Hours, hours_of, shortened
from directory.staff.models import Appointment, Employee
from directory.staff.visibility import employees_visible_to
from directory.units.models import Unit, UnitPath
from directory.units.tree import zone_above, zone_of

USUAL_DAY: Hours = ((9 * 60, 18 * 60),)
USUAL_WEEK: tuple[Hours, ...] = (USUAL_DAY,) * 5 + ((),) * 2
"""The week of a company that has not set one: Monday to Friday, nine to six."""


def calendar_of_unit(session: Session, unit_id: int, *, default_zone: str) -> Calendar:
    """The working time that applies to the unit; ``default_zone`` where no unit has a zone."""
    zone = zone_of(session, unit_id, default_zone)
    return calendar_value(session, calendar_above(session, unit_id), zone=zone)


def calendars_of_units(session: Session, *, default_zone: str) -> dict[int, Calendar]:
    """``calendar_of_unit`` of every unit in use, in a number of statements that does not grow with
    the units; units that share calendar and zone share the value."""
    above = (
        select(WorkCalendar.id)
        .join(UnitPath, UnitPath.ancestor_id == WorkCalendar.unit_id)
        .where(UnitPath.descendant_id == Unit.id)
        .order_by(UnitPath.depth)
        .limit(1)
        .correlate(Unit)
        .scalar_subquery()
    )
    units = session.execute(
        select(Unit.id, zone_above(Unit.id), above).where(Unit.is_archived.is_(False))
    ).all()
    rows = {row.id: row for row in session.scalars(select(WorkCalendar))}
    made: dict[tuple[str, int | None], Calendar] = {}
    found: dict[int, Calendar] = {}
    for unit_id, own_zone, calendar_id in units:
        key = (own_zone or default_zone, calendar_id)
        if key not in made:
            made[key] = calendar_value(session, rows.get(calendar_id), zone=key[0])
        found[unit_id] = made[key]
    return found


def calendar_of_person(session: Session, employee_id: int, *, default_zone: str) -> Calendar:
    """The working time that applies to the person, in their own zone or that of their unit.

    Somebody with roles at several units goes by the one appointed first. Raises NotFound.
    """
    employee = session.get(Employee, employee_id)
    if employee is None:
        raise NotFound("employee", employee_id)
    unit_id = _first_unit(session, employee_id)
    zone = employee.time_zone or (
        zone_of(session, unit_id, default_zone) if unit_id is not None else default_zone
    )
    own = session.scalar(select(WorkCalendar).where(WorkCalendar.employee_id == employee_id))
    if own is None and unit_id is not None:
        own = calendar_above(session, unit_id)
    return calendar_value(session, own, zone=zone)


def calendar_above(session: Session, unit_id: int) -> WorkCalendar | None:
    """The unit's own calendar or the nearest one above it."""
    return session.scalar(
        select(WorkCalendar)
        .join(UnitPath, UnitPath.ancestor_id == WorkCalendar.unit_id)
        .where(UnitPath.descendant_id == unit_id)
        .order_by(UnitPath.depth)
        .limit(1)
    )


def calendar_value(session: Session, row: WorkCalendar | None, *, zone: str) -> Calendar:
    """The calendar to reckon with; None: the built-in week."""
    if row is None:
        return Calendar(zone, USUAL_WEEK)
    week = week_of(row)
    days = session.scalars(select(CalendarDay).where(CalendarDay.calendar_id == row.id))
    return Calendar(zone, week, {day.day_on: hours_on_day(week, day) for day in days})


def week_of(row: WorkCalendar) -> tuple[Hours, ...]:
    """The week of the row, Monday first."""
    return tuple(hours_of(day) for day in row.week)


def hours_on_day(week: Sequence[Hours], day: CalendarDay) -> Hours:
    """The working intervals of a day that differs from the week."""
    usual = week[day.day_on.weekday()]
    match day.kind:
        case DayKind.DAY_OFF:
            return ()
        case DayKind.WORKING if not usual:
            # A worked Saturday is like the first day of the week that is worked.
            usual = next((hours for hours in week if hours), USUAL_DAY)
    hours = usual if day.hours is None else hours_of(day.hours)
    return shortened(hours, day.minutes_less)


def get_calendar(session: Session, calendar_id: int, *, actor: Actor) -> WorkCalendar:
    """The calendar, if it is one of the actor's units or people; NotFound otherwise."""
    row = session.scalar(
        select(WorkCalendar).where(WorkCalendar.id == calendar_id, _is_seen(actor))
    )
    if row is None:
        raise NotFound("calendar", calendar_id)
    return row


def calendars_seen(session: Session, *, actor: Actor) -> list[WorkCalendar]:
    """The calendars of the actor's units and people."""
    return list(session.scalars(select(WorkCalendar).where(_is_seen(actor))))


def days_of_year(session: Session, calendar_id: int, year: int) -> dict[date, CalendarDay]:
    """The days of the year that differ from the week; the caller has checked the calendar."""
    found = session.scalars(
        select(CalendarDay).where(
            CalendarDay.calendar_id == calendar_id,
            CalendarDay.day_on.between(date(year, 1, 1), date(year, 12, 31)),
        )
    )
    return {day.day_on: day for day in found}


def require_person_seen(session: Session, employee_id: int, *, actor: Actor) -> Employee:
    """The person, if the actor may see them; NotFound otherwise."""
    found = session.scalar(employees_visible_to(actor).where(Employee.id == employee_id))
    if found is None:
        raise NotFound("employee", employee_id)
    return found


def _is_seen(actor: Actor) -> ColumnElement[bool]:
    people = employees_visible_to(actor).with_only_columns(Employee.id).order_by(None)
    return or_(WorkCalendar.unit_id.in_(actor.unit_ids), WorkCalendar.employee_id.in_(people))


def _first_unit(session: Session, employee_id: int) -> int | None:
    return session.scalar(
        select(Appointment.unit_id)
        .where(Appointment.employee_id == employee_id)
        .order_by(Appointment.id)
        .limit(1)
    )
