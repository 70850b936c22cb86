"""Boundary cases of the forecast: typing errors, roll-back, nothing known, what comes first."""

from datetime import date

import pytest

from core.days import moved
from directory.assets.forecast_models import (
    CountedFrom,
    DueBy,
    ForecastBasis,
    MileageForecast,
)
from directory.assets.forecasting import (
    Interval,
    Pace,
    Service,
    VehicleFacts,
    forecast_of,
    is_maintenance,
)
from directory.assets.maintenance_plans import USUAL_INTERVAL, MaintenancePlans
from directory.assets.trends import DropReason, Reading, trend_of

OTHERS = Pace(50_000, ForecastBasis.MODEL)
INTERVAL = Interval(15_000, 12)


def yearly(*km: int, confirmed: tuple[int, ...] = ()) -> list[Reading]:
    """A reading each January from 2021 on."""
    return [Reading(date(2021 + at, 1, 1), one, at in confirmed) for at, one in enumerate(km)]


@pytest.mark.parametrize(
    ("km", "last", "reason"),
    [
        ((15_000, 30_000, 450_000, 60_000, 75_000), 75_000, DropReason.TOO_FAST),
        ((15_000, 30_000, 45_000, 60_000, 600_000), 60_000, DropReason.TOO_FAST),
        ((15_000, 30_000, 45_000, 60_000, 160_000), 60_000, DropReason.TOO_FAST),
        ((150_000, 30_000, 45_000, 60_000, 75_000), 75_000, DropReason.HIGHER),
        ((15_000, 30_000, 4_500, 60_000, 75_000), 75_000, DropReason.LOWER),
        ((15_000, 30_000, 45_000, 60_000, 7_500), 60_000, DropReason.LOWER),
    ],
)
def test_a_slip_of_the_finger_is_named_and_left_out(
    km: tuple[int, ...], last: int, reason: DropReason
) -> None:
    trend = trend_of(yearly(*km))
    assert [one.reason for one in trend.dropped] == [reason]
    assert trend.last is not None and trend.last.km == last
    assert trend.metres_per_day is not None and 41_000 <= trend.metres_per_day <= 41_200


def test_a_jump_is_believed_once_the_next_reading_agrees() -> None:
    trend = trend_of(yearly(15_000, 30_000, 45_000, 60_000, 160_000, 176_000))
    assert not trend.dropped and trend.last == Reading(date(2026, 1, 1), 176_000)
    assert trend.metres_per_day is not None and trend.metres_per_day < 100_000


def test_a_confirmed_roll_back_begins_anew_and_keeps_the_pace() -> None:
    trend = trend_of(yearly(60_000, 75_000, 90_000, 9_000, 24_000, confirmed=(3,)))
    assert not trend.dropped and trend.last == Reading(date(2025, 1, 1), 24_000)
    assert trend.metres_per_day is not None and 41_000 <= trend.metres_per_day <= 41_200
    unconfirmed = trend_of(yearly(60_000, 75_000, 90_000, 9_000))
    assert unconfirmed.last == Reading(date(2023, 1, 1), 90_000)


def test_one_reading_borrows_the_pace_and_none_the_mileage_too() -> None:
    one = forecast_of(VehicleFacts(date(2020, 1, 1), yearly(30_000)), INTERVAL, OTHERS)
    assert (one.basis, one.metres_per_day) == (ForecastBasis.MODEL, 50_000)
    assert (one.next_km, one.next_on) == (45_000, date(2021, 10, 28))
    none = forecast_of(VehicleFacts(date(2020, 1, 1), []), INTERVAL, OTHERS)
    assert none.next_km is None and none.counted_from is CountedFrom.REGISTRATION
    assert (none.next_on, none.due_by) == (date(2020, 10, 27), DueBy.KM)


def test_two_readings_close_together_tell_no_pace() -> None:
    readings = [Reading(date(2025, 1, 1), 10_000), Reading(date(2025, 1, 8), 10_900)]
    assert trend_of(readings).basis is None
    apart = trend_of([*readings, Reading(date(2025, 4, 1), 14_000)])
    assert apart.basis is ForecastBasis.FEW


def test_maintenance_counts_before_any_other_visit_and_either_half_may_come_first() -> None:
    readings = yearly(10_000, 20_000, 30_000, 40_000)  # 27 km a day
    facts = VehicleFacts(
        date(2020, 1, 1), readings, last_maintenance=Service(date(2023, 1, 1), 30_000),
        last_visit=Service(date(2024, 1, 1), 40_000),
    )  # fmt: skip
    slow = forecast_of(facts, INTERVAL, OTHERS)
    assert slow.counted_from is CountedFrom.MAINTENANCE
    assert (slow.next_on, slow.next_km, slow.due_by) == (date(2024, 1, 1), 45_000, DueBy.MONTHS)
    fast = forecast_of(facts, Interval(5_000, 12), OTHERS)
    assert (fast.next_km, fast.due_by) == (35_000, DueBy.KM)
    assert date(2023, 6, 1) < fast.next_on < date(2023, 8, 1)


def test_mileage_at_the_maintenance_is_reckoned_where_it_was_not_written_down() -> None:
    facts = VehicleFacts(
        date(2020, 1, 1), yearly(10_000, 25_000, 40_000),
        last_maintenance=Service(date(2022, 7, 2), None),
    )  # fmt: skip
    next_km = forecast_of(facts, INTERVAL, OTHERS).next_km
    assert next_km is not None and abs(next_km - 47_500) < 200


def test_a_vehicle_that_stands_is_due_by_time_alone() -> None:
    still = forecast_of(VehicleFacts(date(2020, 1, 1), yearly(100, 100, 100)), INTERVAL, OTHERS)
    assert (still.metres_per_day, still.due_by) == (0, DueBy.MONTHS)


def test_expected_mileage_begins_at_the_reading() -> None:
    kept = MileageForecast(last_km=10_000, last_on=date(2025, 1, 1), metres_per_day=41_500)
    assert kept.expected_km(date(2025, 1, 3)) == 10_083
    assert kept.expected_km(date(2024, 1, 3)) == 10_000
    assert MileageForecast(metres_per_day=41_500).expected_km(date(2025, 1, 3)) is None


def test_a_month_without_the_day_ends_sooner() -> None:
    assert moved(date(2024, 2, 29), months=12) == date(2025, 2, 28)


@pytest.mark.parametrize(
    ("work", "is_one"),
    [
        ("ТО-15000: контрольный осмотр", True), ("ТО 60", True), ("Прохождение ТО", True),
        ("TO-4", True), ("Техническое обслуживание", True), ("Регламентные работы", True),
        ("Технічне обслуговування", True), ("Scheduled maintenance", True),
        ("ТОРМОЗНЫЕ КОЛОДКИ", False), ("Замена масла", False), ("АВТО-мойка", False),
        ("То же, левая сторона", False), ("Обслуживание кондиционера", False),
    ],
)  # fmt: skip
def test_which_work_is_maintenance(work: str, is_one: bool) -> None:
    assert is_maintenance(work) is is_one


def test_the_interval_of_the_model_then_of_the_make_then_of_the_company() -> None:
    plans = MaintenancePlans(
        {("kia", "rio"): Interval(12_000, 12), ("kia", ""): Interval(15_000, 24),
         ("", ""): Interval(20_000, 6)}
    )  # fmt: skip
    assert plans.interval_of(" KIA", "Rio").km == 12_000
    assert plans.interval_of("Kia", "Ceed").months == 24
    assert plans.interval_of("Ural", "").km == 20_000
    assert MaintenancePlans({}).interval_of("Ural", "") == USUAL_INTERVAL
