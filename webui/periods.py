"""Periods as people choose them: days of their own time zone, the last one included."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from flask import g, request

from core.days import sane_day
from webui.wording import zone


@dataclass(frozen=True)
class Period:
    """From the first day to the last one, both included, in the person's zone."""

    first: date
    last: date

    @property
    def since(self) -> datetime:
        """The first moment of the period, in UTC."""
        return _midnight(self.first)

    @property
    def until(self) -> datetime:
        """The first moment after the period, in UTC."""
        return _midnight(self.last + timedelta(days=1))


def today() -> date:
    """The day that it is for the person who looks."""
    moment: datetime = g.now
    return moment.astimezone(zone()).date()


def asked_period(*, days_back: int, days_ahead: int) -> Period:
    """The period of ``?from=…&to=…``; a missing or unreadable day falls back to the default.

    A period turned round is put right.
    """
    first = _day("from") or today() - timedelta(days=days_back)
    last = _day("to") or today() + timedelta(days=days_ahead)
    return Period(min(first, last), max(first, last))


def _day(name: str) -> date | None:
    try:
        return sane_day(request.args.get(name, ""))
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone()).astimezone(UTC)
