"""Service orders of an asset at a workshop, their lines, and the work advised but not done."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from directory.assets.models import Asset
from directory.clients.models import Client
from directory.units.models import Unit


class VisitStatus(StrEnum):
    """Where the work order stands."""

    DONE = "done"
    OPEN = "open"
    CANCELLED = "cancelled"


class Visit(Base):
    """One work order."""

    __tablename__ = "visits"
    __table_args__ = (
        Index("ix_visits_asset", "asset_id", "done_on"),
        Index("ix_visits_client", "client_id", "done_on"),
        Index(
            "ix_visits_done",
            "workshop_id",
            "done_on",
            "asset_id",
            sqlite_where=text("status = 'done'"),
            postgresql_where=text("status = 'done'"),
        ),
        Index(
            "ix_visits_done_on",
            "done_on",
            "asset_id",
            sqlite_where=text("status = 'done'"),
            postgresql_where=text("status = 'done'"),
        ),
        Index(
            "ix_visits_open",
            "asset_id",
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
        Index(
            "ix_visits_workshop",
            "workshop_id",
            "asset_id",
            "done_on",
            sqlite_where=text("status = 'done'"),
            postgresql_where=text("status = 'done'"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey(Asset.id))
    client_id: Mapped[int] = mapped_column(ForeignKey(Client.id))
    workshop_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    status: Mapped[VisitStatus] = mapped_column(default=VisitStatus.DONE)
    opened_on: Mapped[date]
    done_on: Mapped[date | None]
    mileage_km: Mapped[int | None]
    total: Mapped[Decimal] = mapped_column(default=Decimal(0))
    """In the company's currency."""


class LineKind(StrEnum):
    """Labour or a part."""

    WORK = "work"
    PART = "part"


class VisitLine(Base):
    """One line of a work order."""

    __tablename__ = "visit_lines"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey(Visit.id), index=True)
    kind: Mapped[LineKind]
    name: Mapped[str]
    quantity: Mapped[Decimal] = mapped_column(default=Decimal(1))
    total: Mapped[Decimal]


class RecommendationStatus(StrEnum):
    """What became of advised work."""

    OPEN = "open"
    DONE = "done"
    DECLINED = "declined"


class Recommendation(Base):
    """Work advised at a visit and not done yet."""

    __tablename__ = "recommendations"
    __table_args__ = (
        Index("ix_recommendations_asset", "asset_id", "status"),
        Index("ix_recommendations_advised", "status", "advised_on", "asset_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey(Visit.id), index=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey(Asset.id))
    advised_on: Mapped[date]
    work: Mapped[str]
    estimate: Mapped[Decimal | None]
    status: Mapped[RecommendationStatus] = mapped_column(default=RecommendationStatus.OPEN)
    closed_on: Mapped[date | None]
