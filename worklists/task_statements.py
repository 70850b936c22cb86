"""The statements behind the page of one task, built once."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Executable,
    Select,
    and_,
    bindparam,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from campaigns.models import Campaign, ResultCodeVersion
from directory.assets.models import Asset, MileageReading
from directory.clients.models import Client, ContactPoint, ContactRefusal
from directory.staff.models import Employee
from directory.units.models import Unit
from directory.visits.models import Visit, VisitStatus
from worklists.lifecycle import OPEN
from worklists.models.attempt import Attempt, ServiceRequest
from worklists.models.task import Task
from worklists.models.work_list import Involvement, WorkList
from worklists.visibility import TASK_IS_VISIBLE


def _any(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    # Of constants and not of rows: an index then answers alone, and is preferred to a scan.
    return select(literal_column("1")).where(*conditions).correlate(Task).exists()


_performer, _control_by, _closed_by = (aliased(Employee) for _ in range(3))
_other = aliased(Task)
LISTS = {
    "refusals": _any(
        ContactRefusal.client_id == Task.client_id, ContactRefusal.lifted_at.is_(None)
    ),
    "attempts": _any(Attempt.task_id == Task.id),
    "others": _any(
        _other.client_id == Task.client_id, _other.id != Task.id, _other.state.in_(OPEN)
    ),
    "requests": or_(
        _any(ServiceRequest.task_id == Task.id), _any(ServiceRequest.next_task_id == Task.id)
    ),
    "involved": _any(
        Involvement.from_work_list_id == Task.work_list_id, Involvement.from_task_id == Task.id
    ),
    "reason": _any(
        _other.work_list_id == Task.work_list_id,
        _other.campaign_id == Task.campaign_id,
        _other.lead_id.is_not(None),
    ),
    "asking": _any(Involvement.to_task_id == Task.id),
    "successors": _any(or_(_other.predecessor_id == Task.id, _other.redirected_from_id == Task.id)),
}
"""Whether there is anything in a list: most tasks have few of them, so few are asked for."""
_LAST_VISIT = (
    select(Visit.id)
    .where(Visit.asset_id == Task.asset_id, Visit.status == VisitStatus.DONE)
    .order_by(Visit.done_on.desc(), Visit.id.desc())
    .limit(1)
    .correlate(Task)
    .scalar_subquery()
)
_LAST_MILEAGE = (
    select(MileageReading.id)
    .where(MileageReading.asset_id == Task.asset_id)
    .order_by(MileageReading.read_on.desc(), MileageReading.id.desc())
    .limit(1)
    .correlate(Task)
    .scalar_subquery()
)
_visit, _mileage = aliased(Visit), aliased(MileageReading)
HEAD = 12
"""Columns of ``PAGE`` before those of ``LISTS``."""
PAGE: Select[*tuple[Any, ...]] = (
    select(
        Task, WorkList, Campaign, Client, Unit, Asset, _visit, _mileage, ResultCodeVersion.names,
        _performer.full_name, _control_by.full_name, _closed_by.full_name, *LISTS.values(),
    )
    .join(WorkList, WorkList.id == Task.work_list_id)
    .join(Campaign, Campaign.id == Task.campaign_id)
    .join(Client, Client.id == Task.client_id)
    .join(Unit, Unit.id == Task.unit_id)
    .outerjoin(Asset, Asset.id == Task.asset_id)
    .outerjoin(_visit, _visit.id == _LAST_VISIT)
    .outerjoin(_mileage, _mileage.id == _LAST_MILEAGE)
    .outerjoin(ResultCodeVersion, ResultCodeVersion.id == Task.result_version_id)
    .outerjoin(_performer, _performer.id == Task.performer_id)
    .outerjoin(_control_by, _control_by.id == Task.control_by_id)
    .outerjoin(_closed_by, _closed_by.id == Task.closed_by_id)
    .where(Task.id == bindparam("task"), TASK_IS_VISIBLE)
)  # fmt: skip
CONTACTS = (
    select(ContactPoint)
    .where(ContactPoint.client_id == bindparam("client"))
    .order_by(ContactPoint.do_not_contact, ContactPoint.rank, ContactPoint.id)
)
REFUSALS = select(ContactRefusal).where(
    ContactRefusal.client_id == bindparam("client"), ContactRefusal.lifted_at.is_(None)
)
SUCCESSORS = (
    select(Task)
    .where(
        or_(
            and_(
                Task.predecessor_id == bindparam("task"),
                Task.redirected_from_id.is_(None),
                # What another unit was asked is told in a list of its own.
                ~_any(Involvement.to_task_id == Task.id),
            ),
            Task.redirected_from_id == bindparam("task"),
        ),
        TASK_IS_VISIBLE,
    )
    .order_by(Task.id)
)
NAMES: Executable = select(Employee.id, Employee.full_name).where(
    Employee.id.in_(bindparam("people", expanding=True))
)
OTHERS: Executable = (
    select(
        Task.id, Task.work_list_id, Task.kind, Task.state, Task.due_at,
        Campaign.name.label("campaign"), Asset.make, Asset.model, Asset.plate,
    )
    .join(Campaign, Campaign.id == Task.campaign_id)
    .outerjoin(Asset, Asset.id == Task.asset_id)
    .where(
        Task.client_id == bindparam("client"),
        Task.id != bindparam("task"),
        Task.state.in_(OPEN),
        TASK_IS_VISIBLE,
    )
    .order_by(Task.due_at, Task.id)
)  # fmt: skip
