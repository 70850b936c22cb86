"""When a selection runs by the clock; days and times are those on the wall of its unit. Pure."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from directory.calendars.working_time import moment_at
from selections.models import Cadence


def next_time(
    cadence: Cadence, at: time | None, weekday: int | None, *, zone: str, after: datetime
) -> datetime | None:
    """The first time after ``after`` at which it runs, in UTC; None: not by the clock.

    ``zone``: IANA. A time that the clock jumps over is the moment of the jump; one that it shows
    twice counts the first time.
    """
    if cadence is Cadence.ON_DATA or at is None:
        return None
    day = after.astimezone(ZoneInfo(zone)).date()
    while True:
        found = moment_at(zone, datetime.combine(day, at))
        if found > after and (cadence is Cadence.DAILY or day.weekday() == weekday):
            return found
        day += timedelta(days=1)


def is_past(at: time | None, *, zone: str, now: datetime) -> bool:
    """Whether the wall of the zone has shown the time today; None: any time."""
    day = now.astimezone(ZoneInfo(zone)).date()
    return at is None or moment_at(zone, datetime.combine(day, at)) <= now
