"""The bookings of a day, for the workshop and for those who booked (A13)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from core.access import Actor
from core.errors import NotFound
from core.journal import JournalEntry
from directory.assets.models import Asset
from directory.clients.first_phones import first_phones
from directory.clients.models import Client
from directory.clients.visibility import client_is_visible
from directory.staff.models import Employee
from directory.units.models import Unit, UnitKind
from directory.units.tree import zone_above
from directory.workshops.models import WorkKind
from worklists.bookings.visibility import booking_is_visible
from worklists.events import bookings as of_bookings
from worklists.events.outcomes import ServiceRequested, ServiceRequestWithdrawn
from worklists.models.attempt import ServiceRequest, ServiceRequestState
from worklists.models.task import Task
from worklists.permissions import WorkPermission
from worklists.task_page import vehicle

MOST = 1_000
"""Bookings of one day that are shown."""
_EVENTS = tuple(
    kind.__name__
    for kind in (
        ServiceRequested,
        ServiceRequestWithdrawn,
        of_bookings.BookingMoved,
        of_bookings.BookingCancelled,
        of_bookings.ClientCame,
        of_bookings.ClientDidNotCome,
        of_bookings.ArrivalTakenBack,
    )
)


@dataclass(frozen=True, kw_only=True)
class BookingFilter:
    """Which bookings are asked for; None narrows nothing."""

    day_on: date | None = None
    workshop_id: int | None = None
    work_kind_id: int | None = None
    state: ServiceRequestState | None = None
    employee_id: int | None = None
    """Who booked."""
    client_id: int | None = None
    asset_id: int | None = None


_WAS_MEANT = or_(ServiceRequest.state != ServiceRequestState.CANCELLED, ServiceRequest.reason != "")
"""Whoever cancels says why; what an undo has withdrawn has no reason."""


@dataclass(frozen=True, kw_only=True)
class BookingLine:
    """One booking with the names that a page shows."""

    request: ServiceRequest
    workshop: str
    time_zone: str
    """The workshop's, IANA: by its days a booking is due."""
    client: str
    phone: str
    """E.164; empty: none is known."""
    vehicle: str
    vin: str
    kind: Mapping[str, str] | None
    """The kind of work by language."""
    by: str
    is_task_visible: bool
    is_client_visible: bool


def bookings(session: Session, wanted: BookingFilter, *, actor: Actor) -> list[BookingLine]:
    """The bookings that this person sees, by day and time; those without a time come first.

    Those taken back with their outcome never were.
    """
    actor.require(WorkPermission.SEE)
    query = _query(actor).where(*_conditions(wanted), _WAS_MEANT)
    order = (
        ServiceRequest.wanted_on,
        ServiceRequest.wanted_minute.is_not(None),
        ServiceRequest.wanted_minute,
        ServiceRequest.id,
    )
    return _lines(session, query.order_by(*order).limit(MOST), actor)


def nearest_day(session: Session, wanted: BookingFilter, *, actor: Actor) -> date | None:
    """The next day that has bookings by the same filter, else the last one before it."""
    actor.require(WorkPermission.SEE)
    day, on = ServiceRequest.wanted_on, wanted.day_on
    if on is None:
        return None
    rules = (*_conditions(replace(wanted, day_on=None)), _WAS_MEANT, booking_is_visible(actor))
    after = session.scalar(select(func.min(day)).where(*rules, day > on))
    return after or session.scalar(select(func.max(day)).where(*rules, day < on))


def bookings_of_client(
    session: Session, client_id: int, *, limit: int = 10, actor: Actor
) -> list[BookingLine]:
    """The newest bookings of the client that this person sees, the last day first.

    Those taken back with their outcome never were.
    """
    query = _query(actor).where(ServiceRequest.client_id == client_id, _WAS_MEANT)
    last = ServiceRequest.wanted_on.desc(), ServiceRequest.id.desc()
    return _lines(session, query.order_by(*last).limit(limit), actor)


def booking(session: Session, request_id: int, *, actor: Actor) -> BookingLine:
    """One booking. Raises NotFound for one that this person does not see."""
    actor.require(WorkPermission.SEE)
    found = _lines(session, _query(actor).where(ServiceRequest.id == request_id), actor)
    if not found:
        raise NotFound("service_request", request_id)
    return found[0]


def history_of_booking(session: Session, request: ServiceRequest) -> Sequence[JournalEntry]:
    """What happened to the booking, the newest first; the caller has checked who asks."""
    entries = session.scalars(
        select(JournalEntry)
        .where(
            JournalEntry.subject == "task",
            JournalEntry.subject_id == request.task_id,
            JournalEntry.event.in_(_EVENTS),
        )
        .order_by(JournalEntry.id.desc())
    )
    return [one for one in entries if one.details.get("service_request_id") == request.id]


def workshops_to_choose(session: Session, *, actor: Actor) -> list[tuple[int, str]]:
    """Workshops of this person, and those into which their units have booked: id and name."""
    booked = select(ServiceRequest.workshop_id).where(booking_is_visible(actor))
    rows = session.execute(
        select(Unit.id, Unit.name)
        .where(
            Unit.kind == UnitKind.WORKSHOP,
            or_(Unit.id.in_(actor.unit_ids), Unit.id.in_(booked)),
        )
        .order_by(Unit.name, Unit.id)
    )
    return [(unit_id, name) for unit_id, name in rows]


def _query(actor: Actor) -> Select[*tuple[Any, ...]]:
    by, task = aliased(Employee), aliased(Task)
    return (
        select(
            ServiceRequest, Unit.name, zone_above(ServiceRequest.workshop_id), Client.name,
            Asset.make, Asset.model, Asset.plate, Asset.vin, WorkKind.names, by.full_name,
            task.unit_id.in_(actor.unit_ids), client_is_visible(actor),
        )
        .join(Unit, Unit.id == ServiceRequest.workshop_id)
        .join(Client, Client.id == ServiceRequest.client_id)
        .join(by, by.id == ServiceRequest.created_by)
        .join(task, task.id == ServiceRequest.task_id)
        .outerjoin(Asset, Asset.id == ServiceRequest.asset_id)
        .outerjoin(WorkKind, WorkKind.id == ServiceRequest.work_kind_id)
        .where(booking_is_visible(actor))
    )  # fmt: skip


def _conditions(wanted: BookingFilter) -> list[ColumnElement[bool]]:
    pairs = (
        (ServiceRequest.wanted_on, wanted.day_on),
        (ServiceRequest.workshop_id, wanted.workshop_id),
        (ServiceRequest.work_kind_id, wanted.work_kind_id),
        (ServiceRequest.state, wanted.state),
        (ServiceRequest.created_by, wanted.employee_id),
        (ServiceRequest.client_id, wanted.client_id),
        (ServiceRequest.asset_id, wanted.asset_id),
    )
    return [and_(column == value) for column, value in pairs if value is not None]


def _lines(session: Session, query: Select[*tuple[Any, ...]], actor: Actor) -> list[BookingLine]:
    rows = session.execute(query).all()
    phones = first_phones(session, [row[0].client_id for row in rows])
    return [
        BookingLine(
            request=request,
            workshop=workshop,
            time_zone=zone or actor.time_zone,
            client=client,
            phone=phones.get(request.client_id, ""),
            vehicle=vehicle(make, model, plate),
            vin=vin or "",
            kind=kind,
            by=by,
            is_task_visible=bool(sees_task),
            is_client_visible=bool(sees_client),
        )
        for (request, workshop, zone, client, make, model, plate, vin, kind, by, sees_task,
             sees_client) in rows
    ]  # fmt: skip
