"""The service history of a client or of one vehicle: visits with lines, summary, advice (A7).

Whoever may see the client sees the whole service history, workshops of other units included: what
was done to the vehicle is what the call is about. Names of other owners are not told.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import NotFound
from directory.assets.card import get_asset, vehicles_of_client
from directory.assets.models import Asset
from directory.assets.plates import vehicle_words
from directory.clients.card import get_client
from directory.units.models import Unit
from directory.visits.models import (
    Recommendation,
    RecommendationStatus,
    Visit,
    VisitLine,
    VisitStatus,
)

_MOST_VISITS = 500
"""A fleet may have thousands; the page shows the newest, the summary counts these."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PastVisit:
    """One work order with its lines."""

    id: int
    number: str
    asset_id: int
    vehicle: str
    """Make, model and plate."""
    workshop: str
    status: VisitStatus
    opened_on: date
    done_on: date | None
    mileage_km: int | None
    total: Decimal
    by_this_client: bool
    """False: it was under another owner."""
    lines: tuple[VisitLine, ...]

    @property
    def on(self) -> date:
        """The day to show and to sort by."""
        return self.done_on or self.opened_on


@dataclass(frozen=True, kw_only=True, slots=True)
class Advice:
    """A recommendation from a work order, with its vehicle."""

    id: int
    asset_id: int
    vehicle: str
    visit_number: str
    advised_on: date
    work: str
    estimate: Decimal | None
    status: RecommendationStatus
    closed_on: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceSummary:
    """Finished visits in figures."""

    visits: int
    total: Decimal
    average: Decimal | None
    """Per visit, rounded to whole units of money."""
    gap_days: int | None
    """Days between visits on average; None with fewer than two days of visits."""
    first_on: date | None
    last_on: date | None
    workshops: tuple[tuple[str, int], ...]
    """Workshops with the number of visits, the most visited first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceHistory:
    """Visits, the newest first; advice, the open and newest first."""

    visits: tuple[PastVisit, ...]
    summary: ServiceSummary
    recommendations: tuple[Advice, ...]

    @property
    def last_visit(self) -> PastVisit | None:
        """The newest visit that was not cancelled."""
        return next((one for one in self.visits if one.status is not VisitStatus.CANCELLED), None)

    @property
    def open_recommendations(self) -> tuple[Advice, ...]:
        """What was advised and not done yet."""
        return tuple(one for one in self.recommendations if one.status is RecommendationStatus.OPEN)


def history_of_client(
    session: Session, client_id: int, *, actor: Actor, asset_id: int | None = None
) -> ServiceHistory:
    """The service history of all the client's vehicles, or of one of them (A7).

    Raises NotFound for a client of other units and for a vehicle that was never this client's.
    """
    get_client(session, client_id, actor=actor)
    owned = vehicles_of_client(session, client_id)
    if asset_id is not None:
        if asset_id not in {vehicle.asset.id for vehicle in owned}:
            raise NotFound("asset", asset_id)
        return _history(session, Visit.asset_id == asset_id, [asset_id], client_id)
    present = [vehicle.asset.id for vehicle in owned if vehicle.is_present]
    where = or_(Visit.client_id == client_id, Visit.asset_id.in_(present))
    return _history(session, where, present, client_id)


def history_of_asset(session: Session, asset_id: int, *, actor: Actor) -> ServiceHistory:
    """The service history of one vehicle over all its owners. Raises NotFound."""
    get_asset(session, asset_id, actor=actor)
    return _history(session, Visit.asset_id == asset_id, [asset_id], None)


def _history(
    session: Session,
    where: ColumnElement[bool],
    asset_ids: Sequence[int],
    client_id: int | None,
) -> ServiceHistory:
    visits = _visits(session, where, client_id)
    return ServiceHistory(
        visits=visits,
        summary=summary_of(visits),
        recommendations=_recommendations(session, asset_ids),
    )


def _visits(
    session: Session, where: ColumnElement[bool], client_id: int | None
) -> tuple[PastVisit, ...]:
    rows = session.execute(
        select(Visit, Asset.make, Asset.model, Asset.plate, Unit.name)
        .join(Asset, Asset.id == Visit.asset_id)
        .join(Unit, Unit.id == Visit.workshop_id)
        .where(where)
        .order_by(Visit.opened_on.desc(), Visit.id.desc())
        .limit(_MOST_VISITS)
    ).all()
    lines = _lines(session, [visit.id for visit, *_ in rows])
    return tuple(
        PastVisit(
            id=visit.id,
            number=visit.number,
            asset_id=visit.asset_id,
            vehicle=vehicle_words(*vehicle),
            workshop=workshop,
            status=visit.status,
            opened_on=visit.opened_on,
            done_on=visit.done_on,
            mileage_km=visit.mileage_km,
            total=visit.total,
            by_this_client=client_id is None or visit.client_id == client_id,
            lines=lines.get(visit.id, ()),
        )
        for visit, *vehicle, workshop in rows
    )


def _lines(session: Session, visit_ids: Sequence[int]) -> dict[int, tuple[VisitLine, ...]]:
    lines: dict[int, tuple[VisitLine, ...]] = {}
    found = session.scalars(
        select(VisitLine).where(VisitLine.visit_id.in_(visit_ids)).order_by(VisitLine.id)
    )
    for line in found:
        lines[line.visit_id] = (*lines.get(line.visit_id, ()), line)
    return lines


def _recommendations(session: Session, asset_ids: Sequence[int]) -> tuple[Advice, ...]:
    rows = session.execute(
        select(Recommendation, Visit.number, Asset.make, Asset.model, Asset.plate)
        .join(Visit, Visit.id == Recommendation.visit_id)
        .join(Asset, Asset.id == Recommendation.asset_id)
        .where(Recommendation.asset_id.in_(asset_ids))
        .order_by(
            Recommendation.status != RecommendationStatus.OPEN,
            Recommendation.advised_on.desc(),
            Recommendation.id,
        )
    )
    return tuple(
        Advice(
            id=advice.id,
            asset_id=advice.asset_id,
            vehicle=vehicle_words(*vehicle),
            visit_number=number,
            advised_on=advice.advised_on,
            work=advice.work,
            estimate=advice.estimate,
            status=advice.status,
            closed_on=advice.closed_on,
        )
        for advice, number, *vehicle in rows
    )


def summary_of(visits: Iterable[PastVisit]) -> ServiceSummary:
    """Count the finished visits. Pure."""
    done = [visit for visit in visits if visit.status is VisitStatus.DONE]
    days = sorted({visit.on for visit in done})
    total = sum((visit.total for visit in done), Decimal(0))
    counts: dict[str, int] = {}
    for visit in done:
        counts[visit.workshop] = counts.get(visit.workshop, 0) + 1
    return ServiceSummary(
        visits=len(done),
        total=total,
        average=(total / len(done)).quantize(Decimal(1)) if done else None,
        gap_days=round((days[-1] - days[0]).days / (len(days) - 1)) if len(days) > 1 else None,
        first_on=days[0] if days else None,
        last_on=days[-1] if days else None,
        workshops=tuple(sorted(counts.items(), key=lambda one: (-one[1], one[0]))),
    )
