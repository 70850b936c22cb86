"""When clients may be called: minutes of a wall-clock day in the client's own zone (rule 12). Pure.

A call may begin only while the clock on the client's wall shows a time of the window on a day of
the window. A day whose clock jumps over the opening opens when the jump ends; the hour that comes
twice is judged by what the wall shows, both times.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from campaigns.models import Campaign
from core.errors import Refused

MINUTES_A_DAY = 24 * 60
_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)
_LOOK_AHEAD_DAYS = 15
"""Longer than a week: a window of one weekday may lose that day to a jump of the clock."""


class NeverOpens(Refused):
    """The window has no day on which calls are allowed."""


@dataclass(frozen=True)
class Window:
    """Calls begin from ``from_minute`` until before ``until_minute``; bit 0 of the days: Monday."""

    from_minute: int
    until_minute: int
    weekdays: int

    def __post_init__(self) -> None:
        if not 0 <= self.from_minute < self.until_minute <= MINUTES_A_DAY:
            raise ValueError("a window needs 0 <= from < until <= 1440 minutes")


def window_of(campaign: Campaign) -> Window:
    """The calling window of the campaign."""
    return Window(campaign.call_from_minute, campaign.call_until_minute, campaign.call_weekdays)


def is_open(window: Window, zone: str, now: datetime) -> bool:
    """Whether a call may begin at ``now`` (aware) in the zone (IANA name)."""
    wall = now.astimezone(ZoneInfo(zone))
    minute = wall.hour * 60 + wall.minute
    return (
        window.from_minute <= minute < window.until_minute
        and window.weekdays >> wall.weekday() & 1 == 1
    )


def next_opening(window: Window, zone: str, at: datetime) -> datetime:
    """The first moment after ``at`` at which the window opens; UTC.

    Raises NeverOpens when the window has no day.
    """
    midnight = at.astimezone(ZoneInfo(zone)).replace(
        hour=0, minute=0, second=0, microsecond=0, tzinfo=None
    )
    for days in range(_LOOK_AHEAD_DAYS):
        wall = midnight + days * _DAY + timedelta(minutes=window.from_minute)
        openings = [
            moment
            for moment in _possible_openings(window, zone, wall)
            if moment > at and is_open(window, zone, moment)
        ]
        if openings:
            return min(openings)
    raise NeverOpens(f"{window} in {zone}")


def clip(window: Window, zone: str, at: datetime) -> datetime:
    """``at`` itself while the window is open, else its next opening; UTC."""
    return at.astimezone(UTC) if is_open(window, zone, at) else next_opening(window, zone, at)


def _possible_openings(window: Window, zone: str, wall: datetime) -> Iterator[datetime]:
    """Both readings of this wall time if it exists, and a jump of the clock into the window."""
    tz = ZoneInfo(zone)
    for fold in (0, 1):
        moment = wall.replace(tzinfo=tz, fold=fold).astimezone(UTC)
        if moment.astimezone(tz).replace(tzinfo=None) == wall:
            yield moment
    for jump in _jumps(zone, wall.replace(hour=0, minute=0)):
        is_that_day = jump.astimezone(tz).date() == wall.date()
        if is_that_day and not is_open(window, zone, jump - _INSTANT):
            yield jump


@lru_cache(maxsize=4096)
def _jumps(zone: str, day: datetime) -> tuple[datetime, ...]:
    """The moments around this wall-clock day at which the offset changes; UTC."""
    tz = ZoneInfo(zone)
    start = day.replace(tzinfo=UTC) - _DAY
    found = []
    for hours in range(0, 72, 12):
        low, high = start + timedelta(hours=hours), start + timedelta(hours=hours + 12)
        before = low.astimezone(tz).utcoffset()
        if before == high.astimezone(tz).utcoffset():
            continue
        while high - low > timedelta(seconds=1):
            middle = (low + (high - low) / 2).replace(microsecond=0)
            if middle.astimezone(tz).utcoffset() == before:
                low = middle
            else:
                high = middle
        found.append(high)
    return tuple(found)
