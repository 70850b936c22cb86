"""Reckoning in working time: over every change of the clock, holidays and short days (rule 15).

The oracle walks the clock in UTC minute by minute and looks at the wall.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from directory.calendars.working_time import (
    Calendar,
    Hours,
    add_working_days,
    add_working_time,
    is_working,
    is_working_day,
    moment_at,
    next_working,
    shortened,
    working_minutes_between,
    working_time_ago,
    working_time_between,
)

MINUTE = timedelta(minutes=1)
ZONES = st.sampled_from(
    ["Europe/Moscow", "Europe/Kyiv", "Europe/Berlin", "Asia/Vladivostok", "America/New_York",
     "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia", "Asia/Almaty", "Africa/Casablanca",
     "America/Havana", "Asia/Beirut", "America/Scoresbysund"]
)  # fmt: skip


@st.composite
def hours(draw: st.DrawFn, *, min_size: int = 0) -> Hours:
    """Up to three intervals of a day, in steps of a quarter of an hour."""
    count = draw(st.integers(min_size, 3))
    marks = draw(st.lists(st.integers(0, 96), min_size=2 * count, max_size=2 * count, unique=True))
    marks = sorted(mark * 15 for mark in marks)
    return tuple(zip(marks[::2], marks[1::2], strict=True))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    week = draw(st.lists(hours(), min_size=7, max_size=7))
    # At least one long day: else a jump of the clock may swallow all there is.
    week[draw(st.integers(0, 4))] = ((600, 1080),)
    day = st.dates(date(2010, 1, 1), date(2030, 12, 31))
    days = draw(st.dictionaries(day, hours(), max_size=4))
    return Calendar(draw(ZONES), tuple(week), days)


MOMENTS = st.datetimes(datetime(2010, 1, 1), datetime(2030, 6, 1), timezones=st.just(UTC))  # noqa: DTZ001
NEAR_A_CHANGE = st.builds(
    lambda change, minutes: change + timedelta(minutes=minutes),
    st.sampled_from([
        datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC),
        datetime(2011, 12, 30, 10, tzinfo=UTC), datetime(2018, 11, 4, 3, tzinfo=UTC),
        datetime(2024, 2, 29, 19, tzinfo=UTC), datetime(2014, 10, 25, 22, tzinfo=UTC),
        datetime(2018, 2, 18, 2, tzinfo=UTC),
    ]),
    st.integers(-3 * 1440, 3 * 1440),
)  # fmt: skip
ANY_TIME = st.one_of(MOMENTS, NEAR_A_CHANGE)
AMOUNTS = st.integers(0, 60 * 60).map(lambda minutes: timedelta(minutes=minutes))


@settings(max_examples=400, deadline=None)
@given(calendars(), ANY_TIME, AMOUNTS)
def test_what_is_added_is_measured_again(
    calendar: Calendar, at: datetime, amount: timedelta
) -> None:
    then = add_working_time(calendar, at, amount)
    assert then >= at
    assert is_working(calendar, then)
    assert working_time_between(calendar, at, then) == amount
    assert working_minutes_between(calendar, at, then) == amount // MINUTE


@settings(max_examples=400, deadline=None)
@given(calendars(), ANY_TIME, AMOUNTS)
def test_what_waits_since_then_has_waited_for_so_long(
    calendar: Calendar, at: datetime, amount: timedelta
) -> None:
    since = working_time_ago(calendar, at, amount)
    assert since <= at
    assert working_time_between(calendar, since, at) == amount
    if amount:
        assert working_time_between(calendar, since + timedelta(seconds=1), at) < amount


@settings(max_examples=400, deadline=None)
@given(calendars(), ANY_TIME, ANY_TIME, AMOUNTS, AMOUNTS)
def test_later_or_more_never_leads_earlier(
    calendar: Calendar, one: datetime, other: datetime, less: timedelta, more: timedelta
) -> None:
    first, second = sorted((one, other))
    less, more = sorted((less, more))
    assert add_working_time(calendar, first, less) <= add_working_time(calendar, second, less)
    assert add_working_time(calendar, first, less) <= add_working_time(calendar, first, more)
    assert next_working(calendar, first) == add_working_time(calendar, first, timedelta())


@settings(max_examples=300, deadline=None)
@given(calendars(), ANY_TIME, AMOUNTS, AMOUNTS)
def test_adding_twice_is_adding_once(
    calendar: Calendar, at: datetime, one: timedelta, other: timedelta
) -> None:
    in_two = add_working_time(calendar, add_working_time(calendar, at, one), other)
    assert in_two == add_working_time(calendar, at, one + other)


@settings(max_examples=300, deadline=None)
@given(calendars(), ANY_TIME, ANY_TIME, st.integers(0, 12))
def test_working_days_land_in_working_time_in_order(
    calendar: Calendar, one: datetime, other: datetime, days: int
) -> None:
    first, second = sorted((one, other))
    then = add_working_days(calendar, first, days)
    assert is_working(calendar, then)
    assert then <= add_working_days(calendar, second, days)
    assert then <= add_working_days(calendar, first, days + 1)
    if days:
        tz = ZoneInfo(calendar.zone)
        begin, end = next_working(calendar, first).astimezone(tz).date(), then.astimezone(tz).date()
        between = (begin + timedelta(days=n) for n in range(1, (end - begin).days + 1))
        assert sum(is_working_day(calendar, day) for day in between) >= days


@settings(max_examples=150, deadline=None)
@given(calendars(), NEAR_A_CHANGE)
def test_next_working_is_the_first_that_the_clock_meets(calendar: Calendar, at: datetime) -> None:
    found = next_working(calendar, at)
    assume(found - at < timedelta(days=4))
    steps = (at + n * MINUTE for n in range(4 * 1440 + 1))
    assert found - next(step for step in steps if is_working(calendar, step)) == timedelta()


@settings(max_examples=150, deadline=None)
@given(calendars(), NEAR_A_CHANGE)
def test_away_from_a_fold_working_is_what_the_wall_shows(calendar: Calendar, at: datetime) -> None:
    tz = ZoneInfo(calendar.zone)
    wall = at.astimezone(tz)
    around = [(at + timedelta(hours=h)).astimezone(tz).utcoffset() for h in range(-26, 27)]
    assume(len(set(around)) == 1)
    minute = wall.hour * 60 + wall.minute
    shown = any(start <= minute < end for start, end in calendar.hours_on(wall.date()))
    assert is_working(calendar, at) == shown


@settings(max_examples=300, deadline=None)
@given(ZONES, ANY_TIME)
def test_a_wall_time_is_met_once_and_not_before(zone: str, at: datetime) -> None:
    wall = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    first = moment_at(zone, wall)
    assert first <= at  # equal, or the same wall time came an hour before
    assert first.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall


@settings(max_examples=200, deadline=None)
@given(hours(), st.integers(0, 600))
def test_a_day_is_shortened_at_its_end(day: Hours, minutes: int) -> None:
    def length(some: Hours) -> int:
        return sum(end - start for start, end in some)

    short = shortened(day, minutes)
    assert length(short) == max(length(day) - minutes, 0)
    assert all(any(s == start for s, _e in day) for start, _end in short)
