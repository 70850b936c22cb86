"""The year of a calendar as a page shows it: twelve months of days with their look and words."""

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import get_locale
from flask_babel import gettext as _

from directory.calendars.models import CalendarDay, DayKind, DaySource
from directory.calendars.visibility import hours_on_day
from directory.calendars.working_time import Hours
from webui.admin.hours import hours_written
from webui.labels.words import label
from webui.wording import day

_LOOKS = {
    DayKind.DAY_OFF: "off",
    DayKind.WORKING: "on",
    DayKind.SHORTENED: "short",
    DayKind.USUAL: "named",
}


@dataclass(frozen=True)
class DayCell:
    """One day: ``look`` names its colour, ``words`` say the same."""

    on: date
    look: str
    words: str
    is_own: bool
    is_today: bool


@dataclass(frozen=True)
class Month:
    """A month in weeks, Monday first; None fills up."""

    name: str
    weeks: list[list[DayCell | None]]


@dataclass(frozen=True)
class Year:
    """Twelve months, the short names of the weekdays, and the working days in all."""

    number: int
    months: list[Month]
    weekdays: list[str]
    working_days: int


def year_view(
    week: Sequence[Hours], days: Mapping[date, CalendarDay], number: int, *, today: date
) -> Year:
    """The year of a calendar with this week and these other days."""
    locale = get_locale()
    names = locale.months["stand-alone"]["wide"]
    cells = {
        on: _cell(on, week, days.get(on), today)
        for on in (date.fromordinal(at) for at in range(*_ordinals(number)))
    }
    months = [
        Month(
            name=str(names[month]).capitalize(),
            weeks=[
                [cells[on] if on.month == month else None for on in line]
                for line in calendar.Calendar().monthdatescalendar(number, month)
            ],
        )
        for month in range(1, 13)
    ]
    worked = sum(1 for on in cells if _hours(on, week, days.get(on)))
    return Year(number, months, weekday_names("abbreviated"), worked)


def weekday_names(width: str) -> list[str]:
    """Monday to Sunday in the language of the page."""
    names = get_locale().days["stand-alone"][width]
    return [str(names[number]) for number in range(7)]


def _ordinals(number: int) -> tuple[int, int]:
    return date(number, 1, 1).toordinal(), date(number, 12, 31).toordinal() + 1


def _hours(on: date, week: Sequence[Hours], other: CalendarDay | None) -> Hours:
    return week[on.weekday()] if other is None else hours_on_day(week, other)


def _cell(on: date, week: Sequence[Hours], other: CalendarDay | None, today: date) -> DayCell:
    hours = _hours(on, week, other)
    if other is None:
        look = "" if hours else "rest"
        kind = "" if hours else str(_("выходной по графику"))
    else:
        look, kind = _LOOKS[other.kind], label(other.kind)
    parts = [day(on), kind, hours_written(hours), other.note if other else ""]
    return DayCell(
        on=on,
        look=look,
        words=", ".join(part for part in parts if part),
        is_own=other is not None and other.source is DaySource.OWN,
        is_today=on == today,
    )
