"""The client's card: who it is, how to reach them, and what may not be done and why.

Few statements, whatever the number of rows. Vehicles are in ``directory/assets/card.py``, visits in
``directory/visits/history.py``, tasks in ``worklists/client_tasks.py``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import NotFound
from directory.assets.models import Asset
from directory.assets.plates import vehicle_words
from directory.clients.merge_models import ClientMerge
from directory.clients.models import (
    Channel,
    Client,
    ClientUnit,
    ContactKind,
    ContactPoint,
    ContactRefusal,
    ContactState,
    RefusalScope,
)
from directory.clients.visibility import client_is_visible
from directory.units.models import Unit


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordedRefusal:
    """A refusal with the vehicle it is about, if about one."""

    id: int
    scope: RefusalScope
    channel: str | None
    purpose: str | None
    asset_id: int | None
    vehicle: str
    """Make, model and plate; empty when the refusal is about no vehicle."""
    reason: str
    recorded_at: datetime
    lifted_at: datetime | None

    @property
    def other_channel(self) -> Channel | None:
        """The refused channel, where that is not the phone: calls are not forbidden."""
        others = (one for one in Channel if one is not Channel.PHONE)
        return next((one for one in others if one.value == self.channel), None)


class BarKind(StrEnum):
    """Why a client may not be called, wholly or in part."""

    REFUSED = "refused"
    COOLING_OFF = "cooling_off"
    NO_PHONE = "no_phone"
    """There is no valid number that may be called and is not known to be wrong."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """One thing that may not be done: why, how far it reaches, until when (None: until lifted)."""

    kind: BarKind
    until: datetime | None = None
    refusal: RecordedRefusal | None = None

    @property
    def is_total(self) -> bool:
        """Whether it forbids calling this client at all."""
        return self.refusal is None or (
            self.refusal.scope in (RefusalScope.ALL, RefusalScope.CHANNEL)
            and self.refusal.other_channel is None
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class ClientCard:
    """Everything that the directory knows of the client itself."""

    client: Client
    contact_points: tuple[ContactPoint, ...]
    """In the order in which they are to be tried, those that cannot be used last."""
    refusals: tuple[RecordedRefusal, ...]
    """In force and lifted, the newest first."""
    units: tuple[str, ...]
    """Names of the units that know the client and that the person sees."""
    bars: tuple[Bar, ...]
    has_merges: bool
    """Whether another card was ever merged into this one."""

    @property
    def phones(self) -> tuple[ContactPoint, ...]:
        """Only the phones."""
        return tuple(one for one in self.contact_points if one.kind is ContactKind.PHONE)

    @property
    def may_be_called(self) -> bool:
        """Whether nothing forbids a call for any purpose."""
        return self.total_bar is None

    @property
    def total_bar(self) -> Bar | None:
        """The weightiest thing that forbids any call: a refusal, then rest, then no number."""
        return next((bar for bar in self.bars if bar.is_total), None)


def get_client(session: Session, client_id: int, *, actor: Actor) -> Client:
    """The client. Raises NotFound when there is none among the units of this person."""
    client = session.scalar(select(Client).where(Client.id == client_id, client_is_visible(actor)))
    if client is None:
        raise NotFound("client", client_id)
    return client


def client_card(session: Session, client_id: int, *, actor: Actor, now: datetime) -> ClientCard:
    """Read the card in four statements. Raises NotFound for a client that the person cannot see."""
    row = session.execute(
        select(Client, exists().where(ClientMerge.kept_id == Client.id)).where(
            Client.id == client_id, client_is_visible(actor)
        )
    ).one_or_none()
    if row is None:
        raise NotFound("client", client_id)
    client, has_merges = row
    points = contact_points_of(session, client_id)
    refusals = _refusals_of(session, client_id)
    return ClientCard(
        client=client,
        contact_points=points,
        refusals=refusals,
        units=_units_of(session, client_id, actor),
        bars=tuple(_bars(client, points, refusals, now)),
        has_merges=has_merges,
    )


def contact_points_of(session: Session, client_id: int) -> tuple[ContactPoint, ...]:
    """All contact points: phones first, those that can be used before the others, by rank."""
    points = session.scalars(select(ContactPoint).where(ContactPoint.client_id == client_id))
    order = list(ContactKind)
    return tuple(
        sorted(
            points,
            key=lambda one: (order.index(one.kind), not is_usable(one), one.rank, one.id),
        )
    )


def is_usable(point: ContactPoint) -> bool:
    """Whether the client may be reached by it."""
    return point.is_valid and not point.do_not_contact and point.state is not ContactState.WRONG


def _refusals_of(session: Session, client_id: int) -> tuple[RecordedRefusal, ...]:
    rows = session.execute(
        select(ContactRefusal, Asset.make, Asset.model, Asset.plate)
        .outerjoin(Asset, Asset.id == ContactRefusal.asset_id)
        .where(ContactRefusal.client_id == client_id)
        .order_by(ContactRefusal.lifted_at.is_not(None), ContactRefusal.id.desc())
    )
    return tuple(
        RecordedRefusal(
            id=refusal.id,
            scope=refusal.scope,
            channel=refusal.channel,
            purpose=refusal.purpose,
            asset_id=refusal.asset_id,
            vehicle=vehicle_words(*vehicle),
            reason=refusal.reason,
            recorded_at=refusal.recorded_at,
            lifted_at=refusal.lifted_at,
        )
        for refusal, *vehicle in rows
    )


def _units_of(session: Session, client_id: int, actor: Actor) -> tuple[str, ...]:
    known = select(ClientUnit.unit_id).where(
        ClientUnit.client_id == client_id, ClientUnit.unit_id.in_(actor.unit_ids)
    )
    return tuple(session.scalars(select(Unit.name).where(Unit.id.in_(known)).order_by(Unit.name)))


def _bars(
    client: Client,
    points: tuple[ContactPoint, ...],
    refusals: tuple[RecordedRefusal, ...],
    now: datetime,
) -> Iterator[Bar]:
    for refusal in refusals:
        if refusal.lifted_at is None:
            yield Bar(kind=BarKind.REFUSED, refusal=refusal)
    if client.cooling_off_until is not None and client.cooling_off_until > now:
        yield Bar(kind=BarKind.COOLING_OFF, until=client.cooling_off_until)
    if not any(is_usable(one) for one in points if one.kind is ContactKind.PHONE):
        yield Bar(kind=BarKind.NO_PHONE)
