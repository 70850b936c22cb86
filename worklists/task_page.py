"""Everything that the page of one task shows, in few statements, nothing lazy (A12, A13)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session, aliased

from campaigns.models import Campaign, ResultCodeVersion
from core.access import Actor
from core.errors import NotFound
from directory.assets.models import Asset, MileageReading
from directory.assets.plates import plate_shown
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
from worklists.models.attempt import ServiceRequest
from worklists.models.task import PHONING, Task, TaskKind
from worklists.models.work_list import Involvement, WorkList
from worklists.permissions import WorkPermission
from worklists.retrying import attempts_at_most
from worklists.visibility import task_is_visible

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


def task_page(session: Session, task_id: int, *, actor: Actor) -> TaskPage:
    """Read the page of a task. Raises NotFound for a task of a unit this person does not see."""
    actor.require(WorkPermission.SEE)
    performer, control_by, closed_by = (aliased(Employee) for _ in range(3))
    row = session.execute(
        select(
            Task, WorkList, Campaign, Client, Unit, Asset, ResultCodeVersion.names,
            performer.full_name, control_by.full_name, closed_by.full_name,
        )
        .join(WorkList, WorkList.id == Task.work_list_id)
        .join(Campaign, Campaign.id == Task.campaign_id)
        .join(Client, Client.id == Task.client_id)
        .join(Unit, Unit.id == Task.unit_id)
        .outerjoin(Asset, Asset.id == Task.asset_id)
        .outerjoin(ResultCodeVersion, ResultCodeVersion.id == Task.result_version_id)
        .outerjoin(performer, performer.id == Task.performer_id)
        .outerjoin(control_by, control_by.id == Task.control_by_id)
        .outerjoin(closed_by, closed_by.id == Task.closed_by_id)
        .where(Task.id == task_id, task_is_visible(actor))
    ).first()  # fmt: skip
    if row is None:
        raise NotFound("task", task_id)
    task, work_list, campaign, client, unit, asset, result, worker, watcher, closer = row
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
        contacts=session.scalars(_contacts(client.id)).all(),
        refusals=session.scalars(_refusals(client.id)).all(),
        last_visit=_last_visit(session, task.asset_id),
        mileage=_last_mileage(session, task.asset_id),
        attempts=attempts_at(session, task.id),
        others=_others(session, task, actor),
        requests=service_requests(session, ServiceRequest.task_id == task.id),
        involved=involved_from(session, Involvement.from_task_id == task.id),
        asking=asking_of(session, task, actor=actor),
        successors=session.scalars(
            select(Task).where(Task.predecessor_id == task.id).order_by(Task.id)
        ).all(),
    )


def names_of(session: Session, keys: Iterable[str]) -> dict[str, str]:
    """Names of the people among these actor keys (``employee:7``)."""
    ids = {int(key.removeprefix(EMPLOYEE_KEY)) for key in keys if key.startswith(EMPLOYEE_KEY)}
    if not ids:
        return {}
    rows = session.execute(select(Employee.id, Employee.full_name).where(Employee.id.in_(ids)))
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
    return " ".join(part for part in (make, model, plate_shown(plate)) if part)


def _contacts(client_id: int) -> Select[ContactPoint]:
    return (
        select(ContactPoint)
        .where(ContactPoint.client_id == client_id)
        .order_by(ContactPoint.do_not_contact, ContactPoint.rank, ContactPoint.id)
    )


def _refusals(client_id: int) -> Select[ContactRefusal]:
    return select(ContactRefusal).where(
        ContactRefusal.client_id == client_id, ContactRefusal.lifted_at.is_(None)
    )


def _last_visit(session: Session, asset_id: int | None) -> Visit | None:
    if asset_id is None:
        return None
    return session.scalars(
        select(Visit)
        .where(Visit.asset_id == asset_id, Visit.status == VisitStatus.DONE)
        .order_by(Visit.done_on.desc(), Visit.id.desc())
        .limit(1)
    ).first()


def _last_mileage(session: Session, asset_id: int | None) -> MileageReading | None:
    if asset_id is None:
        return None
    return session.scalars(
        select(MileageReading)
        .where(MileageReading.asset_id == asset_id)
        .order_by(MileageReading.read_on.desc(), MileageReading.id.desc())
        .limit(1)
    ).first()


def _others(session: Session, task: Task, actor: Actor) -> list[OtherTask]:
    rows = session.execute(
        select(Task, Campaign.name, Asset.make, Asset.model, Asset.plate)
        .join(Campaign, Campaign.id == Task.campaign_id)
        .outerjoin(Asset, Asset.id == Task.asset_id)
        .where(
            and_(Task.client_id == task.client_id, Task.id != task.id, Task.state.in_(OPEN)),
            task_is_visible(actor),
        )
        .order_by(Task.due_at, Task.id)
    )
    return [
        OtherTask(
            id=other.id,
            work_list_id=other.work_list_id,
            kind=other.kind,
            state=other.state,
            campaign=campaign,
            asset=vehicle(make, model, plate),
            due_at=other.due_at,
        )
        for other, campaign, make, model, plate in rows
    ]
