"""What clients refused and for how long they rest: a refusal is monotonic (rules 9, 14).

No later outcome clears one; only ``lift_refusal`` does, as a separate act with its reason.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import Invalid, NotFound
from core.journal import Event, record
from directory.clients.models import Client, ContactRefusal, RefusalScope
from directory.clients.visibility import client_is_visible
from directory.permissions import DirectoryPermission

UNDO = "undo"
"""The reason of a lifting that took back a mistake."""


class ReasonMissing(Invalid):
    """Lifting a refusal needs its reason."""

    field = "reason"


@dataclass(frozen=True, kw_only=True)
class ContactRefused(Event):
    """The client does not want to be contacted."""

    subject: ClassVar[str] = "client"
    client_id: int
    refusal_id: int
    scope: RefusalScope
    source: str


@dataclass(frozen=True, kw_only=True)
class RefusalLifted(Event):
    """The client may be contacted again."""

    subject: ClassVar[str] = "client"
    client_id: int
    refusal_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class CoolingOffStarted(Event):
    """No campaign may call the client before ``until``."""

    subject: ClassVar[str] = "client"
    client_id: int
    until: datetime
    source: str


@dataclass(frozen=True, kw_only=True)
class CoolingOffTakenBack(Event):
    """It was started by mistake: ``until`` is again what it was before (None: no rest)."""

    subject: ClassVar[str] = "client"
    client_id: int
    until: datetime | None
    source: str


def record_refusal(
    session: Session,
    client_id: int,
    *,
    scope: RefusalScope,
    channel: str | None = None,
    purpose: str | None = None,
    asset_id: int | None = None,
    reason: str = "",
    source: str,
    actor: Actor,
    now: datetime,
) -> ContactRefusal:
    """Write down the refusal; one with the same reach that still holds is returned instead."""
    reach = {
        "channel": channel if scope is RefusalScope.CHANNEL else None,
        "purpose": purpose if scope is RefusalScope.PURPOSE else None,
        "asset_id": asset_id if scope is RefusalScope.ASSET else None,
    }
    standing = session.scalars(
        select(ContactRefusal)
        .filter_by(client_id=client_id, scope=scope, lifted_at=None, **reach)
        .limit(1)
    ).first()
    if standing is not None:
        return standing
    refusal = ContactRefusal(
        client_id=client_id, scope=scope, reason=reason, source=source, recorded_at=now, **reach
    )
    session.add(refusal)
    session.flush()
    event = ContactRefused(client_id=client_id, refusal_id=refusal.id, scope=scope, source=source)
    record(session, event, actor=actor, at=now)
    return refusal


def lift_refusal(
    session: Session, refusal_id: int, *, reason: str, actor: Actor, now: datetime
) -> ContactRefusal:
    """Let the client be contacted again, with the reason. Raises NotFound, ReasonMissing."""
    actor.require(DirectoryPermission.EDIT_CLIENTS)
    refusal = session.scalars(
        select(ContactRefusal)
        .join(Client, Client.id == ContactRefusal.client_id)
        .where(ContactRefusal.id == refusal_id, client_is_visible(actor))
    ).first()
    if refusal is None:
        raise NotFound("refusal", refusal_id)
    if not reason.strip():
        raise ReasonMissing()
    _lift(session, refusal, reason.strip(), actor=actor, now=now)
    return refusal


def take_back_refusal(session: Session, refusal_id: int, *, actor: Actor, now: datetime) -> None:
    """Lift a refusal that was written by mistake a moment ago: the caller checked who may.

    The same audited act as any lifting, with ``UNDO`` as the reason (rule 14).
    """
    refusal = session.get_one(
        ContactRefusal, refusal_id, populate_existing=True, with_for_update=True
    )
    _lift(session, refusal, UNDO, actor=actor, now=now)


def start_cooling_off(
    session: Session, client_id: int, *, until: datetime, source: str, actor: Actor, now: datetime
) -> None:
    """Let no campaign call the client before ``until``; a longer rest is never shortened."""
    # A statement, not an edit of the row: the card that somebody has open stays savable.
    longer = session.execute(
        update(Client)
        .where(
            Client.id == client_id,
            or_(Client.cooling_off_until.is_(None), Client.cooling_off_until < until),
        )
        .values(cooling_off_until=until)
        .returning(Client.id)
    ).first()
    if longer is not None:
        event = CoolingOffStarted(client_id=client_id, until=until, source=source)
        record(session, event, actor=actor, at=now)


def take_back_cooling_off(
    session: Session,
    client_id: int,
    *,
    started: datetime,
    before: datetime | None,
    source: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Put the rest that ended at ``started`` back to ``before``; another one stays as it is."""
    put_back = session.execute(
        update(Client)
        .where(Client.id == client_id, Client.cooling_off_until == started)
        .values(cooling_off_until=before)
        .returning(Client.id)
    ).first()
    if put_back is not None:
        event = CoolingOffTakenBack(client_id=client_id, until=before, source=source)
        record(session, event, actor=actor, at=now)


def _lift(
    session: Session, refusal: ContactRefusal, reason: str, *, actor: Actor, now: datetime
) -> None:
    if refusal.lifted_at is not None:
        return
    refusal.lifted_at, refusal.lifted_by = now, actor.key
    event = RefusalLifted(client_id=refusal.client_id, refusal_id=refusal.id, reason=reason)
    record(session, event, actor=actor, at=now)
