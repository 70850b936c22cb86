"""What a unit usually asks of others: a request that only has to be sent (A6)."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from directory.staff.models import Employee
from directory.units.models import Unit


class DueIn(StrEnum):
    """In what the deadline of a preset is counted, by the calendar of the unit that is asked."""

    HOURS = "hours"
    """Working hours."""
    DAYS = "days"
    """Working days."""


class InvolvementPreset(Base):
    """A request to another unit, ready to be sent; used by its unit and those below.

    Never deleted: an archived one is offered no more.
    """

    __tablename__ = "involvement_presets"
    __table_args__ = (CheckConstraint("due_amount > 0", "due_later"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey(Unit.id), index=True)
    """Whose it is; None: the whole company's."""
    to_unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    subject: Mapped[str]
    """By what it is chosen; the text of the task begins with it."""
    text: Mapped[str]
    due_amount: Mapped[int]
    due_in: Mapped[DueIn]
    with_documents: Mapped[bool]
    """Whether the documents of the task go along."""
    created_by: Mapped[int] = mapped_column(ForeignKey(Employee.id))
    created_at: Mapped[datetime]
    archived_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012
