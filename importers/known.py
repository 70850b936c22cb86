"""Making clients, contact points and vehicles of a file known to the directory, many at once.

Nothing that is known is overwritten: a file adds, people correct.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.access import Actor
from core.bulk import insert_numbered
from core.clock import local_day
from directory.assets.models import Asset, AssetKind, MileageReading, MileageSource, Ownership
from directory.clients.models import Client, ClientKind, ContactKind, ContactPoint, ContactState
from directory.clients.names import name_norm
from directory.clients.phones import phone_prefix_zone
from importers.loads.added import Added
from importers.loads.people_writing import insert_missing
from importers.matching import Match, RowKeys, in_chunks

_CLIENT_COLUMNS = ("kind", "name", "name_norm", "external_key", "note", "created_at", "version")
_ASSET_COLUMNS = ("kind", "vin", "plate", "plate_norm", "make", "model", "year", "sold_on",
                  "is_confirmed", "created_at")  # fmt: skip
_CONTACT_COLUMNS = ("client_id", "kind", "typed", "value", "reversed_value", "is_valid", "state",
                    "do_not_contact", "time_zone", "label", "rank")  # fmt: skip
_AFTER_THE_KNOWN = 10
"""Rank of numbers that a file adds to a known client: tried after the client's own."""


@dataclass(slots=True)
class Subject:
    """A row on its way: whom it concerns is filled in as it becomes known."""

    row_id: int
    reading: dict[str, Any]
    keys: RowKeys
    match: Match
    client_id: int | None
    """What the row held before; after ``make_known`` the client, None where nobody is reached."""
    asset_id: int | None


@dataclass(frozen=True, kw_only=True)
class Made:
    """How many were added."""

    clients: int
    assets: int
    added: Added
    """All rows that were."""


def make_known(session: Session, subjects: list[Subject], *, actor: Actor, now: datetime) -> Made:
    """Give every subject its client and vehicle, making those that are missing.

    A new client without any phone is not made: nobody could be called.
    """
    added = Added()
    fresh = _make_clients(session, subjects, now)
    added.rows(Client, fresh)
    assets = _make_assets(session, subjects, now)
    added.rows(Asset, assets)
    added.rows(ContactPoint, _add_contacts(session, subjects, fresh))
    added.rows(Ownership, _add_owners(session, subjects))
    added.rows(MileageReading, _add_mileage(session, subjects, actor=actor, now=now))
    return Made(clients=len(fresh), assets=len(assets), added=added)


def _make_clients(session: Session, subjects: list[Subject], now: datetime) -> set[int]:
    """Set every subject's client; the ids of the new ones."""
    new: dict[int, Subject] = {}
    for subject in subjects:
        subject.client_id = subject.match.client_id
        if subject.client_id is None and subject.reading.get("phone"):
            new.setdefault(subject.match.leader, subject)
    taken = _taken_keys(session, new)
    values = []
    for subject in new.values():
        key = subject.keys.external_key
        values.append(_client(subject, None if key in taken else key, now))
        taken.add(key)
    ids = insert_numbered(session, Client, _CLIENT_COLUMNS, values)
    made = dict(zip(new, ids, strict=True))
    for subject in subjects:
        if subject.client_id is None:
            subject.client_id = made.get(subject.match.leader)
    return set(ids)


def _taken_keys(session: Session, new: dict[int, Subject]) -> set[str | None]:
    taken: set[str | None] = set()
    for chunk in in_chunks(s.keys.external_key for s in new.values() if s.keys.external_key):
        query = select(Client.external_key).where(Client.external_key.in_(chunk))
        taken.update(session.scalars(query))
    return taken


def _client(subject: Subject, external_key: str | None, now: datetime) -> tuple[Any, ...]:
    # Without a name the number is what people see.
    name = subject.reading.get("name") or subject.reading["phone"]
    norm = subject.keys.name or name_norm(name)
    return (ClientKind(subject.reading["kind"]), name, norm, external_key, "", now, 1)


def _make_assets(session: Session, subjects: list[Subject], now: datetime) -> list[int]:
    """Set every subject's vehicle; the new ones. A vehicle is known by VIN, else by plate."""
    new: dict[object, Subject] = {}
    for subject in subjects:
        subject.asset_id = subject.match.asset_id
        if subject.asset_id is None and subject.client_id is not None:
            vehicle = _vehicle(subject)
            if vehicle is not None:
                new.setdefault(vehicle, subject)
    vehicles = [_asset(subject, now) for subject in new.values()]
    ids = insert_numbered(session, Asset, _ASSET_COLUMNS, vehicles)
    made = dict(zip(new, ids, strict=True))
    for subject in subjects:
        if subject.asset_id is None and subject.client_id is not None:
            subject.asset_id = made.get(_vehicle(subject))
    return ids


