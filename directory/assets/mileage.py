"""Odometer readings: kept with their day, never lower than before unless confirmed (rule 9)."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import Invalid
from directory.assets.models import MileageReading, MileageSource

HIGHEST_KM = 5_000_000


class MileageWentDown(Invalid):
    """A reading may be lower than the one before it only when that is confirmed."""

    field = "mileage_km"

    def __init__(self, previous: int) -> None:
        super().__init__(previous)
        self.previous = previous


class MileageImpossible(Invalid):
    """An odometer shows a whole number of kilometres from 0 to five million."""

    field = "mileage_km"

    def __init__(self, highest: int = HIGHEST_KM) -> None:
        super().__init__(highest)
        self.highest = highest


def last_reading(
    session: Session, asset_id: int, *, until: date | None = None
) -> MileageReading | None:
    """The newest reading of the asset (on or before ``until``)."""
    newest = (
        select(MileageReading)
        .where(MileageReading.asset_id == asset_id)
        .order_by(MileageReading.read_on.desc(), MileageReading.id.desc())
        .limit(1)
    )
    if until is not None:
        newest = newest.where(MileageReading.read_on <= until)
    return session.scalars(newest).first()


def check_reading(
    session: Session, asset_id: int, km: int, *, read_on: date, is_lower_confirmed: bool
) -> bool:
    """Whether the reading is lower than the one before it.

    Raises MileageImpossible, and MileageWentDown unless a lower one is confirmed.
    """
    if not 0 <= km <= HIGHEST_KM:
        raise MileageImpossible()
    before = last_reading(session, asset_id, until=read_on)
    is_lower = before is not None and km < before.km
    if before is not None and is_lower and not is_lower_confirmed:
        raise MileageWentDown(before.km)
    return is_lower


def record_mileage(
    session: Session,
    asset_id: int,
    *,
    km: int,
    read_on: date,
    source: MileageSource,
    is_lower_confirmed: bool = False,
    actor: Actor,
) -> MileageReading:
    """Keep what the odometer showed on that day. Raises as ``check_reading`` does."""
    is_lower = check_reading(
        session, asset_id, km, read_on=read_on, is_lower_confirmed=is_lower_confirmed
    )
    reading = MileageReading(
        asset_id=asset_id,
        read_on=read_on,
        km=km,
        source=source,
        is_lower_confirmed=is_lower,
        recorded_by=actor.key,
    )
    session.add(reading)
    session.flush()
    return reading
