"""The forecast of one vehicle: mileage to be expected and the next maintenance. Pure.

The next maintenance is the interval's end in kilometres or in months, whichever comes first,
counted from the last maintenance; when none is known from the last visit, else from the first
reading, else from the day on which the vehicle became known.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from core.days import moved
from directory.assets.forecast_models import CountedFrom, DueBy, ForecastBasis
from directory.assets.trends import Reading, Trend, trend_of

USUAL_METRES_PER_DAY = 41_000
"""15,000 km a year, while too few vehicles are measured to say better."""

_FAR_DAYS = 36_500
_MAINTENANCE = re.compile(
    r"(?:^|[\s(«\"])(?:ТО|TO)(?=$|[\s\d\-–—№.:,/)])"
    r"|(?i:техобслуж|техническ\w* обслуж|технічн\w* обслуг|регламентн\w* (?:работ|робот))"
    r"|(?i:\b(?:scheduled )?maintenance\b)"
)


@dataclass(frozen=True, slots=True)
class Interval:
    """How often maintenance is due."""

    km: int
    months: int


@dataclass(frozen=True, slots=True)
class Pace:
    """The daily mileage of other vehicles, for one that tells none of its own."""

    metres_per_day: int
    basis: ForecastBasis


@dataclass(frozen=True, slots=True)
class Service:
    """A finished visit: its day and the mileage written down at it."""

    on: date
    km: int | None


@dataclass(frozen=True, slots=True)
class VehicleFacts:
    """What is known of a vehicle."""

    known_since: date
    readings: Sequence[Reading]
    last_maintenance: Service | None = None
    last_visit: Service | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """The trend, the pace taken, and the next maintenance."""

    trend: Trend
    metres_per_day: int
    basis: ForecastBasis
    counted_from: CountedFrom
    counted_from_on: date
    next_on: date
    next_km: int | None
    due_by: DueBy


def is_maintenance(work: str) -> bool:
    """Whether a line of a work order says that maintenance was done: «ТО-15000: осмотр»."""
    return _MAINTENANCE.search(work) is not None


def forecast_of(facts: VehicleFacts, interval: Interval, others: Pace) -> Forecast:
    """Forecast one vehicle. ``others``: the pace when its own readings tell none."""
    trend = trend_of(facts.readings)
    pace = others
    if trend.metres_per_day is not None and trend.basis is not None:
        pace = Pace(trend.metres_per_day, trend.basis)
    counted_from, start = _start(facts, trend)
    start_km = _km_on(start, trend, pace.metres_per_day)
    next_km = start_km + interval.km if start_km is not None else None
    by_km = _day_of(next_km, start.on, trend, interval, pace.metres_per_day)
    by_months = moved(start.on, months=interval.months)
    return Forecast(
        trend=trend,
        metres_per_day=pace.metres_per_day,
        basis=pace.basis,
        counted_from=counted_from,
        counted_from_on=start.on,
        next_on=min(by_km, by_months) if by_km else by_months,
        next_km=next_km,
        due_by=DueBy.KM if by_km and by_km < by_months else DueBy.MONTHS,
    )


def _start(facts: VehicleFacts, trend: Trend) -> tuple[CountedFrom, Service]:
    if facts.last_maintenance is not None:
        return CountedFrom.MAINTENANCE, facts.last_maintenance
    if facts.last_visit is not None:
        return CountedFrom.VISIT, facts.last_visit
    if trend.used:
        return CountedFrom.READING, Service(trend.used[0].on, trend.used[0].km)
    return CountedFrom.REGISTRATION, Service(facts.known_since, None)


def _km_on(start: Service, trend: Trend, metres_per_day: int) -> int | None:
    """Mileage at the start: as written down when that is believed, else reckoned by the pace."""
    if start.km is not None and any(
        one.on == start.on and one.km == start.km for one in trend.used
    ):
        return start.km
    if trend.last is None:
        return None
    near = min(trend.used, key=lambda one: abs((one.on - start.on).days))
    return max(0, near.km + (start.on - near.on).days * metres_per_day // 1_000)


def _day_of(
    next_km: int | None, start: date, trend: Trend, interval: Interval, metres_per_day: int
) -> date | None:
    """When the interval in kilometres ends, never before its start; None: not within a century."""
    if metres_per_day <= 0:
        return None
    since, left = start, interval.km
    if next_km is not None and trend.last is not None:
        since, left = trend.last.on, next_km - trend.last.km
    days = -(-left * 1_000 // metres_per_day)
    return max(start, since + timedelta(days=max(days, -_FAR_DAYS))) if days < _FAR_DAYS else None
