"""Forecasts kept current: only vehicles of which something has changed are counted again.

Triggers note each vehicle with a new, changed or removed reading or visit (``mileage_news``). The
sweep reads a batch of them without holding anybody up, counts, and writes in a short transaction
that takes the notes away: killed anywhere it begins that batch again, and what arrives meanwhile
is a note of its own (P5, P6). Memory is that of one batch, however many vehicles there are.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from core.bulk import copy_rows
from core.clock import Clock, local_day
from core.db import Database
from core.locks import exclusively
from core.schedule import Job
from directory.assets.forecast_averages import (
    averages_are_old,
    keep_averages,
    load_averages,
    read_averages,
)
from directory.assets.forecast_models import MileageForecast, MileageNews
from directory.assets.forecast_reading import News, among, news, read_vehicles
from directory.assets.forecasting import Forecast, Interval, forecast_of
from directory.assets.maintenance_plans import load_plans

BATCH = 5_000
LONGEST = timedelta(days=30)
"""A forecast is counted anew after so long even if nothing was heard of the vehicle."""

_IDS = 5_000
_COLUMNS = (
    "asset_id", "metres_per_day", "last_km", "last_on", "basis", "readings_used",
    "readings_dropped", "used_since_on", "dropped", "next_maintenance_on", "next_maintenance_km",
    "due_by", "counted_from", "counted_from_on", "interval_km", "interval_months", "computed_at",
)  # fmt: skip

_Row = tuple[Any, ...]


def forecast_mileage(
    database: Database, clock: Clock, *, default_zone: str, batch: int = BATCH
) -> int:
    """Count every vehicle with news, then those whose forecast is old; how many were counted.

    ``default_zone``: the company's IANA zone, which says what day it is.
    """
    handled = _count_news(database, clock, default_zone, batch)
    if _renew_averages(database, clock):
        handled += _count_news(database, clock, default_zone, batch)
    while _wake_old(database, clock, batch):
        handled += _count_news(database, clock, default_zone, batch)
    return handled


def forecast_now(session: Session, *, now: datetime, today: date, batch: int = BATCH) -> int:
    """The same within the transaction of the caller, who has just written a lot."""
    handled = _count_news_in(session, now, today, batch)
    keep_averages(session, read_averages(session), now=now)
    return handled + _count_news_in(session, now, today, batch)


def jobs_in_zone(default_zone: str) -> tuple[Job, ...]:
    """The jobs of this package; the IANA zone is the company's."""
    sweep = partial(forecast_mileage, default_zone=default_zone)
    return (Job("forecast mileage", timedelta(seconds=60), sweep),)


def _count_news(database: Database, clock: Clock, zone: str, batch: int) -> int:
    handled = after = 0
    while True:
        with database.reading() as session:
            now = clock(session)
            found = news(session, after=after, most=batch)
            if found is None:
                return handled
            rows = _forecasts(session, found.rows_of, now=now, today=local_day(now, zone))
        with database.unit_of_work() as session:
            handled += _write(session, found, rows)
        after = found.last_id


def _count_news_in(session: Session, now: datetime, today: date, batch: int) -> int:
    handled = after = 0
    while (found := news(session, after=after, most=batch)) is not None:
        rows = _forecasts(session, found.rows_of, now=now, today=today)
        handled += _write(session, found, rows)
        after = found.last_id
    return handled


def _forecasts(
    session: Session, asset_ids: Iterable[int], *, now: datetime, today: date
) -> list[_Row]:
    plans, others = load_plans(session), load_averages(session)
    rows = []
    for one in read_vehicles(session, asset_ids, today=today):
        interval = plans.interval_of(one.make, one.model)
        forecast = forecast_of(one.facts, interval, others.pace_of(one.make, one.model))
        rows.append(_row(one.asset_id, forecast, interval, now))
    return rows


def _row(asset_id: int, forecast: Forecast, interval: Interval, now: datetime) -> _Row:
    trend = forecast.trend
    dropped = [
        [one.reading.on.isoformat(), one.reading.km, one.reason.value] for one in trend.dropped
    ]
    return (
        asset_id,
        forecast.metres_per_day,
        trend.last.km if trend.last else None,
        trend.last.on if trend.last else None,
        forecast.basis,
        len(trend.used),
        len(dropped),
        trend.used[0].on if trend.used else None,
        dropped,
        forecast.next_on,
        forecast.next_km,
        forecast.due_by,
        forecast.counted_from,
        forecast.counted_from_on,
        interval.km,
        interval.months,
        now,
    )


def _write(session: Session, found: News, rows: list[_Row]) -> int:
    """Replace the forecasts and take the notes away that were read.

    A vehicle one of whose notes is gone was counted by another sweep meanwhile, perhaps from more
    than was seen here: it is left alone, and noted again if notes of it were taken away.
    """
    exclusively(session, "mileage forecasts")
    taken = _take(session, [row_id for ids in found.rows_of.values() for row_id in ids])
    lost = {asset_id for asset_id, ids in found.rows_of.items() if not taken.issuperset(ids)}
    again = [asset_id for asset_id in lost if taken.intersection(found.rows_of[asset_id])]
    if again:
        session.execute(insert(MileageNews), [{"asset_id": asset_id} for asset_id in again])
    mine = [row for row in rows if row[0] not in lost]
    session.execute(
        delete(MileageForecast)
        .where(among(MileageForecast.asset_id, (row[0] for row in mine)))
        .execution_options(synchronize_session=False)
    )
    return copy_rows(session, MileageForecast, _COLUMNS, mine)


def _take(session: Session, row_ids: list[int]) -> set[int]:
    """Remove these notes; which of them were still there."""
    taken: set[int] = set()
    for at in range(0, len(row_ids), _IDS):
        part = (
            delete(MileageNews)
            .where(among(MileageNews.id, row_ids[at : at + _IDS]))
            .returning(MileageNews.id)
            .execution_options(synchronize_session=False)
        )
        taken.update(session.scalars(part))
    return taken


def _renew_averages(database: Database, clock: Clock) -> bool:
    with database.reading() as session:
        now = clock(session)
        if not averages_are_old(session, now=now):
            return False
        rows = read_averages(session)
    with database.unit_of_work() as session:
        keep_averages(session, rows, now=now)
    return True


def _wake_old(database: Database, clock: Clock, most: int) -> bool:
    """Note the oldest forecasts as to be counted; whether there were any."""
    with database.reading() as session:
        old = (
            select(MileageForecast.asset_id)
            .where(MileageForecast.computed_at < clock(session) - LONGEST)
            .order_by(MileageForecast.computed_at)
            .limit(most)
        )
        if session.scalar(old.limit(1)) is None:
            return False
    with database.unit_of_work() as session:
        session.execute(insert(MileageNews).from_select(["asset_id"], old))
    return True
