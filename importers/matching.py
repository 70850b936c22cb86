"""Whom the rows of a file concern: clients and vehicles that are known, and rows of one client.

The order of proof: the external key, the VIN's present owner, a phone. Keys are looked up in a few
statements for the whole file; what follows is arithmetic on dictionaries.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from directory.assets.models import Asset, Ownership
from directory.clients.contact_points import is_callable_phone
from directory.clients.models import Client, ClientUnit, ContactKind, ContactPoint, ContactState
from importers.models import RowFate
from importers.problems import RowProblem, RowProblemCode

T = TypeVar("T")
_SHORT = 3

CHUNK = 5_000
"""Values per statement: both engines take so many, and none needs a temporary table."""


@dataclass(frozen=True, slots=True)
class RowKeys:
    """What a row can be recognised by; ``client_id`` and ``asset_id`` if that was done before."""

    row_no: int
    name: str | None
    """As ``name_norm`` writes it."""
    phones: tuple[str, ...]
    vin: str | None
    plate: str | None
    """As ``plate_norm`` writes it."""
    external_key: str | None
    client_id: int | None = None
    asset_id: int | None = None


@dataclass(slots=True)
class Match:
    """Whom a row concerns. Rows of one new client share the ``leader``, the first of them."""

    fate: RowFate
    leader: int
    client_id: int | None = None
    asset_id: int | None = None
    duplicate_of: int | None = None
    """The earlier row of the same client; of the same vehicle too when the fate is DUPLICATE."""
    brings_contacts: bool = True
    """False: the name says that phones and e-mail of this row are somebody else's."""
    may_own: bool = True
    """False: the row's vehicle, where nobody owns it, is rather the person's whom the row names."""
    has_phone: bool = False
    """Of a row without a phone: whether its client has one all the same."""
    warnings: list[RowProblem] = field(default_factory=list)


def in_chunks(values: Iterable[T]) -> Iterator[list[T]]:
    """Lists of at most ``CHUNK`` different values."""
    distinct = list(dict.fromkeys(values))
    for start in range(0, len(distinct), CHUNK):
        yield distinct[start : start + CHUNK]


def match_rows(session: Session, rows: Sequence[RowKeys], *, unit_id: int) -> list[Match]:
    """One match for each row, in the order of the file. Reads the database, writes nothing."""
    return Matcher(session, unit_id).match(rows)


class Matcher:
    """Matches the rows of one file, part by part.

    ``repeated``: the hashes of phones and VINs that occur in several rows of a file that is too
    large for all of them to be remembered; None: all are.
    """

    def __init__(
        self, session: Session, unit_id: int, *, repeated: Collection[int] | None = None
    ) -> None:
        self._session, self._unit_id = session, unit_id
        self._seen = _Seen(repeated)

    def match(self, rows: Sequence[RowKeys]) -> list[Match]:
        """One match for each of the next rows of the file."""
        known = _Known(self._session, rows, self._unit_id)
        found = [self._seen.place(row, _find(row, known)) for row in rows]
        silent = [match for row, match in zip(rows, found, strict=True) if not row.phones]
        reached = _reached(self._session, silent)
        for match in silent:
            match.has_phone |= match.client_id in reached
        return found


def _reached(session: Session, matches: Iterable[Match]) -> set[int | None]:
    """The known clients of these who have a phone that may be called."""
    found: set[int | None] = set()
    columns = select(ContactPoint.client_id).where(*is_callable_phone(ContactPoint))
    for chunk in in_chunks(match.client_id for match in matches if match.client_id is not None):
        found.update(session.scalars(columns.where(ContactPoint.client_id.in_(chunk))))
    return found


def is_same_name(one: str | None, other: str | None) -> bool:
    """Whether two normalised names may be one person's: the first words agree, or one is missing.

    A married name or a firm's other spelling is beyond this; a person looks at the warning then.
    """
    if not one or not other:
        return True
    ones, others = one.split(), other.split()
    # «ооо» or «ип» in front says nothing.
    is_word = len(ones[0]) > _SHORT or ones[:2] == others[:2]
    return (is_word and ones[0] == others[0]) or set(ones) == set(others)


