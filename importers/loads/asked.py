"""What a row says about a person, and whether that person may be a known one. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from directory.assets.plates import plate_norm
from directory.clients.models import ClientKind, ContactKind
from directory.clients.names import name_norm
from importers.fields import Field
from importers.matching import is_same_name
from importers.typed_rows import TypedRow

Point = tuple[ContactKind, str]
FILLED = ("external_key", "tax_id", "birth_on", "note")
"""What a file fills in where a client does not have it."""


@dataclass(slots=True, eq=False)
class Person:
    """A client: known, or one that this load makes (``id`` None until it is written)."""

    id: int | None
    kind: ClientKind
    name: str
    name_norm: str
    external_key: str | None = None
    tax_id: str | None = None
    birth_on: date | None = None
    note: str = ""
    is_ours: bool = False
    """Known to the unit of the load."""
    points: set[Point] = field(default_factory=set)
    dead_points: set[Point] = field(default_factory=set)
    """Of them those by which this client cannot be reached: wrong, or no number at all."""
    fresh_points: dict[Point, tuple[str, str]] = field(default_factory=dict)
    """Added by this load: as typed, and what stood beside it."""
    filled: set[str] = field(default_factory=set)

    @property
    def is_nameless(self) -> bool:
        """Whether only a number or an address stands for the name."""
        return "@" in self.name or not any(map(str.isalpha, self.name))


@dataclass(slots=True)
class Asked:
    """The person of a row, as far as the row tells; not frozen, which would double its price."""

    kind: ClientKind
    name: str | None
    name_norm: str | None
    external_key: str | None
    tax_id: str | None
    birth_on: date | None
    note: str
    points: dict[Point, tuple[str, str]]
    vehicle: str = ""
    """VIN or plate that stands beside the person."""

    @property
    def is_anybody(self) -> bool:
        """Whether there is something by which a client can be known again."""
        return bool(self.external_key or self.tax_id or self.reachable)

    @property
    def reachable(self) -> list[Point]:
        """Phones and e-mail addresses."""
        return [point for point in self.points if point[0] is not ContactKind.ADDRESS]

    @property
    def shown_name(self) -> str | None:
        """The name; without one the number or the address is what people see."""
        return self.name or next((value for _, value in self.reachable), None)


def asked_of(row: TypedRow) -> Asked:
    """What the row says about its person."""
    get: Any = row.values.get
    points: dict[Point, tuple[str, str]] = {}
    for phone in row.phones:
        points.setdefault((ContactKind.PHONE, phone.e164), (phone.e164, phone.label))
    email, address = get(Field.EMAIL), get(Field.ADDRESS)
    if email:
        points[ContactKind.EMAIL, email.lower()] = (email, "")
    if address:
        points[ContactKind.ADDRESS, address] = (address, "")
    name = get(Field.NAME)
    return Asked(
        get(Field.CLIENT_KIND) or ClientKind.PERSON, name, name_norm(name) if name else None,
        get(Field.EXTERNAL_KEY), get(Field.TAX_ID), get(Field.BIRTH_ON),
        get(Field.COMMENT) or "", points,
        get(Field.VIN) or plate_norm(str(get(Field.PLATE) or "")),
    )  # fmt: skip


def agrees(person: Person, asked: Asked) -> bool:
    """Whether nothing that is known of the person speaks against the row."""
    return has_that_name(person, asked) and all(
        known is None or said is None or known == said for known, said in _details(person, asked)
    )


def is_nearer(rival: Person, person: Person, asked: Asked) -> bool:
    """Whether the row's name is rather that of ``rival``, whom only another detail rules out.

    ``person``: one who agrees. Whose key, tax number or birthday is the row's own has no rivals.
    """
    is_certain = any(known is not None and known == said for known, said in _details(person, asked))
    if is_certain or asked.name_norm is None or not has_that_name(rival, asked):
        return False
    words = set(asked.name_norm.split())
    return _likeness(rival, words) > _likeness(person, words)


def _details(person: Person, asked: Asked) -> tuple[tuple[object, object], ...]:
    return (
        (person.external_key, asked.external_key),
        (person.tax_id, asked.tax_id),
        (person.birth_on, asked.birth_on),
    )


def _likeness(person: Person, words: set[str]) -> tuple[int, int]:
    """How many of these words the name has; of equals the one with fewer others is nearer."""
    own = set() if person.is_nameless else set(person.name_norm.split())
    return len(own & words), -len(own - words)


def has_that_name(person: Person, asked: Asked) -> bool:
    """Whether the names may be one person's: the given names may not differ either."""
    if person.is_nameless or asked.name_norm is None:
        return True
    if not is_same_name(asked.name_norm, person.name_norm):
        return False
    is_firm = ClientKind.LEGAL_ENTITY in (person.kind, asked.kind)
    return is_firm or not _is_other_given(asked.name_norm, person.name_norm)


def _is_other_given(one: str, other: str) -> bool:
    """«иванов петр» and «иванов иван» live at one number; «иванов и.» may be the second."""
    ones, others = one.split(), other.split()
    if set(ones) == set(others) or len(ones) < 2 or len(others) < 2 or ones[0] != others[0]:
        return False
    first, second = ones[1], others[1]
    if "." in first + second or 1 in (len(first), len(second)):
        return first[0] != second[0]
    return first != second
