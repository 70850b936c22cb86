"""Correct a vehicle: VIN, plate, make, model, year."""

from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import Invalid, NotFound, Refused
from core.journal import record
from directory.assets.card import asset_is_visible
from directory.assets.events import AssetCorrected
from directory.assets.models import Asset
from directory.assets.plates import plate_norm
from directory.assets.vin import VinProblem, VinReading, read_vin
from directory.permissions import DirectoryPermission

FIRST_YEAR = 1900


class AssetChanged(Refused):
    """Somebody else has changed the vehicle since the form was opened; what was typed is kept."""


class VinUnreadable(Invalid):
    """What was typed is not a VIN; ``reading`` says why."""

    field = "vin"

    def __init__(self, reading: VinReading) -> None:
        super().__init__(str(reading.problem))
        self.reading = reading


class VinTaken(Invalid):
    """Another vehicle has this VIN."""

    field = "vin"


class YearImpossible(Invalid):
    """No vehicle was made in that year yet."""

    field = "year"


@dataclass(frozen=True, kw_only=True, slots=True)
class AssetData:
    """What may be corrected, as typed."""

    vin: str
    plate: str
    make: str
    model: str
    year: int | None


def mark_of(asset: Asset) -> str:
    """Tells whether the vehicle is still as it was shown; travels in the form as its version."""
    shown = (asset.vin, asset.plate, asset.make, asset.model, asset.year, asset.is_confirmed)
    return sha256(repr(shown).encode()).hexdigest()[:16]


def correct_asset(
    session: Session,
    asset_id: int,
    *,
    data: AssetData,
    mark: str,
    actor: Actor,
    now: datetime,
) -> Asset:
    """Set the identity of the vehicle and take away «wrong vehicle».

    Raises NotFound, NotPermitted, AssetChanged, VinUnreadable, VinTaken, YearImpossible.
    """
    actor.require(DirectoryPermission.EDIT_CLIENTS)
    asset = _asset_to_edit(session, asset_id, mark, actor)
    new = {**asdict(data), "vin": _vin(session, asset_id, data.vin), "is_confirmed": True}
    for text in ("plate", "make", "model"):
        new[text] = " ".join(str(new[text]).split())
    new["plate"] = new["plate"] or None
    if data.year is not None and not FIRST_YEAR <= data.year <= now.year + 1:
        raise YearImpossible
    changed = tuple(field for field, value in new.items() if getattr(asset, field) != value)
    for field in changed:
        setattr(asset, field, new[field])
    asset.plate_norm = plate_norm(asset.plate) if asset.plate else None
    if changed:
        record(session, AssetCorrected(asset_id=asset_id, fields=changed), actor=actor, at=now)
        session.flush()
    return asset


def _asset_to_edit(session: Session, asset_id: int, mark: str, actor: Actor) -> Asset:
    asset = session.scalar(
        select(Asset)
        .where(Asset.id == asset_id, asset_is_visible(actor))
        .with_for_update(of=Asset)
        .execution_options(populate_existing=True)
    )
    if asset is None:
        raise NotFound("asset", asset_id)
    if mark_of(asset) != mark:
        raise AssetChanged
    return asset


def _vin(session: Session, asset_id: int, typed: str) -> str | None:
    reading = read_vin(typed)
    if reading.problem is VinProblem.EMPTY:
        return None
    if reading.vin is None:
        raise VinUnreadable(reading)
    if session.scalar(select(Asset.id).where(Asset.vin == reading.vin, Asset.id != asset_id)):
        raise VinTaken(reading.vin)
    return reading.vin
