"""«Заполнить»: results of the client's finished tasks, to be copied to another (A13, rule 9)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, exists, func, select
from sqlalchemy.orm import Session, aliased

from campaigns.models import Campaign, Outcome, ResultCodeVersion
from core.access import Actor
from core.errors import Invalid
from core.statements import ask
from directory.staff.models import Employee
from worklists.lifecycle import TaskState
from worklists.models.attempt import CALLED_BY, Attempt
from worklists.models.task import Task
from worklists.saving import get_task
from worklists.visibility import TASK_IS_VISIBLE, seen_by, task_is_visible

LONGEST_LIST = 50


class NothingToCopy(Invalid):
    """A result is copied from a finished task of the same client that has one."""

    field = "copy_of_task_id"


@dataclass(frozen=True, kw_only=True)
class FinishedTask:
    """A finished task whose result can be copied."""

    task_id: int
    attempt_id: int
    campaign: str
    asset_id: int | None
    outcome: Outcome
    result_names: Mapping[str, str] | None
    """Wording of the result code by language, as it was then."""
    comment: str
    mileage_km: int | None
    acquisition_id: int | None
    finished_at: datetime
    by_name: str
    needs_next_date: bool
    """Whether its result promises a next step: the copy needs a date of its own (rule 9)."""
    is_predecessor: bool
    """Whether the present task was planned from this one: its result is what was promised then."""


def finished_tasks_of_client(session: Session, task_id: int, *, actor: Actor) -> list[FinishedTask]:
    """Finished tasks of this task's client that this person sees, the newest first."""
    task = get_task(session, task_id, actor=actor)
    rows = session.execute(
        _finished(task, actor, Campaign.name, ResultCodeVersion, CALLED_BY)
        .join(Campaign, Campaign.id == Task.campaign_id)
        .join(Employee, Employee.id == Attempt.employee_id)
        .outerjoin(ResultCodeVersion, ResultCodeVersion.id == Attempt.result_version_id)
        .order_by(Task.closed_at.desc(), Task.id.desc())
        .limit(LONGEST_LIST)
    )
    return [_line(task, *row) for row in rows]


def has_finished_tasks(session: Session, task: Task, *, actor: Actor) -> bool:
    """Whether the client has a finished task whose result this person may copy."""
    values = {"client": task.client_id, "except": task.id} | seen_by(actor)
    return ask(session, _HAS_FINISHED, values).first() is not None


def attempt_to_copy(session: Session, task: Task, finished_id: int, *, actor: Actor) -> Attempt:
    """The last attempt of the finished task. Raises NothingToCopy."""
    row = session.execute(_finished(task, actor).where(Task.id == finished_id)).first()
    if row is None:
        raise NothingToCopy(finished_id)
    attempt: Attempt = row[1]
    return attempt


def copy_needs_next_date(
    session: Session, task: Task, finished_id: int | None, *, actor: Actor
) -> bool:
    """Whether the result to be copied promises a next step. Raises NothingToCopy."""
    if finished_id is None:
        return False
    source = attempt_to_copy(session, task, finished_id, actor=actor)
    if source.result_version_id is None:
        return False
    return session.get_one(ResultCodeVersion, source.result_version_id).needs_next_date


def copied_attempt(
    source: Attempt, task: Task, *, form_key: str | None, actor: Actor, now: datetime
) -> Attempt:
    """The same result for another task; it points to the conversation itself, not to a copy."""
    return Attempt(
        task_id=task.id,
        unit_id=task.unit_id,
        client_id=task.client_id,
        campaign_id=task.campaign_id,
        asset_id=task.asset_id,
        employee_id=actor.person,
        contact_point_id=source.contact_point_id,
        outcome=source.outcome,
        result_version_id=source.result_version_id,
        comment=source.comment,
        # The odometer of one vehicle says nothing about another.
        mileage_km=source.mileage_km if source.asset_id == task.asset_id else None,
        acquisition_id=source.acquisition_id,
        copied_from_id=source.copied_from_id or source.id,
        at=now,
        form_key=form_key,
        caller=source.caller,
    )


_HAS_FINISHED = (
    select(Task.id)
    .where(
        Task.client_id == bindparam("client"),
        Task.id != bindparam("except"),
        Task.state == TaskState.DONE,
        TASK_IS_VISIBLE,
        exists().where(Attempt.task_id == Task.id, Attempt.undone_at.is_(None)),
    )
    .limit(1)
)


def _finished(task: Task, actor: Actor, *columns: Any) -> Select[*tuple[Any, ...]]:
    last = aliased(Attempt)
    last_id = (
        select(func.max(last.id))
        .where(last.task_id == Task.id, last.undone_at.is_(None))
        .scalar_subquery()
    )
    return (
        select(Task, Attempt, *columns)
        .select_from(Task)
        .join(Attempt, Attempt.id == last_id)
        .where(
            Task.client_id == task.client_id,
            Task.id != task.id,
            Task.state == TaskState.DONE,
            task_is_visible(actor),
        )
    )


def _line(
    present: Task,
    task: Task,
    attempt: Attempt,
    campaign: str,
    version: ResultCodeVersion | None,
    by_name: str,
) -> FinishedTask:
    assert task.closed_at is not None
    return FinishedTask(
        task_id=task.id,
        attempt_id=attempt.id,
        campaign=campaign,
        asset_id=task.asset_id,
        outcome=attempt.outcome,
        result_names=version.names if version else None,
        comment=attempt.comment,
        mileage_km=attempt.mileage_km,
        acquisition_id=attempt.acquisition_id,
        finished_at=task.closed_at,
        by_name=by_name,
        needs_next_date=version is not None and version.needs_next_date,
        is_predecessor=present.predecessor_id == task.id,
    )
