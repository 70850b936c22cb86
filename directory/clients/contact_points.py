"""Which number is called, in which zone its owner lives, and what is marked as wrong."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import (
    ColumnElement,
    ColumnExpressionArgument,
    ScalarSelect,
    Select,
    func,
    select,
    update,
)
from sqlalchemy.orm import Session, aliased

from core.access import Actor
from core.errors import Invalid
from core.journal import Event, record
from directory.clients.merging import point_instead_of
from directory.clients.models import Client, ContactKind, ContactPoint, ContactState


class ContactOfAnother(Invalid):
    """The number is not one of this client's."""

    field = "contact_point_id"


@dataclass(frozen=True, kw_only=True)
class ContactPointMarkedWrong(Event):
    """Nobody of this client is reached by this contact point."""

    subject: ClassVar[str] = "client"
    client_id: int
    contact_point_id: int
    source: str


@dataclass(frozen=True, kw_only=True)
class ContactPointMarkTakenBack(Event):
    """It was marked as wrong by mistake."""

    subject: ClassVar[str] = "client"
    client_id: int
    contact_point_id: int
    source: str


def callable_phones(client_id: ColumnElement[int] | int) -> Select[ContactPoint]:
    """The client's phones that may be called, the first to try first."""
    return (
        select(ContactPoint)
        .where(ContactPoint.client_id == client_id, *is_callable_phone(ContactPoint))
        .order_by(ContactPoint.rank, ContactPoint.id)
    )


def zone_of_client(client_id: Any) -> ColumnElement[str | None]:
    """SQL: the client's own IANA zone, else that of the first callable phone, else NULL (rule 12).

    ``client_id`` is a column of the statement that this stands in.
    """
    phone, client = aliased(ContactPoint), aliased(Client)
    of_phone: ScalarSelect[str | None] = (
        select(phone.time_zone)
        .where(
            phone.client_id == client_id, *is_callable_phone(phone), phone.time_zone.is_not(None)
        )
        .order_by(phone.rank, phone.id)
        .limit(1)
        .scalar_subquery()
    )
    own: ScalarSelect[str | None] = (
        select(client.time_zone).where(client.id == client_id).scalar_subquery()
    )
    return func.coalesce(own, of_phone)


def get_contact_point(session: Session, contact_point_id: int, *, client_id: int) -> ContactPoint:
    """The client's contact point; of a number that a merge made one with another, that other one.

    Raises ContactOfAnother.
    """
    point = session.get(ContactPoint, contact_point_id)
    if point is None:
        point = point_instead_of(session, contact_point_id, client_id=client_id)
    if point is None or point.client_id != client_id:
        raise ContactOfAnother(contact_point_id)
    return point


def mark_wrong(
    session: Session, point: ContactPoint, *, source: str, actor: Actor, now: datetime
) -> None:
    """Call this number no more until somebody has confirmed it."""
    marked = session.execute(
        update(ContactPoint)
        .where(ContactPoint.id == point.id, ContactPoint.state != ContactState.WRONG)
        .values(state=ContactState.WRONG)
        .returning(ContactPoint.id)
    ).first()
    if marked is not None:
        event = ContactPointMarkedWrong(
            client_id=point.client_id, contact_point_id=point.id, source=source
        )
        record(session, event, actor=actor, at=now)


def take_back_mark(
    session: Session,
    contact_point_id: int,
    before: ContactState,
    *,
    source: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Put a contact point that is marked as wrong back to the state before the mark."""
    client_id = session.scalar(
        update(ContactPoint)
        .where(ContactPoint.id == contact_point_id, ContactPoint.state == ContactState.WRONG)
        .values(state=before)
        .returning(ContactPoint.client_id)
    )
    if client_id is not None:
        event = ContactPointMarkTakenBack(
            client_id=client_id, contact_point_id=contact_point_id, source=source
        )
        record(session, event, actor=actor, at=now)


def is_callable_phone(phone: type[ContactPoint]) -> tuple[ColumnExpressionArgument[bool], ...]:
    """SQL: the contact point, or an alias of it, is a phone that may be called."""
    return is_reached_by(phone, ContactKind.PHONE)


def is_reached_by(
    point: type[ContactPoint], kind: ContactKind
) -> tuple[ColumnExpressionArgument[bool], ...]:
    """SQL: somebody is reached by it: of this kind, valid, neither wrong nor forbidden."""
    return (
        point.kind == kind,
        point.is_valid,
        ~point.do_not_contact,
        point.state != ContactState.WRONG,
    )
