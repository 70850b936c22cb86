"""The leads of a run: why each is here, what stands against it, and making work-lists (rule 18)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from campaigns.models import Campaign
from campaigns.taking_leads import known_campaign
from core.access import Actor
from directory.assets.models import Asset
from directory.clients.models import Client
from directory.units.models import Unit, UnitPath
from directory.units.tree import get_unit
from selections.models import FormingOrder, Lead, SelectionRun
from selections.running import get_run
from worklists.forming import Formed, form_work_lists
from worklists.forming_orders import ask_forming
from worklists.lead_scopes import (
    LeadFilter,
    LeadScope,
    NoLeadsChosen,
    block_of_lead,
    chosen_leads,
    found_by_text,
    in_work_already,
    verdict_on_lead,
)
from worklists.lifecycle import OPEN
from worklists.models.task import Task
from worklists.permissions import WorkPermission
from worklists.task_page import vehicle
from worklists.verdicts import BlockRule

PAGE = 50
BACKGROUND_FROM = 5_000
"""More leads than these become work-lists in the background."""


@dataclass(frozen=True, kw_only=True)
class LeadRow:
    """A lead in the list of its run."""

    lead_id: int
    client_id: int
    client: str
    asset_id: int | None
    vehicle: str
    """Empty: the lead is a client without a vehicle."""
    why: dict[str, Any]
    """``{"rule": {path: value}, "columns": {field: value}}``, or what a file said."""
    due_at: datetime | None
    block: BlockRule | None
    """The weightiest rule that forbids to call."""
    in_work: bool
    is_held_out: bool

    @property
    def verdict(self) -> LeadFilter:
        """The filter that finds it, beside ALL."""
        if self.is_held_out:
            return LeadFilter.HELD_OUT
        if self.block is not None:
            return LeadFilter.BLOCKED
        return LeadFilter.IN_WORK if self.in_work else LeadFilter.CALLABLE


@dataclass(frozen=True, kw_only=True)
class LeadsPage:
    """One page of the leads that a filter finds."""

    rows: list[LeadRow]
    counts: Mapping[LeadFilter, int]
    """How many each filter would find, with the same text."""
    total: int
    """How many this one finds."""
    page: int
    """The first is 1."""

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE))


def leads_page(
    session: Session,
    run_id: int,
    *,
    campaign_id: int | None,
    unit_id: int | None = None,
    actor: Actor,
    now: datetime,
    only: LeadFilter = LeadFilter.ALL,
    text: str = "",
    page: int = 1,
) -> LeadsPage:
    """Leads with what stands against calling them for the campaign in the unit (None: the run's).

    Without a campaign (None) only what forbids calls for any purpose is known. Raises NotFound,
    NotPermitted.
    """
    run = get_run(session, run_id, actor=actor)
    campaign = _campaign(session, campaign_id)
    unit = run.unit_id if unit_id is None else get_unit(session, unit_id, actor=actor).id
    verdict = verdict_on_lead(campaign, unit, now)
    found = [Lead.run_id == run.id, *found_by_text(session, text, run_id=run.id, actor=actor)]
    counts = _counts(session, verdict, found)
    total = counts[only]
    page = min(max(page, 1), max(1, -(-total // PAGE)))
    if only is not LeadFilter.ALL:
        found.append(verdict == only.value)
    some = select(Lead.id).where(*found).order_by(Lead.id).limit(PAGE).offset((page - 1) * PAGE)
    rows = session.execute(
        select(
            Lead, Client.name, Asset.make, Asset.model, Asset.plate,
            block_of_lead(campaign, now), in_work_already(campaign, unit),
        )
        .join(Client, Client.id == Lead.client_id)
        .outerjoin(Asset, Asset.id == Lead.asset_id)
        .where(Lead.id.in_(some.subquery().select()))
        .order_by(Lead.id)
    )  # fmt: skip
    lines = [
        LeadRow(
            lead_id=lead.id, client_id=lead.client_id, client=name, asset_id=lead.asset_id,
            vehicle=vehicle(make, model, plate), why=lead.why, due_at=lead.due_at,
            block=None if block is None else BlockRule(block), in_work=bool(in_work),
            is_held_out=lead.is_held_out,
        )
        for lead, name, make, model, plate, block, in_work in rows
    ]  # fmt: skip
    return LeadsPage(rows=lines, counts=counts, total=total, page=page)


def usual_unit(session: Session, run_unit_id: int, campaign_id: int | None, *, actor: Actor) -> int:
    """Which unit to offer for the work-lists of a run: where most open tasks of the campaign are.

    Of the run's unit and those below it that this person has; so new tasks are added to the lists
    that are there. The run's unit when the campaign is not chosen yet or works nowhere.
    """
    if campaign_id is None:
        return run_unit_id
    most = (
        select(Task.unit_id)
        .join(UnitPath, UnitPath.descendant_id == Task.unit_id)
        .join(Unit, Unit.id == Task.unit_id)
        .where(
            UnitPath.ancestor_id == run_unit_id,
            Task.unit_id.in_(sorted(actor.unit_ids)),
            Unit.is_archived.is_(False),
            Task.campaign_id == campaign_id,
            Task.state.in_(OPEN),
        )
        .group_by(Task.unit_id, UnitPath.depth)
        .order_by(func.count().desc(), UnitPath.depth, Task.unit_id)
        .limit(1)
    )
    return session.scalar(most) or run_unit_id


def tasks_formed(session: Session, run_ids: Collection[int]) -> Mapping[int, int]:
    """Id of a run → how many of its leads became tasks; what followed from those is not counted."""
    counted = session.execute(
        select(Lead.run_id, func.count(Task.lead_id.distinct()))
        .join(Task, Task.lead_id == Lead.id)
        .where(Lead.run_id.in_(run_ids))
        .group_by(Lead.run_id)
    )
    return dict.fromkeys(run_ids, 0) | {row[0]: row[1] for row in counted}


def form_run(
    session: Session,
    run_id: int,
    *,
    campaign_id: int,
    unit_id: int,
    scope: LeadScope,
    form_key: str | None,
    actor: Actor,
    now: datetime,
    default_zone: str,
) -> Formed | FormingOrder:
    """Make work-lists of the leads that are meant: at once, or ask for it when there are many.

    Raises NotFound, NotPermitted, NoLeadsChosen, TooManyTicks, CampaignFinished, UnitOutOfUse.
    """
    actor.require(WorkPermission.FORM)
    run = get_run(session, run_id, actor=actor)
    campaign = _campaign(session, campaign_id)
    which = chosen_leads(
        session, scope, run_id=run.id, campaign=campaign, unit_id=unit_id, actor=actor, now=now
    )
    if _is_many(session, run, which):
        return ask_forming(
            session, run.id, campaign_id=campaign_id, unit_id=unit_id, scope=scope,
            form_key=form_key, actor=actor, now=now,
        )  # fmt: skip
    return form_work_lists(
        session, run.id, campaign_id=campaign_id, unit_id=unit_id, which=which, actor=actor,
        now=now, default_zone=default_zone,
    )  # fmt: skip


def _is_many(session: Session, run: SelectionRun, which: list[ColumnElement[bool]]) -> bool:
    """Whether more are meant than are formed at once. Raises NoLeadsChosen when none is."""
    some = select(Lead.id).where(Lead.run_id == run.id, *which).limit(BACKGROUND_FROM + 1)
    count = session.scalar(select(func.count()).select_from(some.subquery())) or 0
    if not count:
        raise NoLeadsChosen
    return count > BACKGROUND_FROM


def _counts(
    session: Session, verdict: ColumnElement[str], found: list[ColumnElement[bool]]
) -> Mapping[LeadFilter, int]:
    judged = select(verdict.label("verdict")).where(*found).subquery()
    counted = session.execute(
        select(judged.c.verdict, func.count()).group_by(judged.c.verdict)
    ).all()
    by_verdict = {LeadFilter(name): number for name, number in counted}
    counts = {one: by_verdict.get(one, 0) for one in LeadFilter}
    return counts | {LeadFilter.ALL: sum(by_verdict.values())}


def _campaign(session: Session, campaign_id: int | None) -> Campaign | None:
    """The campaign, None when none is chosen yet. Raises NotFound."""
    return None if campaign_id is None else known_campaign(session, campaign_id)
