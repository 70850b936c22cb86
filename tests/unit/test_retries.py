"""The ladder of retries after «no answer» (rule 9)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from campaigns.retries import BadRung, next_attempt_at
from campaigns.windows import Window
from tests.conftest import NOON

DAY = Window(9 * 60, 21 * 60, 0b0111111)
LADDER: list[dict[str, Any]] = [{"hours": 2}, {"days": 1, "part": "other"}, {"days": 3}]


def after(attempts: int, now: datetime = NOON, ladder: list[dict[str, Any]] = LADDER) -> Any:
    return next_attempt_at(ladder, attempts, now=now, zone="Europe/Moscow", window=DAY)


def utc(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def test_each_rung_is_used_once_and_then_the_ladder_is_used_up() -> None:
    assert after(1) == utc(18, 11)
    assert after(2) == utc(19, 10)  # tried in the first third: the second begins at 13:00
    assert after(3) == utc(21, 9)
    assert after(4) is None
    assert after(1, ladder=[]) is None


@pytest.mark.parametrize(
    ("tried", "expected"),
    [(utc(18, 7), utc(19, 10)), (utc(18, 11), utc(19, 14)), (utc(18, 17), utc(19, 6))],
    ids=["morning", "midday", "evening"],
)
def test_the_other_part_of_the_day_rotates(tried: datetime, expected: datetime) -> None:
    assert after(2, tried) == expected


def test_an_attempt_outside_the_window_waits_for_the_opening() -> None:
    assert after(1, utc(18, 17)) == utc(19, 6)
    assert after(1, utc(21, 17)) == utc(23, 6)  # Saturday evening: Monday


def test_days_keep_the_time_on_the_clients_wall_over_a_change_of_the_clock() -> None:
    saturday = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)
    at = next_attempt_at([{"days": 2}], 1, now=saturday, zone="Europe/Berlin", window=DAY)
    assert at == datetime(2026, 3, 30, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize("rung", [{}, {"days": 0}, {"days": -1}, {"weeks": 1}, {"part": "other"},
                                  {"days": 1, "part": "morning"}, {"hours": "2"}])  # fmt: skip
def test_a_rung_that_cannot_be_understood_is_refused(rung: dict[str, Any]) -> None:
    with pytest.raises(BadRung):
        after(1, ladder=[rung])
