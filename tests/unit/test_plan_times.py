"""When a selection runs by the clock: wall times of the unit, whatever the clock does."""

from datetime import UTC, datetime, time

import pytest

from selections.models import Cadence
from worklists.plan_times import is_past, next_time

MOSCOW, BERLIN = "Europe/Moscow", "Europe/Berlin"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("cadence", "at", "weekday", "zone", "after", "expected"),
    [
        (Cadence.DAILY, time(7, 30), None, MOSCOW, "2026-03-18 04:00", "2026-03-18 04:30"),
        (Cadence.DAILY, time(7, 30), None, MOSCOW, "2026-03-18 04:30", "2026-03-19 04:30"),
        (Cadence.DAILY, time(1), None, "Asia/Vladivostok", "2026-03-18 14:59", "2026-03-18 15:00"),
        (Cadence.WEEKLY, time(7), 2, MOSCOW, "2026-03-18 03:59", "2026-03-18 04:00"),
        (Cadence.WEEKLY, time(7), 2, MOSCOW, "2026-03-18 04:00", "2026-03-25 04:00"),
        (Cadence.WEEKLY, time(0), 0, MOSCOW, "2026-03-18 09:00", "2026-03-22 21:00"),
        # The clock jumps from 2 to 3, and falls back from 3 to 2.
        (Cadence.DAILY, time(2, 30), None, BERLIN, "2026-03-29 00:00", "2026-03-29 01:00"),
        (Cadence.DAILY, time(2, 30), None, BERLIN, "2026-03-29 01:00", "2026-03-30 00:30"),
        (Cadence.DAILY, time(2, 30), None, BERLIN, "2026-10-24 23:00", "2026-10-25 00:30"),
        (Cadence.DAILY, time(2, 30), None, BERLIN, "2026-10-25 00:30", "2026-10-26 01:30"),
    ],
)
def test_the_next_time(
    cadence: Cadence, at: time, weekday: int | None, zone: str, after: str, expected: str
) -> None:
    assert next_time(cadence, at, weekday, zone=zone, after=utc(after)) == utc(expected)


def test_data_come_at_any_time() -> None:
    now = utc("2026-03-18 04:00")
    assert next_time(Cadence.ON_DATA, None, None, zone=MOSCOW, after=now) is None
    assert is_past(None, zone=MOSCOW, now=now)
    assert is_past(time(7), zone=MOSCOW, now=now) and not is_past(time(7, 1), zone=MOSCOW, now=now)
