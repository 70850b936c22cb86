"""The ladder of retries after «no answer» (rule 9)."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from campaigns.retries import BadRung, Caps, attempts_allowed, next_attempt_at
from campaigns.windows import Window
from directory.calendars.working_time import Calendar
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


@pytest.mark.parametrize(
    "rung",
    [{}, {"days": 0}, {"days": -1}, {"weeks": 1}, {"part": "other"}, {"hours": True},
     {"days": 1, "part": "morning"}, {"hours": "2"}, {"working_hours": 1, "days": 1},
     {"working_days": 0}],
)  # fmt: skip
def test_a_rung_that_cannot_be_understood_is_refused(rung: dict[str, Any]) -> None:
    with pytest.raises(BadRung):
        after(1, ladder=[rung])


OFFICE = Calendar(
    "Europe/Moscow",
    (((540, 1080),),) * 5 + ((),) * 2,
    {date(2026, 3, 19): (), date(2026, 3, 21): ((600, 900),)},
)
"""Thursday is off, Saturday is worked from 10 to 15."""


def working(rung: dict[str, Any], now: datetime = NOON, calendar: Calendar | None = OFFICE,
            **values: Any) -> Any:  # fmt: skip
    return next_attempt_at(
        [rung], 1, now=now, zone="Europe/Moscow", window=DAY, calendar=calendar, **values
    )


def test_working_hours_and_days_are_counted_in_the_calendar() -> None:
    assert working({"working_hours": 4}) == utc(18, 13)
    assert working({"working_hours": 8}) == utc(20, 8)  # six today, Thursday off, two on Friday
    assert working({"working_days": 1}) == utc(20, 9)
    assert working({"working_days": 2}) == utc(21, 9)
    assert working({"working_days": 2}, utc(18, 14)) == utc(23, 6)  # 17:00: Saturday has ended


def test_a_part_of_the_day_waits_until_somebody_is_there() -> None:
    assert working({"working_days": 1, "part": "other"}) == utc(20, 10)  # the second third: 13:00
    # The last third begins at 17:00: there is still an hour of work.
    assert working({"working_days": 1, "part": "other"}, utc(18, 11)) == utc(20, 14)


def test_without_a_calendar_working_time_is_time_that_passes() -> None:
    assert working({"working_hours": 4}, calendar=None) == utc(18, 13)
    assert working({"working_days": 1}, calendar=None) == utc(19, 9)


def test_a_unit_that_never_works_when_the_client_may_be_called_leaves_it_to_the_window() -> None:
    night = Calendar("Europe/Moscow", (((60, 120),),) * 7)
    assert working({"working_hours": 1}, calendar=night) == utc(20, 6)
    never = Calendar("Europe/Moscow", ((),) * 7)
    assert working({"working_days": 1}, calendar=never) == utc(19, 9)


def test_the_parts_of_the_day_rotate_over_several_tries() -> None:
    rung = {"days": 1, "part": "other"}
    morning, noon, evening = utc(16, 7), utc(17, 11), utc(17, 17)
    assert working(rung, utc(18, 11), tried=[morning]) == utc(19, 14)  # the evening is left
    assert working(rung, utc(18, 11), tried=[morning, evening]) == utc(19, 14)
    assert working(rung, utc(18, 11), tried=[evening]) == utc(19, 6)
    assert working(rung, utc(18, 7), tried=[noon]) == utc(19, 14)


def test_the_rotation_keeps_out_of_the_night_of_a_window_around_the_clock() -> None:
    always = Window(0, 24 * 60, 0b1111111)

    def rotated(rung: dict[str, Any], now: datetime, window: Window = always) -> Any:
        return next_attempt_at([rung], 1, now=now, zone="Europe/Moscow", window=window)

    rung = {"days": 1, "part": "other"}
    tried = [utc(18, 7), utc(18, 11), utc(18, 17), utc(18, 22)]  # 10:00, 14:00, 20:00, 01:00
    assert [rotated(rung, at) for at in tried] == [
        utc(19, 10), utc(19, 14), utc(19, 6), utc(20, 10)
    ]  # fmt: skip
    assert rotated({"hours": 3, "part": "other"}, utc(18, 20)) == utc(19, 6)  # from 23:00
    assert rotated({"hours": 2}, utc(18, 20)) == utc(18, 22), "who rotates nothing asks for it"
    night = Window(22 * 60, 24 * 60, 0b1111111)
    assert rotated(rung, utc(18, 19, 30), night) == utc(19, 19, 40), "a window of nights stays one"


def test_a_cap_ends_what_the_ladder_would_go_on_with() -> None:
    assert attempts_allowed(LADDER) == 4
    assert attempts_allowed(LADDER, 2) == 2
    assert attempts_allowed(LADDER, 9) == 4
    two, shared = Caps(per_task=2), Caps(per_client=3)
    ask = {"now": NOON, "zone": "Europe/Moscow", "window": DAY}
    assert next_attempt_at(LADDER, 1, caps=two, **ask) == utc(18, 11)  # type: ignore[arg-type]
    assert next_attempt_at(LADDER, 2, caps=two, **ask) is None  # type: ignore[arg-type]
    assert next_attempt_at(LADDER, 1, caps=shared, of_client=2, **ask) is not None  # type: ignore[arg-type]
    assert next_attempt_at(LADDER, 1, caps=shared, of_client=3, **ask) is None  # type: ignore[arg-type]
