"""Telling people that a plan of a selection was stopped by the clock, and why (A9).

Whoever made the plan and the heads of its unit are told, once for each time it was stopped. When it
is on again nobody has to be told any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, union, update
from sqlalchemy.orm import Session

from campaigns.models import Campaign
from core.access import Actor
from core.db import insert_into
from directory.staff.models import Appointment, Employee, Role
from directory.units.models import Unit, UnitPath
from selections.models import Selection, SelectionPlan
from selections.permissions import SelectionPermission
from selections.visibility import selection_is_visible
from worklists.models.plan_notice import PlanNotice

MOST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPlanNotice:
    """One line of the list."""

    id: int
    plan_id: int
    selection_id: int | None
    """None: the person does not see the selection (any more)."""
    name: str
    """Of the selection."""
    campaign: str
    unit: str
    problem: str
    at: datetime
    is_new: bool


def tell_plan_stopped(session: Session, plan: SelectionPlan, problem: str, *, now: datetime) -> int:
    """Tell whoever made the plan and the nearest heads of its unit; how many people that were."""
    rows = [
        {"employee_id": one, "plan_id": plan.id, "problem": problem, "created_at": now}
        for one in _people(session, plan)
    ]
    if rows:
        session.execute(insert_into(session, PlanNotice).values(rows))
    return len(rows)


UNSEEN_PLANS = (
    select(func.count(), func.max(PlanNotice.id))
    .join(SelectionPlan, SelectionPlan.id == PlanNotice.plan_id)
    .where(
        PlanNotice.employee_id == bindparam("person"),
        PlanNotice.seen_at.is_(None),
        SelectionPlan.is_on.is_(False),
        SelectionPlan.unit_id.in_(bindparam("of_plan_units", expanding=True)),
    )
)
"""Asked with ``person`` and ``seen_plans_by``: how many, and the newest of them."""


def seen_plans_by(actor: Actor) -> dict[str, Any]:
    """The units of whose plans this person is told: none, unless they may run selections."""
    return {"of_plan_units": sorted(actor.unit_ids if actor.may(SelectionPermission.RUN) else ())}


def plan_notices_of(
    session: Session, *, actor: Actor, limit: int = MOST
) -> Sequence[SeenPlanNotice]:
    """This person's notices about plans that are off: new ones first, then the newest.

    Of units that they still see; nobody who may not run selections has any.
    """
    if actor.employee_id is None or not actor.may(SelectionPermission.RUN):
        return ()
    rows = session.execute(
        select(
            PlanNotice, Selection.id, Selection.name, Campaign.name, Unit.name,
            selection_is_visible(actor),
        )
        .join(SelectionPlan, SelectionPlan.id == PlanNotice.plan_id)
        .join(Selection, Selection.id == SelectionPlan.selection_id)
        .join(Campaign, Campaign.id == SelectionPlan.campaign_id)
        .join(Unit, Unit.id == SelectionPlan.unit_id)
        .where(
            PlanNotice.employee_id == actor.employee_id,
            SelectionPlan.is_on.is_(False),
            SelectionPlan.unit_id.in_(actor.unit_ids),
        )
        .order_by(PlanNotice.seen_at.is_not(None), PlanNotice.id.desc())
        .limit(limit)
    )  # fmt: skip
    return [
        SeenPlanNotice(
            id=one.id, plan_id=one.plan_id, selection_id=selection_id if is_visible else None,
            name=name, campaign=campaign, unit=unit, problem=one.problem, at=one.created_at,
            is_new=one.seen_at is None,
        )
        for one, selection_id, name, campaign, unit, is_visible in rows
    ]  # fmt: skip


def mark_plan_notices(session: Session, *, up_to: int, actor: Actor, now: datetime) -> int:
    """Mark this person's notices up to an id as seen; how many that were."""
    mine = update(PlanNotice).where(
        PlanNotice.employee_id == actor.employee_id,
        PlanNotice.seen_at.is_(None),
        PlanNotice.id <= up_to,
    )
    marked = mine.values(seen_at=now).returning(PlanNotice.id)
    return len(session.execute(marked.execution_options(synchronize_session=False)).all())


def _people(session: Session, plan: SelectionPlan) -> Sequence[int]:
    heads = (
        select(Appointment.employee_id, UnitPath.depth)
        .join(UnitPath, UnitPath.ancestor_id == Appointment.unit_id)
        .join(Employee, Employee.id == Appointment.employee_id)
        .where(
            UnitPath.descendant_id == plan.unit_id,
            Appointment.role == Role.HEAD,
            Employee.is_active,
        )
        .subquery()
    )
    nearest = select(func.min(heads.c.depth)).scalar_subquery()
    of_unit = select(heads.c.employee_id).where(heads.c.depth == nearest)
    maker = select(Employee.id).where(Employee.id == plan.created_by, Employee.is_active)
    return session.scalars(union(of_unit, maker)).all()
