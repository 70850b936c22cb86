"""When people work and may be called, in their own zones; Sundays are free."""

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

_FIRST, _LAST = 9, 20
"""Hours between which clients are called."""


def callable_from(moment: datetime, zone: str) -> datetime:
    """This moment if clients of the zone may be called then, else a quarter past the next nine."""
    local = moment.astimezone(ZoneInfo(zone))
    while not (_FIRST <= local.hour < _LAST and local.weekday() < 6):
        if local.hour >= _FIRST:
            local += timedelta(days=1)
        local = local.replace(hour=_FIRST, minute=15, second=0, microsecond=0)
        if local.weekday() == 6:
            local += timedelta(days=1)
    return local.astimezone(UTC)


def some_time(rng: Random, now: datetime, zone: str, days_ago: float) -> datetime:
    """A moment of working hours about so many days ago, always before ``now``."""
    local = (now - timedelta(days=days_ago)).astimezone(ZoneInfo(zone))
    seconds = rng.randint(15 * 60, 8 * 3600 + 1800)
    local = local.replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(seconds=seconds)
    while local.weekday() == 6 or local >= now - timedelta(minutes=20):
        local -= timedelta(days=1)
    return local.astimezone(UTC)


def file_moment(now: datetime, zone: str, days_ago: int) -> datetime:
    """Ten past nine of the last Monday or Thursday before that: when a file was loaded."""
    local = (now - timedelta(days=days_ago)).astimezone(ZoneInfo(zone))
    local = local.replace(hour=9, minute=10, second=0, microsecond=0)
    while local.weekday() not in (0, 3) or local >= now - timedelta(minutes=30):
        local -= timedelta(days=1)
    return local.astimezone(UTC)
