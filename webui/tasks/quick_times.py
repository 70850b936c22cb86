"""Times that are chosen most, as chips that fill date and time together (A14)."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask_babel import lazy_gettext as _l

from campaigns.windows import Window, is_open
from directory.calendars.working_time import moment_at
from webui import wording

_STEP = timedelta(minutes=5)
_MORNING = time(10, 0)
_LATER_TODAY = ((time(16, 0), _l("Сегодня 16:00")), (time(18, 0), _l("Сегодня 18:00")))
_AFTER_HOURS = (12, 15, 18)
"""«После 18» in the words of clients: hours of their own clock."""
_SOON_ENOUGH = timedelta(minutes=30)
_LOOK_AHEAD_DAYS = 8


@dataclass(frozen=True)
class QuickTime:
    """A chip: its words, and the date and the time in the person's own zone."""

    label: Any
    on: str
    at: str


def quick_times(
    now: datetime, *, client_zone: str | None = None, window: Window | None = None
) -> list[QuickTime]:
    """The chips at this moment; an hour that has passed is not offered.

    With the client's IANA zone and calling window also «after that hour», by the client's clock.
    """
    local = now.astimezone(wording.zone())
    late = local + timedelta(hours=1) + _STEP
    in_an_hour = late - timedelta(
        minutes=late.minute % 5, seconds=late.second, microseconds=late.microsecond
    )
    tomorrow, week = local + timedelta(days=1), local + timedelta(days=7)
    chips = [_chip(_l("Через час"), in_an_hour)]
    later = [(at, words) for at, words in _LATER_TODAY if _at(local, at) - local >= _SOON_ENOUGH]
    chips += [_chip(words, _at(local, at)) for at, words in later[:1]]
    chips.append(_chip(_l("Завтра 10:00"), _at(tomorrow, _MORNING)))
    chips.append(_chip(_l("Через неделю"), _at(week, _MORNING)))
    if client_zone is not None and window is not None:
        chips += _after_hours(now, client_zone, window)
    return chips


def _after_hours(now: datetime, zone: str, window: Window) -> list[QuickTime]:
    """The next moment at which the client's wall shows the hour and the client may be called."""
    chips = []
    for hour in _AFTER_HOURS:
        at = _next_hour(now, zone, window, hour)
        if at is not None:
            words = _l("После %(hour)s у клиента", hour=f"{hour}:00")
            chips.append(_chip(words, at.astimezone(wording.zone())))
    return chips


def _next_hour(now: datetime, zone: str, window: Window, hour: int) -> datetime | None:
    try:
        today = now.astimezone(ZoneInfo(zone)).date()
        for days in range(_LOOK_AHEAD_DAYS):
            wall = datetime.combine(today + timedelta(days=days), time(hour))
            at = moment_at(zone, wall)
            if at > now and is_open(window, zone, at):
                return at
    except (ZoneInfoNotFoundError, ValueError):
        pass  # nobody knows the zone
    return None


def _at(day: datetime, at: time) -> datetime:
    return datetime.combine(day, at, tzinfo=day.tzinfo)


def _chip(words: Any, local: datetime) -> QuickTime:
    return QuickTime(words, f"{local:%Y-%m-%d}", f"{local:%H:%M}")
