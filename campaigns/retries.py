"""When to try again after «no answer» (rule 9). Pure.

A ladder is a list of rungs, one per unanswered attempt: ``{"hours": 2}``, ``{"minutes": 30}``,
``{"days": 3}``, ``{"days": 1, "part": "other"}``. Hours and minutes are time that passes; days are
days on the client's calendar, at the same time of the day or, with ``part``, in the part of the
calling window (first, second or last third) that follows the one just tried.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from campaigns.windows import Window, clip, is_open

PARTS = 3
"""Into how many parts the calling day is split for the rotation."""
_KEYS = frozenset({"days", "hours", "minutes", "part"})


class BadRung(ValueError):
    """A rung of the ladder cannot be understood."""


def next_attempt_at(
    ladder: Sequence[Mapping[str, Any]],
    attempts: int,
    *,
    now: datetime,
    zone: str,
    window: Window,
) -> datetime | None:
    """When to try again after ``attempts`` unanswered ones; UTC, inside the client's window.

    None: the ladder is used up. Raises BadRung, and NeverOpens for a window without days.
    """
    if not 1 <= attempts <= len(ladder):
        return None
    rung = ladder[attempts - 1]
    _check(rung)
    passed = timedelta(hours=rung.get("hours", 0), minutes=rung.get("minutes", 0))
    at = now + passed
    if days := rung.get("days", 0):
        at = _days_later(at, days, zone)
    if rung.get("part") == "other":
        at = _in_the_part_after(now, at, zone, window)
    return max(clip(window, zone, at), now)


def _check(rung: Mapping[str, Any]) -> None:
    delays = [rung.get(name, 0) for name in ("days", "hours", "minutes")]
    if not set(rung) <= _KEYS or rung.get("part", "other") != "other":
        raise BadRung(f"unknown words in {dict(rung)}")
    if not all(isinstance(delay, int) and delay >= 0 for delay in delays) or not any(delays):
        raise BadRung(f"a rung needs a delay: {dict(rung)}")


def _days_later(at: datetime, days: int, zone: str) -> datetime:
    """The same time on the client's wall ``days`` days later, the first of two if it is twice."""
    wall = at.astimezone(ZoneInfo(zone)) + timedelta(days=days)
    return wall.replace(fold=0).astimezone(UTC)


def _in_the_part_after(tried: datetime, at: datetime, zone: str, window: Window) -> datetime:
    """The beginning, on the day of ``at``, of the part that follows the one of ``tried``."""
    length = window.until_minute - window.from_minute
    part = (_part_of(tried, zone, window) + 1) % PARTS
    minute = window.from_minute + length * part // PARTS
    tz = ZoneInfo(zone)
    day = at.astimezone(tz).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    moment = (day + timedelta(minutes=minute)).replace(tzinfo=tz).astimezone(UTC)
    return moment if moment > tried else at


def _part_of(moment: datetime, zone: str, window: Window) -> int:
    wall = moment.astimezone(ZoneInfo(zone))
    minute = wall.hour * 60 + wall.minute
    if not is_open(window, zone, moment):
        return 0 if minute < window.from_minute else PARTS - 1
    length = window.until_minute - window.from_minute
    return (minute - window.from_minute) * PARTS // length
