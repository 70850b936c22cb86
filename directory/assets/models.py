"""What is served. A vehicle is the first kind; accounts and meters come with later rings."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Computed, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, ByteOrdered
from directory.clients.models import Client


class AssetKind(StrEnum):
    """What kind of thing is served."""

    VEHICLE = "vehicle"


class Asset(Base):
    """A vehicle: VIN, plate, make, model, year."""

    __tablename__ = "assets"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[AssetKind] = mapped_column(default=AssetKind.VEHICLE)
    vin: Mapped[str | None] = mapped_column(ByteOrdered, unique=True)
    """Seventeen Latin characters, upper case."""
    vin_tail: Mapped[str | None] = mapped_column(
        ByteOrdered, Computed("substr(vin, 12)"), index=True, deferred=True
    )
    """The last six characters, kept by the database: how people name a vehicle on the phone."""
    vin_end: Mapped[str | None] = mapped_column(
        ByteOrdered, Computed("substr(vin, 14)"), index=True, deferred=True
    )
    """The last four."""
    plate: Mapped[str | None]
    plate_norm: Mapped[str | None] = mapped_column(ByteOrdered, index=True)
    plate_rest: Mapped[str | None] = mapped_column(
        ByteOrdered,
        Computed("ltrim(plate_norm, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')"),
        index=True,
        deferred=True,
    )
    """The plate from its first digit on: what was remembered of a car that has left."""
    make: Mapped[str] = mapped_column(default="")
    model: Mapped[str] = mapped_column(default="")
    year: Mapped[int | None]
    sold_on: Mapped[date | None]
    warranty_until: Mapped[date | None] = mapped_column(index=True)
    """The last day of the maker's warranty, as far as it is known."""
    insured_until: Mapped[date | None] = mapped_column(index=True)
    """The last day of the insurance."""
    is_confirmed: Mapped[bool] = mapped_column(default=True)
    """False after «wrong vehicle»: somebody has to look at it."""
    created_at: Mapped[datetime]


class Ownership(Base):
    """Who owned the asset and when; the open one is the present owner."""

    __tablename__ = "ownerships"
    __table_args__ = (
        Index(
            "uq_ownerships_present",
            "asset_id",
            unique=True,
            sqlite_where=text("until_on IS NULL"),
            postgresql_where=text("until_on IS NULL"),
        ),
        Index("ix_ownerships_client", "client_id", "until_on"),
        Index("ix_ownerships_asset", "asset_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey(Asset.id))
    client_id: Mapped[int] = mapped_column(ForeignKey(Client.id))
    from_on: Mapped[date | None]
    until_on: Mapped[date | None]


class MileageSource(StrEnum):
    """Where a reading came from."""

    VISIT = "visit"
    CLIENT = "client"
    FILE = "file"


class MileageReading(Base):
    """What the odometer showed on a day, in kilometres."""

    __tablename__ = "mileage_readings"
    __table_args__ = (
        Index("ix_mileage_readings_asset", "asset_id", "read_on"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey(Asset.id))
    read_on: Mapped[date]
    km: Mapped[int]
    source: Mapped[MileageSource]
    is_lower_confirmed: Mapped[bool] = mapped_column(default=False)
    """True: lower than the one before, and the person confirmed that it is right (rule 9)."""
    recorded_by: Mapped[str]
