"""Booking the client into a workshop from the call (A13)."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from core.clock import local_day
from core.errors import Invalid
from core.journal import record
from directory.units.models import Unit, UnitKind
from directory.units.tree import zone_of
from directory.workshops.capacity import plan_of
from worklists.bookings.free_times import Except
from worklists.bookings.taking import check_free, enter_workshop, free_place, take_place
from worklists.events.outcomes import ServiceRequested, ServiceRequestWithdrawn
from worklists.models.attempt import ServiceRequest, ServiceRequestState
from worklists.models.task import Task
from worklists.reports import ServiceRequestDraft

MINUTES_A_DAY = 24 * 60


class WorkshopUnknown(Invalid):
    """A service request goes to a workshop that is in use."""

    field = "service_request_workshop_id"


class WantedInPast(Invalid):
    """A client cannot be booked for a day that is over."""

    field = "service_request_wanted_on"


class WantedTimeImpossible(Invalid):
    """The time of day is between 00:00 and 23:59."""

    field = "service_request_wanted_minute"


class WorkMissing(Invalid):
    """A service request says what is to be done."""

    field = "service_request_work"


def workshop_day(session: Session, workshop_id: int, *, actor: Actor, now: datetime) -> date:
    """The day that it is at the workshop: that of the client or of the person may be another."""
    return local_day(now, zone_of(session, workshop_id, actor.time_zone))


def require_workshop(session: Session, workshop_id: int) -> None:
    """Raise WorkshopUnknown unless this is a workshop in use."""
    workshop = select(Unit.id).where(
        Unit.id == workshop_id, Unit.kind == UnitKind.WORKSHOP, ~Unit.is_archived
    )
    if session.scalar(workshop) is None:
        raise WorkshopUnknown(workshop_id)


def check_wanted(
    session: Session,
    workshop_id: int,
    day_on: date,
    minute: int | None,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """A day that is not over at the workshop, a minute of a day or none.

    Raises WantedInPast, WantedTimeImpossible.
    """
    if day_on < workshop_day(session, workshop_id, actor=actor, now=now):
        raise WantedInPast(day_on)
    if minute is not None and not 0 <= minute < MINUTES_A_DAY:
        raise WantedTimeImpossible(minute)


def is_booked(session: Session, task: Task) -> bool:
    """Whether a workshop awaits the task's vehicle by a booking of its work-list; the caller sees
    the task. One that was cancelled, or whose client came or did not come, awaits nobody."""
    awaited = (
        select(ServiceRequest.id)
        .where(
            ServiceRequest.work_list_id == task.work_list_id,
            ServiceRequest.state == ServiceRequestState.REQUESTED,
            ServiceRequest.asset_id.is_(None)
            if task.asset_id is None
            else ServiceRequest.asset_id == task.asset_id,
        )
        .limit(1)
    )
    return session.scalar(awaited) is not None


def check_service_request(
    session: Session, task: Task, draft: ServiceRequestDraft, *, actor: Actor, now: datetime
) -> None:
    """Raise what is wrong with the booking, if anything.

    A workshop with a capacity is booked for a kind of work and a free time: one that this person
    holds for the task is free to them.
    """
    require_workshop(session, draft.workshop_id)
    check_wanted(
        session, draft.workshop_id, draft.wanted_on, draft.wanted_minute, actor=actor, now=now
    )
    plan = plan_of(session, draft.workshop_id)
    if plan is not None:
        own = Except(task_id=task.id, employee_id=actor.employee_id)
        check_free(
            session, plan, draft.work_kind_id, draft.wanted_on, draft.wanted_minute, but=own,
            actor=actor, now=now,
        )  # fmt: skip
        return
    if not draft.work.strip():
        raise WorkMissing()


def save_service_request(
    session: Session, task: Task, draft: ServiceRequestDraft, *, actor: Actor, now: datetime
) -> ServiceRequest:
    """Save the checked booking and take its place. Raises SlotTaken when somebody was faster."""
    plan = enter_workshop(session, draft.workshop_id, now=now)
    request = ServiceRequest(
        work_list_id=task.work_list_id,
        task_id=task.id,
        client_id=task.client_id,
        asset_id=task.asset_id,
        workshop_id=draft.workshop_id,
        wanted_on=draft.wanted_on,
        wanted_minute=draft.wanted_minute,
        work_kind_id=draft.work_kind_id if plan else None,
        minutes=plan.minutes_of(draft.work_kind_id) if plan else None,
        work=draft.work.strip(),
        comment=draft.comment.strip(),
        created_by=actor.person,
        created_at=now,
    )
    session.add(request)
    session.flush()
    if plan is not None:
        take_place(
            session, request.id, plan, draft.work_kind_id, draft.wanted_on, draft.wanted_minute,
            but=Except(task_id=task.id), actor=actor, now=now,
        )  # fmt: skip
    event = ServiceRequested(
        task_id=task.id,
        service_request_id=request.id,
        workshop_id=request.workshop_id,
        wanted_on=request.wanted_on,
        wanted_minute=request.wanted_minute,
    )
    record(session, event, actor=actor, at=now)
    return request


def withdraw_service_request(
    session: Session, request_id: int, *, actor: Actor, now: datetime
) -> None:
    """Cancel the booking, unless somebody has done so already; its place is free again."""
    request = session.get_one(
        ServiceRequest, request_id, populate_existing=True, with_for_update=True
    )
    if request.state is ServiceRequestState.CANCELLED:
        return
    request.state = ServiceRequestState.CANCELLED
    session.flush()
    free_place(session, request.id)
    event = ServiceRequestWithdrawn(task_id=request.task_id, service_request_id=request.id)
    record(session, event, actor=actor, at=now)
