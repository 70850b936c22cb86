"""What comes of a booking: moved, cancelled, the client came or did not (A13).

Each use-case takes the ``version`` that the page showed, and needs the right to book.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import Invalid, Refused
from core.journal import Event, record
from worklists.bookings.derived_control import move_control
from worklists.bookings.free_times import Except
from worklists.bookings.source_tasks import (
    call_client_again,
    confirm_source,
    expect_again,
    lock_source,
)
from worklists.bookings.taking import enter_workshop, free_place, take_place
from worklists.bookings.visibility import get_booking
from worklists.events.bookings import (
    ArrivalTakenBack,
    BookingCancelled,
    BookingMoved,
    ClientCame,
    ClientDidNotCome,
)
from worklists.models.attempt import ServiceRequest, ServiceRequestState
from worklists.models.task import Task
from worklists.permissions import WorkPermission
from worklists.service_requests import check_wanted, require_workshop, workshop_day

_S = ServiceRequestState


class BookingChanged(Refused):
    """Somebody else changed the booking since this page was opened."""


class BookingSettled(Refused):
    """What came of this booking is known already; ``state`` says what."""

    def __init__(self, state: ServiceRequestState) -> None:
        super().__init__(state)
        self.state = state


class NothingMoved(Invalid):
    """The booking has this workshop, work and time already."""

    field = "service_request_wanted_minute"


class NotYetTime(Refused):
    """Whether a client comes is known on the day of the booking, not before."""


class CancelReasonMissing(Invalid):
    """A booking is cancelled for a reason."""

    field = "reason"


@dataclass(frozen=True)
class Moved:
    """The moved booking, and the task's control date where it went along."""

    request: ServiceRequest
    control_until: datetime | None


def move_booking(
    session: Session,
    request_id: int,
    *,
    workshop_id: int,
    work_kind_id: int | None,
    day_on: date,
    minute: int | None,
    version: int,
    actor: Actor,
    now: datetime,
) -> Moved:
    """Another time, work or workshop; its old place is free, the journal keeps what was.

    A control date that nobody chose goes along (``worklists.bookings.derived_control``).

    Raises NotFound, BookingChanged, BookingSettled, NothingMoved, WorkshopUnknown, WantedInPast,
    SlotTaken and what else stands against the time.
    """
    request, task = _opened(session, request_id, {_S.REQUESTED}, version, actor)
    plan = enter_workshop(session, workshop_id, now=now)
    kind_id = work_kind_id if plan is not None else request.work_kind_id
    if (request.workshop_id, request.work_kind_id, request.wanted_on, request.wanted_minute) == (
        workshop_id, kind_id, day_on, minute,
    ):  # fmt: skip
        raise NothingMoved(request_id)
    if workshop_id != request.workshop_id:
        require_workshop(session, workshop_id)
    check_wanted(session, workshop_id, day_on, minute, actor=actor, now=now)
    until = move_control(session, task, request, wanted_on=day_on, actor=actor, now=now)
    event = BookingMoved(
        task_id=task.id,
        service_request_id=request.id,
        from_workshop_id=request.workshop_id,
        from_on=request.wanted_on,
        from_minute=request.wanted_minute,
        workshop_id=workshop_id,
        wanted_on=day_on,
        wanted_minute=minute,
        control_until=until,
    )
    if plan is None:
        free_place(session, request.id)
    else:
        own = Except(request_id=request.id)
        take_place(
            session, request.id, plan, work_kind_id, day_on, minute, but=own, actor=actor, now=now
        )
        request.work_kind_id, request.minutes = work_kind_id, plan.minutes_of(work_kind_id)
    request.workshop_id = workshop_id
    request.wanted_on, request.wanted_minute = day_on, minute
    saved = _saved(session, request, event, actor=actor, now=now)
    return Moved(saved, control_until=until)