def _vehicle(subject: Subject) -> object:
    keys = subject.keys
    return keys.vin or (keys.plate and (subject.client_id, keys.plate))


def _asset(subject: Subject, now: datetime) -> tuple[Any, ...]:
    get = subject.reading.get
    return (
        AssetKind.VEHICLE, get("vin"), get("plate"), subject.keys.plate, get("make", ""),
        get("model", ""), get("year"), _day(get("sold_on")), True, now,
    )  # fmt: skip


def _add_contacts(session: Session, subjects: list[Subject], fresh: set[int]) -> list[int]:
    """Numbers and e-mails that the client does not have yet, unconfirmed."""
    known = _known_contacts(
        session, {s.client_id for s in subjects if s.client_id not in fresh and s.client_id}
    )
    to_fresh: list[tuple[Any, ...]] = []
    to_known: list[tuple[Any, ...]] = []
    ranks: dict[int, int] = {}
    for subject in subjects:
        client_id = subject.client_id
        if client_id is None or not subject.match.brings_contacts:
            continue
        for kind, typed, value, label in _contacts(subject):
            if (client_id, kind, value) in known:
                continue
            known.add((client_id, kind, value))
            rank = ranks[client_id] = ranks.get(client_id, 0) + 1
            is_phone = kind is ContactKind.PHONE
            point = (
                client_id, kind, typed, value, value[::-1] if is_phone else None, True,
                ContactState.UNCONFIRMED, False, phone_prefix_zone(value) if is_phone else None,
                label, rank if client_id in fresh else rank + _AFTER_THE_KNOWN,
            )  # fmt: skip
            (to_fresh if client_id in fresh else to_known).append(point)
    # Somebody may be adding the same number on a known client's card just now.
    more = [dict(zip(_CONTACT_COLUMNS, point, strict=True)) for point in to_known]
    return [
        *insert_numbered(session, ContactPoint, _CONTACT_COLUMNS, to_fresh),
        *insert_missing(session, ContactPoint, "id", more),
    ]


def _contacts(subject: Subject) -> Iterator[tuple[ContactKind, str, str, str]]:
    for value, typed, label in subject.reading.get("phones", ()):
        yield ContactKind.PHONE, typed, value, label
    email = subject.reading.get("email")
    if email:
        yield ContactKind.EMAIL, email, email.lower(), ""


def _known_contacts(session: Session, client_ids: set[int]) -> set[tuple[int, ContactKind, str]]:
    found: set[tuple[int, ContactKind, str]] = set()
    columns = select(ContactPoint.client_id, ContactPoint.kind, ContactPoint.value)
    for chunk in in_chunks(client_ids):
        rows = session.execute(columns.where(ContactPoint.client_id.in_(chunk)))
        found.update((client_id, kind, value) for client_id, kind, value in rows)
    return found


def _add_owners(session: Session, subjects: list[Subject]) -> list[int]:
    """Vehicles without a present owner get one; a known owner stays (the row carries a warning).

    Not a client who is called in the place of somebody else: that a number is shared tells nothing
    about whose the car is.
    """
    pairs = {
        subject.asset_id: subject.client_id
        for subject in reversed(subjects)
        if subject.asset_id is not None and subject.client_id is not None and subject.match.may_own
    }
    owned: set[int] = set()
    for chunk in in_chunks(pairs):
        query = select(Ownership.asset_id).where(
            Ownership.asset_id.in_(chunk), Ownership.until_on.is_(None)
        )
        owned.update(session.scalars(query))
    rows = [(asset, client) for asset, client in pairs.items() if asset not in owned]
    return insert_numbered(session, Ownership, ("asset_id", "client_id"), rows)


def _add_mileage(
    session: Session, subjects: list[Subject], *, actor: Actor, now: datetime
) -> list[int]:
    """Readings that are news: a file may not turn the odometer back (rule 9)."""
    told = {
        subject.asset_id: subject
        for subject in subjects
        if subject.asset_id is not None and "mileage_km" in subject.reading
    }
    highest: dict[int, int] = {}
    columns = select(MileageReading.asset_id, func.max(MileageReading.km))
    for chunk in in_chunks(told):
        rows = session.execute(
            columns.where(MileageReading.asset_id.in_(chunk)).group_by(MileageReading.asset_id)
        )
        highest.update((asset_id, km) for asset_id, km in rows)
    today = local_day(now, actor.time_zone)
    readings = [
        (
            asset_id,
            min(_day(subject.reading.get("last_visit_on")) or today, today),
            subject.reading["mileage_km"],
            MileageSource.FILE,
            False,
            actor.key,
        )
        for asset_id, subject in told.items()
        if subject.reading["mileage_km"] > highest.get(asset_id, -1)
    ]
    names = ("asset_id", "read_on", "km", "source", "is_lower_confirmed", "recorded_by")
    return insert_numbered(session, MileageReading, names, readings)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
