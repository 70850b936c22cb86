"""When to try again after «no answer» (rules 9, 15). Pure.

A ladder is a list of rungs, one per unanswered attempt: ``{"hours": 2}``, ``{"minutes": 30}``,
``{"days": 3}``, ``{"days": 1, "part": "other"}``. Hours and minutes are time that passes; days are
days on the client's calendar, at the same time of the day or, with ``part``, in another part of the
calling window (first, second or last third): the one tried least, first the one that follows.
A window that reaches into the night is rotated over from 9 to 21 o'clock.

``{"working_hours": 4}`` and ``{"working_days": 1}`` (also with ``part``) are counted in the unit's
working time and lead to a moment at which the client may be called and somebody is there to call;
where the two never meet, the client's window decides alone.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from campaigns.windows import Window, clip, is_open
from directory.calendars.working_time import (
    Calendar,
    NeverWorks,
    add_working_days,
    add_working_time,
    moment_at,
    next_working,
)

PARTS = 3
"""Into how many parts the calling day is split for the rotation."""
_NIGHT_ENDS, _NIGHT_BEGINS = 7 * 60, 22 * 60
_DAY_BEGINS, _DAY_ENDS = 9 * 60, 21 * 60
"""Where a window reaches into the night the parts to choose from are those of the day: nobody is
phoned at midnight because a third of the window begins there."""
_PLAIN = frozenset({"days", "hours", "minutes"})
_WORKING = frozenset({"working_days", "working_hours"})
_MEETINGS = 120
"""So many openings are compared with the working time before it is given up."""


class BadRung(ValueError):
    """A rung of the ladder cannot be understood."""


@dataclass(frozen=True, kw_only=True)
class Caps:
    """After how many attempts nobody tries again, whatever the ladder still has."""

    per_task: int | None = None
    per_client: int | None = None
    """Unanswered ones at all of the client's tasks that count together."""


NO_CAPS = Caps()


def attempts_allowed(ladder: Sequence[Mapping[str, Any]], per_task: int | None = None) -> int:
    """After how many unanswered attempts a task ends as unreachable."""
    of_ladder = len(ladder) + 1
    return of_ladder if per_task is None else min(of_ladder, per_task)


def counts_working_time(ladder: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a rung needs the calendar of the unit."""
    return any(_WORKING & set(rung) for rung in ladder)


def next_attempt_at(
    ladder: Sequence[Mapping[str, Any]],
    attempts: int,
    *,
    now: datetime,
    zone: str,
    window: Window,
    calendar: Calendar | None = None,
    tried: Sequence[datetime] = (),
    caps: Caps = NO_CAPS,
    of_client: int = 0,
) -> datetime | None:
    """When to try again after ``attempts`` unanswered ones; UTC, inside the client's window.

    ``calendar``: the unit's working time; without one working time is time that passes. ``tried``:
    the earlier attempts, for the rotation. ``of_client``: how many of the client's attempts count
    together, this one included. None: the ladder or a cap is used up. Raises BadRung, and
    NeverOpens for a window without days.
    """
    if not 1 <= attempts <= len(ladder) or attempts >= attempts_allowed(ladder, caps.per_task):
        return None
    if caps.per_client is not None and of_client >= caps.per_client:
        return None
    rung = ladder[attempts - 1]
    check_rung(rung)
    at = _delayed(rung, now, zone, calendar)
    if rung.get("part") == "other":
        at = _in_another_part(now, tried, at, zone, window)
    if calendar is not None and _WORKING & set(rung):
        at = when_somebody_is_there(max(at, now), zone, window, calendar)
    return max(clip(window, zone, at), now)


def check_rung(rung: Mapping[str, Any]) -> None:
    """Raise BadRung for a rung that cannot be understood."""
    words = set(rung) - {"part"}
    if not (words <= _PLAIN or words <= _WORKING) or rung.get("part", "other") != "other":
        raise BadRung(f"unknown words in {dict(rung)}")
    delays = [rung[word] for word in words]
    if not all(type(delay) is int and delay >= 0 for delay in delays) or not any(delays):
        raise BadRung(f"a rung needs a delay: {dict(rung)}")


def _delayed(
    rung: Mapping[str, Any], now: datetime, zone: str, calendar: Calendar | None
) -> datetime:
    hours = rung.get("hours", 0) + rung.get("working_hours", 0)
    days = rung.get("days", 0) + rung.get("working_days", 0)
    passed = timedelta(hours=hours, minutes=rung.get("minutes", 0))
    if calendar is not None and _WORKING & set(rung):
        try:
            # Days first: the other way round an hour that ends a day would count twice.
            at = add_working_days(calendar, now, days) if days else now
            return add_working_time(calendar, at, passed)
        except NeverWorks:
            pass  # a calendar of days off only: time passes all the same
    at = now + passed
    return _days_later(at, days, zone) if days else at


def _days_later(at: datetime, days: int, zone: str) -> datetime:
    """The same time on the client's wall ``days`` days later, the first of two if it is twice."""
    wall = at.astimezone(ZoneInfo(zone)) + timedelta(days=days)
    return wall.replace(fold=0).astimezone(UTC)


def _in_another_part(
    now: datetime, tried: Sequence[datetime], at: datetime, zone: str, window: Window
) -> datetime:
    """The beginning, on the day of ``at``, of the part to try next."""
    window = _by_day(window)
    length = window.until_minute - window.from_minute
    part = _part_to_try(now, tried, zone, window)
    minute = window.from_minute + length * part // PARTS
    day = at.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    moment = moment_at(zone, day.replace(tzinfo=None) + timedelta(minutes=minute))
    return clip(window, zone, moment if moment > now else at)


def _by_day(window: Window) -> Window:
    """The window without its night; as it is where nothing would be left."""
    opens = window.from_minute if window.from_minute >= _NIGHT_ENDS else _DAY_BEGINS
    closes = window.until_minute if window.until_minute <= _NIGHT_BEGINS else _DAY_ENDS
    return Window(opens, closes, window.weekdays) if opens < closes else window


def _part_to_try(now: datetime, tried: Sequence[datetime], zone: str, window: Window) -> int:
    """The part tried least so far and not just now; of equals the one that follows first."""
    last = _part_of(now, zone, window)
    often = Counter(_part_of(moment, zone, window) for moment in tried)
    others = [(last + step) % PARTS for step in range(1, PARTS)]
    return min(others, key=lambda part: often[part])


def when_somebody_is_there(at: datetime, zone: str, window: Window, calendar: Calendar) -> datetime:
    """The first moment from ``at`` on that is in the client's window and in working time.

    ``at`` itself where the two never meet.
    """
    moment = at
    try:
        for _ in range(_MEETINGS):
            opens = clip(window, zone, moment)
            moment = next_working(calendar, opens)
            if moment == opens:
                return moment
    except NeverWorks:
        pass
    return at  # they never meet: the client's window decides


def _part_of(moment: datetime, zone: str, window: Window) -> int:
    wall = moment.astimezone(ZoneInfo(zone))
    minute = wall.hour * 60 + wall.minute
    if not is_open(window, zone, moment):
        return 0 if minute < window.from_minute else PARTS - 1
    length = window.until_minute - window.from_minute
    return (minute - window.from_minute) * PARTS // length
