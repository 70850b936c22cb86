"""Attempts at a task, and who asked for a task, out of which conversation (A14, A15)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Executable, bindparam, select
from sqlalchemy.orm import Session, aliased

from campaigns.models import Outcome, ResultCodeVersion
from core.access import Actor
from core.statements import ask
from directory.staff.models import Employee
from directory.units.models import Unit
from worklists.involved import Standing, standing_of
from worklists.models.attempt import CALLED_BY, Attempt
from worklists.models.task import Task, TaskKind
from worklists.models.work_list import Involvement, WorkList
from worklists.visibility import TASK_IS_VISIBLE, seen_by


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
    standing: Standing
    involvement: Involvement
    attempts: Sequence[AttemptLine]
    """Attempts at the asking task, or at all tasks of that work-list, newest first."""

    @property
    def last(self) -> AttemptLine | None:
        """What was said last and not taken back."""
        return next((line for line in self.attempts if not line.is_undone), None)


_LINES = (
    select(
        Attempt.at,
        Attempt.outcome,
        ResultCodeVersion.names.label("result"),
        Attempt.comment,
        CALLED_BY.label("by"),
        Attempt.mileage_km,
        Attempt.copied_from_id.is_not(None).label("is_copy"),
        Attempt.undone_at.is_not(None).label("is_undone"),
    )
    .join(Employee, Employee.id == Attempt.employee_id)
    .outerjoin(ResultCodeVersion, ResultCodeVersion.id == Attempt.result_version_id)
    .order_by(Attempt.at.desc(), Attempt.id.desc())
)
_ATTEMPTS = _LINES.where(Attempt.task_id == bindparam("task"))
_ATTEMPTS_IN_LIST = _LINES.where(
    Attempt.task_id.in_(select(Task.id).where(Task.work_list_id == bindparam("work_list")))
)
_accepter = aliased(Employee)
_ASKING: Executable = (
    select(
        Employee.full_name,
        Unit.name,
        Involvement,
        Task.id,
        _accepter.full_name,
    )
    .select_from(Involvement)
    .join(Employee, Employee.id == Involvement.asked_by)
    .join(WorkList, WorkList.id == Involvement.from_work_list_id)
    .join(Unit, Unit.id == WorkList.unit_id)
    .outerjoin(_accepter, _accepter.id == Involvement.accepted_by)
    .outerjoin(Task, (Task.id == Involvement.from_task_id) & TASK_IS_VISIBLE)
    .where(Involvement.to_task_id == bindparam("task"))
)


def attempts_at(session: Session, task_id: int) -> list[AttemptLine]:
    """The attempts at this task, newest first."""
    return [AttemptLine(**row) for row in ask(session, _ATTEMPTS, {"task": task_id}).mappings()]


def promised_in(session: Session, task: Task) -> AttemptLine | None:
    """For a callback: the newest attempt that stands at the task of its unit that it goes on from;
    the caller sees the callback."""
    if task.kind is not TaskKind.CALLBACK or task.predecessor_id is None:
        return None
    before = select(Task.id).where(Task.id == task.predecessor_id, Task.unit_id == task.unit_id)
    source = session.scalar(before)
    lines = attempts_at(session, source) if source is not None else ()
    return next((line for line in lines if not line.is_undone), None)


def _attempts_in(session: Session, work_list_id: int) -> list[AttemptLine]:
    """The attempts at all tasks of the work-list, newest first."""
    rows = ask(session, _ATTEMPTS_IN_LIST, {"work_list": work_list_id})
    return [AttemptLine(**row) for row in rows.mappings()]


def asking_of(session: Session, task: Task, *, actor: Actor) -> Asking | None:
    """Who asked for this task; None when nobody of another unit did."""
    row = session.execute(_ASKING, {"task": task.id} | seen_by(actor)).first()
    if row is None:
        return None
    by, unit, asked, seen_id, accepted_by = row
    from_id, list_id = asked.from_task_id, asked.from_work_list_id
    of_task = from_id is not None
    attempts = attempts_at(session, from_id) if of_task else _attempts_in(session, list_id)
    standing = standing_of(asked, task, asked_by=by, accepted_by=accepted_by)
    return Asking(
        by=by, unit=unit, task_id=seen_id, of_task=of_task, standing=standing, involvement=asked,
        attempts=attempts,
    )  # fmt: skip
