"""Correct a client and its contact points. Each edit is checked against the version that was shown.

The client's version covers its contact points: two people editing one card at once never overwrite
each other unseen.
"""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from core.access import Actor
from core.errors import Invalid, NotFound, Refused
from core.journal import JournalEntry, record
from directory.clients.events import (
    ClientCorrected,
    ContactPointAdded,
    ContactPointAllowed,
    ContactPointForbidden,
    ContactPointMarked,
    ContactPointPlaced,
)
from directory.clients.models import (
    Client,
    ClientKind,
    ContactKind,
    ContactPoint,
    ContactState,
)
from directory.clients.names import name_norm
from directory.clients.phones import PhoneProblem, normalise_phone, phone_prefix_zone
from directory.clients.visibility import client_is_visible
from directory.permissions import DirectoryPermission
from directory.staff.models import Employee
from directory.units.naming import usable_zone


class ClientChanged(Refused):
    """Somebody else has changed the client since the card was opened; what was typed is kept."""

    def __init__(self, version: int, by_name: str | None) -> None:
        super().__init__(f"client is at version {version}")
        self.version = version
        self.by_name = by_name
        """Who made the last change; None when it was not a person."""


class NameMissing(Invalid):
    """A client has a name."""

    field = "name"


class PhoneUnreadable(Invalid):
    """What was typed is not one phone number; ``problem`` says why, None: there are several."""

    field = "typed"

    def __init__(self, problem: PhoneProblem | None) -> None:
        super().__init__(str(problem))
        self.problem = problem


class PhoneKnown(Invalid):
    """The client has this number already."""

    field = "typed"


class ReasonMissing(Invalid):
    """A ban is lifted only with a reason."""

    field = "reason"


def correct_client(
    session: Session,
    client_id: int,
    *,
    name: str,
    kind: ClientKind,
    note: str,
    time_zone: str | None,
    version: int,
    actor: Actor,
    now: datetime,
) -> Client:
    """Set name, kind, note and time zone (IANA; None: by the number, else the unit's).

    Raises NotFound, NotPermitted, ClientChanged, NameMissing.
    """
    client = _client_to_edit(session, client_id, version, actor)
    name = " ".join(name.split())
    if not name:
        raise NameMissing
    new = {"name": name, "kind": kind, "note": note.strip(), "time_zone": time_zone or None}
    changed = tuple(field for field, value in new.items() if getattr(client, field) != value)
    if not changed:
        return client
    for field in changed:
        setattr(client, field, new[field])
    client.name_norm = name_norm(name)
    record(session, ClientCorrected(client_id=client_id, fields=changed), actor=actor, at=now)
    session.flush()
    return client


def add_phone(
    session: Session,
    client_id: int,
    *,
    typed: str,
    label: str = "",
    version: int,
    actor: Actor,
    now: datetime,
) -> ContactPoint:
    """Add a phone, tried after those already there, confirmed by the one who typed it.

    Raises NotFound, NotPermitted, ClientChanged, PhoneUnreadable, PhoneKnown.
    """
    client = _client_to_edit(session, client_id, version, actor, is_added_to=True)
    reading = normalise_phone(typed)
    if len(reading.numbers) != 1 or reading.problem is not None:
        raise PhoneUnreadable(reading.problem)
    value = reading.numbers[0].e164
    if _has_phone(session, client_id, value):
        raise PhoneKnown(value)
    point = ContactPoint(
        client_id=client_id,
        kind=ContactKind.PHONE,
        typed=typed.strip(),
        value=value,
        reversed_value=value[::-1],
        state=ContactState.CONFIRMED,
        time_zone=phone_prefix_zone(value),
        label=label.strip() or reading.numbers[0].label,
        rank=_next_rank(session, client_id),
    )
    session.add(point)
    _touch(client)
    session.flush()
    event = ContactPointAdded(client_id=client_id, contact_point_id=point.id)
    record(session, event, actor=actor, at=now)
    return point


def mark_contact_point(
    session: Session,
    contact_point_id: int,
    *,
    state: ContactState,
    version: int,
    actor: Actor,
    now: datetime,
) -> ContactPoint:
    """Say that a contact point is confirmed, wrong, or not confirmed after all.

    Raises NotFound, NotPermitted, ClientChanged.
    """
    point, client = _point_to_edit(session, contact_point_id, version, actor)
    if point.state is state:
        return point
    event = ContactPointMarked(
        client_id=client.id, contact_point_id=point.id, from_state=point.state, to_state=state
    )
    point.state = state
    _touch(client)
    record(session, event, actor=actor, at=now)
    session.flush()
    return point


