"""A control date that was derived from a booking goes along when it is moved (A13, A16)."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.effects import Effect, read_effects
from campaigns.models import Campaign, ResultCodeVersion
from core.access import Actor
from core.journal import JournalEntry, event_name
from worklists.consequences import control_date
from worklists.due_times import working_moment
from worklists.events.bookings import BookingMoved
from worklists.events.outcomes import AttemptRecorded
from worklists.lifecycle import TaskState
from worklists.models.attempt import ServiceRequest
from worklists.models.task import Task

_EVENTS = (event_name(AttemptRecorded), event_name(BookingMoved))


def move_control(
    session: Session,
    task: Task,
    request: ServiceRequest,
    *,
    wanted_on: date,
    actor: Actor,
    now: datetime,
) -> datetime | None:
    """Watch the task until the morning after the new day; the new moment, None if it stays.

    It stays when a person has chosen it, or changed it since. The caller holds the task's lock
    and records the moment as ``control_until`` of ``BookingMoved``.
    """
    if task.state is not TaskState.ON_CONTROL:
        return None
    saved = _saved_with(session, request)
    if saved is None or _derived(saved, request) != task.control_at:
        return None
    at = control_date(
        task,
        session.get_one(Campaign, task.campaign_id),
        effects=_effects(session, saved[0].details.get("result_version_id")),
        booked_on=wanted_on,
        now=request.created_at,
    )
    at = working_moment(session, task.unit_id, at, actor=actor)
    if at <= now or at == task.control_at:
        return None
    task.control_at, task.control_due_at = at, None
    task.occurrence += 1  # so that the sweep tells of the new date too
    return at


def _saved_with(session: Session, request: ServiceRequest) -> list[JournalEntry] | None:
    """The outcome that the booking was made with, and the moves since; None: not made with one."""
    entries = session.scalars(
        select(JournalEntry)
        .where(
            JournalEntry.subject == BookingMoved.subject,
            JournalEntry.subject_id == request.task_id,
            JournalEntry.event.in_(_EVENTS),
            JournalEntry.at >= request.created_at,
        )
        .order_by(JournalEntry.id)
    ).all()
    is_with = entries and entries[0].event == _EVENTS[0] and entries[0].at == request.created_at
    return list(entries) if is_with else None


def _derived(entries: list[JournalEntry], request: ServiceRequest) -> datetime | None:
    """The date as it was derived last; None: a person had chosen it."""
    details = entries[0].details
    if details.get("is_control_chosen", True):
        return None
    until = details.get("control_at")
    for entry in entries[1:]:
        if entry.details.get("service_request_id") == request.id:
            until = entry.details.get("control_until") or until
    return datetime.fromisoformat(until) if until else None


def _effects(session: Session, version_id: int | None) -> Sequence[Effect]:
    if version_id is None:
        return ()
    return read_effects(session.get_one(ResultCodeVersion, version_id).effects)
