"""Selections run by the clock, once an occurrence, and feed work as it is needed (rules 17, 19).

An occurrence is a planned moment, or a file that brought something. Its run has the occurrence as
its key and is written in one transaction with the next time and the order to form its leads: any
number of schedulers may run and be killed anywhere (P5, P6). What was missed while none ran is run
once. A plan that cannot run is switched off, with the reason in its journal
and in the bell of those whom it concerns (``plan_notices``); one whose campaign is finished or
whose selection is in the archive, at the next tick.

A plan with a limit a day gets one order each day: as many as the limit, less what still waits
untried, out of its last run.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, true, update
from sqlalchemy.orm import Session

from campaigns.lifecycle import TAKES_LEADS, CampaignFinished
from campaigns.models import Campaign
from core.access import Actor
from core.bulk import lift_time_limits
from core.clock import Clock, local_day
from core.db import Database
from core.errors import ProzvonError
from core.journal import record
from directory.units.tree import UNITS_BELOW, zone_of
from selections.answering import answers_from_wire
from selections.fields import Catalogue
from selections.models import (
    Cadence,
    FormingOrder,
    Lead,
    RunSource,
    Selection,
    SelectionPlan,
    SelectionRun,
)
from selections.permissions import SelectionPermission
from selections.refusals import SelectionOutOfUse
from selections.running import run_selection
from worklists.events.selection_plans import SelectionPlanStopped
from worklists.forming_orders import ask_forming
from worklists.lead_scopes import LeadScope
from worklists.lifecycle import TaskState
from worklists.models.task import Task
from worklists.permissions import WorkPermission
from worklists.plan_notices import tell_plan_stopped
from worklists.plan_reading import last_run_of
from worklists.plan_times import is_past, next_time
from worklists.run_leads import usual_unit
from worklists.sweeping import SCHEDULER

_FINISHED = select(Campaign.id).where(Campaign.state.not_in(TAKES_LEADS))
_ARCHIVED = select(Selection.id).where(Selection.archived_at.is_not(None))
_BARS: Mapping[type[ProzvonError], ColumnElement[bool]] = {
    SelectionOutOfUse: SelectionPlan.selection_id.in_(_ARCHIVED),
    CampaignFinished: SelectionPlan.campaign_id.in_(_FINISHED),
}
"""What lets no plan be on, as ``plan_reading.bar_of`` says it of one."""
_RUNNABLE = or_(SelectionPlan.next_at.is_not(None), SelectionPlan.cadence == Cadence.ON_DATA)


def run_plans(database: Database, clock: Clock, *, default_zone: str, catalogue: Catalogue) -> int:
    """Run every plan that is due and feed those with a limit a day; how much was done.

    ``default_zone`` (IANA) is for units without their own.
    """

    def ran(session: Session, plan: SelectionPlan, now: datetime) -> int:
        return _run(session, plan, now, default_zone=default_zone, catalogue=catalogue)

    def fed(session: Session, plan: SelectionPlan, now: datetime) -> int:
        return _feed(session, plan, now, default_zone)

    for refusal, bar in _BARS.items():
        # Not when it would run next: it is to be seen at once that nothing comes of it any more.
        with database.reading() as session:
            barred = _ids(session, bar)
        for plan_id in barred:
            _stop(database, clock, plan_id, refusal.__name__, bar)
    with database.reading() as session:
        now = clock(session)
        is_due = or_(SelectionPlan.next_at <= now, SelectionPlan.cadence == Cadence.ON_DATA)
        due = _ids(session, is_due)
    done = _each(database, clock, due, ran)
    with database.reading() as session:
        limited = _ids(session, and_(SelectionPlan.per_day.is_not(None), _RUNNABLE))
    return done + _each(database, clock, limited, fed)


def _ids(session: Session, which: ColumnElement[bool]) -> list[int]:
    found = select(SelectionPlan.id).where(SelectionPlan.is_on, which)
    return list(session.scalars(found.order_by(SelectionPlan.next_at, SelectionPlan.id)))


def _each(
    database: Database,
    clock: Clock,
    plan_ids: list[int],
    act: Callable[[Session, SelectionPlan, datetime], int],
) -> int:
    """Each plan in a transaction of its own; an error that is no refusal waits for the others."""
    done, error = 0, None
    for plan_id in plan_ids:
        try:
            with database.unit_of_work() as session:
                lift_time_limits(session)
                now = clock(session)
                plan = _held(session, plan_id)
                done += act(session, plan, now) if plan is not None else 0
        except ProzvonError as refused:
            _stop(database, clock, plan_id, type(refused).__name__)
        except Exception as broken:
            error = error or broken
    if error is not None:
        raise error
    return done


def _held(session: Session, plan_id: int) -> SelectionPlan | None:
    """The plan, unless it is off or another scheduler has it."""
    return session.scalar(
        select(SelectionPlan)
        .where(SelectionPlan.id == plan_id, SelectionPlan.is_on)
        .with_for_update(skip_locked=True)
    )


def _run(
    session: Session,
    plan: SelectionPlan,
    now: datetime,
    *,
    default_zone: str,
    catalogue: Catalogue,
) -> int:
    key = _occurrence(session, plan, now)
    if key is None:
        return 0
    run = run_selection(
        session, plan.selection_id, unit_id=plan.unit_id, answers=answers_from_wire(plan.answers),
        hold_out_share=plan.hold_out_share, plan_id=plan.id, form_key=key,
        actor=_actor(session, plan), now=now, default_zone=default_zone, catalogue=catalogue,
    )  # fmt: skip
    zone = zone_of(session, plan.unit_id, default_zone)
    then = next_time(plan.cadence, plan.at, plan.weekday, zone=zone, after=now)
    # Not through the object: its version tells what people changed.
    session.execute(
        update(SelectionPlan)
        .where(SelectionPlan.id == plan.id)
        .values(next_at=then, last_run_at=now)
        .execution_options(synchronize_session=False)
    )
    if run.leads_found and plan.per_day is None:
        _ask(session, plan, run, key, now, most=None)
    elif run.leads_found:
        _ask_for_today(session, plan, run, zone, now)
    return 1


def _occurrence(session: Session, plan: SelectionPlan, now: datetime) -> str | None:
    """The key of the run that is due now; None: none is, or it has been made."""
    if plan.cadence is not Cadence.ON_DATA:
        if plan.next_at is None or plan.next_at > now:
            return None
        return f"plan:{plan.id}:{plan.next_at.isoformat()}"
    below = UNITS_BELOW.params(units=[plan.unit_id])
    # Both together: numbers alone may come in another order than they were given.
    files, newest = session.execute(
        select(func.count(), func.max(SelectionRun.id)).where(
            SelectionRun.source == RunSource.FILE,
            SelectionRun.unit_id.in_(below),
            SelectionRun.run_at >= plan.created_at,
        )
    ).one()
    key = f"plan:{plan.id}:files:{files}:{newest}"
    made = exists().where(SelectionRun.form_key == key)
    return key if files and not session.scalar(select(made)) else None


def _feed(session: Session, plan: SelectionPlan, now: datetime, default_zone: str) -> int:
    zone = zone_of(session, plan.unit_id, default_zone)
    if plan.per_day is None or not is_past(plan.at, zone=zone, now=now):
        return 0
    run = last_run_of(session, plan)
    if run is None or not _has_more(session, run):
        return 0
    return _ask_for_today(session, plan, run, zone, now)


def _ask_for_today(
    session: Session, plan: SelectionPlan, run: SelectionRun, zone: str, now: datetime
) -> int:
    """One order a day; one for nothing, too, says that it was looked at."""
    assert plan.per_day is not None
    key = f"plan:{plan.id}:day:{local_day(now, zone)}"
    if session.scalar(select(exists().where(FormingOrder.form_key == key))):
        return 0
    most = max(0, plan.per_day - _waiting(session, plan))
    _ask(session, plan, run, key, now, most=most)
    return 1


def _ask(
    session: Session,
    plan: SelectionPlan,
    run: SelectionRun,
    key: str,
    now: datetime,
    *,
    most: int | None,
) -> None:
    actor = _actor(session, plan)
    unit_id = plan.list_unit_id
    if unit_id is None:
        # Asked each time: the work may have moved since the last.
        unit_id = usual_unit(session, plan.unit_id, plan.campaign_id, actor=actor)
    ask_forming(
        session, run.id, campaign_id=plan.campaign_id, unit_id=unit_id, most=most,
        scope=LeadScope(is_all=True, is_fresh=True), form_key=key, actor=actor, now=now,
    )  # fmt: skip


def _has_more(session: Session, run: SelectionRun) -> bool:
    """Whether leads of the run have not become tasks."""
    is_formed = exists().where(Task.lead_id == Lead.id)
    more = select(Lead.id).where(Lead.run_id == run.id, ~Lead.is_held_out, ~is_formed).limit(1)
    return session.scalar(more) is not None


def _waiting(session: Session, plan: SelectionPlan) -> int:
    """Tasks of the plan that nobody has tried yet, of the clients of the unit that it runs for."""
    runs = select(SelectionRun.id).where(
        SelectionRun.plan_id == plan.id, SelectionRun.unit_id == plan.unit_id
    )
    waiting = (
        select(func.count())
        .select_from(Task)
        .join(Lead, Lead.id == Task.lead_id)
        .where(
            Task.campaign_id == plan.campaign_id,
            Task.state == TaskState.PLANNED,
            Task.attempts == 0,
            Lead.run_id.in_(runs),
        )
    )
    return session.scalar(waiting) or 0


def _stop(
    database: Database,
    clock: Clock,
    plan_id: int,
    problem: str,
    still: ColumnElement[bool] = true(),
) -> None:
    """Switch it off, if ``still`` holds: a person may have mended the plan in this instant."""
    with database.unit_of_work() as session:
        now = clock(session)
        stopped: Any = session.scalar(
            update(SelectionPlan)
            .where(SelectionPlan.id == plan_id, SelectionPlan.is_on, still)
            .values(is_on=False, next_at=None)
            .returning(SelectionPlan.id)
            .execution_options(synchronize_session=False)
        )
        if stopped is not None:
            event = SelectionPlanStopped(selection_plan_id=plan_id, problem=problem)
            record(session, event, actor=SCHEDULER, at=now)
            plan = session.get_one(SelectionPlan, plan_id)
            tell_plan_stopped(session, plan, problem, now=now)


def _actor(session: Session, plan: SelectionPlan) -> Actor:
    """The scheduler in the units of the plan."""
    units = [one for one in (plan.unit_id, plan.list_unit_id) if one is not None]
    return Actor(
        key=SCHEDULER.key,
        name=SCHEDULER.name,
        unit_ids=frozenset(session.scalars(UNITS_BELOW, {"units": units})),
        permissions=frozenset({SelectionPermission.RUN, WorkPermission.FORM}),
    )
