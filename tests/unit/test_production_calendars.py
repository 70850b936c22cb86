"""The shipped production calendars: Russia with its transfers, Ukraine under martial law."""

import subprocess
import sys
from datetime import date, timedelta

import pytest

from directory.calendars.holidays import YearUnknown, production_days, transfers_known
from directory.calendars.models import DayKind, ProductionCalendar

RUSSIA, UKRAINE = ProductionCalendar.RUSSIA, ProductionCalendar.UKRAINE
STATUTORY = {(1, day) for day in range(1, 9)} | {
    (2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)
}  # fmt: skip
NORMS = {2024: (248, 5), 2025: (247, 4), 2026: (247, 4), 2027: (247, 4)}
"""Working days of the official five-day norm, and how many of them are shorter by an hour."""


def _worked(year: int) -> dict[date, int]:
    """Days of a five-day week that are worked, with the minutes that they are shorter."""
    shipped = {day.on: day for day in production_days(RUSSIA, year)}
    found = {}
    day = date(year, 1, 1)
    while day.year == year:
        differs = shipped.get(day)
        kind = differs.kind if differs else None
        if kind is DayKind.WORKING or (day.weekday() < 5 and kind is not DayKind.DAY_OFF):
            found[day] = differs.minutes_less if differs else 0
        day += timedelta(days=1)
    return found


@pytest.mark.parametrize("year", NORMS)
def test_the_year_has_the_official_number_of_working_days(year: int) -> None:
    worked = _worked(year)
    assert (len(worked), sum(1 for less in worked.values() if less)) == NORMS[year]


@pytest.mark.parametrize("year", NORMS)
def test_a_day_is_shorter_exactly_before_a_holiday_or_in_place_of_such_a_day(year: int) -> None:
    from directory.calendars.holidays import _transfers

    moved = dict(_transfers()[str(year)]["moved"])  # the day off now: the day it was before
    stands_for = {date.fromisoformat(old): date.fromisoformat(new) for new, old in moved.items()}
    for day, less in _worked(year).items():
        tomorrow = stands_for.get(day, day) + timedelta(days=1)
        assert (less > 0) == ((tomorrow.month, tomorrow.day) in STATUTORY), day


@pytest.mark.parametrize("year", NORMS)
def test_what_the_decree_moved_agrees_with_the_library(year: int) -> None:
    from directory.calendars.holidays import _transfers

    off = {day.on for day in production_days(RUSSIA, year) if day.kind is DayKind.DAY_OFF}
    decreed = _transfers()[str(year)]
    assert {date.fromisoformat(new) for new, _old in decreed["moved"]} <= off
    for _new, old in decreed["moved"]:
        was = date.fromisoformat(old)
        is_worked = old in decreed["worked"]
        assert was.weekday() >= 5
        assert is_worked == (was not in off)


def test_a_day_is_told_once() -> None:
    for year in (*NORMS, 2030):
        days = [day.on for day in production_days(RUSSIA, year)]
        assert days == sorted(set(days))


def test_a_year_without_a_decree_has_the_holidays_of_the_law() -> None:
    assert not transfers_known(2030)
    days = {day.on: day for day in production_days(RUSSIA, 2030)}
    assert {(on.month, on.day) for on in days} >= STATUTORY
    assert {day.kind for day in days.values()} == {DayKind.DAY_OFF}


def test_ukraine_works_on_its_holidays_under_martial_law() -> None:
    days = {day.on: day for day in production_days(UKRAINE, 2026)}
    assert days[date(2026, 8, 24)].kind is DayKind.USUAL
    assert days[date(2026, 8, 24)].note == "День незалежності України"
    before = {day.on: day for day in production_days(UKRAINE, 2021)}
    assert before[date(2021, 8, 24)].kind is DayKind.DAY_OFF


def test_years_far_away_are_unknown() -> None:
    with pytest.raises(YearUnknown):
        production_days(RUSSIA, 1999)


def test_the_library_is_not_loaded_with_the_web_application() -> None:
    program = "import sys, webui.app; sys.exit('holidays' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
