"""That a plan of a selection was stopped by the clock: told to people, each of them once."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from directory.staff.models import Employee
from selections.models import SelectionPlan


class PlanNotice(Base):
    """A person is told that a plan runs no more, and why."""

    __tablename__ = "plan_notices"
    __table_args__ = (Index("ix_plan_notices_unseen", "employee_id", "seen_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    employee_id: Mapped[int] = mapped_column(ForeignKey(Employee.id))
    plan_id: Mapped[int] = mapped_column(ForeignKey(SelectionPlan.id))
    problem: Mapped[str]
    """The class of the refusal, as in ``SelectionPlanStopped``."""
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
