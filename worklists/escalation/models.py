"""Rules of escalation per unit, what has escalated, and to whom."""

from datetime import datetime
from enum import IntEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from directory.staff.models import Employee
from directory.units.models import Unit
from worklists.models.attempt import Notification
from worklists.models.task import Task


class Level(IntEnum):
    """Who is told, from the nearest up."""

    PERFORMER = 1
    """Whose task it is; of control whoever left it there."""
    SUPERVISOR = 2
    HEAD = 3


class EscalationRule(Base):
    """When tasks of a unit (and of all below it without rules of their own) escalate."""

    __tablename__ = "escalation_rules"
    __table_args__ = (
        CheckConstraint("take_hours BETWEEN 1 AND 999 AND done_hours BETWEEN 1 AND 999 "
                        "AND step_hours BETWEEN 1 AND 999", "some_hours"),
        CheckConstraint("highest BETWEEN 0 AND 3", "known_level"),
    )  # fmt: skip

    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id), primary_key=True)
    take_hours: Mapped[int]
    """Working hours in which a task is taken (A)."""
    done_hours: Mapped[int]
    """Working hours after the due moment in which what was taken, or is on control, is done (B)."""
    step_hours: Mapped[int]
    """Working hours from one level to the next."""
    highest: Mapped[int]
    """The last ``Level``, told again every working day; 0: nothing escalates."""
    with_calls: Mapped[bool]
    """Calls of campaigns that were given to a person count too."""
    changed_at: Mapped[datetime]


class Escalation(Base):
    """A task reached a level. The key makes a second time of the same occurrence impossible (P5).

    The occurrence is named by ``since``: the moment from which the task has been waiting. Another
    due date, a longer control and another performer begin a new one.
    """

    __tablename__ = "escalations"
    __table_args__ = (
        UniqueConstraint("task_id", "since", "level"),
        Index("ix_escalations_open", "level", "begun_at",
              sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(ForeignKey(Task.id))
    since: Mapped[datetime]
    level: Mapped[int]
    begun_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """When a sweep noticed that the task waits for this no more."""


class EscalationPerson(Base):
    """Somebody to whom it escalated; ``told_at`` None: the next digest tells them."""

    __tablename__ = "escalation_people"
    __table_args__ = (
        Index("ix_escalation_people_employee", "employee_id", "escalation_id"),
        Index("ix_escalation_people_untold", "employee_id",
              sqlite_where=text("told_at IS NULL"), postgresql_where=text("told_at IS NULL")),
    )  # fmt: skip

    escalation_id: Mapped[int] = mapped_column(
        ForeignKey(Escalation.id, ondelete="CASCADE"), primary_key=True
    )
    employee_id: Mapped[int] = mapped_column(ForeignKey(Employee.id), primary_key=True)
    told_at: Mapped[datetime | None]
    notification_id: Mapped[int | None] = mapped_column(ForeignKey(Notification.id))
    """The digest that told them last."""
