"""The chosen work-list of the board: its data and its tasks, in two statements (A2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from campaigns.models import Campaign, Outcome, ResultCodeVersion
from core.access import Actor
from core.errors import NotFound
from directory.assets.models import Asset
from directory.clients.models import Client, ContactKind, ContactPoint, ContactState
from directory.staff.models import Employee
from directory.units.models import Unit
from worklists.lifecycle import TaskState
from worklists.models.task import Finish, Task, TaskKind
from worklists.models.work_list import WorkList
from worklists.visibility import work_list_is_visible


@dataclass(frozen=True, kw_only=True)
class SummaryTask:
    """One task of the chosen work-list."""

    task_id: int
    kind: TaskKind
    state: TaskState
    goal: str
    campaign: str
    asset_id: int | None
    asset: str
    plate: str
    performer: str
    at: datetime
    outcome: Outcome | None
    finish: Finish | None
    comment: str
    result: dict[str, str] | None
    """Wording of its last result code by language."""


@dataclass(frozen=True, kw_only=True)
class WorkListSummary:
    """What the panel below the board shows."""

    work_list_id: int
    client_id: int
    client: str
    phone: str
    unit: str
    centre: str
    purpose: str
    initiator: str
    responsible: str
    opened_at: datetime
    closed_at: datetime | None
    tasks: Sequence[SummaryTask]

    @property
    def asset_id(self) -> int | None:
        """The asset of the first task that has one."""
        return next((task.asset_id for task in self.tasks if task.asset_id), None)


def work_list_summary(session: Session, work_list_id: int, *, actor: Actor) -> WorkListSummary:
    """The work-list with its tasks, open ones first. Raises NotFound for a foreign one."""
    centre, responsible = aliased(Unit), aliased(Employee)
    phone = (
        select(ContactPoint.value)
        .where(
            ContactPoint.client_id == WorkList.client_id,
            ContactPoint.kind == ContactKind.PHONE,
            ContactPoint.state != ContactState.WRONG,
        )
        .order_by(ContactPoint.rank, ContactPoint.id)
        .limit(1)
        .correlate(WorkList)
        .scalar_subquery()
    )
    row = session.execute(
        select(
            WorkList.id.label("work_list_id"),
            WorkList.client_id,
            Client.name.label("client"),
            func.coalesce(phone, "").label("phone"),
            Unit.name.label("unit"),
            func.coalesce(centre.name, "").label("centre"),
            Campaign.name.label("purpose"),
            WorkList.initiator,
            func.coalesce(responsible.full_name, "").label("responsible"),
            WorkList.opened_at,
            WorkList.closed_at,
        )
        .join(Client, Client.id == WorkList.client_id)
        .join(Unit, Unit.id == WorkList.unit_id)
        .join(Campaign, Campaign.id == WorkList.campaign_id)
        .outerjoin(centre, centre.id == WorkList.centre_id)
        .outerjoin(responsible, responsible.id == WorkList.responsible_id)
        .where(WorkList.id == work_list_id, work_list_is_visible(actor))
    ).one_or_none()
    if row is None:
        raise NotFound("work-list", work_list_id)
    return WorkListSummary(**row._mapping, tasks=_tasks(session, work_list_id))


def _tasks(session: Session, work_list_id: int) -> list[SummaryTask]:
    rows = session.execute(
        select(
            Task.id.label("task_id"),
            Task.kind,
            Task.state,
            Task.goal,
            Campaign.name.label("campaign"),
            Task.asset_id,
            func.coalesce(func.trim(Asset.make + " " + Asset.model), "").label("asset"),
            func.coalesce(Asset.plate, "").label("plate"),
            func.coalesce(Employee.full_name, "").label("performer"),
            Task.due_at,
            Task.control_at,
            Task.closed_at,
            Task.outcome,
            Task.finish,
            Task.comment,
            ResultCodeVersion.names.label("result"),
        )
        .join(Campaign, Campaign.id == Task.campaign_id)
        .outerjoin(Asset, Asset.id == Task.asset_id)
        .outerjoin(ResultCodeVersion, ResultCodeVersion.id == Task.result_version_id)
        .outerjoin(Employee, Employee.id == func.coalesce(Task.closed_by_id, Task.performer_id))
        .where(Task.work_list_id == work_list_id)
        .order_by(Task.closed_at.is_not(None), Task.closed_at.desc(), Task.due_at, Task.id)
    )
    return [_task(row) for row in rows]


def _task(row: Any) -> SummaryTask:
    at = row.closed_at or (row.control_at if row.state is TaskState.ON_CONTROL else row.due_at)
    same = [name for name in SummaryTask.__dataclass_fields__ if name != "at"]
    return SummaryTask(at=at, **{name: getattr(row, name) for name in same})
