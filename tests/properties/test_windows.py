"""P8: around every change of the clock in every zone the next opening is lawful and is the first.

The oracle walks the wall clock minute by minute; it knows nothing of gaps and folds.
"""

from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import product
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.retries import next_attempt_at
from campaigns.windows import Window, clip, is_open, next_opening

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
FIRST, LAST = datetime(2020, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
ZONES = sorted(available_timezones() - {"localtime", "Factory"})
EVERY_DAY = 0b1111111


@cache
def transitions(zone: str) -> tuple[datetime, ...]:
    """The moments, to the minute, at which the offset of the zone changes."""
    tz = ZoneInfo(zone)
    found = []
    low = FIRST
    while low < LAST:
        high = low + timedelta(days=7)
        start, end = low, high
        if start.astimezone(tz).utcoffset() != end.astimezone(tz).utcoffset():
            while end - start > timedelta(minutes=1):
                middle = start + (end - start) // 2
                middle = middle.replace(second=0, microsecond=0)
                same = middle.astimezone(tz).utcoffset() == low.astimezone(tz).utcoffset()
                start, end = (middle, end) if same else (start, middle)
            found.append(end)
        low = high
    return tuple(found)


def unlike(zones: list[str]) -> list[str]:
    """One zone of each set of changes: many names mean the same clock."""
    kinds = {}
    for zone in zones:
        tz = ZoneInfo(zone)
        kinds.setdefault(
            tuple((at, at.astimezone(tz).utcoffset()) for at in transitions(zone)), zone
        )
    return sorted(kinds.values())


def first_open(window: Window, days: list[tuple[int, int]], start: int) -> int:
    """The oracle: the first minute from ``start`` on at which the wall shows the window."""
    return next(
        number
        for number in range(start, len(days))
        if window.from_minute <= days[number][1] < window.until_minute
    )


def walls(zone: str, start: datetime) -> list[tuple[int, int]]:
    """What the wall shows in each minute of three days: weekday and minute of the day."""
    tz = ZoneInfo(zone)
    shown = ((start + minute * MINUTE).astimezone(tz) for minute in range(3 * 1440))
    return [(wall.weekday(), wall.hour * 60 + wall.minute) for wall in shown]


def around(zone: str, transition: datetime) -> list[Window]:
    """Windows that begin or end before, in and after the hour that is missing or comes twice."""
    tz = ZoneInfo(zone)
    before = (transition - timedelta(minutes=1)).astimezone(tz)
    after = transition.astimezone(tz)
    minutes = {
        (wall.hour * 60 + wall.minute // 15 * 15 + shift) % 1440
        for wall in (before, after)
        for shift in (-30, 0, 15)
    }
    return [Window(m, min(m + 45, 1440), EVERY_DAY) for m in sorted(minutes)]


def test_every_zone_and_every_change_of_its_clock() -> None:
    checked = 0
    for zone in unlike(ZONES):
        for transition in transitions(zone)[-6:]:
            start = transition - 26 * HOUR
            days = walls(zone, start)
            for window, minute in product(around(zone, transition), (0, 25 * 60)):
                opening = clip(window, zone, start + minute * MINUTE)
                expected = start + first_open(window, days, minute) * MINUTE
                assert opening == expected, (zone, window, start, minute)
                checked += 1
    assert checked > 1_000


@pytest.mark.parametrize("zone", unlike(ZONES))
def test_the_usual_window_opens_once_a_day_at_its_minute(zone: str) -> None:
    window = Window(9 * 60, 20 * 60, EVERY_DAY)
    tz = ZoneInfo(zone)
    for transition in transitions(zone)[-2:]:
        at = transition - timedelta(days=2)
        days = []
        for _ in range(4):
            at = next_opening(window, zone, at)
            wall = at.astimezone(tz)
            assert (wall.hour, wall.minute) == (9, 0)
            days.append(wall.date())
        assert days == [days[0] + timedelta(days=n) for n in range(4)]


MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001
WINDOWS = st.builds(
    lambda start, length, days: Window(start, min(start + length, 1440), days),
    st.integers(0, 1380),
    st.integers(30, 1440),
    st.integers(1, EVERY_DAY),
)
RUNGS = st.one_of(
    st.fixed_dictionaries({"hours": st.integers(1, 72)}),
    st.fixed_dictionaries({"minutes": st.integers(1, 300)}),
    st.fixed_dictionaries({"days": st.integers(1, 30)}, optional={"part": st.just("other")}),
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(ZONES), MOMENTS, WINDOWS)
def test_the_next_opening_is_later_open_and_nothing_is_open_before(
    zone: str, at: datetime, window: Window
) -> None:
    opening = next_opening(window, zone, at)
    assert opening > at
    assert is_open(window, zone, opening)
    if not is_open(window, zone, at):
        for part in range(1, 50):
            assert not is_open(window, zone, at + (opening - at) * part / 50)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(ZONES), MOMENTS, WINDOWS, RUNGS)
def test_the_next_attempt_is_always_later_and_inside_the_clients_window(
    zone: str, now: datetime, window: Window, rung: dict[str, object]
) -> None:
    at = next_attempt_at([rung], 1, now=now, zone=zone, window=window)
    assert at is not None
    assert at > now
    assert is_open(window, zone, at)
