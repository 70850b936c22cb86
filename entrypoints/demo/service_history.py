"""Five years of visits: yearly maintenance, tyres twice a year, repairs, and those who stop coming.

Mileage grows with each visit, but for the slips of whoever typed it in.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from directory.assets.models import MileageSource
from directory.visits.models import LineKind, RecommendationStatus, VisitStatus
from entrypoints.demo.clientele import Vehicle
from entrypoints.demo.works import ADVICE, Bill, VisitKind, price_bills

_REPAIRS = (
    VisitKind.BRAKES, VisitKind.SUSPENSION, VisitKind.DIAGNOSTICS, VisitKind.ELECTRICS,
    VisitKind.BODY, VisitKind.CONDITIONER, VisitKind.OIL,
)  # fmt: skip
_REPAIR_WEIGHTS = (20, 22, 18, 14, 8, 7, 14)
_SEASONS = ((4, 1, 35), (10, 10, 35))
"""Month, day and length of the rush for tyres."""


@dataclass(slots=True)
class VisitStory:
    """One work order."""

    id: int
    number: str
    vehicle: Vehicle
    client_id: int
    workshop_id: int
    status: VisitStatus
    opened_on: date
    done_on: date | None
    mileage_km: int | None
    bill: Bill


def invent_visits(rng: Random, vehicles: list[Vehicle], day: date, visits: int) -> list[VisitStory]:
    """Exactly so many visits (as far as there are vehicles for them), oldest first."""
    planned = _calendar(rng, vehicles, day, visits)
    bills = price_bills(rng, tuple(sorted({vehicle.upkeep.cost for vehicle in vehicles})))
    told: list[VisitStory] = []
    numbers = {vehicle.centre.code: 0 for vehicle in vehicles}
    last_km: dict[int, int] = {}
    for opened_on, at, kind in planned:
        vehicle = vehicles[at]
        code = vehicle.centre.code
        numbers[code] += 1
        bill = rng.choice(bills[kind, vehicle.upkeep.cost])
        status, done_on = _end(rng, kind, opened_on, day)
        told.append(
            VisitStory(
                id=len(told) + 1,
                number=f"{code.upper()}-{opened_on.year % 100}-{numbers[code]:06}",
                vehicle=vehicle,
                client_id=vehicle.owner_on(opened_on),
                workshop_id=_workshop(vehicle, kind),
                status=status,
                opened_on=opened_on,
                done_on=done_on,
                mileage_km=_mileage(rng, vehicle, opened_on, last_km),
                bill=bill,
            )
        )
    return told


def _calendar(
    rng: Random, vehicles: list[Vehicle], day: date, visits: int
) -> list[tuple[date, int, VisitKind]]:
    planned: list[tuple[date, int, VisitKind]] = []
    for at, vehicle in enumerate(vehicles):
        until = _last_day(rng, vehicle, day)
        for opened_on, kind in _visits_of(rng, vehicle, until):
            # The service is closed on Sundays.
            shifted = opened_on - timedelta(days=1) if opened_on.weekday() == 6 else opened_on
            planned.append((max(shifted, vehicle.start_on), at, kind))
    if len(planned) > visits:
        planned = rng.sample(planned, visits)
    while vehicles and len(planned) < visits:
        at = rng.randrange(len(vehicles))
        span = max(1, (_last_day(rng, vehicles[at], day) - vehicles[at].start_on).days)
        opened_on = vehicles[at].start_on + timedelta(days=rng.randrange(span))
        planned.append((opened_on, at, rng.choices(_REPAIRS, _REPAIR_WEIGHTS)[0]))
    planned.sort()
    return planned


def _last_day(rng: Random, vehicle: Vehicle, day: date) -> date:
    """Some go on coming, some stopped at some time, some sold the vehicle."""
    end = vehicle.row.sold_on or day
    if rng.random() < 0.55:
        return end
    span = (end - vehicle.start_on).days
    return vehicle.start_on + timedelta(days=int(span * rng.uniform(0.05, 0.95)))


def _visits_of(rng: Random, vehicle: Vehicle, until: date) -> Iterator[tuple[date, VisitKind]]:
    days_by_km = vehicle.upkeep.service_km * 365 // vehicle.km_a_year
    interval = max(210, min(365, days_by_km)) * rng.choice((1.0, 1.0, 1.15, 1.6))
    when = vehicle.start_on + timedelta(days=int(rng.random() * interval))
    done = 0
    while when <= until:
        done += 1
        yield when, VisitKind.LARGE_SERVICE if done % 4 == 0 else VisitKind.SMALL_SERVICE
        when += timedelta(days=int(interval * rng.uniform(0.85, 1.3)))
    if rng.random() < 0.3:
        yield from _tyres(rng, vehicle.start_on, until)
    gap = rng.choice((350, 600, 1_000, 1_600))
    when = vehicle.start_on + timedelta(days=int(rng.expovariate(1 / gap)))
    while when <= until:
        yield when, rng.choices(_REPAIRS, _REPAIR_WEIGHTS)[0]
        when += timedelta(days=3 + int(rng.expovariate(1 / gap)))


def _tyres(rng: Random, since: date, until: date) -> Iterator[tuple[date, VisitKind]]:
    for year in range(since.year, until.year + 1):
        for month, first, length in _SEASONS:
            when = date(year, month, first) + timedelta(days=int(rng.random() * length))
            if since <= when <= until and rng.random() < 0.85:
                yield when, VisitKind.TYRES


def _end(
    rng: Random, kind: VisitKind, opened_on: date, day: date
) -> tuple[VisitStatus, date | None]:
    if rng.random() < 0.007:
        return VisitStatus.CANCELLED, None
    days = rng.randint(3, 16) if kind is VisitKind.BODY else int(rng.random() * rng.random() * 4)
    done_on = opened_on + timedelta(days=days)
    if done_on > day or (opened_on == day and rng.random() < 0.5):
        return VisitStatus.OPEN, None
    return VisitStatus.DONE, done_on


def _workshop(vehicle: Vehicle, kind: VisitKind) -> int:
    match kind:
        case VisitKind.TYRES:
            return vehicle.centre.tyres_id
        case VisitKind.BODY:
            return vehicle.centre.body_id
        case _:
            return vehicle.centre.mechanics_id


def _mileage(rng: Random, vehicle: Vehicle, day: date, last_km: dict[int, int]) -> int | None:
    """What was typed in: true as a rule, empty or with a slip of the finger sometimes."""
    days = (day - vehicle.start_on).days
    km = vehicle.start_km + days * vehicle.km_a_year // 365 + int(rng.random() * 300)
    km = max(km, last_km.get(vehicle.row.id, 0) + 1)
    last_km[vehicle.row.id] = km
    chance = rng.random()
    if chance > 0.025:
        return km
    if chance > 0.005:
        return None
    if chance > 0.003:
        return km * 10
    return km // 10 if chance > 0.0015 else int(str(km)[::-1])


def visit_rows(told: list[VisitStory]) -> Iterator[tuple[object, ...]]:
    """Rows for ``VISIT_COLUMNS``."""
    for visit in told:
        yield (visit.id, visit.number, visit.vehicle.row.id, visit.client_id, visit.workshop_id,
               visit.status, visit.opened_on, visit.done_on, visit.mileage_km,
               visit.bill.total)  # fmt: skip


VISIT_COLUMNS = ("id", "number", "asset_id", "client_id", "workshop_id", "status", "opened_on",
                 "done_on", "mileage_km", "total")  # fmt: skip
LINE_COLUMNS = ("visit_id", "kind", "name", "quantity", "total")
READING_COLUMNS = ("asset_id", "read_on", "km", "source", "is_lower_confirmed", "recorded_by")
RECOMMENDATION_COLUMNS = ("visit_id", "asset_id", "advised_on", "work", "estimate", "status",
                          "closed_on")  # fmt: skip


def line_rows(
    told: list[VisitStory],
) -> Iterator[tuple[int, LineKind, str, Decimal, Decimal]]:
    """Rows for ``LINE_COLUMNS``."""
    for visit in told:
        for line in visit.bill.lines:
            yield (visit.id, *line)


def reading_rows(told: list[VisitStory]) -> Iterator[tuple[object, ...]]:
    """What was typed into the work orders, as readings of the vehicle's mileage."""
    for visit in told:
        if visit.mileage_km is not None and visit.status is not VisitStatus.CANCELLED:
            recorded_by = f"employee:{visit.vehicle.centre.service_managers[0]}"
            read_on = visit.done_on or visit.opened_on  # the day that the visit is shown with
            yield (visit.vehicle.row.id, read_on, visit.mileage_km, MileageSource.VISIT,
                   False, recorded_by)  # fmt: skip


def recommendation_rows(
    rng: Random, told: list[VisitStory], day: date
) -> Iterator[tuple[object, ...]]:
    """Rows for ``RECOMMENDATION_COLUMNS``: advised at every tenth visit, done, declined or open."""
    for visit in told:
        if visit.done_on is None or rng.random() > 0.11:
            continue
        work, price = rng.choice(ADVICE)
        status, closed_on = RecommendationStatus.OPEN, None
        age = (day - visit.done_on).days
        if age > 30 and rng.random() < 0.62:
            done = rng.random() < 0.6
            status = RecommendationStatus.DONE if done else RecommendationStatus.DECLINED
            closed_on = visit.done_on + timedelta(days=rng.randint(7, min(age, 400)))
        estimate = Decimal(int(price * visit.vehicle.upkeep.cost)) if rng.random() < 0.85 else None
        yield (visit.id, visit.vehicle.row.id, visit.done_on, work, estimate, status, closed_on)
