"""Forming in the background: asked for in a moment, made whole by a sweep (rule 19).

One transaction makes all of an order and ends it. Whoever is killed in the middle has made nothing
of it: the order still waits, and the next tick does it whole. Forming itself makes nothing twice.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.models import Campaign
from campaigns.taking_leads import campaign_taking_leads
from core.access import Actor
from core.bulk import lift_time_limits
from core.clock import Clock
from core.db import Database, insert_into
from core.errors import NotFound, ProzvonError
from directory.permissions import DirectoryPermission
from directory.units.tree import UNITS_BELOW
from selections.models import FormingOrder, OrderState, SelectionRun
from worklists.forming import Formed, form_work_lists
from worklists.lead_scopes import LeadScope, chosen_leads
from worklists.permissions import WorkPermission
from worklists.unit_work import hold_unit

LONGEST = timedelta(minutes=30)
"""No order takes longer."""


def ask_forming(
    session: Session,
    run_id: int,
    *,
    campaign_id: int,
    unit_id: int,
    scope: LeadScope,
    most: int | None = None,
    form_key: str | None,
    actor: Actor,
    now: datetime,
) -> FormingOrder:
    """Ask for the leads to be formed; the second asking with the same ``form_key`` is the first.

    ``most``: at most so many new tasks. Raises NotFound, NotPermitted, CampaignFinished,
    UnitOutOfUse; both are looked at again when it is done.
    """
    actor.require(WorkPermission.FORM)
    for what, number in (("selection_run", _run_unit(session, run_id)), ("unit", unit_id)):
        if number not in actor.unit_ids:
            raise NotFound(what, run_id if what == "selection_run" else unit_id)
    campaign_taking_leads(session, campaign_id)
    hold_unit(session, unit_id)
    order_id = session.scalar(
        insert_into(session, FormingOrder)
        .values(
            run_id=run_id, campaign_id=campaign_id, unit_id=unit_id, scope=scope.as_json(),
            most=most, state=OrderState.WAITING, asked_by=actor.key, asked_at=now, problem="",
            form_key=form_key,
        )
        .on_conflict_do_nothing(index_elements=["form_key"])
        .returning(FormingOrder.id)
    )  # fmt: skip
    if order_id is not None:
        return session.get_one(FormingOrder, order_id)
    twin = session.scalar(select(FormingOrder).where(FormingOrder.form_key == form_key))
    if twin is None or (twin.run_id, twin.asked_by) != (run_id, actor.key):
        raise NotFound("forming_order", form_key)
    return twin


def orders_of(session: Session, run_id: int, *, actor: Actor) -> Sequence[FormingOrder]:
    """What was asked of a run, the newest first. Raises NotFound for a run of others."""
    if _run_unit(session, run_id) not in actor.unit_ids:
        raise NotFound("selection_run", run_id)
    of_run = select(FormingOrder).where(FormingOrder.run_id == run_id)
    return session.scalars(of_run.order_by(FormingOrder.id.desc())).all()


def formed_by(order: FormingOrder) -> Formed | None:
    """What the order made; None while it waits, or when it failed."""
    return None if order.told is None else Formed(**order.told)


def form_what_was_asked(database: Database, clock: Clock, *, default_zone: str) -> int:
    """Do every order that waits, a transaction each; how many were ended.

    ``default_zone`` (IANA) is for units without their own. What is refused fails with the name of
    the refusal; any other error leaves the order waiting and goes on, after the others were tried.
    """
    ended, after, error = 0, 0, None
    while (order_id := _begin(database, clock, after)) is not None:
        after = order_id
        try:
            ended += _carry_out(database, clock, order_id, default_zone)
        except ProzvonError as refused:
            ended += _fail(database, clock, order_id, type(refused).__name__)
        except Exception as broken:
            error = error or broken
    if error is not None:
        raise error
    return ended


def _begin(database: Database, clock: Clock, after: int) -> int | None:
    """The next order that waits, noted as begun: so that its page can say so."""
    with database.unit_of_work() as session:
        now = clock(session)
        order = session.scalar(
            select(FormingOrder)
            .where(FormingOrder.state == OrderState.WAITING, FormingOrder.id > after)
            .order_by(FormingOrder.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if order is None:
            return None
        order.started_at = now
        return order.id


def _carry_out(database: Database, clock: Clock, order_id: int, default_zone: str) -> int:
    with database.unit_of_work() as session:
        lift_time_limits(session)
        now = clock(session)
        order = _waiting(session, order_id)
        if order is None:
            return 0
        actor = _in_the_name_of(session, order)
        scope = LeadScope.from_json(order.scope)
        campaign = session.get(Campaign, order.campaign_id)
        formed = form_work_lists(
            session, order.run_id, campaign_id=order.campaign_id, unit_id=order.unit_id,
            which=chosen_leads(
                session, scope, run_id=order.run_id, campaign=campaign, unit_id=order.unit_id,
                actor=actor, now=now,
            ),
            most=order.most, in_any_unit=scope.is_fresh, actor=actor, now=now,
            default_zone=default_zone,
        )  # fmt: skip
        order.state, order.told, order.finished_at = OrderState.DONE, asdict(formed), now
        return 1


def _fail(database: Database, clock: Clock, order_id: int, problem: str) -> int:
    with database.unit_of_work() as session:
        now = clock(session)
        order = _waiting(session, order_id)
        if order is None:
            return 0
        order.state, order.problem, order.finished_at = OrderState.FAILED, problem, now
        return 1


def _waiting(session: Session, order_id: int) -> FormingOrder | None:
    """The order, held, unless somebody else has it or has ended it."""
    return session.scalar(
        select(FormingOrder)
        .where(FormingOrder.id == order_id, FormingOrder.state == OrderState.WAITING)
        .with_for_update(skip_locked=True)
    )


def _in_the_name_of(session: Session, order: FormingOrder) -> Actor:
    """Whoever asked, with what they were found to have when they asked."""
    of = [order.unit_id, _run_unit(session, order.run_id)]
    return Actor(
        key=order.asked_by,
        unit_ids=frozenset(session.scalars(UNITS_BELOW, {"units": of})),
        permissions=frozenset({WorkPermission.FORM, DirectoryPermission.SEE_CLIENTS}),
    )


def _run_unit(session: Session, run_id: int) -> int | None:
    return session.scalar(select(SelectionRun.unit_id).where(SelectionRun.id == run_id))
