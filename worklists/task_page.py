"""Everything that the page of one task shows, in few statements, nothing lazy (A12, A13)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Executable, Select, bindparam, literal_column, select
from sqlalchemy.orm import Session, aliased

from campaigns.models import Campaign, ResultCodeVersion
from core.access import Actor
from core.errors import NotFound
from core.journal import JournalEntry
from core.statements import ask
from directory.assets.models import Asset, MileageReading
from directory.clients.models import (
    Client,
    ContactKind,
    ContactPoint,
    ContactRefusal,
    ContactState,
)
from directory.staff.models import Employee
from directory.units.models import Unit
from directory.visits.models import Visit, VisitStatus
from worklists.asking import Asking, AttemptLine, asking_of, attempts_at
from worklists.lifecycle import CLOSED, OPEN, TaskState
from worklists.models.attempt import Attempt, ServiceRequest
from worklists.models.task import PHONING, Task, TaskKind
from worklists.models.work_list import Involvement, WorkList
from worklists.permissions import WorkPermission
from worklists.visibility import TASK_IS_VISIBLE, seen_by

EMPLOYEE_KEY = "employee:"


@dataclass(frozen=True, kw_only=True)
class OtherTask:
    """Another open task of the same client that this person sees."""

    id: int
    work_list_id: int
    kind: TaskKind
    state: TaskState
    campaign: str
    asset: str
    due_at: datetime


@dataclass(frozen=True, kw_only=True)
class InvolvedLine:
    """What another unit was asked to do."""

    involvement: Involvement
    task: Task
    unit: str
    performer: str | None


@dataclass(frozen=True, kw_only=True)
class RequestLine:
    """A service request with the name of its workshop."""

    request: ServiceRequest
    workshop: str
    by: str


@dataclass(frozen=True, kw_only=True)
class TaskPage:
    """One task with all that its page shows."""

    task: Task
    work_list: WorkList
    campaign: Campaign
    client: Client
    unit: Unit
    asset: Asset | None
    performer: str | None
    control_by: str | None
    closed_by: str | None
    result: dict[str, str] | None
    contacts: Sequence[ContactPoint]
    refusals: Sequence[ContactRefusal]
    last_visit: Visit | None
    mileage: MileageReading | None
    attempts: Sequence[AttemptLine]
    others: Sequence[OtherTask]
    requests: Sequence[RequestLine]
    involved: Sequence[InvolvedLine]
    asking: Asking | None
    """Who asked for it, when it was asked by another unit."""
    successors: Sequence[Task]
    history: Sequence[JournalEntry] = ()
    people: dict[str, str] = field(default_factory=dict)
    """Actor key to name, for the history."""

    @property
    def phones(self) -> list[ContactPoint]:
        """The client's numbers, the one to try first on top, those nobody may call last."""
        numbers = [point for point in self.contacts if point.kind is ContactKind.PHONE]
        return sorted(numbers, key=lambda point: not is_usable(point))

    @property
    def usable_phones(self) -> list[ContactPoint]:
        """The numbers by which the client may be called, the one to try first on top."""
        return [point for point in self.phones if is_usable(point)]

    @property
    def is_phoning(self) -> bool:
        """Whether the client is phoned in this task; else it is a job without a call."""
        return self.task.kind in PHONING

    @property
    def is_closed(self) -> bool:
        return self.task.state in CLOSED

    @property
    def attempts_at_most(self) -> int:
        """After how many unanswered attempts the task ends as unreachable."""
        return attempts_at_most(self.campaign)


def is_usable(point: ContactPoint) -> bool:
    """Whether the client may be called by this number and can be reached by it."""
    return point.is_valid and not point.do_not_contact and point.state is not ContactState.WRONG


def attempts_at_most(campaign: Campaign) -> int:
    """The first attempt and one for every rung of the ladder."""
    return len(campaign.retry_ladder) + 1


def task_page(session: Session, task_id: int, *, actor: Actor, brief: bool = False) -> TaskPage:
    """Read the page of a task. Raises NotFound for a task of a unit this person does not see.

    ``brief``: only what its form is checked by, without the lists of what was done.
    """
    actor.require(WorkPermission.SEE)
    row = session.execute(_PAGE, {"task": task_id} | seen_by(actor)).first()
    if row is None:
        raise NotFound("task", task_id)
    (task, work_list, campaign, client, unit, asset, visit, mileage,
     result, worker, watcher, closer) = row[:_HEAD]  # fmt: skip
    has = dict(zip(_LISTS, row[_HEAD:], strict=True))
    if brief:
        has = dict.fromkeys(_LISTS, False) | {"others": has["others"]}
    of_task, of_client = {"task": task.id}, {"client": client.id}
    history = () if brief else session.scalars(_HISTORY, of_task).all()
    return TaskPage(
        task=task,
        work_list=work_list,
        campaign=campaign,
        client=client,
        unit=unit,
        asset=asset,
        performer=worker,
        control_by=watcher,
        closed_by=closer,
        result=result,
        contacts=session.scalars(_CONTACTS, of_client).all(),
        refusals=session.scalars(_REFUSALS, of_client).all() if has["refusals"] else (),
        last_visit=visit,
        mileage=mileage,
        attempts=attempts_at(session, task.id) if has["attempts"] else (),
        others=_others(session, task, actor) if has["others"] else (),
        requests=(
            service_requests(session, ServiceRequest.task_id == task.id) if has["requests"] else ()
        ),
        involved=(
            involved_from(
                session,
                (Involvement.from_work_list_id == task.work_list_id)
                & (Involvement.from_task_id == task.id),
            )
            if has["involved"]
            else ()
        ),
        asking=asking_of(session, task, actor=actor) if has["asking"] else None,
        successors=session.scalars(_SUCCESSORS, of_task).all() if has["successors"] else (),
        history=history,
        people=names_of(session, (entry.actor for entry in history)),
    )


