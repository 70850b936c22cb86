"""The organisation tree. ``unit_paths`` holds every ancestor of every unit, itself included."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base


class UnitKind(StrEnum):
    """What a node of the tree is; a centre is the responsibility centre (ЦФО)."""

    COMPANY = "company"
    CENTRE = "centre"
    DEPARTMENT = "department"
    WORKSHOP = "workshop"


class Unit(Base):
    """A node of the organisation tree."""

    __tablename__ = "units"

    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    kind: Mapped[UnitKind]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    time_zone: Mapped[str | None]
    """IANA zone; None means that of the nearest ancestor that has one, else the company's."""
    is_archived: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class UnitPath(Base):
    """Ancestor and descendant, ``depth`` steps apart (0: the unit itself)."""

    __tablename__ = "unit_paths"
    __table_args__ = (Index("ix_unit_paths_descendant", "descendant_id", "depth"),)

    ancestor_id: Mapped[int] = mapped_column(ForeignKey(Unit.id), primary_key=True)
    descendant_id: Mapped[int] = mapped_column(ForeignKey(Unit.id), primary_key=True)
    depth: Mapped[int]
