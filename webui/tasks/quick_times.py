"""Times that are chosen most, as chips that fill date and time together (A14)."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l

from webui import wording

_STEP = timedelta(minutes=5)
_AFTERNOON, _MORNING = time(16, 0), time(10, 0)


@dataclass(frozen=True)
class QuickTime:
    """A chip: its words, and the date and the time in the person's own zone."""

    label: Any
    on: str
    at: str


def quick_times(now: datetime) -> list[QuickTime]:
    """The chips at this moment; an hour that has passed is not offered."""
    local = now.astimezone(wording.zone())
    late = local + timedelta(hours=1) + _STEP
    in_an_hour = late - timedelta(
        minutes=late.minute % 5, seconds=late.second, microseconds=late.microsecond
    )
    tomorrow, week = local + timedelta(days=1), local + timedelta(days=7)
    chips = [_chip(_l("Через час"), in_an_hour)]
    if local.time() < time(15, 30):
        chips.append(_chip(_l("Сегодня 16:00"), datetime.combine(local, _AFTERNOON)))
    chips.append(_chip(_l("Завтра 10:00"), datetime.combine(tomorrow, _MORNING)))
    chips.append(_chip(_l("Через неделю"), datetime.combine(week, _MORNING)))
    return chips


def _chip(words: Any, local: datetime) -> QuickTime:
    return QuickTime(words, f"{local:%Y-%m-%d}", f"{local:%H:%M}")