class _Known:
    """What the directory knows of the keys of a file."""

    def __init__(self, session: Session, rows: Sequence[RowKeys], unit_id: int) -> None:
        self._session = session
        self._unit_id = unit_id
        self.by_key: dict[str, tuple[int, str]] = {}
        self.by_vin: dict[str, tuple[int, int | None, str | None]] = {}
        """VIN → vehicle, present owner, the owner's name."""
        self.by_plate: dict[tuple[str, int], int] = {}
        self.by_phone: dict[str, list[tuple[int, str, bool]]] = {}
        """Phone → clients: id, name, known to the unit."""
        self._read_keys(row.external_key for row in rows if row.external_key)
        self._read_vins(row.vin for row in rows if row.vin)
        self._read_plates(row.plate for row in rows if row.plate and not row.vin)
        self._read_phones(phone for row in rows for phone in row.phones)

    def _read_keys(self, keys: Iterable[str]) -> None:
        # A double's key means the client into which it was merged.
        client_id = func.coalesce(Client.merged_into_id, Client.id)
        columns = select(Client.external_key, client_id, Client.name_norm)
        for chunk in in_chunks(keys):
            for key, client_id, name in self._rows(columns.where(Client.external_key.in_(chunk))):
                self.by_key[key] = (client_id, name)

    def _read_vins(self, vins: Iterable[str]) -> None:
        # What came late to a double is the kept client's.
        owner = aliased(Client)
        columns = (
            select(Asset.vin, Asset.id, Client.id, Client.name_norm)
            .outerjoin(Ownership, (Ownership.asset_id == Asset.id) & Ownership.until_on.is_(None))
            .outerjoin(owner, owner.id == Ownership.client_id)
            .outerjoin(Client, Client.id == func.coalesce(owner.merged_into_id, owner.id))
        )
        for chunk in in_chunks(vins):
            for vin, *vehicle in self._rows(columns.where(Asset.vin.in_(chunk))):
                self.by_vin[vin] = tuple(vehicle)

    def _read_plates(self, plates: Iterable[str]) -> None:
        columns = select(Asset.plate_norm, Ownership.client_id, Asset.id).join(
            Ownership, (Ownership.asset_id == Asset.id) & Ownership.until_on.is_(None)
        )
        for chunk in in_chunks(plates):
            for plate, client_id, asset_id in self._rows(
                columns.where(Asset.plate_norm.in_(chunk)).order_by(Asset.id)
            ):
                self.by_plate[plate, client_id] = asset_id

    def _read_phones(self, phones: Iterable[str]) -> None:
        is_ours = exists().where(
            ClientUnit.client_id == Client.id, ClientUnit.unit_id == self._unit_id
        )
        columns = (
            select(ContactPoint.value, Client.id, Client.name_norm, is_ours)
            .join(Client, Client.id == ContactPoint.client_id)
            .where(
                ContactPoint.kind == ContactKind.PHONE,
                ContactPoint.is_valid,
                ContactPoint.state != ContactState.WRONG,
            )
        )
        for chunk in in_chunks(phones):
            for phone, *client in self._rows(columns.where(ContactPoint.value.in_(chunk))):
                self.by_phone.setdefault(phone, []).append(tuple(client))

    def _rows(self, query: Any) -> Iterator[tuple[Any, ...]]:
        for row in self._session.execute(query):
            yield tuple(row)


def _find(row: RowKeys, known: _Known) -> Match:
    """The match of a row by what the directory knows, without its neighbours."""
    asset_id, owner_id, owner_name = known.by_vin.get(row.vin or "", (None, None, None))
    match = Match(RowFate.NEW_CLIENT, row.row_no, row.client_id, row.asset_id or asset_id)
    at_phone = next((known.by_phone[p] for p in row.phones if p in known.by_phone), [])
    keyed = known.by_key.get(row.external_key or "")
    if row.client_id is not None:
        match.fate = RowFate.FOUND_BY_KEY
    elif keyed is not None and is_same_name(row.name, keyed[1]):
        # A column named «Код» may be a mere number of the line: the name must agree.
        match.fate, match.client_id = RowFate.FOUND_BY_KEY, keyed[0]
    elif owner_id is not None:
        match.fate, match.client_id = RowFate.FOUND_BY_VIN, owner_id
    elif at_phone:
        match.fate, match.client_id = RowFate.FOUND_BY_PHONE, _likeliest(row, at_phone)
        if len(at_phone) > 1 and sum(_is_named(row, name) for _, name, _ in at_phone) != 1:
            match.warnings.append(RowProblem("", RowProblemCode.SEVERAL_CLIENTS))
    match.may_own = all(
        is_same_name(row.name, name) for one, name, _ in at_phone if one == match.client_id
    )
    if owner_id is not None:
        shares_phone = any(client_id == owner_id for client_id, _, _ in at_phone)
        is_owner = shares_phone or is_same_name(row.name, owner_name)
        if match.client_id != owner_id or not is_owner:
            match.warnings.append(RowProblem("", RowProblemCode.OTHER_OWNER, row.vin or ""))
            match.brings_contacts = match.client_id != owner_id
    if match.asset_id is None and row.plate and not row.vin and match.client_id is not None:
        match.asset_id = known.by_plate.get((row.plate, match.client_id))
    return match


