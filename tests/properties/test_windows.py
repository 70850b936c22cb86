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

from campaigns.models import Campaign, MissedCallback
from campaigns.retries import Caps, attempts_allowed, next_attempt_at
from campaigns.windows import Window, clip, is_open, next_opening
from directory.calendars.working_time import Calendar, is_working, working_time_between
from worklists.missed import Missed, moved_to

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


WORKING_RUNGS = st.one_of(
    st.fixed_dictionaries({"working_hours": st.integers(1, 40)}),
    st.fixed_dictionaries({"working_days": st.integers(1, 8)}, optional={"part": st.just("other")}),
)
LADDERS = st.lists(st.one_of(RUNGS, WORKING_RUNGS), max_size=6)
CLOCK_CHANGES = st.builds(
    lambda change, minutes: change + timedelta(minutes=minutes),
    st.sampled_from([
        datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC),
        datetime(2027, 3, 28, 1, tzinfo=UTC), datetime(2026, 3, 8, 7, tzinfo=UTC),
    ]),
    st.integers(-2 * 1440, 2 * 1440),
)  # fmt: skip
UNIT_WEEKS = st.sampled_from([
    Calendar("Europe/Moscow", (((540, 1080),),) * 5 + ((),) * 2),
    Calendar("Europe/Kyiv", (((600, 780), (840, 1140)),) * 6 + ((),)),
    Calendar("Asia/Vladivostok", (((0, 1440),),) * 7),
    Calendar("Europe/Berlin", (((120, 240),),) * 7),
    Calendar("Europe/Berlin", ((),) * 7),
])  # fmt: skip
CAPS = st.builds(
    lambda task, client: Caps(per_task=task, per_client=client),
    st.none() | st.integers(1, 5),
    st.none() | st.integers(1, 8),
)
OUTCOMES = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 600)), max_size=30)
"""Which of the client's tasks is tried next, and how many minutes after it came due."""


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(ZONES), st.one_of(MOMENTS, CLOCK_CHANGES), WINDOWS, LADDERS,
       st.none() | UNIT_WEEKS, CAPS, OUTCOMES)  # fmt: skip
def test_whatever_comes_the_attempts_stay_below_the_caps_and_inside_the_window(
    zone: str,
    start: datetime,
    window: Window,
    ladder: list[dict[str, object]],
    calendar: Calendar | None,
    caps: Caps,
    outcomes: list[tuple[int, int]],
) -> None:
    """Three tasks of one client, tried in any order at any time, never answered."""
    due: dict[int, datetime | None] = dict.fromkeys(range(3), clip(window, zone, start))
    made: dict[int, list[datetime]] = {task: [] for task in due}
    for task, late in outcomes:
        total = sum(map(len, made.values()))
        at = due[task]
        if at is None or (caps.per_client is not None and total >= caps.per_client):
            continue  # ended, or dropped with the cap of the client
        assert is_open(window, zone, at)
        now = clip(window, zone, at + timedelta(minutes=late))
        earlier, made[task] = made[task], [*made[task], now]
        due[task] = next_attempt_at(
            ladder, len(made[task]), now=now, zone=zone, window=window, calendar=calendar,
            tried=earlier, caps=caps, of_client=total + 1,
        )  # fmt: skip
        then = due[task]
        assert then is None or (then > now and is_open(window, zone, then))
        assert len(made[task]) <= attempts_allowed(ladder, caps.per_task)
        if then is None:
            assert len(made[task]) == attempts_allowed(ladder, caps.per_task) or (
                total + 1 == caps.per_client
            )
    if caps.per_client is not None:
        assert sum(map(len, made.values())) <= caps.per_client


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["Europe/Moscow", "Asia/Omsk", "Europe/Kyiv"]),
       st.one_of(MOMENTS, CLOCK_CHANGES), WORKING_RUNGS)  # fmt: skip
def test_a_rung_in_working_time_leads_to_when_somebody_is_there(
    zone: str, now: datetime, rung: dict[str, object]
) -> None:
    window = Window(9 * 60, 20 * 60, EVERY_DAY)
    office = Calendar("Europe/Moscow", (((540, 1080),),) * 5 + ((),) * 2)
    at = next_attempt_at([rung], 1, now=now, zone=zone, window=window, calendar=office)
    assert at is not None
    assert is_working(office, at)
    assert is_open(window, zone, at)
    hours = rung.get("working_hours")
    if isinstance(hours, int):
        assert working_time_between(office, now, at) >= timedelta(hours=hours)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(ZONES), st.one_of(MOMENTS, CLOCK_CHANGES), WINDOWS, UNIT_WEEKS,
       st.sampled_from([MissedCallback.NEXT_DAY, MissedCallback.POOL]),
       st.integers(1, 40 * 24 * 60))  # fmt: skip
def test_a_missed_callback_moves_to_the_future_and_into_the_window(
    zone: str, promised: datetime, window: Window, calendar: Calendar, policy: MissedCallback,
    late: int,
) -> None:  # fmt: skip
    """However late the sweep is, the scheduler's pause of weeks and DST days included."""
    now = promised + timedelta(minutes=late)
    campaign = Campaign(
        call_from_minute=window.from_minute, call_until_minute=window.until_minute,
        call_weekdays=window.weekdays,
    )  # fmt: skip
    missed = Missed(id=1, unit_id=1, campaign_id=1, performer_id=None, time_zone=zone,
                    due_at=promised)  # fmt: skip
    at = moved_to(policy, campaign, missed, calendar, now)
    if at is None:  # somebody may make it now
        assert policy is MissedCallback.POOL
        return
    assert at >= now
    assert is_open(window, zone, at)
