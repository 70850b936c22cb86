"""Calling windows in the client's zone (rule 12)."""

from datetime import UTC, datetime

import pytest

from campaigns.windows import NeverOpens, Window, clip, is_open, next_opening
from tests.conftest import NOON

DAY = Window(9 * 60, 20 * 60, 0b0111111)
MOSCOW, BERLIN = "Europe/Moscow", "Europe/Berlin"


def utc(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (utc(18, 5, 59), False),
        (utc(18, 6), True),
        (utc(18, 16, 59), True),
        (utc(18, 17), False),
        (utc(22, 9), False),
    ],
    ids=["before nine", "at nine", "before eight", "at eight", "Sunday"],
)
def test_the_window_opens_with_its_first_minute_and_closes_before_its_last(
    moment: datetime, expected: bool
) -> None:
    assert is_open(DAY, MOSCOW, moment) is expected


def test_the_next_opening_skips_days_that_are_off() -> None:
    assert next_opening(DAY, MOSCOW, utc(21, 18)) == utc(23, 6)
    assert next_opening(DAY, MOSCOW, NOON) == utc(19, 6)


def test_clip_leaves_an_open_moment_alone() -> None:
    assert clip(DAY, MOSCOW, NOON) == NOON
    assert clip(DAY, MOSCOW, utc(18, 3)) == utc(18, 6)


def test_an_opening_inside_the_missing_hour_is_the_end_of_the_jump() -> None:
    window = Window(2 * 60 + 30, 5 * 60, 0b1111111)
    assert next_opening(window, BERLIN, utc(28, 22)) == utc(29, 1)


def test_a_window_that_the_jump_swallows_opens_the_next_day() -> None:
    window = Window(2 * 60 + 15, 2 * 60 + 45, 0b1111111)
    assert next_opening(window, BERLIN, utc(28, 12)) == utc(30, 0, 15)


def test_an_opening_that_comes_twice_is_the_first_one() -> None:
    window = Window(2 * 60 + 30, 5 * 60, 0b1111111)
    assert next_opening(window, BERLIN, utc(24, 12, month=10)) == utc(25, 0, 30, month=10)


def test_the_repeated_hour_is_judged_by_what_the_wall_shows() -> None:
    window = Window(2 * 60 + 30, 5 * 60, 0b1111111)
    assert not is_open(window, BERLIN, utc(25, 1, 10, month=10))
    assert clip(window, BERLIN, utc(25, 1, 10, month=10)) == utc(25, 1, 30, month=10)


def test_a_window_without_days_never_opens() -> None:
    with pytest.raises(NeverOpens):
        next_opening(Window(540, 1200, 0), MOSCOW, NOON)


@pytest.mark.parametrize("minutes", [(600, 600), (-1, 5), (0, 1441)])
def test_a_window_must_be_inside_one_day(minutes: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="window"):
        Window(*minutes, 127)
