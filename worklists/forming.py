"""Making work-lists out of the leads of a run: a fixed number of statements, whatever the size.

A client who has an open work-list in the unit gets tasks appended to it (A10). Running it twice,
or from two tabs at once, adds nothing the second time (rules 1, 2, 19).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    exists,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.orm import Session, aliased

from campaigns.lifecycle import TAKES_LEADS, CampaignFinished
from campaigns.models import Campaign
from core.access import Actor
from core.db import exclusively, insert_into
from core.errors import NotFound
from directory.clients.contact_points import zone_of_client
from directory.clients.models import ClientUnit
from directory.units.models import Unit
from directory.units.tree import zone_of
from selections.models import Lead, SelectionRun
from worklists.closing import centre_above
from worklists.events.of_many import record_of_each
from worklists.events.outcomes import TaskAppended, WorkListOpened
from worklists.lifecycle import OPEN, TaskState
from worklists.models.task import Task, TaskKind
from worklists.models.work_list import WorkList
from worklists.permissions import WorkPermission
from worklists.unit_work import hold_unit
from worklists.verdicts import client_block


@dataclass(frozen=True, kw_only=True)
class Formed:
    """What forming did with the leads."""

    work_lists_new: int
    work_lists_appended: int
    """Work-lists that were open already and got tasks."""
    tasks_new: int
    already_in_work: int
    """Leads for which there is an open task already."""
    blocked: int
    """Leads whose client may not be called: refusal, cooling-off, no valid phone."""


@dataclass(frozen=True, kw_only=True)
class _Forming:
    """The constants of one forming."""

    leads: Select[Lead]
    campaign: Campaign
    run_id: int
    unit_id: int
    actor: Actor
    now: datetime
    default_zone: str


def form_work_lists(
    session: Session,
    run_id: int,
    *,
    campaign_id: int,
    unit_id: int,
    lead_ids: Collection[int] | None = None,
    actor: Actor,
    now: datetime,
    default_zone: str,
) -> Formed:
    """Form work-lists of the unit from the run's leads, or those ticked (A8, A9).

    A client whose zone is not known has that of the unit; ``default_zone`` (IANA) is for units
    that have none either. Raises NotFound, NotPermitted,
    CampaignFinished, UnitOutOfUse.
    """
    actor.require(WorkPermission.FORM)
    run = session.get(SelectionRun, run_id)
    campaign = session.get(Campaign, campaign_id)
    if run is None or run.unit_id not in actor.unit_ids:
        raise NotFound("selection_run", run_id)
    if unit_id not in actor.unit_ids or session.get(Unit, unit_id) is None:
        raise NotFound("unit", unit_id)
    if campaign is None:
        raise NotFound("campaign", campaign_id)
    if campaign.state not in TAKES_LEADS:
        raise CampaignFinished(campaign_id)
    chosen = Lead.id.in_(lead_ids) if lead_ids is not None else true()
    forming = _Forming(
        leads=select(Lead).where(Lead.run_id == run_id, chosen),
        campaign=campaign,
        run_id=run_id,
        unit_id=unit_id,
        actor=actor,
        now=now,
        default_zone=zone_of(session, unit_id, default_zone),
    )
    exclusively(session, f"forming:{unit_id}")
    hold_unit(session, unit_id)
    return _form(session, forming)


def open_work_list_exists(
    unit_id: ColumnElement[int] | int, client_id: ColumnElement[int]
) -> ColumnElement[bool]:
    """SQL: whether the client has an open work-list in the unit; for previews."""
    work_list = aliased(WorkList)
    return exists().where(
        work_list.unit_id == unit_id,
        work_list.client_id == client_id,
        work_list.closed_at.is_(None),
    )


def is_already_in_work(
    unit_id: ColumnElement[int] | int,
    campaign_id: ColumnElement[int] | int,
    client_id: ColumnElement[int],
    asset_key: ColumnElement[int],
) -> ColumnElement[bool]:
    """SQL: whether the unit has an open task of the campaign for this client and asset (rule 2).

    Successors count too: a planned callback, a job, a task on control.
    """
    task = aliased(Task)
    # "+ 0" keeps the planner off the index by unit: without fresh statistics it would read all the
    # unit's tasks for each lead instead of the few of the client.
    return exists().where(
        task.client_id == client_id,
        task.unit_id + 0 == unit_id,
        task.campaign_id == campaign_id,
        task.asset_key == asset_key,
        task.state.in_(OPEN),
    )


def _form(session: Session, forming: _Forming) -> Formed:
    found, blocked = session.execute(
        _of_leads(forming, func.count(Lead.id), func.count(_block(forming)))
    ).one()
    _lock_open_ones(session, forming)
    last_work_list = session.scalar(select(func.max(WorkList.id))) or 0
    last_task = session.scalar(select(func.max(Task.id))) or 0
    session.execute(_insert_work_lists(session, forming))
    session.execute(_insert_client_units(session, forming))
    _lock_open_ones(session, forming)
    session.execute(_insert_tasks(session, forming))
    new_work_lists = and_(
        WorkList.id > last_work_list,
        WorkList.unit_id == forming.unit_id,
        WorkList.opened_at == forming.now,
        WorkList.initiator == forming.actor.key,
    )
    new_tasks = and_(
        Task.id > last_task,
        Task.unit_id == forming.unit_id,
        Task.lead_id.in_(forming.leads.with_only_columns(Lead.id)),
    )
    _journal(session, forming, new_work_lists=new_work_lists, new_tasks=new_tasks)
    opened = session.scalar(select(func.count()).where(new_work_lists)) or 0
    tasks, work_lists = session.execute(
        select(func.count(Task.id), func.count(Task.work_list_id.distinct())).where(new_tasks)
    ).one()
    return Formed(
        work_lists_new=opened,
        work_lists_appended=work_lists - opened,
        tasks_new=tasks,
        already_in_work=found - blocked - tasks,
        blocked=blocked,
    )


def _of_leads(forming: _Forming, *columns: ColumnElement[Any]) -> Select[Any]:
    return forming.leads.with_only_columns(*columns)


def _block(forming: _Forming) -> ColumnElement[str | None]:
    return client_block(
        Lead.client_id.expression,
        Lead.asset_id.expression,
        literal(forming.campaign.purpose),
        literal(forming.now, WorkList.opened_at.type),
    )


def _wanted(forming: _Forming, *columns: ColumnElement[Any]) -> Select[Any]:
    """The leads that become tasks: callable, and not in work already."""
    in_work = is_already_in_work(
        forming.unit_id, forming.campaign.id, Lead.client_id.expression, Lead.asset_key.expression
    )
    return _of_leads(forming, *columns).where(_block(forming).is_(None), ~in_work)


def _lock_open_ones(session: Session, forming: _Forming) -> None:
    """Hold the open work-lists that get tasks, so that none closes meanwhile (rule 3)."""
    clients = _of_leads(forming, Lead.client_id.expression)
    held = (
        select(WorkList.id)
        .where(
            WorkList.unit_id == forming.unit_id,
            WorkList.closed_at.is_(None),
            WorkList.client_id.in_(clients),
        )
        .order_by(WorkList.id)
        .with_for_update()
    )
    # Counted in the database: the ids of a large run need not travel.
    session.execute(select(func.count()).select_from(held.cte("held")))


def _insert_work_lists(session: Session, forming: _Forming) -> Any:
    centre_id = centre_above(session, forming.unit_id)
    values: dict[str, ColumnElement[Any]] = {
        "unit_id": literal(forming.unit_id),
        "client_id": Lead.client_id.expression,
        "campaign_id": literal(forming.campaign.id),
        "centre_id": literal(centre_id, WorkList.centre_id.type),
        "initiator": literal(forming.actor.key),
        "opened_at": literal(forming.now, WorkList.opened_at.type),
    }
    rows = _wanted(forming, *values.values()).distinct()
    into = insert_into(session, WorkList).from_select(list(values), rows)
    return into.on_conflict_do_nothing()


def _insert_client_units(session: Session, forming: _Forming) -> Any:
    """People of the unit must see the clients that they call (rule 22)."""
    rows = _wanted(forming, Lead.client_id.expression, literal(forming.unit_id)).distinct()
    into = insert_into(session, ClientUnit).from_select(["client_id", "unit_id"], rows)
    return into.on_conflict_do_nothing()


def _insert_tasks(session: Session, forming: _Forming) -> Any:
    campaign = forming.campaign
    zone = func.coalesce(zone_of_client(Lead.client_id), forming.default_zone)
    values: dict[str, ColumnElement[Any]] = {
        "work_list_id": WorkList.id.expression,
        "unit_id": WorkList.unit_id.expression,
        "client_id": WorkList.client_id.expression,
        "campaign_id": literal(campaign.id),
        "asset_id": Lead.asset_id.expression,
        "asset_key": Lead.asset_key.expression,
        "kind": literal(TaskKind.CALL, Task.kind.type),
        "state": literal(TaskState.PLANNED, Task.state.type),
        "priority": literal(campaign.priority),
        "goal": literal(campaign.goal),
        "due_at": func.coalesce(Lead.due_at, literal(forming.now, Task.due_at.type)),
        "time_zone": zone,
        "lead_id": Lead.id.expression,
        "created_at": literal(forming.now, Task.created_at.type),
        "created_by": literal(forming.actor.key),
    }
    rows = (
        _wanted(forming, *values.values())
        .join(
            WorkList,
            and_(
                WorkList.client_id == Lead.client_id,
                WorkList.unit_id == forming.unit_id,
                WorkList.closed_at.is_(None),
            ),
        )
        .order_by(Lead.id)
    )
    return insert_into(session, Task).from_select(list(values), rows).on_conflict_do_nothing()


def _journal(
    session: Session,
    forming: _Forming,
    *,
    new_work_lists: ColumnElement[bool],
    new_tasks: ColumnElement[bool],
) -> None:
    actor, now = forming.actor, forming.now
    details = {"campaign_id": forming.campaign.id, "run_id": forming.run_id}
    opened = details | {"unit_id": forming.unit_id}
    record_of_each(
        session, WorkListOpened, WorkList.id, new_work_lists, details=opened, actor=actor, at=now
    )
    record_of_each(session, TaskAppended, Task.id, new_tasks, details=details, actor=actor, at=now)
