"""Forecasts follow what is heard of a vehicle, each change once, and only the vehicles changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from alembic import command
from sqlalchemy import delete, func, select, update

from core.db import Database
from core.migrations import config_for, upgrade
from directory.assets import forecast_averages, forecast_sweep
from directory.assets.forecast_expressions import expected_km, km_per_day
from directory.assets.forecast_models import (
    CountedFrom,
    ForecastBasis,
    MaintenancePlan,
    MileageForecast,
    MileageNews,
)
from directory.assets.forecast_reading import news
from directory.assets.forecast_sweep import forecast_mileage
from directory.assets.maintenance_plans import load_plans, reforecast_make
from directory.assets.models import Asset, MileageReading
from directory.units.models import UnitKind
from directory.visits.models import LineKind, Visit, VisitLine, VisitStatus
from tests.conftest import NOON
from tests.given import Given

ZONE = "Europe/Moscow"
TODAY = NOON.date()


@contextmanager
def given(database: Database) -> Iterator[Given]:
    with database.unit_of_work() as session:
        yield Given(session)


def sweep(database: Database, *, now: datetime = NOON, batch: int = 5_000) -> int:
    return forecast_mileage(database, lambda _: now, default_zone=ZONE, batch=batch)


def forecast(database: Database, asset: Asset) -> MileageForecast:
    with database.reading() as session:
        return session.get_one(MileageForecast, asset.id)


def driven(given: Given, *km: int, **values: object) -> Asset:
    """A vehicle with a reading on each 18 March, the last one today."""
    asset = given.asset(**values)
    for at, one in enumerate(km):
        given.mileage(asset, one, read_on=date(TODAY.year - len(km) + 1 + at, 3, 18))
    return asset


def visit(
    given: Given, asset: Asset, on: date, km: int | None, *work: str,
    status: VisitStatus = VisitStatus.DONE,
) -> Visit:  # fmt: skip
    made = Visit(number=f"{asset.id}/{on}", asset_id=asset.id, client_id=given.client().id,
                 workshop_id=given.unit("Цех", kind=UnitKind.WORKSHOP).id, status=status,
                 opened_on=on, done_on=on, mileage_km=km)  # fmt: skip
    given.session.add(made)
    given.session.flush()
    given.session.add_all(
        VisitLine(visit_id=made.id, kind=LineKind.WORK, name=name, total=0) for name in work
    )
    return made


def test_a_vehicle_is_counted_once_and_again_when_something_is_heard(database: Database) -> None:
    with given(database) as on:
        asset, other = driven(on, 15_000, 30_000, 45_000), driven(on, 10_000)
    assert sweep(database) == 2
    first = forecast(database, asset)
    assert (first.last_km, first.basis) == (45_000, ForecastBasis.MEASURED)
    assert (first.readings_used, first.dropped, first.metres_per_day) == (3, [], 41_095)
    later = NOON + timedelta(hours=2)
    assert sweep(database, now=later) == 0
    with given(database) as on:
        on.mileage(asset, 46_000, read_on=TODAY + timedelta(days=1))
    assert sweep(database, now=later) == 1
    assert forecast(database, asset).last_km == 46_000
    assert forecast(database, asset).computed_at == later
    assert forecast(database, other).computed_at == NOON


def test_whatever_is_changed_or_taken_back_is_heard_of(database: Database) -> None:
    with given(database) as on:
        asset = driven(on, 15_000, 30_000, 45_000)
        order = visit(on, asset, date(2026, 1, 10), 43_000)
    assert sweep(database) == 1
    assert forecast(database, asset).counted_from_on == date(2026, 1, 10)
    newest = select(func.max(MileageReading.id)).scalar_subquery()
    changes = [
        update(MileageReading).where(MileageReading.id == newest).values(km=44_000),
        update(Visit).values(status=VisitStatus.CANCELLED),
        delete(MileageReading).where(MileageReading.id == newest),
        update(Asset).values(make="Toyota"),
        update(Visit).values(status=VisitStatus.DONE),
    ]
    told = []
    for change in changes:
        with database.unit_of_work() as session:
            session.execute(change)
        assert sweep(database) == 1, change
        found = forecast(database, asset)
        told.append((found.last_km, found.counted_from, found.interval_km))
    assert told == [
        (44_000, CountedFrom.VISIT, 15_000),
        (44_000, CountedFrom.READING, 15_000),
        (30_000, CountedFrom.READING, 15_000),
        (30_000, CountedFrom.READING, 10_000),
        (43_000, CountedFrom.VISIT, 10_000),
    ]
    with database.unit_of_work() as session:
        session.add(VisitLine(visit_id=order.id, kind=LineKind.WORK, name="ТО-4", total=0))
        session.add(VisitLine(visit_id=order.id, kind=LineKind.PART, name="Втулка", total=0))
    assert sweep(database) == 1
    assert forecast(database, asset).counted_from is CountedFrom.MAINTENANCE
    with database.unit_of_work() as session:
        session.execute(update(Asset).values(is_confirmed=False))
    assert sweep(database) == 0


def test_the_last_maintenance_counts_and_not_the_visits_after_it(database: Database) -> None:
    with given(database) as on:
        asset = driven(on, 15_000, 30_000, 45_000)
        visit(on, asset, date(2024, 5, 1), 32_000, "ТО-15000: осмотр", "Мойка")
        visit(on, asset, date(2025, 5, 1), 46_000, "ТО-60000: регламентные работы")
        visit(on, asset, date(2025, 9, 1), None, "ТОРМОЗНЫЕ колодки", "Шиномонтаж")
        visit(on, asset, date(2026, 2, 1), 1, "ТО-5", status=VisitStatus.CANCELLED)
    sweep(database)
    found = forecast(database, asset)
    assert found.counted_from is CountedFrom.MAINTENANCE
    assert found.counted_from_on == date(2025, 5, 1)
    assert (found.interval_km, found.interval_months) == (15_000, 12)
    assert found.next_maintenance_on <= date(2026, 5, 1)


def test_a_visit_and_its_reading_are_one_and_a_wrong_one_is_named(database: Database) -> None:
    with given(database) as on:
        asset = driven(on, 15_000, 30_000, 45_000)
        visit(on, asset, date(2025, 3, 18), 30_000)
        visit(on, asset, date(2025, 9, 1), 380_000)
        on.mileage(asset, 1_000_000, read_on=TODAY + timedelta(days=40))
    sweep(database)
    found = forecast(database, asset)
    assert (found.readings_used, found.readings_dropped) == (3, 1)
    assert found.dropped == [["2025-09-01", 380_000, "too_fast"]]
    assert found.used_since_on == date(2024, 3, 18)


def test_batches_count_everything_once(database: Database) -> None:
    with given(database) as on:
        for _ in range(7):
            driven(on, 10_000, 20_000, 30_000)
    assert sweep(database, batch=3) == 7
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(MileageForecast)) == 7
        assert session.scalar(select(MileageNews.id).limit(1)) is None


@pytest.mark.parametrize("other_is_quicker", [False, True])
def test_what_is_heard_while_it_counts_is_not_lost(
    database: Database, monkeypatch: pytest.MonkeyPatch, other_is_quicker: bool
) -> None:
    """A reading comes after the batch was read; perhaps another sweep counts it first."""
    with given(database) as on:
        asset = driven(on, 15_000, 30_000, 45_000)
    count = forecast_sweep._forecasts
    came = []

    def slowly(*read: Any, **more: Any) -> Any:
        rows = count(*read, **more)
        if not came:
            came.append(True)
            with given(database) as on:
                on.mileage(asset, 46_000, read_on=TODAY + timedelta(days=1))
            if other_is_quicker:
                assert sweep(database) == 1
        return rows

    monkeypatch.setattr(forecast_sweep, "_forecasts", slowly)
    assert sweep(database) == (0 if other_is_quicker else 2)
    assert forecast(database, asset).last_km == 46_000


def test_a_sweep_that_is_killed_begins_its_batch_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with given(database) as on:
        asset = driven(on, 15_000, 30_000, 45_000)

    def dies(*_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(forecast_sweep, "copy_rows", dies)
        with pytest.raises(KeyboardInterrupt):
            sweep(database)
    with database.reading() as session:
        assert news(session, after=0, most=10) is not None
        assert session.get(MileageForecast, asset.id) is None
    assert sweep(database) == 1


def test_old_forecasts_are_counted_anew(database: Database) -> None:
    with given(database) as on:
        for _ in range(3):
            driven(on, 10_000, 20_000)
    sweep(database)
    assert sweep(database, now=NOON + timedelta(days=29)) == 0
    month = NOON + timedelta(days=31)
    assert sweep(database, now=month, batch=2) == 3
    assert sweep(database, now=month) == 0


def test_a_vehicle_that_tells_nothing_goes_as_others_of_its_model(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forecast_averages, "ENOUGH_VEHICLES", 3)
    with given(database) as on:
        for km in (20_000, 30_000, 31_000):
            driven(on, 1, km, km * 2, model="Granta")
        driven(on, 1, 12_000, 24_000, model="Niva")
        of_model, of_none = driven(on, 500, model="Granta"), on.asset(model="Vesta")
    assert sweep(database) == 8, "six, and those two again once there was an average"
    assert forecast(database, of_model).basis is ForecastBasis.MODEL
    assert forecast(database, of_model).metres_per_day == 82_190
    found = forecast(database, of_none)
    assert (found.basis, found.last_km) == (ForecastBasis.COMPANY, None)
    assert found.metres_per_day == (54_793 + 82_190) // 2 + 0
    assert sweep(database, now=NOON + timedelta(days=2)) == 0, "nothing has moved"


def test_the_expected_mileage_is_the_same_in_sql(database: Database) -> None:
    with given(database) as on:
        for km in ((15_000, 30_000, 45_123), (7, 100, 333), (99_000,), ()):
            driven(on, *km)
    sweep(database)
    for today in (TODAY - timedelta(days=9), TODAY, TODAY + timedelta(days=1), date(2039, 12, 31)):
        with database.reading() as session:
            rows = session.execute(select(MileageForecast, expected_km(today), km_per_day())).all()
        assert len(rows) == 4
        for one, in_sql, a_day in rows:
            assert a_day == (one.metres_per_day + 500) // 1000
            assert in_sql == one.expected_km(today)
        assert {one.last_km for one, *_ in rows} == {45_123, 333, 99_000, None}


def test_plans_come_with_the_installation_and_a_changed_one_is_applied(database: Database) -> None:
    with given(database) as on:
        asset, other = driven(on, 1, 30_000, make="Kia"), driven(on, 1, 30_000, make="Haval")
    sweep(database)
    assert forecast(database, other).interval_km == 10_000
    with database.unit_of_work() as session:
        session.add(MaintenancePlan(make="Kia", model="", km=8_000, months=6))
        reforecast_make(session, "Kia")
        assert load_plans(session).interval_of("KIA", "Rio").months == 6
    assert sweep(database) == 1
    assert forecast(database, asset).interval_km == 8_000


def test_vehicles_of_a_filled_database_are_counted_after_the_upgrade(database: Database) -> None:
    with given(database) as on:
        asset = driven(on, 15_000, 30_000, 45_000)
    command.downgrade(config_for(database), "0017")
    upgrade(database)
    assert sweep(database) == 1
    assert forecast(database, asset).last_km == 45_000
