"""What is shown beside a found client: the numbers, and the vehicles of today."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from directory.assets.models import Asset, Ownership
from directory.clients.models import ContactKind, ContactPoint


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundVehicle:
    """A vehicle that a found client owns now."""

    asset_id: int
    make: str
    model: str
    plate: str | None


def phones_of(session: Session, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Per client: valid numbers, the first to be tried first."""
    phones: dict[int, tuple[str, ...]] = dict.fromkeys(ids, ())
    rows = session.execute(
        select(ContactPoint.client_id, ContactPoint.value)
        .where(
            ContactPoint.client_id.in_(ids),
            ContactPoint.kind == ContactKind.PHONE,
            ContactPoint.is_valid,
        )
        .order_by(ContactPoint.rank, ContactPoint.id)
    )
    for client_id, value in rows:
        phones[client_id] += (value,)
    return phones


def vehicles_of(session: Session, ids: Sequence[int]) -> dict[int, tuple[FoundVehicle, ...]]:
    """Per client: the vehicles that are theirs now."""
    vehicles: dict[int, tuple[FoundVehicle, ...]] = dict.fromkeys(ids, ())
    rows = session.execute(
        select(Ownership.client_id, Asset.id, Asset.make, Asset.model, Asset.plate)
        .join(Asset, Asset.id == Ownership.asset_id)
        .where(Ownership.client_id.in_(ids), Ownership.until_on.is_(None))
        .order_by(Asset.id)
    )
    for client_id, asset_id, make, model, plate in rows:
        vehicle = FoundVehicle(asset_id=asset_id, make=make, model=model, plate=plate)
        vehicles[client_id] += (vehicle,)
    return vehicles
