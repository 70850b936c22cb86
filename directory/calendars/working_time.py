"""Reckoning in working time (rule 15). Pure: a ``Calendar`` value and moments go in.

A working interval is wall-clock minutes of one day in the calendar's zone. It begins when the wall
first shows its beginning and ends when the wall first shows its end; a minute that the clock jumps
over counts as the moment of the jump. So neighbouring intervals never overlap, whatever the clock
does, and an interval in which it is put back lasts an hour longer, as the shift itself does.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from core.errors import Refused

MINUTES_A_DAY = 24 * 60
_DAY = timedelta(days=1)
_LOOK_AHEAD = timedelta(days=800)
"""A calendar without working time for longer is taken for one that never works."""

Interval = tuple[int, int]
"""From this minute after midnight until before that one; 1440 is the midnight that follows."""
Hours = tuple[Interval, ...]
"""The working intervals of one day, in order; none: a day off."""
Span = tuple[datetime, datetime]


class NeverWorks(Refused):
    """The calendar has no working time in the next two years."""


class BadHours(ValueError):
    """Intervals of a day that overlap, are out of order, or lie outside the day."""


@dataclass(frozen=True)
class Calendar:
    """Working time of somebody: a week, and the days that differ from it."""

    zone: str
    """IANA zone in which the hours are meant."""
    week: tuple[Hours, ...]
    """Seven days, Monday first."""
    days: Mapping[date, Hours] = field(default_factory=dict)
    """Hours of the days that do not follow the week."""

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise BadHours("a week has seven days")
        for hours in (*self.week, *self.days.values()):
            check_hours(hours)

    def hours_on(self, day: date) -> Hours:
        """The working intervals of this calendar day."""
        found = self.days.get(day)
        return self.week[day.weekday()] if found is None else found


def check_hours(hours: Hours) -> None:
    """Raise BadHours unless the intervals are in order, inside the day, and apart."""
    last = 0
    for start, end in hours:
        if not last <= start < end <= MINUTES_A_DAY:
            raise BadHours(hours)
        last = end


def hours_of(value: Any) -> Hours:
    """Hours as they are kept in JSON, ``[[540, 780], [840, 1080]]``. Raises BadHours."""
    try:
        hours = tuple((int(start), int(end)) for start, end in value)
    except (TypeError, ValueError) as error:
        raise BadHours(value) from error
    check_hours(hours)
    return hours


def shortened(hours: Hours, minutes: int) -> Hours:
    """The hours with so many minutes of work cut off at the end of the day."""
    kept = list(hours)
    while kept and minutes > 0:
        start, end = kept.pop()
        if end - start > minutes:
            kept.append((start, end - minutes))
        minutes -= end - start
    return tuple(kept)


def is_working(calendar: Calendar, at: datetime) -> bool:
    """Whether ``at`` (aware) is working time."""
    return any(start <= at < end for start, end in _spans_around(calendar, at))


def is_working_day(calendar: Calendar, day: date) -> bool:
    """Whether any work is done on this calendar day."""
    return any(True for _ in _spans(calendar, day))


def next_working(calendar: Calendar, at: datetime) -> datetime:
    """``at`` itself in working time, else the next moment of it; UTC. Raises NeverWorks."""
    for start, _end in _spans_from(calendar, at):
        return start
    raise NeverWorks(calendar.zone)


def add_working_time(calendar: Calendar, at: datetime, amount: timedelta) -> datetime:
    """The first working moment by which so much working time has passed since ``at``; UTC.

    An amount that ends with the working day leads to the beginning of the next one: the answer is
    always in working time. Raises NeverWorks, ValueError for a negative amount.
    """
    if amount < timedelta():
        raise ValueError("working time is added, not taken away")
    for start, end in _spans_from(calendar, at, patience=_LOOK_AHEAD + amount * 50):
        if amount < end - start:
            return start + amount
        amount -= end - start
    raise NeverWorks(calendar.zone)


def working_time_ago(calendar: Calendar, at: datetime, amount: timedelta) -> datetime:
    """The latest moment since which so much working time has passed at ``at``; UTC.

    Something that waits since then or longer has waited for the amount. Raises NeverWorks,
    ValueError for a negative amount.
    """
    if amount < timedelta():
        raise ValueError("working time is counted forward")
    at = at.astimezone(UTC)
    day = at.astimezone(ZoneInfo(calendar.zone)).date() + _DAY
    last = day - _LOOK_AHEAD - amount * 50
    while day >= last:
        for start, end in reversed(list(_spans(calendar, day))):
            end = min(end, at)
            if start >= end:
                continue
            if amount <= end - start:
                return end - amount
            amount -= end - start
        day -= _DAY
    raise NeverWorks(calendar.zone)


def add_working_days(calendar: Calendar, at: datetime, days: int) -> datetime:
    """The same time of the day on the ``days``-th working day after ``at``; UTC.

    Counted from the first working moment at or after ``at``; a time at which that day has no work
    becomes the next working moment. Raises NeverWorks, ValueError for a negative number.
    """
    if days < 0:
        raise ValueError("working days are added, not taken away")
    begin = next_working(calendar, at)
    if days == 0:
        return begin
    wall = begin.astimezone(ZoneInfo(calendar.zone)).replace(tzinfo=None)
    day, last = wall.date(), wall.date() + _LOOK_AHEAD + days * 14 * _DAY
    while days:
        day += _DAY
        if day > last:
            raise NeverWorks(calendar.zone)
        days -= is_working_day(calendar, day)
    same_time = datetime.combine(day, wall.time())
    # Never before the day itself: on a day that begins later the work begins later.
    return next_working(calendar, moment_at(calendar.zone, same_time))


def working_time_between(calendar: Calendar, since: datetime, until: datetime) -> timedelta:
    """How much working time lies between the two moments; nothing if they are the wrong way."""
    total = timedelta()
    if until <= since:
        return total
    for start, end in _spans_from(calendar, since, patience=until - since):
        if start >= until:
            break
        total += min(end, until) - start
    return total


def working_minutes_between(calendar: Calendar, since: datetime, until: datetime) -> int:
    """Whole minutes of ``working_time_between``."""
    return working_time_between(calendar, since, until) // timedelta(minutes=1)


def moment_at(zone: str, wall: datetime) -> datetime:
    """The first moment, in UTC, at which the wall shows this (naive) time or has passed it."""
    return _moment(zone, wall)


def _spans_from(
    calendar: Calendar, at: datetime, *, patience: timedelta = _LOOK_AHEAD
) -> Iterator[Span]:
    """Working spans that end after ``at``, in order; the first is cut to begin not before it.

    Ends after ``patience`` and two days, or after two years without any work.
    """
    at = at.astimezone(UTC)
    day = at.astimezone(ZoneInfo(calendar.zone)).date() - _DAY
    last = day + patience + 3 * _DAY
    idle_until = day + _LOOK_AHEAD
    while day <= min(last, idle_until):
        for start, end in _spans(calendar, day):
            if end > at:
                idle_until = day + _LOOK_AHEAD
                yield max(start, at), end
        day += _DAY


def _spans_around(calendar: Calendar, at: datetime) -> Iterator[Span]:
    """Spans of the day of ``at`` and of its neighbours: where the clock is put back over midnight,
    the wall shows the day before once more."""
    today = at.astimezone(ZoneInfo(calendar.zone)).date()
    for day in (today - _DAY, today, today + _DAY):
        yield from _spans(calendar, day)


def _spans(calendar: Calendar, day: date) -> Iterator[Span]:
    """The working intervals of the day as moments; those that a jump swallows are left out."""
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - what the wall shows
    for first, last in calendar.hours_on(day):
        start = _moment(calendar.zone, midnight + timedelta(minutes=first))
        end = _moment(calendar.zone, midnight + timedelta(minutes=last))
        if start < end:
            yield start, end


@lru_cache(maxsize=65536)
def _moment(zone: str, wall: datetime) -> datetime:
    tz = ZoneInfo(zone)
    moment = wall.replace(tzinfo=tz, fold=0).astimezone(UTC)
    if moment.astimezone(tz).replace(tzinfo=None) == wall:
        return moment
    return _jump_between(tz, wall.replace(tzinfo=tz, fold=1).astimezone(UTC), moment)


def _jump_between(tz: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The moment between the two at which the clock jumps forward."""
    before = low.astimezone(tz).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if middle == low:
            break
        if middle.astimezone(tz).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high
