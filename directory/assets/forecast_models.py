"""What is expected of a vehicle's mileage, what that rests on, what wants to be counted anew."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from directory.assets.models import Asset


class ForecastBasis(StrEnum):
    """How far the daily mileage can be trusted: the vehicle's own, or that of others."""

    MEASURED = "measured"
    """From three readings or more, over half a year or more."""
    FEW = "few"
    """From its own readings, but few or close together."""
    MODEL = "model"
    """The median of vehicles of this make and model."""
    COMPANY = "company"
    """The median of all vehicles."""
    ASSUMED = "assumed"
    """A usual figure: too few vehicles are measured."""


BORROWED = (ForecastBasis.MODEL, ForecastBasis.COMPANY, ForecastBasis.ASSUMED)
"""Not from the vehicle's own readings."""


class CountedFrom(StrEnum):
    """What the next maintenance is counted from."""

    MAINTENANCE = "maintenance"
    VISIT = "visit"
    READING = "reading"
    REGISTRATION = "registration"


class DueBy(StrEnum):
    """Which half of the interval ends first."""

    KM = "km"
    MONTHS = "months"


class MileageForecast(Base):
    """One vehicle's daily mileage and next maintenance. What is expected today is never kept."""

    __tablename__ = "mileage_forecasts"

    asset_id: Mapped[int] = mapped_column(
        ForeignKey(Asset.id, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    metres_per_day: Mapped[int]
    """Whole metres: sums of them are the same on every engine."""
    last_km: Mapped[int | None]
    """The newest reading that is trusted; None: there is none."""
    last_on: Mapped[date | None]
    basis: Mapped[ForecastBasis]
    readings_used: Mapped[int]
    readings_dropped: Mapped[int]
    used_since_on: Mapped[date | None]
    """The day of the oldest reading used."""
    dropped: Mapped[list[Any]]
    """[day, km, why] of each reading that is not believed."""
    next_maintenance_on: Mapped[date] = mapped_column(index=True)
    next_maintenance_km: Mapped[int | None]
    """Where the interval in kilometres ends; None: no mileage is known."""
    due_by: Mapped[DueBy]
    counted_from: Mapped[CountedFrom]
    counted_from_on: Mapped[date]
    interval_km: Mapped[int]
    interval_months: Mapped[int]
    computed_at: Mapped[datetime] = mapped_column(index=True)

    def expected_km(self, today: date) -> int | None:
        """Kilometres to be expected on this day; None: no mileage is known."""
        if self.last_km is None or self.last_on is None:
            return None
        days = max(0, (today - self.last_on).days)
        return self.last_km + days * self.metres_per_day // 1_000


class MileageNews(Base):
    """A vehicle of which something has changed since its forecast; triggers write it.

    Rows are only added and taken away, so writers never wait for each other; numbers are not used
    twice, so that a row that was read is known again.
    """

    __tablename__ = "mileage_news"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    asset_id: Mapped[int] = mapped_column(index=True)


class MaintenancePlan(Base):
    """How often a make or model is due: kilometres or months, whichever ends first.

    An empty model is the whole make; an empty make too, the company's own default.
    """

    __tablename__ = "maintenance_plans"
    __table_args__ = (
        CheckConstraint("km BETWEEN 1000 AND 200000", name="km"),
        CheckConstraint("months BETWEEN 1 AND 60", name="months"),
        CheckConstraint("make <> '' OR model = ''", name="model_of_a_make"),
    )

    make: Mapped[str] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    km: Mapped[int]
    months: Mapped[int]


class MileageAverage(Base):
    """The median daily mileage of measured vehicles of a model; empty make and model: of all."""

    __tablename__ = "mileage_averages"

    make: Mapped[str] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(primary_key=True)
    metres_per_day: Mapped[int]
    vehicles: Mapped[int]
    computed_at: Mapped[datetime]
