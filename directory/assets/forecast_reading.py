"""What forecasts are made of, read for thousands of vehicles at once, in four statements."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, case, func, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.bulk import numbers_of
from directory.assets.forecast_models import MileageNews
from directory.assets.forecasting import Service, VehicleFacts, is_maintenance
from directory.assets.models import Asset, MileageReading
from directory.assets.trends import MOST_READINGS, Reading
from directory.visits.models import LineKind, Visit, VisitLine, VisitStatus

AHEAD = timedelta(days=1)
"""A reading may be dated tomorrow: it was typed east of the company's zone."""
_PARTS_OF_MAINTENANCE = (
    "%ТО%", "%TO%", "%бслуж%", "%бслуговув%", "%егламентн%", "%aintenance%"
)  # fmt: skip
"""Whatever ``is_maintenance`` says yes to holds one of these; the database leaves the rest out."""


@dataclass(frozen=True, slots=True)
class News:
    """Vehicles to be counted: the rows that say so of each."""

    rows_of: dict[int, list[int]]

    @property
    def last_id(self) -> int:
        """The vehicle with which this batch ends."""
        return max(self.rows_of)


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A vehicle with what is known of it."""

    asset_id: int
    make: str
    model: str
    facts: VehicleFacts


def among(column: InstrumentedAttribute[int], ids: Iterable[int]) -> ColumnElement[bool]:
    """Condition: one of these numbers of our own, written into the statement as they are."""
    return column.in_(numbers_of(sorted(ids)))


def news(session: Session, *, after: int, most: int) -> News | None:
    """The next vehicles, by id, of which something has changed; None: there are none."""
    ids = session.scalars(
        select(MileageNews.asset_id)
        .where(MileageNews.asset_id > after)
        .distinct()
        .order_by(MileageNews.asset_id)
        .limit(most)
    ).all()
    if not ids:
        return None
    rows_of: dict[int, list[int]] = defaultdict(list)
    found = select(MileageNews.asset_id, MileageNews.id).where(among(MileageNews.asset_id, ids))
    for asset_id, row_id in session.execute(found):
        rows_of[asset_id].append(row_id)
    return News(rows_of)


def read_vehicles(session: Session, ids: Iterable[int], *, today: date) -> list[Vehicle]:
    """Everything known of these vehicles, in four statements; those that are gone are left out."""
    ids = list(ids)
    until = today + AHEAD
    readings = _readings(session, ids, until)
    visits = _services(session.execute(_last_visits(ids, until)))
    maintained = _services(
        row[:3] for row in session.execute(_maintenance(ids, until)) if is_maintenance(row.name)
    )
    found = select(Asset.id, Asset.make, Asset.model, Asset.created_at).where(among(Asset.id, ids))
    return [
        Vehicle(
            asset_id=asset_id,
            make=make,
            model=model,
            facts=VehicleFacts(
                known_since=_day(created_at),
                readings=readings.get(asset_id, ()),
                last_maintenance=maintained.get(asset_id),
                last_visit=visits.get(asset_id),
            ),
        )
        for asset_id, make, model, created_at in session.execute(found)
    ]


def _day(created_at: datetime) -> date:
    return created_at.date()


def _readings(session: Session, ids: Sequence[int], until: date) -> dict[int, list[Reading]]:
    """The newest readings of each; a visit's mileage is one, and the same one twice is one."""
    kept = select(
        MileageReading.asset_id,
        MileageReading.read_on.label("on"),
        MileageReading.km,
        case((MileageReading.is_lower_confirmed, 1), else_=0).label("is_confirmed"),
    ).where(among(MileageReading.asset_id, ids), MileageReading.read_on <= until)
    visited = select(Visit.asset_id, Visit.done_on, Visit.mileage_km, literal(0, Integer)).where(
        *_done(ids, until), Visit.mileage_km.is_not(None)
    )
    each = kept.union_all(visited).subquery()
    once = (
        select(each.c.asset_id, each.c.on, each.c.km, func.max(each.c.is_confirmed).label("sure"))
        .where(each.c.km > 0)
        .group_by(each.c.asset_id, each.c.on, each.c.km)
        .subquery()
    )
    newest_first = (once.c.on.desc(), once.c.km.desc())
    place = func.row_number().over(partition_by=once.c.asset_id, order_by=newest_first)
    placed = select(once, place.label("place")).subquery()
    newest = select(placed.c.asset_id, placed.c.on, placed.c.km, placed.c.sure).where(
        placed.c.place <= MOST_READINGS
    )
    readings: dict[int, list[Reading]] = defaultdict(list)
    for asset_id, on, km, is_confirmed in session.execute(newest):
        readings[asset_id].append(Reading(on, km, bool(is_confirmed)))
    return readings


def _last_visits(ids: Sequence[int], until: date) -> Select[*tuple[Any, ...]]:
    last = (
        select(Visit.asset_id, func.max(Visit.done_on).label("on"))
        .where(*_done(ids, until))
        .group_by(Visit.asset_id)
        .subquery()
    )
    return (
        select(Visit.asset_id, Visit.done_on, Visit.mileage_km)
        .join(last, (last.c.asset_id == Visit.asset_id) & (last.c.on == Visit.done_on))
        .where(*_done(ids, until))
    )


def _maintenance(ids: Sequence[int], until: date) -> Select[*tuple[Any, ...]]:
    return (
        select(Visit.asset_id, Visit.done_on, Visit.mileage_km, VisitLine.name)
        .join(VisitLine, VisitLine.visit_id == Visit.id)
        .where(
            *_done(ids, until),
            VisitLine.kind == LineKind.WORK,
            or_(*(VisitLine.name.like(part) for part in _PARTS_OF_MAINTENANCE)),
        )
    )


def _done(ids: Sequence[int], until: date) -> tuple[ColumnElement[bool], ...]:
    return among(Visit.asset_id, ids), Visit.status == VisitStatus.DONE, Visit.done_on <= until


def _services(rows: Iterable[Any]) -> dict[int, Service]:
    """The newest of each vehicle; of two on a day the one with the higher mileage."""
    last: dict[int, Service] = {}
    for asset_id, on, km in rows:
        known = last.get(asset_id)
        if known is None or (on, km or 0) > (known.on, known.km or 0):
            last[asset_id] = Service(on, km)
    return last
