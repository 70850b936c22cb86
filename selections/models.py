"""A run of a selection (or of a file) and the leads it found (rule 19)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from directory.assets.models import Asset
from directory.clients.models import Client
from directory.units.models import Unit


class RunSource(StrEnum):
    """What found the leads."""

    FILE = "file"


class SelectionRun(Base):
    """One run: who, when, for which unit, from what."""

    __tablename__ = "selection_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[RunSource]
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id), index=True)
    title: Mapped[str]
    parameters: Mapped[dict[str, Any]]
    run_by: Mapped[str]
    run_at: Mapped[datetime]


class Lead(Base):
    """A client (and asset) that a run found; not yet a task."""

    __tablename__ = "leads"
    __table_args__ = (
        Index("uq_leads_run_client_asset", "run_id", "client_id", "asset_key", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey(SelectionRun.id))
    client_id: Mapped[int] = mapped_column(ForeignKey(Client.id), index=True)
    asset_id: Mapped[int | None] = mapped_column(ForeignKey(Asset.id))
    asset_key: Mapped[int]
    """``asset_id`` or 0: a unique index treats NULLs as different."""
    why: Mapped[dict[str, Any]]
    """The values that brought the lead here (rule 18)."""
    due_at: Mapped[datetime | None]
    """When it wants to be called; None: at once."""
