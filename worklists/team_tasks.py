"""The tasks behind one number of the team, by the very conditions that count them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.models import Campaign
from core.access import Actor
from directory.assets.models import Asset
from directory.assets.plates import vehicle_words
from directory.clients.models import Client
from directory.staff.models import Employee
from directory.units.models import Unit
from worklists.lifecycle import TaskState
from worklists.models.task import Task, TaskKind
from worklists.permissions import WorkPermission
from worklists.team import TeamNumber, in_hand_of, people_of, what_counts


@dataclass(frozen=True, kw_only=True)
class TeamTask:
    """One line of the list."""

    task_id: int
    client: str
    asset: str
    campaign: str
    unit: str
    performer: str
    kind: TaskKind
    state: TaskState
    due_at: datetime


@dataclass(frozen=True)
class TeamTasks:
    """A page of the list, the soonest first, and how many there are in all."""

    lines: Sequence[TeamTask]
    total: int


def team_tasks(
    session: Session,
    number: TeamNumber,
    *,
    actor: Actor,
    now: datetime,
    day_began: datetime,
    day_ends: datetime,
    unit_id: int | None = None,
    employee_id: int | None = None,
    limit: int = 100,
    offset: int = 0,
) -> TeamTasks:
    """What ``team`` counts under this number, of one person or of all; times are UTC."""
    actor.require(WorkPermission.SEE)
    units = actor.unit_ids if unit_id is None else actor.unit_ids & {unit_id}
    seen = select(Employee.id).where(Employee.id.in_(people_of(units)), Employee.is_active)
    if employee_id is not None:
        seen = seen.where(Employee.id == employee_id)
    found = (*in_hand_of(seen, units), what_counts(now, day_began, day_ends)[number])
    rows = session.execute(
        select(
            Task.id, Client.name, Asset.make, Asset.model, Asset.plate, Campaign.name, Unit.name,
            Employee.full_name, Task.kind, Task.state, Task.due_at,
        )
        .join(Client, Client.id == Task.client_id)
        .join(Campaign, Campaign.id == Task.campaign_id)
        .join(Unit, Unit.id == Task.unit_id)
        .join(Employee, Employee.id == Task.performer_id)
        .outerjoin(Asset, Asset.id == Task.asset_id)
        .where(*found)
        .order_by(Task.due_at, Task.id)
        .offset(offset)
        .limit(limit)
    )  # fmt: skip
    lines = [
        TeamTask(
            task_id=row[0], client=row[1], asset=vehicle_words(row[2], row[3], row[4]),
            campaign=row[5], unit=row[6], performer=row[7], kind=row[8], state=row[9],
            due_at=row[10],
        )
        for row in rows
    ]  # fmt: skip
    return TeamTasks(lines, session.scalar(select(func.count(Task.id)).where(*found)) or 0)
