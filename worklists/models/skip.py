"""Tasks that a person passed over, and the reasons to choose from (rule 16)."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from directory.staff.models import Employee
from worklists.models.task import Task


class TaskSkipReason(Base):
    """Why a task may be passed over; data, in the order of the list."""

    __tablename__ = "task_skip_reasons"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    names: Mapped[dict[str, Any]]
    """Locale → wording; ``ru`` is always there."""
    position: Mapped[int]
    is_archived: Mapped[bool] = mapped_column(default=False)


class TaskSkip(Base):
    """The person passed the task over: it is not handed out to them before ``until``."""

    __tablename__ = "task_skips"

    task_id: Mapped[int] = mapped_column(ForeignKey(Task.id), primary_key=True)
    employee_id: Mapped[int] = mapped_column(ForeignKey(Employee.id), primary_key=True, index=True)
    reason_id: Mapped[int] = mapped_column(ForeignKey(TaskSkipReason.id))
    until: Mapped[datetime]
    """The end of the person's own day."""
    at: Mapped[datetime]
