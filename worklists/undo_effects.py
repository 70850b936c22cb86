"""What an undone attempt did beyond tasks: refusals, rest, marks, readings, bookings (rule 9)."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from core.access import Actor
from directory.assets.models import Asset, MileageReading
from directory.clients.consent import take_back_cooling_off, take_back_refusal
from directory.clients.contact_points import take_back_mark
from directory.clients.models import ContactState
from worklists.models.attempt import Attempt, AttemptUndo
from worklists.outcome_effects import take_back_messages
from worklists.service_requests import withdraw_service_request
from worklists.undo_images import moment_of


def take_back_effects(
    session: Session, attempt: Attempt, undo: AttemptUndo, *, actor: Actor, now: datetime
) -> None:
    """Put back what the attempt changed for the client and the vehicle; each with its journal.

    What somebody changed since stays as they left it.
    """
    source = f"undo:{attempt.id}"
    for request_id in undo.created_ids.get("requests", []):
        withdraw_service_request(session, request_id, actor=actor, now=now)
    for refusal_id in undo.created_ids.get("refusals", []):
        take_back_refusal(session, refusal_id, actor=actor, now=now)
    if (rest := undo.before.get("rest")) is not None:
        started = moment_of(rest["until"])
        assert started is not None
        take_back_cooling_off(
            session, attempt.client_id, started=started, before=moment_of(rest["was"]),
            source=source, actor=actor, now=now,
        )  # fmt: skip
    if (point := undo.before.get("point")) is not None:
        take_back_mark(
            session, point["id"], ContactState(point["state"]), source=source, actor=actor, now=now
        )
    if (asset := undo.before.get("asset")) is not None:
        session.execute(update(Asset).where(Asset.id == asset["id"]).values(is_confirmed=True))
    told = undo.created_ids.get("notifications", [])
    take_back_messages(session, attempt.id, told, now=now)
    readings = undo.created_ids.get("readings", [])
    session.execute(delete(MileageReading).where(MileageReading.id.in_(readings)))
