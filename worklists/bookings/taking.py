"""Taking a place of a workshop: held while talking, then booked; nobody gets the last one twice.

Whoever takes a place first passes the gate of the workshop, one transaction at a time; the key of
``service_places`` would refuse a second taker all the same.
"""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.access import Actor
from core.clock import Clock
from core.db import Database
from core.errors import Refused
from core.locks import exclusively, survived
from directory.workshops.capacity import WorkshopPlan, plan_of
from worklists.bookings.day_grid import Cells, free_post
from worklists.bookings.free_times import (
    NOTHING,
    Except,
    SlotTaken,
    calendar_of,
    cells_to_take,
    taken_places,
)
from worklists.bookings.models import ServicePlace, SlotHold
from worklists.permissions import WorkPermission
from worklists.saving import get_task


class NoCapacity(Refused):
    """A workshop without a capacity has no times to hold: any day and time may be booked."""


def hold_slot(
    session: Session,
    task_id: int,
    *,
    workshop_id: int,
    work_kind_id: int | None,
    day_on: date,
    minute: int | None,
    actor: Actor,
    now: datetime,
) -> SlotHold:
    """Keep the time for the client of this task; it takes the place of what this person held.

    Raises NotFound, NoCapacity, WorkKindMissing, SlotMissing, SlotOutsideHours, SlotTaken.
    """
    actor.require(WorkPermission.BOOK_SERVICE)
    get_task(session, task_id, actor=actor)
    plan = enter_workshop(session, workshop_id, now=now)
    if plan is None:
        raise NoCapacity(workshop_id)
    calendar = calendar_of(session, plan, actor=actor)
    cells = cells_to_take(calendar, plan, work_kind_id, day_on, minute, now=now)
    assert work_kind_id is not None and minute is not None
    drop_hold(session, task_id, actor=actor)
    post = _post(session, plan, cells, day_on, NOTHING, now)
    hold = _held(
        session,
        workshop_id=workshop_id,
        work_kind_id=work_kind_id,
        day_on=day_on,
        minute=minute,
        task_id=task_id,
        employee_id=actor.person,
        until=now + timedelta(minutes=plan.hold_minutes),
    )
    _take(session, workshop_id, day_on, cells, post, hold_id=hold.id)
    return hold


def enter_workshop(session: Session, workshop_id: int, *, now: datetime) -> WorkshopPlan | None:
    """Pass the gate of the workshop; by what it is booked, which nobody changes until we are done.

    None: no capacity is set. The places of holds that ran out can be taken again.
    """
    session.flush()
    exclusively(session, f"workshop:{workshop_id}")
    session.execute(
        delete(SlotHold)
        .where(SlotHold.workshop_id == workshop_id, SlotHold.until <= now)
        .execution_options(synchronize_session="fetch")
    )
    return plan_of(session, workshop_id)


def own_hold(session: Session, task_id: int, *, actor: Actor, now: datetime) -> SlotHold | None:
    """What this person holds for the task at the moment."""
    return session.scalar(
        select(SlotHold).where(
            SlotHold.task_id == task_id,
            SlotHold.employee_id == actor.employee_id,
            SlotHold.until > now,
        )
    )


def drop_hold(session: Session, task_id: int, *, actor: Actor) -> None:
    """Let go what this person holds for the task, if anything."""
    session.execute(
        delete(SlotHold)
        .where(SlotHold.task_id == task_id, SlotHold.employee_id == actor.employee_id)
        .execution_options(synchronize_session="fetch")
    )


def take_place(
    session: Session,
    request_id: int,
    plan: WorkshopPlan,
    work_kind_id: int | None,
    day_on: date,
    minute: int | None,
    *,
    but: Except = NOTHING,
    actor: Actor,
    now: datetime,
) -> None:
    """Give the booking its place; what it had before is free again.

    ``plan`` is what ``enter_workshop`` has returned in this transaction. ``but.task_id``: the
    person's hold for this task becomes the booking. Raises WorkKindMissing, SlotMissing,
    SlotOutsideHours, SlotTaken.
    """
    calendar = calendar_of(session, plan, actor=actor)
    cells = cells_to_take(calendar, plan, work_kind_id, day_on, minute, now=now)
    if but.task_id is not None:
        drop_hold(session, but.task_id, actor=actor)
    post = _post(session, plan, cells, day_on, Except(request_id=but.request_id), now)
    free_place(session, request_id)
    _take(session, plan.workshop_id, day_on, cells, post, request_id=request_id)


def check_free(
    session: Session,
    plan: WorkshopPlan,
    work_kind_id: int | None,
    day_on: date,
    minute: int | None,
    *,
    but: Except = NOTHING,
    actor: Actor,
    now: datetime,
) -> None:
    """Raise what would stand against taking this place now; nothing is taken."""
    calendar = calendar_of(session, plan, actor=actor)
    cells = cells_to_take(calendar, plan, work_kind_id, day_on, minute, now=now)
    _post(session, plan, cells, day_on, but, now)


def free_place(session: Session, request_id: int) -> None:
    """The booking needs no place any more."""
    session.execute(
        delete(ServicePlace)
        .where(ServicePlace.request_id == request_id)
        .execution_options(synchronize_session=False)
    )


def forget_holds(database: Database, clock: Clock) -> int:
    """Remove holds that have run out; their number. Nothing but room depends on it."""
    with database.unit_of_work() as session:
        gone = session.scalars(
            delete(SlotHold)
            .where(SlotHold.until <= clock(session))
            .returning(SlotHold.id)
            .execution_options(synchronize_session=False)
        ).all()
    return len(gone)


def _held(session: Session, *, day_on: date, **values: Any) -> SlotHold:
    """The hold; SlotTaken when this person holds another workshop's time for the task meanwhile."""
    session.flush()
    try:
        with survived(session):
            row = insert(SlotHold).values(day_on=day_on, **values).returning(SlotHold)
            return session.scalars(row).one()
    except IntegrityError as error:
        raise SlotTaken(day_on) from error


def _post(
    session: Session,
    plan: WorkshopPlan,
    cells: Cells,
    day_on: date,
    but: Except,
    now: datetime,
) -> int:
    taken = taken_places(session, plan.workshop_id, day_on, day_on, but=but, now=now)
    post = free_post(taken.get(day_on, []), cells, plan.posts)
    if post is None:
        raise SlotTaken(day_on)
    return post


def _take(
    session: Session,
    workshop_id: int,
    day_on: date,
    cells: Cells,
    post: int,
    *,
    hold_id: int | None = None,
    request_id: int | None = None,
) -> None:
    of = {"workshop_id": workshop_id, "day_on": day_on, "post": post}
    to = {"hold_id": hold_id, "request_id": request_id}
    try:
        with survived(session):
            session.execute(
                insert(ServicePlace), [of | to | {"minute": minute} for minute in sorted(cells)]
            )
    except IntegrityError as error:
        raise SlotTaken(day_on) from error