def place_contact_point(
    session: Session,
    contact_point_id: int,
    *,
    time_zone: str | None,
    version: int,
    actor: Actor,
    now: datetime,
) -> ContactPoint:
    """Say in which zone (IANA) the owner of a number lives; None: what its prefix proves.

    Raises NotFound, NotPermitted, ClientChanged, UnknownTimeZone.
    """
    point, client = _point_to_edit(session, contact_point_id, version, actor)
    zone = usable_zone(time_zone) or phone_prefix_zone(point.value)
    if point.time_zone == zone:
        return point
    point.time_zone = zone
    _touch(client)
    event = ContactPointPlaced(client_id=client.id, contact_point_id=point.id, time_zone=zone)
    record(session, event, actor=actor, at=now)
    session.flush()
    return point


def forbid_contact_point(
    session: Session,
    contact_point_id: int,
    *,
    reason: str,
    version: int,
    actor: Actor,
    now: datetime,
) -> ContactPoint:
    """Put a contact point on do-not-contact. Raises NotFound, NotPermitted, ClientChanged."""
    point, client = _point_to_edit(session, contact_point_id, version, actor)
    if point.do_not_contact:
        return point
    point.do_not_contact = True
    _touch(client)
    event = ContactPointForbidden(
        client_id=client.id, contact_point_id=point.id, reason=reason.strip()
    )
    record(session, event, actor=actor, at=now)
    session.flush()
    return point


def allow_contact_point(
    session: Session,
    contact_point_id: int,
    *,
    reason: str,
    version: int,
    actor: Actor,
    now: datetime,
) -> ContactPoint:
    """Lift the ban on a contact point: the separate, audited act of rule 14.

    Raises NotFound, NotPermitted, ClientChanged, ReasonMissing.
    """
    point, client = _point_to_edit(session, contact_point_id, version, actor)
    if not reason.strip():
        raise ReasonMissing
    if not point.do_not_contact:
        return point
    point.do_not_contact = False
    _touch(client)
    event = ContactPointAllowed(
        client_id=client.id, contact_point_id=point.id, reason=reason.strip()
    )
    record(session, event, actor=actor, at=now)
    session.flush()
    return point


def _client_to_edit(
    session: Session, client_id: int, version: int, actor: Actor, *, is_added_to: bool = False
) -> Client:
    """``is_added_to``: what others add to the client at this moment is waited for."""
    actor.require(DirectoryPermission.EDIT_CLIENTS)
    client = session.scalar(
        select(Client)
        .where(Client.id == client_id, client_is_visible(actor))
        # No key is changed: a preview of a file that only names the client keeps nobody waiting.
        .with_for_update(of=Client, key_share=not is_added_to)
        .execution_options(populate_existing=True)
    )
    if client is None:
        raise NotFound("client", client_id)
    require_version(session, client, version)
    return client


def _point_to_edit(
    session: Session, contact_point_id: int, version: int, actor: Actor
) -> tuple[ContactPoint, Client]:
    point = session.get(ContactPoint, contact_point_id)
    if point is None:
        raise NotFound("contact point", contact_point_id)
    client = _client_to_edit(session, point.client_id, version, actor)
    session.refresh(point)
    return point, client


def require_version(session: Session, client: Client, version: int) -> None:
    """Raise ClientChanged unless the card is still as it was shown."""
    if client.version != version:
        raise ClientChanged(client.version, who_changed(session, client.id))


def who_changed(session: Session, client_id: int) -> str | None:
    """The name of the person who changed the client last; None: it was no person."""
    last = (
        select(JournalEntry.actor)
        .where(JournalEntry.subject == "client", JournalEntry.subject_id == client_id)
        .order_by(JournalEntry.id.desc())
        .limit(1)
    )
    key = session.scalar(last) or ""
    employee_id = key.removeprefix("employee:")
    if not employee_id.isdigit():
        return None
    return session.scalar(select(Employee.full_name).where(Employee.id == int(employee_id)))


def _has_phone(session: Session, client_id: int, value: str) -> bool:
    found = select(ContactPoint.id).where(
        ContactPoint.client_id == client_id,
        ContactPoint.kind == ContactKind.PHONE,
        ContactPoint.value == value,
    )
    return session.scalar(found) is not None


def _next_rank(session: Session, client_id: int) -> int:
    last = select(func.max(ContactPoint.rank)).where(ContactPoint.client_id == client_id)
    return (session.scalar(last) or 0) + 1


def _touch(client: Client) -> None:
    """Let the version grow although no column of the client itself changes."""
    flag_modified(client, "note")
