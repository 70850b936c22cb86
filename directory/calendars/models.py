"""Calendars of units and people, the days that differ from the week, and absences."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from directory.staff.models import Employee
from directory.units.models import Unit


class DayKind(StrEnum):
    """How a day differs from the week."""

    DAY_OFF = "day_off"
    WORKING = "working"
    """Worked although the week has it off; with hours of its own or those of a usual day."""
    SHORTENED = "shortened"
    """Ends an hour earlier."""
    USUAL = "usual"
    """Follows the week; only has a name («a holiday that is worked»)."""


class DaySource(StrEnum):
    """Who says so."""

    SHIPPED = "shipped"
    """The production calendar; a new installation of the year replaces it."""
    OWN = "own"


class ProductionCalendar(StrEnum):
    """Countries whose holidays can be installed."""

    RUSSIA = "RU"
    UKRAINE = "UA"


class WorkCalendar(Base):
    """The working week of a unit (and of all below it) or of one person."""

    __tablename__ = "work_calendars"
    __table_args__ = (CheckConstraint("(unit_id IS NULL) != (employee_id IS NULL)", "of_one"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey(Unit.id), unique=True)
    employee_id: Mapped[int | None] = mapped_column(ForeignKey(Employee.id), unique=True)
    week: Mapped[list[Any]]
    """Seven days, Monday first; each a list of ``[from_minute, until_minute]``."""
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class CalendarDay(Base):
    """A day of a calendar that differs from its week."""

    __tablename__ = "calendar_days"

    calendar_id: Mapped[int] = mapped_column(ForeignKey(WorkCalendar.id), primary_key=True)
    day_on: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[DayKind]
    hours: Mapped[list[Any] | None]
    """Own intervals; None: reckoned from the week by the kind."""
    minutes_less: Mapped[int] = mapped_column(default=0)
    """Work that is cut off at the end of the day."""
    note: Mapped[str] = mapped_column(default="")
    source: Mapped[DaySource]


class Absence(Base):
    """A person is away from ``from_at`` until before ``until_at``. No two of one person overlap."""

    __tablename__ = "absences"
    __table_args__ = (
        CheckConstraint("from_at < until_at", "forward"),
        Index("ix_absences_employee", "employee_id", "until_at"),
        Index("ix_absences_substitute", "substitute_id", "until_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    employee_id: Mapped[int] = mapped_column(ForeignKey(Employee.id))
    substitute_id: Mapped[int | None] = mapped_column(ForeignKey(Employee.id))
    """Who does the work meanwhile."""
    from_at: Mapped[datetime]
    until_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    """Called off before it began: it counts for nothing."""
