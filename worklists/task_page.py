"""Everything that the page of one task shows, in few statements, nothing lazy (A12, A13)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from campaigns.models import Campaign
from core.access import Actor
from core.errors import NotFound
from core.statements import ask
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
from directory.visits.models import Visit
from directory.workshops.models import WorkKind
from worklists.asking import Asking, AttemptLine, asking_of, attempts_at
from worklists.involved import InvolvedLine, involved_from
from worklists.lead_reasons import LeadReason, reason_of
from worklists.lifecycle import CLOSED, TaskState
from worklists.models.attempt import ServiceRequest
from worklists.models.task import PHONING, Task, TaskKind
from worklists.models.work_list import Involvement, WorkList
from worklists.permissions import WorkPermission
from worklists.retrying import attempts_at_most
from worklists.task_statements import (
    CONTACTS,
    HEAD,
    LISTS,
    NAMES,
    OTHERS,
    PAGE,
    REFUSALS,
    SUCCESSORS,
)
from worklists.visibility import seen_by

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
class RequestLine:
    """A service request with the name of its workshop."""

    request: ServiceRequest
    workshop: str
    by: str
    kind: Mapping[str, str] | None
    """The kind of work by language."""


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
    reason: LeadReason | None
    """Why the client is here, by the importer's file."""
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


def task_page(session: Session, task_id: int, *, actor: Actor, brief: bool = False) -> TaskPage:
    """Read the page of a task. Raises NotFound for a task of a unit this person does not see.

    ``brief``: only what its form is checked by, without the lists of what was done.
    """
    actor.require(WorkPermission.SEE)
    row = session.execute(PAGE, {"task": task_id} | seen_by(actor)).first()
    if row is None:
        raise NotFound("task", task_id)
    (task, work_list, campaign, client, unit, asset, visit, mileage,
     result, worker, watcher, closer) = row[:HEAD]  # fmt: skip
    has = dict(zip(LISTS, row[HEAD:], strict=True))
    if brief:
        has = dict.fromkeys(LISTS, False) | {"others": has["others"]}
    of_task, of_client = {"task": task.id}, {"client": client.id}
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
        contacts=session.scalars(CONTACTS, of_client).all(),
        refusals=session.scalars(REFUSALS, of_client).all() if has["refusals"] else (),
        last_visit=visit,
        mileage=mileage,
        attempts=attempts_at(session, task.id) if has["attempts"] else (),
        others=_others(session, task, actor) if has["others"] else (),
        requests=(service_requests(session, of_task_or_before(task.id)) if has["requests"] else ()),
        involved=(
            involved_from(
                session,
                (Involvement.from_work_list_id == task.work_list_id)
                & (Involvement.from_task_id == task.id),
                actor=actor,
            )
            if has["involved"]
            else ()
        ),
        reason=reason_of(session, task) if has["reason"] else None,
        asking=asking_of(session, task, actor=actor) if has["asking"] else None,
        successors=session.scalars(SUCCESSORS, of_task | seen_by(actor)).all()
        if has["successors"]
        else (),
    )


def names_of(session: Session, keys: Iterable[str]) -> dict[str, str]:
    """Names of the people among these actor keys (``employee:7``)."""
    ids = {int(key.removeprefix(EMPLOYEE_KEY)) for key in keys if key.startswith(EMPLOYEE_KEY)}
    if not ids:
        return {}
    rows = ask(session, NAMES, {"people": sorted(ids)})
    return {f"{EMPLOYEE_KEY}{employee_id}": name for employee_id, name in rows}


def service_requests(session: Session, condition: ColumnElement[bool]) -> list[RequestLine]:
    """Service requests that meet the condition, newest first."""
    rows = session.execute(
        select(ServiceRequest, Unit.name, Employee.full_name, WorkKind.names)
        .join(Unit, Unit.id == ServiceRequest.workshop_id)
        .join(Employee, Employee.id == ServiceRequest.created_by)
        .outerjoin(WorkKind, WorkKind.id == ServiceRequest.work_kind_id)
        .where(condition)
        .order_by(ServiceRequest.id.desc())
    )
    return [
        RequestLine(request=request, workshop=name, by=by, kind=kind)
        for request, name, by, kind in rows
    ]


def of_task_or_before(task_id: int) -> ColumnElement[bool]:
    """Bookings made in the task, and those that the task was made because of."""
    return or_(ServiceRequest.task_id == task_id, ServiceRequest.next_task_id == task_id)


def vehicle(make: str | None, model: str | None, plate: str | None = None) -> str:
    """«Lada Vesta А123ВС77» of what is known."""
    return " ".join(part for part in (make, model, plate_shown(plate)) if part)


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
        for row in ask(session, OTHERS, values)
    ]
