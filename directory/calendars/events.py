"""What can happen to calendars and absences. Ids and plain values only."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from core.journal import Event
from directory.calendars.models import DayKind, ProductionCalendar


@dataclass(frozen=True, kw_only=True)
class CalendarEvent(Event):
    """Something happened to a calendar."""

    subject: ClassVar[str] = "calendar"
    calendar_id: int


@dataclass(frozen=True, kw_only=True)
class CalendarAdded(CalendarEvent):
    """A unit or a person has a calendar of its own from now on."""

    unit_id: int | None
    employee_id: int | None


@dataclass(frozen=True, kw_only=True)
class CalendarRemoved(CalendarEvent):
    """It follows the calendar above it again; ``week`` and ``days`` are what went."""

    unit_id: int | None
    employee_id: int | None
    week: list[list[list[int]]]
    days: int


@dataclass(frozen=True, kw_only=True)
class WeekChanged(CalendarEvent):
    """The working week is another one."""

    before: list[list[list[int]]]
    after: list[list[list[int]]]


@dataclass(frozen=True, kw_only=True)
class DaySet(CalendarEvent):
    """A day differs from the week; ``before`` is what it was, if it differed already."""

    day_on: date
    kind: DayKind
    before: DayKind | None
    hours: list[list[int]] | None
    note: str


@dataclass(frozen=True, kw_only=True)
class DayCleared(CalendarEvent):
    """A day follows the week again."""

    day_on: date
    before: DayKind


@dataclass(frozen=True, kw_only=True)
class HolidaysInstalled(CalendarEvent):
    """The production calendar of a year was put in; own days stayed as they were."""

    country: ProductionCalendar
    year: int
    days: int
    kept: int


@dataclass(frozen=True, kw_only=True)
class AbsenceEvent(Event):
    """Something happened to an absence."""

    subject: ClassVar[str] = "absence"
    absence_id: int
    employee_id: int


@dataclass(frozen=True, kw_only=True)
class AbsenceAdded(AbsenceEvent):
    """A person will be away."""

    substitute_id: int | None
    from_at: datetime
    until_at: datetime


@dataclass(frozen=True, kw_only=True)
class AbsenceEnded(AbsenceEvent):
    """The person is back earlier than planned."""

    until_at: datetime
    planned_until: datetime


@dataclass(frozen=True, kw_only=True)
class AbsenceCancelled(AbsenceEvent):
    """Called off before it began."""