def _any(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    # Of constants and not of rows: an index then answers alone, and is preferred to a scan.
    return select(literal_column("1")).where(*conditions).correlate(Task).exists()


_performer, _control_by, _closed_by = (aliased(Employee) for _ in range(3))
_other = aliased(Task)
_LISTS = {
    "refusals": _any(
        ContactRefusal.client_id == Task.client_id, ContactRefusal.lifted_at.is_(None)
    ),
    "attempts": _any(Attempt.task_id == Task.id),
    "others": _any(
        _other.client_id == Task.client_id, _other.id != Task.id, _other.state.in_(OPEN)
    ),
    "requests": _any(ServiceRequest.task_id == Task.id),
    "involved": _any(
        Involvement.from_work_list_id == Task.work_list_id, Involvement.from_task_id == Task.id
    ),
    "asking": _any(Involvement.to_task_id == Task.id),
    "successors": _any(_other.predecessor_id == Task.id),
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
_HEAD = 12
"""Columns of ``_PAGE`` before those of ``_LISTS``."""
_PAGE: Select[*tuple[Any, ...]] = (
    select(
        Task, WorkList, Campaign, Client, Unit, Asset, _visit, _mileage, ResultCodeVersion.names,
        _performer.full_name, _control_by.full_name, _closed_by.full_name, *_LISTS.values(),
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
_CONTACTS = (
    select(ContactPoint)
    .where(ContactPoint.client_id == bindparam("client"))
    .order_by(ContactPoint.do_not_contact, ContactPoint.rank, ContactPoint.id)
)
_REFUSALS = select(ContactRefusal).where(
    ContactRefusal.client_id == bindparam("client"), ContactRefusal.lifted_at.is_(None)
)
_SUCCESSORS = select(Task).where(Task.predecessor_id == bindparam("task")).order_by(Task.id)
_HISTORY = (
    select(JournalEntry)
    .where(JournalEntry.subject == "task", JournalEntry.subject_id == bindparam("task"))
    .order_by(JournalEntry.id)
)
_NAMES: Executable = select(Employee.id, Employee.full_name).where(
    Employee.id.in_(bindparam("people", expanding=True))
)
_OTHERS: Executable = (
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


def names_of(session: Session, keys: Iterable[str]) -> dict[str, str]:
    """Names of the people among these actor keys (``employee:7``)."""
    ids = {int(key.removeprefix(EMPLOYEE_KEY)) for key in keys if key.startswith(EMPLOYEE_KEY)}
    if not ids:
        return {}
    rows = ask(session, _NAMES, {"people": sorted(ids)})
    return {f"{EMPLOYEE_KEY}{employee_id}": name for employee_id, name in rows}


def service_requests(session: Session, condition: ColumnElement[bool]) -> list[RequestLine]:
    """Service requests that meet the condition, newest first."""
    rows = session.execute(
        select(ServiceRequest, Unit.name, Employee.full_name)
        .join(Unit, Unit.id == ServiceRequest.workshop_id)
        .join(Employee, Employee.id == ServiceRequest.created_by)
        .where(condition)
        .order_by(ServiceRequest.id.desc())
    )
    return [RequestLine(request=request, workshop=name, by=by) for request, name, by in rows]


def involved_from(session: Session, condition: ColumnElement[bool]) -> list[InvolvedLine]:
    """What other units were asked, newest first."""
    rows = session.execute(
        select(Involvement, Task, Unit.name, Employee.full_name)
        .join(Task, Task.id == Involvement.to_task_id)
        .join(Unit, Unit.id == Task.unit_id)
        .outerjoin(Employee, Employee.id == Task.performer_id)
        .where(condition)
        .order_by(Involvement.id.desc())
    )
    return [
        InvolvedLine(involvement=involvement, task=task, unit=unit, performer=performer)
        for involvement, task, unit, performer in rows
    ]


def vehicle(make: str | None, model: str | None, plate: str | None = None) -> str:
    """«Lada Vesta А123ВС77» of what is known."""
    return " ".join(part for part in (make, model, plate) if part)


def _others(session: Session, task: Task, actor: Actor) -> list[OtherTask]:
    values = {"client": task.client_id, "task": task.id} | seen_by(actor)
    return [
        OtherTask(
            id=row.id,
            work_list_id=row.work_list_id,
            kind=row.kind,
            state=row.state,
            campaign=row.campaign,
            asset=vehicle(row.make, row.model, row.plate),
            due_at=row.due_at,
        )
        for row in ask(session, _OTHERS, values)
    ]
