"""Making work-lists out of the leads of a run: a fixed number of statements, whatever the size.

A client who has an open work-list in the unit gets tasks appended to it (A10). Running it twice,
or from two tabs at once, adds nothing the second time (rules 1, 2, 19). Leads of the share that is
held out never become tasks.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    exists,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.orm import Session, aliased

from campaigns.life import life_of
from campaigns.models import Campaign
from campaigns.taking_leads import campaign_taking_leads
from core.access import Actor
from core.bulk import temporary
from core.db import insert_into
from core.errors import NotFound
from core.locks import exclusively, hold
from directory.clients.contact_points import zone_of_client
from directory.clients.models import ClientUnit
from directory.units.models import Unit
from directory.units.tree import zone_of
from selections.models import Lead, SelectionRun
from worklists.closing import centre_above
from worklists.events.of_many import record_of_each
from worklists.events.outcomes import TaskAppended, WorkListOpened
from worklists.judged_leads import (
    JUDGED,
    Units,
    judge,
    judge_again,
    leave_for_later,
    units_of_run,
    wanted,
)
from worklists.lifecycle import TaskState
from worklists.models.task import Task, TaskKind
from worklists.models.work_list import WorkList
from worklists.permissions import WorkPermission
from worklists.unit_work import hold_unit


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
    later: int = 0
    """Leads that could become tasks and do not yet: more than were asked for."""


@dataclass(frozen=True, kw_only=True)
class _Forming:
    """The constants of one forming."""

    leads: Select[Lead]
    campaign: Campaign
    run_id: int
    unit_id: int
    in_work_in: Units
    """The units whose open tasks count as in work already."""
    actor: Actor
    now: datetime
    default_zone: str
    most: int | None


def form_work_lists(
    session: Session,
    run_id: int,
    *,
    campaign_id: int,
    unit_id: int,
    lead_ids: Collection[int] | None = None,
    which: Collection[ColumnElement[bool]] = (),
    most: int | None = None,
    in_any_unit: bool = False,
    actor: Actor,
    now: datetime,
    default_zone: str,
) -> Formed:
    """Form work-lists of the unit from the run's leads, or those ticked (A8, A9).

    ``which``: conditions on ``leads``. ``most``: at most so many new tasks, the first leads first.
    ``in_any_unit``: whom any unit of the run's works with for the campaign is in work already, not
    only whom this one does: for what is formed with nobody looking.
    A client whose zone is not known has that of the unit; ``default_zone`` (IANA) is for units
    that have none either. Raises NotFound, NotPermitted,
    CampaignFinished, UnitOutOfUse.
    """
    actor.require(WorkPermission.FORM)
    run = session.get(SelectionRun, run_id)
    if run is None or run.unit_id not in actor.unit_ids:
        raise NotFound("selection_run", run_id)
    if unit_id not in actor.unit_ids or session.get(Unit, unit_id) is None:
        raise NotFound("unit", unit_id)
    campaign = campaign_taking_leads(session, campaign_id)
    chosen = Lead.id.in_(lead_ids) if lead_ids is not None else true()
    forming = _Forming(
        leads=select(Lead).where(Lead.run_id == run_id, ~Lead.is_held_out, chosen, *which),
        campaign=campaign,
        run_id=run_id,
        unit_id=unit_id,
        in_work_in=units_of_run(run.unit_id, unit_id) if in_any_unit else unit_id,
        actor=actor,
        now=now,
        default_zone=zone_of(session, unit_id, default_zone),
        most=most,
    )
    if in_any_unit:
        # Two plans of one campaign with work-lists in two units would both find nobody in work.
        exclusively(session, f"forming of campaign:{campaign_id}")
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


def _form(session: Session, forming: _Forming) -> Formed:
    last_ids = (func.coalesce(func.max(table.id), 0) for table in (WorkList, Task))
    last_work_list, last_task = session.execute(
        select(*(select(last).scalar_subquery() for last in last_ids))
    ).one()
    new_work_lists = and_(
        WorkList.id > last_work_list,
        WorkList.unit_id == forming.unit_id,
        WorkList.opened_at == forming.now,
        WorkList.initiator == forming.actor.key,
    )
    # Only forming makes these, and nobody else forms in this unit now.
    new_tasks = and_(
        Task.id > last_task,
        Task.unit_id == forming.unit_id,
        Task.lead_id.is_not(None),
        Task.predecessor_id.is_(None),
    )
    campaign = forming.campaign
    held = _hold_open_ones(session, forming)
    with temporary(session, JUDGED):
        found = judge(
            session, forming.leads, campaign=campaign, units=forming.in_work_in, now=forming.now
        )
        later = 0 if forming.most is None else leave_for_later(session, forming.most)
        session.execute(_insert_work_lists(session, forming))
        session.execute(_insert_client_units(session, forming))
        if _hold_open_ones(session, forming, ~new_work_lists) != held:
            # Somebody opened a work-list meanwhile, perhaps with such a task.
            judge_again(session, campaign=campaign, units=forming.in_work_in)
        session.execute(_insert_tasks(session, forming))
        _journal(session, forming, new_work_lists=new_work_lists, new_tasks=new_tasks)
        blocked, opened, tasks, work_lists = session.execute(
            select(
                select(func.count(JUDGED.c.block)).scalar_subquery(),
                select(func.count()).where(new_work_lists).scalar_subquery(),
                func.count(Task.id),
                func.count(Task.work_list_id.distinct()),
            ).where(new_tasks)
        ).one()
    return Formed(
        work_lists_new=opened,
        work_lists_appended=work_lists - opened,
        tasks_new=tasks,
        already_in_work=found - later - blocked - tasks,
        blocked=blocked,
        later=later,
    )


def _hold_open_ones(session: Session, forming: _Forming, *which: ColumnElement[bool]) -> int:
    """Hold the open work-lists that get tasks, so that none closes meanwhile (rule 3).

    Returns how many there are; whoever would add a task to one of them waits.
    """
    clients = forming.leads.with_only_columns(Lead.client_id.expression)
    open_ones = select(WorkList.id).where(
        WorkList.unit_id == forming.unit_id,
        WorkList.closed_at.is_(None),
        WorkList.client_id.in_(clients),
        *which,
    )
    return hold(session, open_ones.order_by(WorkList.id))


def _insert_work_lists(session: Session, forming: _Forming) -> Any:
    centre_id = centre_above(session, forming.unit_id)
    values: dict[str, ColumnElement[Any]] = {
        "unit_id": literal(forming.unit_id),
        "client_id": JUDGED.c.client_id,
        "campaign_id": literal(forming.campaign.id),
        "centre_id": literal(centre_id, WorkList.centre_id.type),
        "initiator": literal(forming.actor.key),
        "opened_at": literal(forming.now, WorkList.opened_at.type),
    }
    rows = wanted(*values.values()).distinct()
    into = insert_into(session, WorkList).from_select(list(values), rows)
    return into.on_conflict_do_nothing()


def _insert_client_units(session: Session, forming: _Forming) -> Any:
    """People of the unit must see the clients that they call (rule 22)."""
    rows = wanted(JUDGED.c.client_id, literal(forming.unit_id)).distinct()
    into = insert_into(session, ClientUnit).from_select(["client_id", "unit_id"], rows)
    return into.on_conflict_do_nothing()


def _insert_tasks(session: Session, forming: _Forming) -> Any:
    campaign = forming.campaign
    zone = func.coalesce(zone_of_client(JUDGED.c.client_id), forming.default_zone)
    # Asked for each lead: a planner that takes the table for empty yet would join in a bad order.
    work_list_id = select(WorkList.id).where(
        WorkList.unit_id == forming.unit_id,
        WorkList.client_id == JUDGED.c.client_id,
        WorkList.closed_at.is_(None),
    )
    life = life_of(campaign, forming.now, forming.default_zone)
    due_at = func.coalesce(JUDGED.c.due_at, literal(forming.now, Task.due_at.type))
    opens_at = literal(life.opens_at, Task.opens_at.type)
    values: dict[str, ColumnElement[Any]] = {
        "work_list_id": work_list_id.scalar_subquery(),
        "unit_id": literal(forming.unit_id),
        "client_id": JUDGED.c.client_id,
        "campaign_id": literal(campaign.id),
        "asset_id": JUDGED.c.asset_id,
        "asset_key": JUDGED.c.asset_key,
        "kind": literal(TaskKind.CALL, Task.kind.type),
        "state": literal(TaskState.PLANNED, Task.state.type),
        "priority": literal(campaign.priority),
        "goal": literal(campaign.goal),
        "due_at": due_at
        if life.opens_at is None
        else case((due_at < opens_at, opens_at), else_=due_at),
        "opens_at": opens_at,
        "expires_at": literal(life.expires_at, Task.expires_at.type),
        "time_zone": zone,
        "lead_id": JUDGED.c.lead_id,
        "created_at": literal(forming.now, Task.created_at.type),
        "created_by": literal(forming.actor.key),
    }
    rows = wanted(*values.values()).order_by(JUDGED.c.lead_id)
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
