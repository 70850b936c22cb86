"""Everything that the page of a work-list shows, in few statements (A6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased

from campaigns.models import ResultCodeVersion
from core.access import Actor
from core.journal import JournalEntry
from directory.assets.models import Asset, Ownership
from directory.clients.models import Client, ContactPoint
from directory.staff.models import Employee
from directory.units.models import Unit
from worklists.involved import Answer, Standing, answer_of, standing_of
from worklists.models.attempt import ServiceRequest
from worklists.models.task import Task
from worklists.models.work_list import Involvement, WorkList
from worklists.permissions import WorkPermission
from worklists.task_page import RequestLine, names_of, service_requests
from worklists.work_list_summary import WorkListSummary, work_list_summary

_MOST_HISTORY = 300


@dataclass(frozen=True, kw_only=True)
class TiedWorkList:
    """A work-list of another unit that this one involves, or that involves this one."""

    work_list_id: int
    task_id: int
    unit: str
    text: str
    asked_by: str
    asked_at: datetime
    finished_at: datetime | None
    task: Task
    performer: str | None
    answer: Answer | None
    """What the unit that was asked answered; None while its task is open."""
    involvement_id: int
    standing: Standing
    is_visible: bool
    """Whether this person may open it; else only its state is told."""


@dataclass(frozen=True, kw_only=True)
class HandedTask:
    """A task that went on in a work-list of another unit, or came from there (rule 4)."""

    task_id: int
    unit: str
    at: datetime
    by: str
    is_received: bool
    """Whether it came here; else it left."""
    is_visible: bool


@dataclass(frozen=True, kw_only=True)
class WorkListPage:
    """The work-list with all that its page shows."""

    work_list: WorkList
    summary: WorkListSummary
    client: Client
    contacts: Sequence[ContactPoint]
    assets: Sequence[Asset]
    initiator: str | None
    """Name of the person who caused it; None: it was not a person."""
    involved: Sequence[TiedWorkList]
    origins: Sequence[TiedWorkList]
    handed: Sequence[HandedTask]
    requests: Sequence[RequestLine]
    history: Sequence[JournalEntry]
    people: dict[str, str]
    results: dict[int, dict[str, str]]
    """Wording of the result codes that the history speaks of, by the id of their version."""


def work_list_page(session: Session, work_list_id: int, *, actor: Actor) -> WorkListPage:
    """Read the page. Raises NotFound for a work-list of a unit that this person does not see."""
    actor.require(WorkPermission.SEE)
    summary = work_list_summary(session, work_list_id, actor=actor)
    work_list, client = session.execute(
        select(WorkList, Client)
        .join(Client, Client.id == WorkList.client_id)
        .where(WorkList.id == work_list_id)
    ).one()
    history = _history(session, work_list_id, [task.task_id for task in summary.tasks])
    people = names_of(session, [work_list.initiator, *(entry.actor for entry in history)])
    contacts = select(ContactPoint).where(ContactPoint.client_id == client.id)
    return WorkListPage(
        work_list=work_list,
        summary=summary,
        client=client,
        contacts=session.scalars(contacts.order_by(ContactPoint.kind, ContactPoint.rank)).all(),
        assets=session.scalars(
            select(Asset)
            .join(Ownership, Ownership.asset_id == Asset.id)
            .where(Ownership.client_id == client.id, Ownership.until_on.is_(None))
            .order_by(Asset.id)
        ).all(),
        initiator=people.get(work_list.initiator),
        involved=_tied(session, work_list_id, actor, asked_here=True),
        origins=_tied(session, work_list_id, actor, asked_here=False),
        handed=[
            *_handed(session, work_list_id, actor, received=True),
            *_handed(session, work_list_id, actor, received=False),
        ],
        requests=service_requests(session, ServiceRequest.work_list_id == work_list_id),
        history=history,
        people=people,
        results=_results(session, history),
    )


def newest_task_id(session: Session, work_list_id: int, *, actor: Actor) -> int | None:
    """The task that a new one is planned from; None when this person does not see the list."""
    return session.scalar(
        select(Task.id)
        .where(Task.work_list_id == work_list_id, Task.unit_id.in_(actor.unit_ids))
        .order_by(Task.closed_at.is_not(None), Task.id.desc())
        .limit(1)
    )


def _tied(
    session: Session, work_list_id: int, actor: Actor, *, asked_here: bool
) -> list[TiedWorkList]:
    performer, closer, asker, accepter, returner = (aliased(Employee) for _ in range(5))
    this, other = Involvement.from_work_list_id, Involvement.to_work_list_id
    if not asked_here:
        this, other = other, this
    rows = session.execute(
        select(
            Involvement, Task, WorkList, Unit.name, performer.full_name, closer.full_name,
            asker.full_name, accepter.full_name, returner.full_name,
        )
        .join(Task, Task.id == Involvement.to_task_id)
        .join(WorkList, WorkList.id == other)
        .join(Unit, Unit.id == WorkList.unit_id)
        .join(asker, asker.id == Involvement.asked_by)
        .outerjoin(performer, performer.id == Task.performer_id)
        .outerjoin(closer, closer.id == Task.closed_by_id)
        .outerjoin(accepter, accepter.id == Involvement.accepted_by)
        .outerjoin(returner, returner.id == Involvement.returned_by)
        .where(this == work_list_id)
        .order_by(Involvement.id.desc())
    )  # fmt: skip
    return [
        TiedWorkList(
            work_list_id=work_list.id,
            task_id=involvement.to_task_id if asked_here else involvement.from_task_id or 0,
            unit=unit,
            text=task.goal,
            asked_by=by,
            asked_at=involvement.asked_at,
            finished_at=involvement.finished_at,
            task=task,
            performer=who,
            answer=answer_of(task, closed_by, involvement),
            involvement_id=involvement.id,
            standing=standing_of(
                involvement,
                task,
                asked_by=by,
                accepted_by=took,
                returned_by=gave,
                closed_by=closed_by,
            ),
            is_visible=work_list.unit_id in actor.unit_ids,
        )
        for involvement, task, work_list, unit, who, closed_by, by, took, gave in rows
    ]


def _handed(
    session: Session, work_list_id: int, actor: Actor, *, received: bool
) -> list[HandedTask]:
    """Tasks redirected between this work-list and those of other units, the newest first."""
    old, new = aliased(Task), aliased(Task)
    here, there = (new, old) if received else (old, new)
    rows = session.execute(
        select(there.id, there.unit_id, Unit.name, new.created_at, Employee.full_name)
        .select_from(new)
        .join(old, old.id == new.redirected_from_id)
        .join(Unit, Unit.id == there.unit_id)
        .outerjoin(Employee, Employee.id == old.closed_by_id)
        .where(here.work_list_id == work_list_id, there.unit_id != here.unit_id)
        .order_by(new.id.desc())
    )
    return [
        HandedTask(
            task_id=task_id, unit=unit, at=at, by=by or "", is_received=received,
            is_visible=unit_id in actor.unit_ids,
        )
        for task_id, unit_id, unit, at, by in rows
    ]  # fmt: skip


def _results(session: Session, history: Sequence[JournalEntry]) -> dict[int, dict[str, str]]:
    ids = {entry.details.get("result_version_id") for entry in history} - {None}
    if not ids:
        return {}
    version = ResultCodeVersion
    rows = session.execute(select(version.id, version.names).where(version.id.in_(ids)))
    return {row.id: row.names for row in rows}


def _history(
    session: Session, work_list_id: int, task_ids: Sequence[int]
) -> Sequence[JournalEntry]:
    of_tasks: ColumnElement[bool] = and_(
        JournalEntry.subject == "task", JournalEntry.subject_id.in_(task_ids)
    )
    of_list = and_(JournalEntry.subject == "work_list", JournalEntry.subject_id == work_list_id)
    return session.scalars(
        select(JournalEntry)
        .where(or_(of_list, of_tasks))
        .order_by(JournalEntry.id.desc())
        .limit(_MOST_HISTORY)
    ).all()
