"""What people have decided about doubtful rows of loads, and about rejected ones (A8)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, JsonOrNull
from directory.units.models import Unit
from importers.loads.models import RecordLoad


class MatchDecision(Base):
    """Whom rows mean that say this of their person: for the unit and the units below it."""

    __tablename__ = "match_decisions"
    __table_args__ = (UniqueConstraint("unit_id", "fingerprint"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    fingerprint: Mapped[str]
    """``importers.loads.doubts.fingerprint_of``: no personal data in plain."""
    client_id: Mapped[int | None]
    """The client; of a new one: once it is made. No foreign key: a load may be taken back."""
    is_new: Mapped[bool]
    """«Another person»: none of those who were known."""
    by: Mapped[str]
    """Key of the actor."""
    at: Mapped[datetime]


class Choice(StrEnum):
    """What a person does about a row that was not loaded."""

    SAME = "same"
    """It is this client."""
    NEW = "new"
    """It is another person than all who were known."""
    SKIP = "skip"
    """Nothing is loaded of it; the next file asks again."""
    AGAIN = "again"
    """It is certain by now: after a merge, a correction, another load."""
    MENDED = "mended"
    """Its cells were corrected."""


class LoadDecision(Base):
    """One decision about rows of a load, with what they were before: so that it can be undone."""

    __tablename__ = "load_decisions"
    __table_args__ = (
        Index("ix_load_decisions_load", "load_id"),
        Index("ix_load_decisions_together", "together"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    load_id: Mapped[int] = mapped_column(ForeignKey(RecordLoad.id))
    choice: Mapped[Choice]
    fingerprint: Mapped[str | None]
    """Of the rows' person; None: of a row that was mended or skipped alone."""
    batch_no: Mapped[int | None]
    """The batch of the load that it made; None: nothing was written."""
    rows: Mapped[list[Any]]
    """[row number, verdict, problems, cause] each, as they were before; the cause since 0034."""
    cells: Mapped[list[Any] | None] = mapped_column(JsonOrNull)
    """Of a mended row as they were before."""
    together: Mapped[int | None]
    """Id of the first of those that were decided at one press, and are undone so; None: alone."""
    by: Mapped[str]
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
