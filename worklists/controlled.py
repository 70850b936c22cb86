"""What is on control: whose, until when, what was promised (A16)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.models import Campaign, ResultCodeVersion
from core.access import Actor
from directory.assets.models import Asset
from directory.clients.models import Client
from directory.staff.models import Employee
from directory.units.models import Unit
from worklists.lifecycle import TaskState
from worklists.models.task import Task
from worklists.permissions import WorkPermission
from worklists.visibility import task_is_visible


@dataclass(frozen=True, kw_only=True)
class ControlLine:
    """One task on control."""

    task_id: int
    work_list_id: int
    version: int
    client: str
    asset: str
    plate: str
    campaign: str
    unit: str
    result: dict[str, str] | None
    comment: str
    control_at: datetime
    left_by: str


def tasks_on_control(
    session: Session,
    *,
    actor: Actor,
    only_mine: bool,
    left_by_id: int | None = None,
    limit: int | None = 200,
) -> Sequence[ControlLine]:
    """Tasks on control that this person left (or all of the units), the most urgent first.

    ``left_by_id`` narrows those of the units to what one person left.
    """
    actor.require(WorkPermission.SEE)
    rows = (
        select(
            Task.id.label("task_id"),
            Task.work_list_id,
            Task.version,
            Client.name.label("client"),
            func.coalesce(func.trim(Asset.make + " " + Asset.model), "").label("asset"),
            func.coalesce(Asset.plate, "").label("plate"),
            Campaign.name.label("campaign"),
            Unit.name.label("unit"),
            ResultCodeVersion.names.label("result"),
            Task.comment,
            Task.control_at,
            func.coalesce(Employee.full_name, "").label("left_by"),
        )
        .join(Client, Client.id == Task.client_id)
        .join(Campaign, Campaign.id == Task.campaign_id)
        .join(Unit, Unit.id == Task.unit_id)
        .outerjoin(Asset, Asset.id == Task.asset_id)
        .outerjoin(ResultCodeVersion, ResultCodeVersion.id == Task.result_version_id)
        .outerjoin(Employee, Employee.id == Task.control_by_id)
        .where(Task.state == TaskState.ON_CONTROL, task_is_visible(actor))
        .order_by(Task.control_at, Task.id)
        .limit(limit)
    )
    if only_mine:
        rows = rows.where(Task.control_by_id == actor.employee_id)
    elif left_by_id is not None:
        rows = rows.where(Task.control_by_id == left_by_id)
    return [ControlLine(**row._mapping) for row in session.execute(rows)]
