"""Places taken in workshops, and times that are held while somebody talks (A13)."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from directory.staff.models import Employee
from directory.units.models import Unit
from directory.workshops.models import WorkKind
from worklists.models.attempt import ServiceRequest
from worklists.models.task import Task


class SlotHold(Base):
    """A time that a person keeps for a client while talking: one per person and task.

    It ends by itself: whoever asks for free times compares ``until`` with the present.
    """

    __tablename__ = "slot_holds"
    __table_args__ = (Index("uq_slot_holds_of", "task_id", "employee_id", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    workshop_id: Mapped[int] = mapped_column(ForeignKey(Unit.id), index=True)
    work_kind_id: Mapped[int] = mapped_column(ForeignKey(WorkKind.id))
    day_on: Mapped[date]
    minute: Mapped[int]
    """Minutes after midnight at the workshop."""
    task_id: Mapped[int] = mapped_column(ForeignKey(Task.id))
    employee_id: Mapped[int] = mapped_column(ForeignKey(Employee.id))
    until: Mapped[datetime] = mapped_column(index=True)


class ServicePlace(Base):
    """A quarter of an hour of one post: the key lets nobody take it twice, on either engine."""

    __tablename__ = "service_places"
    __table_args__ = (CheckConstraint("(hold_id IS NULL) != (request_id IS NULL)", "of_one"),)

    workshop_id: Mapped[int] = mapped_column(ForeignKey(Unit.id), primary_key=True)
    day_on: Mapped[date] = mapped_column(primary_key=True)
    minute: Mapped[int] = mapped_column(primary_key=True)
    post: Mapped[int] = mapped_column(primary_key=True)
    hold_id: Mapped[int | None] = mapped_column(
        ForeignKey(SlotHold.id, ondelete="CASCADE"), index=True
    )
    request_id: Mapped[int | None] = mapped_column(ForeignKey(ServiceRequest.id), index=True)
