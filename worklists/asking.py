"""Attempts at a task, and who asked for a task, out of which conversation (A14, A15)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from campaigns.models import Outcome, ResultCodeVersion
from core.access import Actor
from directory.staff.models import Employee
from directory.units.models import Unit
from worklists.models.attempt import Attempt
from worklists.models.task import Task
from worklists.models.work_list import Involvement, WorkList
from worklists.visibility import task_is_visible


@dataclass(frozen=True, kw_only=True)
class AttemptLine:
    """One attempt at a task; ``result`` holds the wording by locale."""

    at: datetime
    outcome: Outcome
    result: dict[str, str] | None
    comment: str
    by: str
    mileage_km: int | None
    is_copy: bool
    is_undone: bool


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Who asked another unit for a task, and what the client had said there."""

    by: str
    unit: str
    task_id: int | None
    """The asking task, if this person sees it."""
    of_task: bool
    """Whether it was asked out of one task; else out of the work-list as a whole."""
    attempts: Sequence[AttemptLine]
    """Attempts at the asking task, or at all tasks of that work-list, newest first."""

    @property
    def last(self) -> AttemptLine | None:
        """What was said last and not taken back."""
        return next((line for line in self.attempts if not line.is_undone), None)


def attempts_at(session: Session, task_id: int) -> list[AttemptLine]:
    """The attempts at this task, newest first."""
    return _attempts(session, Attempt.task_id == task_id)


def _attempts(session: Session, condition: ColumnElement[bool]) -> list[AttemptLine]:
    rows = session.execute(
        select(Attempt, ResultCodeVersion.names, Employee.full_name)
        .join(Employee, Employee.id == Attempt.employee_id)
        .outerjoin(ResultCodeVersion, ResultCodeVersion.id == Attempt.result_version_id)
        .where(condition)
        .order_by(Attempt.at.desc(), Attempt.id.desc())
    )
    return [
        AttemptLine(
            at=attempt.at,
            outcome=attempt.outcome,
            result=names,
            comment=attempt.comment,
            by=by,
            mileage_km=attempt.mileage_km,
            is_copy=attempt.copied_from_id is not None,
            is_undone=attempt.undone_at is not None,
        )
        for attempt, names, by in rows
    ]


def asking_of(session: Session, task: Task, *, actor: Actor) -> Asking | None:
    """Who asked for this task; None when nobody of another unit did."""
    row = session.execute(
        select(Employee.full_name, Unit.name, Involvement, Task.id)
        .select_from(Involvement)
        .join(Employee, Employee.id == Involvement.asked_by)
        .join(WorkList, WorkList.id == Involvement.from_work_list_id)
        .join(Unit, Unit.id == WorkList.unit_id)
        .outerjoin(Task, (Task.id == Involvement.from_task_id) & task_is_visible(actor))
        .where(Involvement.to_task_id == task.id)
    ).first()
    if row is None:
        return None
    by, unit, asked, seen_id = row
    of_list = select(Task.id).where(Task.work_list_id == asked.from_work_list_id)
    here = Attempt.task_id == asked.from_task_id
    of_task = asked.from_task_id is not None
    attempts = _attempts(session, here if of_task else Attempt.task_id.in_(of_list))
    return Asking(by=by, unit=unit, task_id=seen_id, of_task=of_task, attempts=attempts)
