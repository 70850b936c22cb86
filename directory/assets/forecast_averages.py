"""How far vehicles of a model go a day on average: what stands in for one that tells nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, delete, func, insert, literal, select
from sqlalchemy.orm import Session, aliased

from core.bulk import copy_rows
from core.locks import exclusively
from directory.assets.forecast_models import (
    BORROWED,
    ForecastBasis,
    MileageAverage,
    MileageForecast,
    MileageNews,
)
from directory.assets.forecasting import USUAL_METRES_PER_DAY, Pace
from directory.assets.models import Asset

ENOUGH_VEHICLES = 20
"""Fewer measured vehicles of a model say nothing of the others."""
RENEW_AFTER = timedelta(days=1)
_MOVED = 20
"""A twentieth: forecasts that rest on an average are counted anew when it moved by so much."""
_COLUMNS = ("make", "model", "metres_per_day", "vehicles", "computed_at")

_Row = tuple[str, str, int, int]


@dataclass(frozen=True, slots=True)
class Averages:
    """The pace of others, by make and model as they are written."""

    of_models: Mapping[tuple[str, str], int]
    of_company: int | None

    def pace_of(self, make: str, model: str) -> Pace:
        """The model's pace, else the company's, else a usual one."""
        if (own := self.of_models.get((make, model))) is not None:
            return Pace(own, ForecastBasis.MODEL)
        if self.of_company is not None:
            return Pace(self.of_company, ForecastBasis.COMPANY)
        return Pace(USUAL_METRES_PER_DAY, ForecastBasis.ASSUMED)


def load_averages(session: Session) -> Averages:
    """Read them in one statement: a row for each model."""
    enough = [one for one in session.scalars(select(MileageAverage)) if one.vehicles]
    found = {(one.make, one.model): one.metres_per_day for one in enough}
    return Averages(found, found.pop(("", ""), None))


def averages_are_old(session: Session, *, now: datetime) -> bool:
    """Whether they were not counted for a day."""
    counted_at = session.scalar(select(func.max(MileageAverage.computed_at)))
    return counted_at is None or counted_at <= now - RENEW_AFTER


def read_averages(session: Session) -> list[_Row]:
    """Count the medians of all measured vehicles: make, model, metres a day, how many vehicles.

    The first row is that of the company; with too few vehicles it says 0 of 0.
    """
    whole = [tuple(row) for row in session.execute(_medians())]
    of_company = whole[0] if whole and whole[0][3] >= ENOUGH_VEHICLES else ("", "", 0, 0)
    models = [tuple(row) for row in session.execute(_medians(Asset.make, Asset.model))]
    return [of_company, *models]


def keep_averages(session: Session, rows: list[_Row], *, now: datetime) -> None:
    """Put these in place of the former, and have those counted anew that rest on one that moved."""
    exclusively(session, "mileage averages")
    session.execute(delete(MileageAverage))
    copy_rows(session, MileageAverage, _COLUMNS, ((*row, now) for row in rows))
    of_model = aliased(MileageAverage)
    others = load_averages(session).of_company or USUAL_METRES_PER_DAY
    pace = func.coalesce(of_model.metres_per_day, others)
    moved = (
        select(MileageForecast.asset_id)
        .join(Asset, Asset.id == MileageForecast.asset_id)
        .outerjoin(
            of_model,
            (of_model.make == Asset.make) & (of_model.model == Asset.model) & (of_model.make != ""),
        )
        .where(
            MileageForecast.basis.in_(BORROWED),
            func.abs(MileageForecast.metres_per_day - pace) * _MOVED
            >= MileageForecast.metres_per_day,
        )
    )
    session.execute(insert(MileageNews).from_select(["asset_id"], moved))


def _medians(*of: Any) -> Select[Any]:
    """The middle value of each group, or between the two in the middle, on either engine."""
    place = func.row_number().over(
        partition_by=of or None, order_by=(MileageForecast.metres_per_day, MileageForecast.asset_id)
    )
    many = func.count().over(partition_by=of or None)
    names = of or (literal("").label("make"), literal("").label("model"))
    placed = (
        select(*names, MileageForecast.metres_per_day, place.label("place"), many.label("many"))
        .where(MileageForecast.basis == ForecastBasis.MEASURED)
        .join(Asset, Asset.id == MileageForecast.asset_id)
    )
    if of:
        placed = placed.where(Asset.make != "")
    each = placed.subquery()
    middle = (func.min(each.c.metres_per_day) + func.max(each.c.metres_per_day)) // 2
    found = (
        select(each.c.make, each.c.model, middle, func.max(each.c.many))
        .where(each.c.place.in_([(each.c.many + 1) // 2, (each.c.many + 2) // 2]))
        .group_by(each.c.make, each.c.model)
    )
    return found.having(func.max(each.c.many) >= ENOUGH_VEHICLES) if of else found
