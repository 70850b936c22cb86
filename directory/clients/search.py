"""One box finds a client: by phone in any notation, name, VIN, plate or e-mail.

Every lookup is a range or an equality on an index, or the trigram index, with the units of the
person who asks in the query (rule 22); none walks a table (performance.md §8).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Select, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.access import Actor
from core.db import holding
from directory.assets.models import Asset, Ownership
from directory.clients.hit_details import FoundVehicle, phones_of, vehicles_of
from directory.clients.keyboard import other_layouts
from directory.clients.models import Client, ClientKind, ContactKind, ContactPoint
from directory.clients.names import name_norm
from directory.clients.search_terms import SearchKind, SearchTerms, read_terms
from directory.clients.visibility import client_is_visible

_PAST_EVERYTHING = "\U0010ffff"
"""Sorts after every text that begins alike."""
_TRIGRAM = 3
_VIN_TAIL = 6
_CANDIDATES = 5
"""Times the limit: so many names are looked at to put those whose words begin so first."""


class MatchedField(StrEnum):
    """By what the client was found."""

    PHONE = "phone"
    NAME = "name"
    VIN = "vin"
    PLATE = "plate"
    EMAIL = "email"


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchHit:
    """One client, with what matched and, for a vehicle, which and whether it is still theirs."""

    client_id: int
    name: str
    kind: ClientKind
    field: MatchedField
    value: str
    asset_id: int | None = None
    is_past_owner: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchResult:
    """What was found, best first. ``has_more``: the limit cut some off."""

    query: str
    """What was looked for: as typed, or the same keys in the layout that was meant."""
    is_corrected: bool = False
    kind: SearchKind
    hits: tuple[SearchHit, ...]
    has_more: bool
    phones: dict[int, tuple[str, ...]]
    """Per client of ``hits``: valid numbers, the first to be tried first."""
    vehicles: dict[int, tuple[FoundVehicle, ...]]


def search_clients(session: Session, query: str, *, actor: Actor, limit: int = 20) -> SearchResult:
    """Clients that this person may see and that the text may mean; at most ``limit``.

    A text that finds nobody is tried as if typed in the other keyboard layouts.
    """
    found = _search(session, query, actor=actor, limit=limit)
    if found.hits or found.kind is SearchKind.TOO_SHORT:
        return found
    for meant in other_layouts(query):
        other = _search(session, meant, actor=actor, limit=limit)
        if other.hits:
            return replace(other, is_corrected=True)
    return found


def clients_found(session: Session, query: str, *, among: Select[int], actor: Actor) -> list[int]:
    """Ids of all of these clients that this person may see and that the text may mean.

    However many they are; as ``search_clients``, a text that finds nobody is tried in the other
    keyboard layouts.
    """
    for meant in (query, *other_layouts(query)):
        found: set[int] = set()
        terms = read_terms(meant)
        statements = [statement for _field, statement in _statements(terms)]
        inside = _inside(session, terms)
        for statement in statements if inside is None else [*statements, inside]:
            ids = statement.with_only_columns(Client.id).order_by(None)
            of_these = ids.where(Client.id.in_(among), client_is_visible(actor))
            found.update(session.scalars(of_these))
        if found:
            return sorted(found)
    return []


def _search(session: Session, query: str, *, actor: Actor, limit: int) -> SearchResult:
    terms = read_terms(query)
    found: dict[int, SearchHit] = {}
    for lookup in _lookups(session, terms, actor):
        for hit in lookup(limit + 1):
            found.setdefault(hit.client_id, hit)
        if len(found) > limit:
            break
    hits = tuple(islice(found.values(), limit))
    ids = [hit.client_id for hit in hits]
    return SearchResult(
        query=query,
        kind=terms.kind,
        hits=hits,
        has_more=len(found) > limit,
        phones=phones_of(session, ids),
        vehicles=vehicles_of(session, ids),
    )


Lookup = Callable[[int], Sequence[SearchHit]]
Found = Select[*tuple[Any, ...]]
"""A statement of clients: id, name, kind, what matched, and the vehicle it is of."""


def _lookups(session: Session, terms: SearchTerms, actor: Actor) -> Iterator[Lookup]:
    """The searches worth making, best first; each is made only while there is room for more."""

    def run(field: MatchedField, statement: Found) -> Lookup:
        return lambda limit: [
            _hit(field, row)
            for row in session.execute(statement.where(client_is_visible(actor)).limit(limit))
        ]

    for field, statement in _statements(terms):
        yield run(field, statement)
    inside = _inside(session, terms)
    if inside is not None:
        anywhere = run(MatchedField.NAME, inside)
        yield lambda limit: _best_first(anywhere(limit * _CANDIDATES), terms.words)


def _statements(terms: SearchTerms) -> Iterator[tuple[MatchedField, Found]]:
    """Statements for all that the text may be but a part of a name."""
    for by_number in _by_phone(terms):
        yield MatchedField.PHONE, by_number
    if terms.email:
        yield MatchedField.EMAIL, by_contact_beginning(ContactKind.EMAIL, terms.email)
    if terms.vin:
        yield MatchedField.VIN, _by_asset(Asset.vin, Asset.vin == terms.vin)
    if terms.plate:
        yield MatchedField.PLATE, by_plate(terms.plate)
    if terms.plate_rest:
        yield MatchedField.PLATE, by_plate_rest(terms.plate_rest)
    if terms.vin_tail:
        yield MatchedField.VIN, by_vin_tail(terms.vin_tail)
    if terms.words:
        yield MatchedField.NAME, by_name_beginning(terms.name)


def _inside(session: Session, terms: SearchTerms) -> Found | None:
    """The statement for the words anywhere in a name; None: they are too short for that."""
    pieces = [word for word in terms.words if len(word) >= _TRIGRAM]
    return by_name_inside(session, terms.words, pieces) if pieces else None


def _hit(field: MatchedField, row: Any) -> SearchHit:
    client_id, name, kind, value, *asset = row
    asset_id, until_on = asset or (None, None)
    return SearchHit(
        client_id=client_id,
        name=name,
        kind=kind,
        field=field,
        value=value,
        asset_id=asset_id,
        is_past_owner=until_on is not None,
    )


def _by_phone(terms: SearchTerms) -> Iterator[Select[*tuple[Any, ...]]]:
    yield from map(by_phone, terms.phones)
    prefixes = [by_contact_beginning(ContactKind.PHONE, one) for one in terms.phone_prefixes]
    tails = [by_phone_tail(terms.phone_tail)] if terms.phone_tail else []
    # Few digits are mostly the last ones, as people say them; many are a number being typed.
    is_short = terms.phone_tail is not None and len(terms.phone_tail) <= 7
    yield from (*tails, *prefixes) if is_short else (*prefixes, *tails)


def by_phone(number: str) -> Select[*tuple[Any, ...]]:
    """Clients with the whole number (E.164)."""
    return _by_contact(ContactPoint.kind == ContactKind.PHONE, ContactPoint.value == number)


def by_contact_beginning(kind: ContactKind, beginning: str) -> Select[*tuple[Any, ...]]:
    """Clients whose normalised phone or e-mail begins so."""
    return _by_contact(ContactPoint.kind == kind, *_begins(ContactPoint.value, beginning)).order_by(
        ContactPoint.value
    )


def by_phone_tail(digits: str) -> Select[*tuple[Any, ...]]:
    """Clients whose phone ends in these digits; only phones have a reversed value."""
    return _by_contact(*_begins(ContactPoint.reversed_value, digits[::-1])).order_by(
        ContactPoint.reversed_value
    )


def _by_contact(*where: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return (
        select(Client.id, Client.name, Client.kind, ContactPoint.value)
        .join_from(ContactPoint, Client, Client.id == ContactPoint.client_id)
        .where(*where)
    )


def by_plate(plate: str) -> Select[*tuple[Any, ...]]:
    """Owners, present and past, of vehicles whose plate begins so."""
    return _by_asset(Asset.plate_norm, *_begins(Asset.plate_norm, plate))


def by_plate_rest(part: str) -> Select[*tuple[Any, ...]]:
    """Owners, present and past, of vehicles whose plate goes on so from its first digit."""
    return _by_asset(Asset.plate_norm, *_begins(Asset.plate_rest, part))


def by_vin_tail(tail: str) -> Select[*tuple[Any, ...]]:
    """Owners, present and past, of vehicles whose VIN ends so; four characters at least."""
    if len(tail) < _VIN_TAIL:
        return _by_asset(Asset.vin, Asset.vin_end == tail[-4:], Asset.vin.endswith(tail))
    return _by_asset(Asset.vin, Asset.vin_tail == tail[-_VIN_TAIL:], Asset.vin.endswith(tail))


def _by_asset(
    shown: InstrumentedAttribute[str | None], *where: ColumnElement[bool]
) -> Select[*tuple[Any, ...]]:
    return (
        select(Client.id, Client.name, Client.kind, shown, Asset.id, Ownership.until_on)
        .join_from(Asset, Ownership, Ownership.asset_id == Asset.id)
        .join(Client, Client.id == Ownership.client_id)
        .where(*where)
        .order_by(Ownership.until_on.is_not(None), Ownership.until_on.desc())
    )


def by_name_beginning(name: str) -> Select[*tuple[Any, ...]]:
    """Clients whose whole name begins so, in the order of names."""
    return (
        select(Client.id, Client.name, Client.kind, Client.name)
        .where(*_begins(Client.name_norm, name))
        .order_by(Client.name_norm)
    )


def by_name_inside(
    session: Session, words: Sequence[str], pieces: Sequence[str]
) -> Select[*tuple[Any, ...]]:
    """Clients whose name holds every word anywhere; words too short for trigrams begin a word."""
    candidates = holding(session, Client.name_norm, pieces)
    spaced = literal(" ") + Client.name_norm
    parts = [word if word in pieces else f" {word}" for word in words]
    return (
        select(Client.id, Client.name, Client.kind, Client.name)
        .join_from(candidates, Client, Client.id == candidates.c.id)
        .where(*(spaced.contains(part, autoescape=True) for part in parts))
    )


def _begins(
    column: InstrumentedAttribute[Any], beginning: str
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    # Not LIKE: SQLite cannot use an index for it, nor PostgreSQL in a prepared statement.
    return column >= beginning, column < beginning + _PAST_EVERYTHING


def _best_first(hits: Sequence[SearchHit], words: Sequence[str]) -> list[SearchHit]:
    def is_inside(hit: SearchHit) -> bool:
        spaced = f" {name_norm(hit.name)}"
        return not all(f" {word}" in spaced for word in words)

    return sorted(hits, key=lambda hit: (is_inside(hit), name_norm(hit.name)))