def _likeliest(row: RowKeys, clients: list[tuple[int, str, bool]]) -> int:
    """Of several clients with the phone: whom the row names, one known to the unit, the oldest."""

    def unlikeliness(client: tuple[int, str, bool]) -> tuple[Any, ...]:
        client_id, name, is_ours = client
        words = set((row.name or "").split())
        shared = len(words.intersection(name.split())) if _is_named(row, name) else 0
        return row.name != name, -shared, not is_ours, client_id

    return min(clients, key=unlikeliness)[0]


def _is_named(row: RowKeys, name: str) -> bool:
    """Whether the row has a name, and it may be this one."""
    return row.name is not None and is_same_name(row.name, name)


@dataclass(slots=True)
class _Leader:
    """The first row of a client, and the vehicles of that client's rows so far."""

    match: Match
    name: str | None
    phones: set[str]
    vehicles: dict[str, int] = field(default_factory=dict)


class _Seen:
    """The rows so far: finds the client's earlier row, and the vehicle's."""

    def __init__(self, repeated: Collection[int] | None) -> None:
        self._leaders: dict[object, _Leader] = {}
        self._repeated = repeated

    def place(self, row: RowKeys, match: Match) -> Match:
        """Tie the row to the earlier rows of its client, if there are any."""
        leader = self._earlier(row, match)
        if leader is not None:
            self._follow(row, match, leader)
        elif match.client_id is None and not any(map(self._may_return, (row.vin, *row.phones))):
            return match  # no later row can be this client's
        else:
            leader = _Leader(match, row.name, set(row.phones))
        self._remember(row, match, leader)
        return match

    def _may_return(self, token: str | None) -> bool:
        """Whether the phone or VIN stands in another row too, as far as is known."""
        return bool(token) and (self._repeated is None or hash(token) in self._repeated)

    def _earlier(self, row: RowKeys, match: Match) -> _Leader | None:
        if match.client_id is not None:
            return self._leaders.get(match.client_id)
        tokens = (row.vin, *row.phones)
        return next((self._leaders[t] for t in tokens if t and t in self._leaders), None)

    def _follow(self, row: RowKeys, match: Match, leader: _Leader) -> None:
        first = leader.match
        match.leader = match.duplicate_of = first.leader
        match.has_phone = bool(leader.phones)
        if match.client_id is None:
            match.fate, match.client_id = first.fate, first.client_id
            shares = not leader.phones.isdisjoint(row.phones)
            if not shares and not is_same_name(row.name, leader.name):
                match.warnings.append(RowProblem("", RowProblemCode.OTHER_OWNER, row.vin or ""))
                match.brings_contacts = False
        is_told = any(note.code is RowProblemCode.OTHER_OWNER for note in match.warnings)
        if not is_told and not is_same_name(row.name, leader.name):
            told = RowProblem("", RowProblemCode.OTHER_NAME_ABOVE, str(first.leader))
            match.warnings.append(told)
            match.may_own = False
        vehicle = row.vin or row.plate
        if vehicle is None or vehicle in leader.vehicles:
            match.fate = RowFate.DUPLICATE
            match.duplicate_of = leader.vehicles.get(vehicle or "", first.leader)

    def _remember(self, row: RowKeys, match: Match, leader: _Leader) -> None:
        tokens: list[object] = [row.vin] if self._may_return(row.vin) else []
        if match.brings_contacts:
            leader.phones.update(row.phones)
            tokens += [phone for phone in row.phones if self._may_return(phone)]
        if match.client_id is not None:
            tokens.append(match.client_id)
        for token in tokens:
            self._leaders.setdefault(token, leader)
        for vehicle in (row.vin, row.plate):
            if vehicle:
                leader.vehicles.setdefault(vehicle, row.row_no)
