"""Kinds of work, and the capacity of a workshop: posts, slots, what it does and how long (A13)."""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from directory.units.models import Unit


class WorkKind(Base):
    """A kind of work of the company's catalogue; archived and never deleted."""

    __tablename__ = "work_kinds"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    names: Mapped[dict[str, Any]]
    """Locale → wording; ``ru`` is always there."""
    minutes: Mapped[int]
    """How long it usually takes: what a workshop begins with."""
    position: Mapped[int]
    is_archived: Mapped[bool] = mapped_column(default=False)


class WorkshopCapacity(Base):
    """How much a workshop does at once. A workshop without such a row takes any day and time."""

    __tablename__ = "workshop_capacities"
    __table_args__ = (CheckConstraint("posts > 0 AND slot_minutes > 0", "some"),)

    workshop_id: Mapped[int] = mapped_column(ForeignKey(Unit.id), primary_key=True)
    posts: Mapped[int]
    """So many vehicles at the same time."""
    slot_minutes: Mapped[int]
    """Vehicles are taken in at every so many minutes of the working time."""
    hold_minutes: Mapped[int]
    """For so long a time chosen in a conversation is kept."""
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class WorkshopWork(Base):
    """A kind of work that this workshop does, or did once, and how long it takes there."""

    __tablename__ = "workshop_works"

    workshop_id: Mapped[int] = mapped_column(ForeignKey(Unit.id), primary_key=True)
    work_kind_id: Mapped[int] = mapped_column(ForeignKey(WorkKind.id), primary_key=True)
    minutes: Mapped[int]
    is_offered: Mapped[bool] = mapped_column(default=True)