def cancel_booking(
    session: Session,
    request_id: int,
    *,
    reason: str,
    call_again: bool,
    version: int,
    actor: Actor,
    now: datetime,
) -> ServiceRequest:
    """The client will not come; with ``call_again`` a task goes on from it.

    Raises NotFound, BookingChanged, BookingSettled, CancelReasonMissing.
    """
    request, task = _opened(session, request_id, {_S.REQUESTED}, version, actor)
    reason = reason.strip()
    if not reason:
        raise CancelReasonMissing()
    request.state, request.reason = _S.CANCELLED, reason
    free_place(session, request.id)
    if call_again:
        following = call_client_again(session, task, request, comment=reason, actor=actor, now=now)
        request.next_task_id = following.id
    event = BookingCancelled(
        task_id=task.id,
        service_request_id=request.id,
        reason=reason,
        next_task_id=request.next_task_id,
    )
    return _saved(session, request, event, actor=actor, now=now)


def mark_no_show(
    session: Session,
    request_id: int,
    *,
    comment: str = "",
    version: int,
    actor: Actor,
    now: datetime,
) -> ServiceRequest:
    """Nobody came: the client is called again in a task that ``next_task_id`` names.

    Raises NotFound, BookingChanged, BookingSettled, NotYetTime.
    """
    request, task = _opened(session, request_id, {_S.REQUESTED}, version, actor)
    _require_day(session, request, actor, now)
    request.state, request.reason = _S.NO_SHOW, comment.strip()
    free_place(session, request.id)
    following = call_client_again(
        session, task, request, comment=request.reason, actor=actor, now=now
    )
    request.next_task_id = following.id
    event = ClientDidNotCome(
        task_id=task.id,
        service_request_id=request.id,
        reason=request.reason,
        next_task_id=following.id,
    )
    return _saved(session, request, event, actor=actor, now=now)


def mark_arrived(
    session: Session, request_id: int, *, version: int, actor: Actor, now: datetime
) -> ServiceRequest:
    """The workshop has the vehicle; a task left on control for that is done.

    Raises NotFound, BookingChanged, BookingSettled, NotYetTime.
    """
    request, task = _opened(session, request_id, {_S.REQUESTED}, version, actor)
    _require_day(session, request, actor, now)
    request.state = _S.ARRIVED
    event = ClientCame(task_id=task.id, service_request_id=request.id)
    saved = _saved(session, request, event, actor=actor, now=now)
    confirm_source(session, task, actor=actor, now=now)
    return saved


def take_back_arrival(
    session: Session, request_id: int, *, version: int, actor: Actor, now: datetime
) -> ServiceRequest:
    """The client is still expected; a task that was done with the arrival is on control again.

    Raises NotFound, BookingChanged, BookingSettled.
    """
    request, task = _opened(session, request_id, {_S.ARRIVED}, version, actor)
    request.state = _S.REQUESTED
    event = ArrivalTakenBack(task_id=task.id, service_request_id=request.id)
    saved = _saved(session, request, event, actor=actor, now=now)
    expect_again(session, task, request, actor=actor, now=now)
    return saved


def _opened(
    session: Session,
    request_id: int,
    states: set[ServiceRequestState],
    version: int,
    actor: Actor,
) -> tuple[ServiceRequest, Task]:
    """The booking and its task, locked in the order in which undoing an outcome locks them."""
    actor.require(WorkPermission.BOOK_SERVICE)
    task = lock_source(session, get_booking(session, request_id, actor=actor))
    request = session.get_one(
        ServiceRequest, request_id, populate_existing=True, with_for_update=True
    )
    if request.state not in states:
        raise BookingSettled(request.state)
    if request.version != version:
        raise BookingChanged(request_id)
    return request, task


def _require_day(session: Session, request: ServiceRequest, actor: Actor, now: datetime) -> None:
    if request.wanted_on > workshop_day(session, request.workshop_id, actor=actor, now=now):
        raise NotYetTime(request.wanted_on)


def _saved(
    session: Session, request: ServiceRequest, event: Event, *, actor: Actor, now: datetime
) -> ServiceRequest:
    session.flush()
    record(session, event, actor=actor, at=now)
    return request
