"""The vehicle's card and the vehicles of a client: identity, owners over time, mileage."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import NotFound
from directory.assets.forecast_models import MileageForecast, MileageNews
from directory.assets.models import Asset, MileageReading, Ownership
from directory.clients.models import Client, ClientUnit
from directory.clients.visibility import client_is_visible


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnedVehicle:
    """A vehicle of one client: since when, until when (None: still theirs), last mileage in km."""

    asset: Asset
    from_on: date | None
    until_on: date | None
    mileage_km: int | None
    read_on: date | None

    @property
    def is_present(self) -> bool:
        """Whether the client owns it now."""
        return self.until_on is None


@dataclass(frozen=True, kw_only=True, slots=True)
class Owner:
    """Who owned a vehicle. Clients of other units have no id and no name here (rule 22)."""

    client_id: int | None
    name: str | None
    from_on: date | None
    until_on: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownForecast:
    """The forecast as it is kept; None: not counted yet. Behind: something was heard since."""

    forecast: MileageForecast | None
    is_behind: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class AssetCard:
    """Identity, owners (the present one first), readings (the oldest first), what is expected."""

    asset: Asset
    owners: tuple[Owner, ...]
    readings: tuple[MileageReading, ...]
    expected: KnownForecast

    @property
    def present_owner(self) -> Owner | None:
        """Who owns it now."""
        return next((owner for owner in self.owners if owner.until_on is None), None)


def asset_is_visible(actor: Actor) -> ColumnElement[bool]:
    """Condition on ``assets``: some owner, present or past, is a client of the person's units."""
    return exists().where(
        Ownership.asset_id == Asset.id,
        ClientUnit.client_id == Ownership.client_id,
        ClientUnit.unit_id.in_(actor.unit_ids),
    )


def get_asset(session: Session, asset_id: int, *, actor: Actor) -> Asset:
    """The vehicle. Raises NotFound when none of its owners is a client of this person's units."""
    asset = session.scalar(select(Asset).where(Asset.id == asset_id, asset_is_visible(actor)))
    if asset is None:
        raise NotFound("asset", asset_id)
    return asset


def asset_card(session: Session, asset_id: int, *, actor: Actor) -> AssetCard:
    """Read the card in four statements. Raises NotFound for a vehicle of other units."""
    asset = get_asset(session, asset_id, actor=actor)
    readings = session.scalars(
        select(MileageReading)
        .where(MileageReading.asset_id == asset_id)
        .order_by(MileageReading.read_on, MileageReading.id)
    )
    return AssetCard(
        asset=asset,
        owners=_owners_of(session, asset_id, actor),
        readings=tuple(readings),
        expected=known_forecast(session, asset_id),
    )


def known_forecast(session: Session, asset_id: int) -> KnownForecast:
    """What is expected of a vehicle already known to be visible, in one statement."""
    row = session.execute(
        select(MileageForecast, exists().where(MileageNews.asset_id == asset_id))
        .select_from(Asset)
        .outerjoin(MileageForecast, MileageForecast.asset_id == Asset.id)
        .where(Asset.id == asset_id)
    ).first()
    forecast, is_behind = row or (None, False)
    return KnownForecast(forecast=forecast, is_behind=bool(is_behind))


def vehicles_of_client(session: Session, client_id: int) -> tuple[OwnedVehicle, ...]:
    """Vehicles of a client already known to be visible: present ones first, then past ones."""
    rows = session.execute(
        select(Asset, Ownership.from_on, Ownership.until_on)
        .join(Ownership, Ownership.asset_id == Asset.id)
        .where(Ownership.client_id == client_id)
        .order_by(Ownership.until_on.is_not(None), Ownership.until_on.desc(), Asset.id)
    ).all()
    latest = latest_mileage(session, [asset.id for asset, *_ in rows])
    return tuple(
        OwnedVehicle(
            asset=asset,
            from_on=from_on,
            until_on=until_on,
            mileage_km=latest.get(asset.id, (None, None))[0],
            read_on=latest.get(asset.id, (None, None))[1],
        )
        for asset, from_on, until_on in rows
    )


def latest_mileage(session: Session, asset_ids: Sequence[int]) -> dict[int, tuple[int, date]]:
    """Per vehicle the newest reading: kilometres and day."""
    newest = (
        select(
            MileageReading.asset_id,
            MileageReading.km,
            MileageReading.read_on,
            func.row_number()
            .over(
                partition_by=MileageReading.asset_id,
                order_by=(MileageReading.read_on.desc(), MileageReading.id.desc()),
            )
            .label("place"),
        )
        .where(MileageReading.asset_id.in_(asset_ids))
        .subquery()
    )
    rows = session.execute(
        select(newest.c.asset_id, newest.c.km, newest.c.read_on).where(newest.c.place == 1)
    )
    return {asset_id: (km, read_on) for asset_id, km, read_on in rows}


def _owners_of(session: Session, asset_id: int, actor: Actor) -> tuple[Owner, ...]:
    rows = session.execute(
        select(Client.id, Client.name, Ownership, client_is_visible(actor))
        .join(Client, Client.id == Ownership.client_id)
        .where(Ownership.asset_id == asset_id)
        .order_by(Ownership.until_on.is_not(None), Ownership.until_on.desc(), Ownership.id.desc())
    )
    return tuple(
        Owner(
            client_id=client_id if is_visible else None,
            name=name if is_visible else None,
            from_on=ownership.from_on,
            until_on=ownership.until_on,
        )
        for client_id, name, ownership, is_visible in rows
    )
