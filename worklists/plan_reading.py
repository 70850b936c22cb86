"""The plans of a selection as people read them: when, for whom, how they go, why they stopped."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from campaigns.lifecycle import TAKES_LEADS, CampaignFinished
from campaigns.models import Campaign
from core.access import Actor
from core.errors import ProzvonError
from core.journal import JournalEntry, event_name, history_of
from directory.units.models import Unit, UnitPath
from directory.units.tree import zone_above
from selections.models import (
    Cadence,
    FormingOrder,
    OrderState,
    Selection,
    SelectionPlan,
    SelectionRun,
)
from selections.reading import get_selection
from selections.refusals import SelectionOutOfUse
from worklists.events.selection_plans import SelectionPlanStopped
from worklists.plan_times import next_time

_PASSES = {CampaignFinished.__name__, SelectionOutOfUse.__name__}
"""What is no reason any more once the campaign goes on, or the selection is back."""


@dataclass(frozen=True, kw_only=True)
class PlanLine:
    """A plan in the list of its selection."""

    plan: SelectionPlan
    unit_name: str
    campaign_name: str
    zone: str
    """IANA zone of the unit, in which its time is meant."""
    last_run: SelectionRun | None
    later: int
    """Leads of the last run that come on the following days: more than its limit a day."""
    feeds_at: datetime | None
    """When the next of them come; None: none do, or some time the next day."""
    problem: str
    """The class of the refusal for which it does not run; empty: nothing did, or it has passed."""
    is_cured: bool
    """What switched it off has passed: it may be switched on again."""
    is_barred: bool
    """Cannot be switched on: its campaign is finished, or its selection in the archive."""
    is_mine: bool
    """Runs for a unit of this person; else for one above, which brings work to theirs too."""


def plans_of(
    session: Session, selection_id: int, *, actor: Actor, now: datetime, default_zone: str
) -> list[PlanLine]:
    """The plans of a selection for units of this person and those above, those that are on first.

    Raises NotFound, NotPermitted.
    """
    selection = get_selection(session, selection_id, actor=actor)
    one = aliased(SelectionRun)
    last_run = (
        select(func.max(one.id))
        .where(one.plan_id == SelectionPlan.id, one.unit_id == SelectionPlan.unit_id)
        .scalar_subquery()
    )
    mine = sorted(actor.unit_ids)
    seen = select(UnitPath.ancestor_id).where(UnitPath.descendant_id.in_(mine))
    zone = zone_above(SelectionPlan.unit_id)
    rows = session.execute(
        select(SelectionPlan, Unit.name, Campaign, zone, SelectionRun)
        .join(Unit, Unit.id == SelectionPlan.unit_id)
        .join(Campaign, Campaign.id == SelectionPlan.campaign_id)
        .outerjoin(SelectionRun, SelectionRun.id == last_run)
        .where(SelectionPlan.selection_id == selection_id, SelectionPlan.unit_id.in_(seen))
        .order_by(SelectionPlan.is_on.desc(), Unit.name, SelectionPlan.id)
    ).all()
    lines: list[PlanLine] = []
    for plan, unit, campaign, own_zone, run in rows:
        bar = bar_of(selection, campaign)
        now_wrong = type(bar).__name__ if bar is not None else ""
        stopped_by = "" if plan.is_on else _stopped_by(session, plan.id)
        is_cured = stopped_by in _PASSES and not now_wrong
        is_running = plan.is_on and not now_wrong
        there = own_zone or default_zone
        later = _later(session, run) if is_running and plan.per_day is not None and run else 0
        lines.append(
            PlanLine(
                plan=plan, unit_name=unit, campaign_name=campaign.name, zone=there, last_run=run,
                later=later,
                feeds_at=next_time(Cadence.DAILY, plan.at, None, zone=there, after=now)
                if later
                else None,
                problem=_problem(plan, stopped_by, now_wrong, is_cured=is_cured),
                is_cured=is_cured, is_barred=bool(now_wrong),
                is_mine=plan.unit_id in actor.unit_ids,
            )
        )  # fmt: skip
    return lines


def bar_of(selection: Selection, campaign: Campaign) -> ProzvonError | None:
    """For what a plan of the two cannot be on; ``plan_sweep`` switches it off for the same."""
    if selection.archived_at is not None:
        return SelectionOutOfUse(selection.id)
    return None if campaign.state in TAKES_LEADS else CampaignFinished(campaign.id)


def last_run_of(session: Session, plan: SelectionPlan) -> SelectionRun | None:
    """The newest run of the plan for the unit that it runs for now."""
    of_plan = select(SelectionRun).where(
        SelectionRun.plan_id == plan.id, SelectionRun.unit_id == plan.unit_id
    )
    return session.scalar(of_plan.order_by(SelectionRun.id.desc()).limit(1))


def plans_ended_with(session: Session, campaign_id: int) -> int:
    """How many plans that are on stop when the campaign is finished, in the whole company."""
    running = select(func.count()).where(
        SelectionPlan.campaign_id == campaign_id, SelectionPlan.is_on
    )
    return session.scalar(running) or 0


def _problem(plan: SelectionPlan, stopped_by: str, now_wrong: str, *, is_cured: bool) -> str:
    """What switched it off, unless that has passed; or what will, within a tick."""
    if plan.is_on:
        return now_wrong
    return "" if is_cured else stopped_by


def _later(session: Session, run: SelectionRun) -> int:
    """What the last forming of the run left for the following days."""
    told = session.scalar(
        select(FormingOrder.told)
        .where(FormingOrder.run_id == run.id, FormingOrder.state == OrderState.DONE)
        .order_by(FormingOrder.id.desc())
        .limit(1)
    )
    return int(told.get("later", 0)) if told else 0


def _stopped_by(session: Session, plan_id: int) -> str:
    entries = history_of(session, SelectionPlanStopped.subject, plan_id, limit=1)
    last: JournalEntry | None = entries[-1] if entries else None
    if last is None or last.event != event_name(SelectionPlanStopped):
        return ""
    return str(last.details["problem"])
