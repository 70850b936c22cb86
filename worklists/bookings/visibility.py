"""Which bookings a person sees: those of their workshops, and those that their units made."""

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import NotFound
from worklists.models.attempt import ServiceRequest
from worklists.models.work_list import WorkList


def booking_is_visible(actor: Actor) -> ColumnElement[bool]:
    """Condition on ``service_requests``, without any join."""
    ours = select(WorkList.id).where(
        WorkList.id == ServiceRequest.work_list_id, WorkList.unit_id.in_(actor.unit_ids)
    )
    return or_(ServiceRequest.workshop_id.in_(actor.unit_ids), ours.exists())


def get_booking(session: Session, request_id: int, *, actor: Actor) -> ServiceRequest:
    """The booking, if this person sees it. Raises NotFound."""
    found = session.scalar(
        select(ServiceRequest).where(ServiceRequest.id == request_id, booking_is_visible(actor))
    )
    if found is None:
        raise NotFound("service_request", request_id)
    return found
