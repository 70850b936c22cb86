"""Anniversaries that come soon: birthdays."""

import calendar
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_

from core.days import month_and_day

_WHOLE_YEAR = 365


def is_coming(day: ColumnElement[Any], today: date, days: int) -> ColumnElement[bool]:
    """SQL: an anniversary of the day is today or within the next ``days`` days."""
    if days >= _WHOLE_YEAR:
        return day.is_not(None)
    number = month_and_day(day)
    first, last = _window(today, days)
    if first <= last:
        return and_(number >= first, number <= last)
    return or_(number >= first, number <= last)


def comes(day: date, today: date, days: int) -> bool:
    """The same of one day, in Python."""
    if days >= _WHOLE_YEAR:
        return True
    first, last = _window(today, days)
    number = day.month * 100 + day.day
    return first <= number <= last if first <= last else number >= first or number <= last


def _window(today: date, days: int) -> tuple[int, int]:
    """First and last day as month and day in one number; who was born on 29 February has the 28th
    in other years."""
    end = today + timedelta(days=days)
    last = end.month * 100 + end.day
    if last == 228 and not calendar.isleap(end.year):
        last = 229
    return today.month * 100 + today.day, last
