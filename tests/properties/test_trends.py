"""One wrong reading hardly moves the pace; what is believed is always possible."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from directory.assets.forecast_models import CountedFrom, ForecastBasis, MileageForecast
from directory.assets.forecasting import (
    Interval,
    Pace,
    Service,
    VehicleFacts,
    forecast_of,
)
from directory.assets.trends import (
    FASTEST_KM_A_DAY,
    MOST_READINGS,
    SLACK_KM,
    DropReason,
    Reading,
    trend_of,
)

FIRST = date(2019, 5, 20)
YEARLY = Interval(15_000, 12)
OTHERS = Pace(41_000, ForecastBasis.COMPANY)


@st.composite
def honest(draw: st.DrawFn, fewest: int = 6) -> list[Reading]:
    """Readings of a vehicle that is driven as always, give or take a quarter."""
    pace = draw(st.integers(15, 130))
    km, on = draw(st.integers(1, 120_000)), FIRST
    readings = [Reading(on, km)]
    for _ in range(draw(st.integers(fewest - 1, MOST_READINGS - 1))):
        days = draw(st.integers(60, 500))
        on += timedelta(days=days)
        km += days * pace * draw(st.integers(75, 125)) // 100
        readings.append(Reading(on, km))
    return readings


@st.composite
def anything(draw: st.DrawFn) -> list[Reading]:
    days = st.integers(0, 4_000).map(lambda n: FIRST + timedelta(days=n))
    made = st.builds(Reading, days, st.integers(0, 5_000_000), st.booleans())
    return draw(st.lists(made, max_size=30))


@given(honest(), st.data())
@settings(max_examples=300, deadline=None)
def test_one_wrong_reading_hardly_moves_the_pace(
    readings: list[Reading], data: st.DataObject
) -> None:
    slopes = [
        (b.km - a.km) * 1_000 / (b.on - a.on).days
        for i, a in enumerate(readings)
        for b in readings[i + 1 :]
    ]
    at = data.draw(st.integers(0, len(readings) - 1))
    wrong = Reading(readings[at].on, data.draw(st.integers(1, 5_000_000)))
    trend = trend_of([*readings[:at], wrong, *readings[at + 1 :]])
    assert trend.metres_per_day is not None
    assert min(slopes) - 1 <= trend.metres_per_day <= max(slopes) + 1
    assert len(trend.used) >= len(readings) - 1
    assert trend.basis is ForecastBasis.MEASURED


@given(honest())
@settings(max_examples=100, deadline=None)
def test_right_readings_are_all_believed(readings: list[Reading]) -> None:
    trend = trend_of(readings)
    assert list(trend.used) == readings and not trend.dropped


@given(anything(), st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_what_is_believed_is_possible(readings: list[Reading], rng: object) -> None:
    trend = trend_of(readings)
    for earlier, later in pairwise(trend.used):
        risen, days = later.km - earlier.km, (later.on - earlier.on).days
        assert days >= 0 and risen <= FASTEST_KM_A_DAY * days + SLACK_KM
        if risen < 0:
            assert any(one.is_lower_confirmed and earlier.on <= one.on <= later.on
                       for one in readings)  # fmt: skip
    assert trend.metres_per_day is None or trend.metres_per_day >= 0
    assert bool(trend.used) == any(one.km for one in readings)
    assert len(trend.used) + len(trend.dropped) <= MOST_READINGS
    shuffled = list(readings)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    assert trend_of(shuffled) == trend


@given(honest(2), st.integers(2, 4), st.integers(0, 800), st.integers(0, 800))
@settings(max_examples=100, deadline=None)
def test_more_driving_is_more_mileage_and_earlier_maintenance(
    readings: list[Reading], times: int, soon: int, later: int
) -> None:
    facts = VehicleFacts(FIRST, readings, last_visit=Service(readings[-1].on, readings[-1].km))
    driven = [Reading(one.on, readings[0].km + (one.km - readings[0].km) * times)
              for one in readings]  # fmt: skip
    more = VehicleFacts(FIRST, driven, last_visit=Service(driven[-1].on, driven[-1].km))
    one, other = (forecast_of(each, YEARLY, OTHERS) for each in (facts, more))
    if not other.trend.dropped:  # else it went faster than a vehicle can
        assert other.metres_per_day >= one.metres_per_day
        assert other.next_on <= one.next_on
    last = one.trend.used[-1]
    kept = MileageForecast(last_km=last.km, last_on=last.on, metres_per_day=one.metres_per_day)
    expected = [kept.expected_km(last.on + timedelta(days=days)) for days in sorted((soon, later))]
    assert [last.km, *expected] == sorted([last.km, *expected])  # type: ignore[list-item]


@given(anything())
@settings(max_examples=100, deadline=None)
def test_any_vehicle_has_a_next_maintenance_within_the_interval(readings: list[Reading]) -> None:
    forecast = forecast_of(VehicleFacts(FIRST, readings), YEARLY, OTHERS)
    assert forecast.counted_from_on <= forecast.next_on
    assert (forecast.next_on - forecast.counted_from_on).days <= 366
    start = CountedFrom.READING if forecast.trend.used else CountedFrom.REGISTRATION
    assert forecast.counted_from is start
    assert {one.reason for one in forecast.trend.dropped} <= set(DropReason)
