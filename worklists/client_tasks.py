"""Everything that is and was done for one client: work-lists, tasks, attempts (A6, A7).

Only those of the units that the person sees (rule 22), each in one statement.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, aliased

from campaigns.models import Campaign, Outcome, ResultCodeVersion
from core.access import Actor
from directory.assets.models import Asset
from directory.assets.plates import vehicle_words
from directory.clients.models import ContactPoint
from directory.staff.models import Employee
from directory.units.models import Unit
from worklists.lifecycle import CLOSED, OPEN, TaskState
from worklists.models.attempt import CALLED_BY, Attempt
from worklists.models.task import Finish, Task, TaskKind
from worklists.models.work_list import WorkList
from worklists.visibility import task_is_visible, work_list_is_visible

_MOST = 200
"""Rows read of each kind: the newest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientAttempt:
    """One contact that happened."""

    id: int
    task_id: int
    at: datetime
    outcome: Outcome
    result_names: Mapping[str, Any] | None
    """Locale → wording of the result code as it was then; None: there was none."""
    comment: str
    employee: str
    phone: str | None
    mileage_km: int | None
    is_copy: bool
    """The conversation was about another task and settled this one too."""
    is_undone: bool
    """Taken back: it counts for nothing (rule 9)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientTask:
    """One task with what came of it; attempts, the newest first."""

    id: int
    work_list_id: int
    unit: str
    campaign: str
    kind: TaskKind
    state: TaskState
    goal: str
    asset_id: int | None
    vehicle: str
    due_at: datetime
    control_at: datetime | None
    performer: str | None
    outcome: Outcome | None
    result_names: Mapping[str, Any] | None
    finish: Finish | None
    comment: str
    created_at: datetime
    closed_at: datetime | None
    attempts: tuple[ClientAttempt, ...]

    @property
    def is_closed(self) -> bool:
        """Whether nothing more is to be done in it."""
        return self.state in CLOSED


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientWorkList:
    """One work-list with the numbers of its tasks."""

    id: int
    unit: str
    campaign: str
    responsible: str | None
    opened_at: datetime
    closed_at: datetime | None
    tasks: int
    tasks_open: int


def tasks_of_client(
    session: Session, client_id: int, *, actor: Actor, asset_id: int | None = None
) -> tuple[ClientTask, ...]:
    """Tasks of the client (of one vehicle, if given), open ones first by due time, then by closing.

    Two statements. A client unknown to the person has no visible tasks: the answer is empty.
    """
    statement = (
        select(
            Task, Unit.name, Campaign.name, Employee.full_name, ResultCodeVersion.names,
            Asset.make, Asset.model, Asset.plate,
        )
        .join(Unit, Unit.id == Task.unit_id)
        .join(Campaign, Campaign.id == Task.campaign_id)
        .outerjoin(Employee, Employee.id == Task.performer_id)
        .outerjoin(ResultCodeVersion, ResultCodeVersion.id == Task.result_version_id)
        .outerjoin(Asset, Asset.id == Task.asset_id)
        .where(Task.client_id == client_id, task_is_visible(actor))
        .order_by(Task.closed_at.is_not(None), Task.closed_at.desc(), Task.due_at, Task.id)
        .limit(_MOST)
    )  # fmt: skip
    if asset_id is not None:
        statement = statement.where(Task.asset_id == asset_id)
    rows = session.execute(statement).all()
    attempts = _attempts_of(session, [task.id for task, *_ in rows])
    return tuple(_client_task(row, attempts) for row in rows)


def _client_task(row: Any, attempts: Mapping[int, tuple[ClientAttempt, ...]]) -> ClientTask:
    task, unit, campaign, performer, result_names, *vehicle = row
    return ClientTask(
        id=task.id,
        work_list_id=task.work_list_id,
        unit=unit,
        campaign=campaign,
        kind=task.kind,
        state=task.state,
        goal=task.goal,
        asset_id=task.asset_id,
        vehicle=vehicle_words(*vehicle),
        due_at=task.due_at,
        control_at=task.control_at,
        performer=performer,
        outcome=task.outcome,
        result_names=result_names,
        finish=task.finish,
        comment=task.comment,
        created_at=task.created_at,
        closed_at=task.closed_at,
        attempts=attempts.get(task.id, ()),
    )


def _attempts_of(
    session: Session, task_ids: Sequence[int]
) -> Mapping[int, tuple[ClientAttempt, ...]]:
    rows = session.execute(
        select(Attempt, CALLED_BY, ResultCodeVersion.names, ContactPoint.value)
        .join(Employee, Employee.id == Attempt.employee_id)
        .outerjoin(ResultCodeVersion, ResultCodeVersion.id == Attempt.result_version_id)
        .outerjoin(ContactPoint, ContactPoint.id == Attempt.contact_point_id)
        .where(Attempt.task_id.in_(task_ids))
        .order_by(Attempt.at.desc(), Attempt.id.desc())
        .limit(_MOST * 2)
    )
    found: dict[int, tuple[ClientAttempt, ...]] = {}
    for attempt, employee, result_names, phone in rows:
        one = ClientAttempt(
            id=attempt.id,
            task_id=attempt.task_id,
            at=attempt.at,
            outcome=attempt.outcome,
            result_names=result_names,
            comment=attempt.comment,
            employee=employee,
            phone=phone,
            mileage_km=attempt.mileage_km,
            is_copy=attempt.copied_from_id is not None,
            is_undone=attempt.undone_at is not None,
        )
        found[attempt.task_id] = (*found.get(attempt.task_id, ()), one)
    return found


def work_lists_of_client(
    session: Session, client_id: int, *, actor: Actor
) -> tuple[ClientWorkList, ...]:
    """Work-lists of the client in the person's units, open ones first, then the newest."""
    responsible = aliased(Employee)
    is_open = case((Task.state.in_(OPEN), 1))
    rows = session.execute(
        select(
            WorkList, Unit.name, Campaign.name, responsible.full_name,
            func.count(Task.id), func.count(is_open),
        )
        .join(Unit, Unit.id == WorkList.unit_id)
        .join(Campaign, Campaign.id == WorkList.campaign_id)
        .outerjoin(responsible, responsible.id == WorkList.responsible_id)
        .outerjoin(Task, Task.work_list_id == WorkList.id)
        .where(WorkList.client_id == client_id, work_list_is_visible(actor))
        .group_by(WorkList.id, Unit.name, Campaign.name, responsible.full_name)
        .order_by(WorkList.closed_at.is_not(None), WorkList.opened_at.desc())
        .limit(_MOST)
    )  # fmt: skip
    return tuple(
        ClientWorkList(
            id=work_list.id,
            unit=unit,
            campaign=campaign,
            responsible=person,
            opened_at=work_list.opened_at,
            closed_at=work_list.closed_at,
            tasks=tasks,
            tasks_open=tasks_open,
        )
        for work_list, unit, campaign, person, tasks, tasks_open in rows
    )
