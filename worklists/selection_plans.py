"""Selections that run by the clock: who set them up, for which unit and campaign, and how they go.

``plan_sweep`` runs them. A plan belongs to the unit that it runs for.
"""

from dataclasses import dataclass, fields
from datetime import datetime, time
from typing import Any

from sqlalchemy.orm import Session

from campaigns.taking_leads import campaign_taking_leads
from core.access import Actor
from core.errors import Invalid, NotFound, Refused
from core.journal import record
from directory.units.tree import get_unit, zone_of
from selections.answering import answers_to_wire
from selections.asking import ready_to_run
from selections.fields import Catalogue
from selections.models import Cadence, Selection, SelectionPlan
from selections.permissions import SelectionPermission
from selections.reading import get_selection
from selections.refusals import SelectionOutOfUse
from selections.running import check_hold_out
from selections.settling import Answers
from worklists.events.selection_plans import (
    SelectionPlanAdded,
    SelectionPlanChanged,
    SelectionPlanSwitched,
)
from worklists.permissions import WorkPermission
from worklists.plan_times import next_time
from worklists.unit_work import hold_unit

MOST_A_DAY = 100_000


class PlanWrong(Invalid):
    """A value of the plan cannot be used; ``field`` names it."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class PlanChangedMeanwhile(Refused):
    """Somebody saved the plan since it was opened."""


@dataclass(frozen=True, kw_only=True)
class PlanDraft:
    """What a person may say of a plan."""

    unit_id: int
    campaign_id: int
    """0: none is chosen, which the plan refuses."""
    list_unit_id: int | None = None
    """Whose work-lists it forms; None: where most of the campaign is worked, at each forming."""
    answers: Answers
    cadence: Cadence
    at: time | None = None
    """On the wall of the unit; for DAILY and WEEKLY."""
    weekday: int | None = None
    """0 is Monday; for WEEKLY."""
    per_day: int | None = None
    """At most so many tasks a day, less what still waits; None: all at once."""
    hold_out_share: int = 0
    """Ten-thousandths of the clients that nobody calls."""


def add_plan(
    session: Session,
    selection_id: int,
    draft: PlanDraft,
    *,
    actor: Actor,
    now: datetime,
    default_zone: str,
    catalogue: Catalogue,
) -> SelectionPlan:
    """Let the selection run by the clock.

    Raises NotFound, NotPermitted, PlanWrong, CampaignFinished, HoldOutImpossible, and what
    ``run_selection`` says of the rule and the answers.
    """
    values = _checked(
        session, selection_id, draft, actor=actor, now=now, default_zone=default_zone,
        catalogue=catalogue,
    )  # fmt: skip
    plan = SelectionPlan(
        selection_id=selection_id, created_by=actor.person, created_at=now, is_on=True, **values
    )
    plan.next_at = _next_at(session, plan, now, default_zone)
    session.add(plan)
    session.flush()
    event = SelectionPlanAdded(
        selection_plan_id=plan.id, selection_id=selection_id, unit_id=draft.unit_id,
        campaign_id=draft.campaign_id,
    )  # fmt: skip
    record(session, event, actor=actor, at=now)
    return plan


def change_plan(
    session: Session,
    plan_id: int,
    draft: PlanDraft,
    *,
    version: int,
    actor: Actor,
    now: datetime,
    default_zone: str,
    catalogue: Catalogue,
) -> SelectionPlan:
    """Write the draft. ``version``: that of the plan when it was opened; its runs do not count.

    Raises PlanChangedMeanwhile and what ``add_plan`` raises.
    """
    plan = _to_change(session, plan_id, actor=actor)
    values = _checked(
        session, plan.selection_id, draft, kept_unit_id=plan.list_unit_id, actor=actor, now=now,
        default_zone=default_zone, catalogue=catalogue,
    )  # fmt: skip
    if plan.version != version:
        raise PlanChangedMeanwhile(plan_id)
    changed = tuple(name for name, value in values.items() if getattr(plan, name) != value)
    if not changed:
        return plan
    for name in changed:
        setattr(plan, name, values[name])
    plan.next_at = _next_at(session, plan, now, default_zone)
    session.flush()
    event = SelectionPlanChanged(selection_plan_id=plan_id, changed=changed)
    record(session, event, actor=actor, at=now)
    return plan


def switch_plan(
    session: Session, plan_id: int, *, is_on: bool, actor: Actor, now: datetime, default_zone: str
) -> SelectionPlan:
    """Switch it on or off. Harmless twice.

    Times that passed meanwhile are not made up for; files that came meanwhile are run once.
    Raises NotFound, NotPermitted; what would switch it off at once: SelectionOutOfUse,
    CampaignFinished.
    """
    plan = _to_change(session, plan_id, actor=actor)
    if plan.is_on != is_on:
        if is_on:
            _check_can_run(session, plan)
        plan.is_on = is_on
        plan.next_at = _next_at(session, plan, now, default_zone)
        session.flush()
        event = SelectionPlanSwitched(selection_plan_id=plan_id, is_on=is_on)
        record(session, event, actor=actor, at=now)
    return plan


def get_plan(session: Session, plan_id: int, *, actor: Actor) -> SelectionPlan:
    """The plan, if it runs for a unit of this person. Raises NotFound, NotPermitted."""
    actor.require(SelectionPermission.RUN)
    plan = session.get(SelectionPlan, plan_id)
    if plan is None or plan.unit_id not in actor.unit_ids:
        raise NotFound("selection_plan", plan_id)
    return plan


def _checked(
    session: Session,
    selection_id: int,
    draft: PlanDraft,
    *,
    kept_unit_id: int | None = None,
    actor: Actor,
    **asked: Any,
) -> dict[str, Any]:
    """The draft as values of a row.

    ``kept_unit_id``: the unit of the work-lists before, which may be none of this person's.
    """
    actor.require(SelectionPermission.DEFINE)
    actor.require(WorkPermission.FORM)
    selection = get_selection(session, selection_id, actor=actor)
    if not draft.campaign_id:
        raise PlanWrong("campaign")
    question, _definition, _version = ready_to_run(
        session, selection, unit_id=draft.unit_id, answers=draft.answers, actor=actor, **asked
    )
    campaign_taking_leads(session, draft.campaign_id)
    if draft.list_unit_id is not None:
        if draft.list_unit_id != kept_unit_id:
            get_unit(session, draft.list_unit_id, actor=actor)
        hold_unit(session, draft.list_unit_id)
    values: dict[str, Any] = {one.name: getattr(draft, one.name) for one in fields(draft)}
    return values | {"answers": answers_to_wire(question.answers)} | _times(draft)


def _times(draft: PlanDraft) -> dict[str, Any]:
    """When it runs, without what does not belong to the cadence. Raises PlanWrong."""
    by_clock, weekly = draft.cadence is not Cadence.ON_DATA, draft.cadence is Cadence.WEEKLY
    if by_clock and (draft.at is None or draft.at.tzinfo is not None):
        raise PlanWrong("at")
    if weekly and draft.weekday not in range(7):
        raise PlanWrong("weekday")
    if draft.per_day is not None and not 1 <= draft.per_day <= MOST_A_DAY:
        raise PlanWrong("per_day")
    check_hold_out(draft.hold_out_share)
    return {"at": draft.at if by_clock else None, "weekday": draft.weekday if weekly else None}


def _check_can_run(session: Session, plan: SelectionPlan) -> None:
    if session.get_one(Selection, plan.selection_id).archived_at is not None:
        raise SelectionOutOfUse(plan.selection_id)
    campaign_taking_leads(session, plan.campaign_id)


def _next_at(
    session: Session, plan: SelectionPlan, now: datetime, default_zone: str
) -> datetime | None:
    if not plan.is_on:
        return None
    zone = zone_of(session, plan.unit_id, default_zone)
    return next_time(plan.cadence, plan.at, plan.weekday, zone=zone, after=now)


def _to_change(session: Session, plan_id: int, *, actor: Actor) -> SelectionPlan:
    actor.require(SelectionPermission.DEFINE)
    actor.require(WorkPermission.FORM)
    plan = session.get(SelectionPlan, plan_id, with_for_update=True, populate_existing=True)
    if plan is None or plan.unit_id not in actor.unit_ids:
        raise NotFound("selection_plan", plan_id)
    return plan
