"""Days counted back and forth, in Python and in SQL, with the same result on either engine."""

import calendar
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, extract, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 12, 31)
"""The days that anybody means: what a form or a rule says beyond them is refused."""


def sane_day(text: str) -> date:
    """The day of ``2026-03-18``, 1900 to 2200. Raises ValueError for any other text."""
    day = date.fromisoformat(text)
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError("beyond the days that anybody means")
    return day


def moved(day: date, *, months: int = 0, days: int = 0) -> date:
    """The day so many months and then days later; the last day of a month that is too short.

    What would lie before 1900 or after 2200 stays at that end.
    """
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    if year < FIRST_DAY.year:
        return FIRST_DAY
    if year > LAST_DAY.year:
        return LAST_DAY
    last = calendar.monthrange(year, month + 1)[1]
    number = date(year, month + 1, min(day.day, last)).toordinal() + days
    return date.fromordinal(min(max(number, FIRST_DAY.toordinal()), LAST_DAY.toordinal()))


class earlier_day(FunctionElement[date]):  # noqa: N801 a function of SQL
    """SQL: the day so many months, and then days, before a column of days."""

    type = Date()
    inherit_cache = False

    def __init__(self, day: ColumnElement[date], *, months: int = 0, days: int = 0) -> None:
        super().__init__(day)
        self.months, self.days = months, days


def month_and_day(day: ColumnElement[Any]) -> ColumnElement[int]:
    """SQL: 1231 for the last of December; written without bound values, as in an index of it."""
    return extract("month", day) * literal(100, literal_execute=True) + extract("day", day)


class day_at(FunctionElement[date]):  # noqa: N801 a function of SQL
    """SQL: the day of a column of moments so far from UTC; a whole number of minutes."""

    type = Date()
    inherit_cache = False

    def __init__(self, moment: ColumnElement[Any], offset: timedelta) -> None:
        super().__init__(moment)
        self.minutes = offset // timedelta(minutes=1)


@compiles(day_at, "postgresql")
def _day_on_postgresql(element: day_at, compiler: Any, **options: Any) -> str:
    moment = compiler.process(element.clauses.clauses[0], **options)
    return f"({moment} AT TIME ZONE 'UTC' + interval '{element.minutes:d} minutes')::date"


@compiles(day_at, "sqlite")
def _day_on_sqlite(element: day_at, compiler: Any, **options: Any) -> str:
    moment = compiler.process(element.clauses.clauses[0], **options)
    return f"date({moment}, '{element.minutes:+d} minutes')"


@compiles(earlier_day, "postgresql")
def _on_postgresql(element: earlier_day, compiler: Any, **options: Any) -> str:
    day = compiler.process(element.clauses.clauses[0], **options)
    return f"({day} - interval '{element.months:d} months {element.days:d} days')::date"


@compiles(earlier_day, "sqlite")
def _on_sqlite(element: earlier_day, compiler: Any, **options: Any) -> str:
    day = compiler.process(element.clauses.clauses[0], **options)
    # SQLite would step over the end of a shorter month.
    return f"date({day}, '-{element.months:d} months', 'floor', '-{element.days:d} days')"
