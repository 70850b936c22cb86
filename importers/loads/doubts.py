"""Who may be meant where the person of a row is not certain: what speaks for and against. Pure.

A person decides then, and the decision is kept by the fingerprint of what the row says (A8).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from directory.clients.models import ContactKind
from importers.loads.asked import Asked, Person, has_that_name
from importers.problems import RowProblemCode

_BETWEEN = "\x1f"


class Confidence(StrEnum):
    """How sure it is that a client is the row's person."""

    CERTAIN = "certain"
    """The outside key is the same and nothing known speaks against it."""
    HIGH = "high"
    """Something points at the client and nothing known speaks against it."""
    LOW = "low"
    """Something points at the client, something else speaks against it."""


class Sign(StrEnum):
    """What of a row agrees with a client, or does not."""

    KEY = "key"
    PHONE = "phone"
    DEAD_POINT = "dead_point"
    """A number or address by which the client cannot be reached any more."""
    EMAIL = "email"
    TAX_ID = "tax_id"
    VEHICLE = "vehicle"
    """The client is the present owner of the row's vehicle."""
    BIRTH_ON = "birth_on"
    NAME = "name"


_SIGNS = {ContactKind.PHONE: Sign.PHONE, ContactKind.EMAIL: Sign.EMAIL}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A client who may be meant. ``person`` has no id while this very load has not written it."""

    person: Person
    agrees: tuple[Sign, ...]
    differs: tuple[Sign, ...]

    @property
    def client_id(self) -> int | None:
        """The client; None for one that is not written yet."""
        return self.person.id

    @property
    def confidence(self) -> Confidence:
        """How sure it is."""
        if self.differs:
            return Confidence.LOW
        return Confidence.CERTAIN if Sign.KEY in self.agrees else Confidence.HIGH


@dataclass(frozen=True, slots=True)
class Doubt:
    """A row's person, and who that may be, the likeliest first."""

    fingerprint: str
    candidates: tuple[Candidate, ...]


def doubt_about(asked: Asked, people: Iterable[Person], owner: Person | None) -> Doubt:
    """The doubt between these clients; ``owner``: the present owner of the row's vehicle."""
    found = [_candidate(asked, one, owner) for one in dict.fromkeys(people)]
    order = list(Confidence)
    found.sort(
        key=lambda one: (order.index(one.confidence), len(one.differs) - len(one.agrees),
                         one.client_id or 0)
    )  # fmt: skip
    return Doubt(fingerprint_of(asked), tuple(found))


def fingerprint_of(asked: Asked) -> str:
    """What the row says of its person, as a hash; the vehicle counts where nothing else tells."""
    points = sorted(f"{kind.value}:{value}" for kind, value in asked.reachable)
    parts = (
        asked.name_norm or "",
        asked.external_key or "",
        asked.tax_id or "",
        asked.birth_on.isoformat() if asked.birth_on else "",
        *points,
        # A name alone is anybody's: what was decided of it holds for this vehicle only.
        "" if asked.is_anybody else asked.vehicle,
    )
    return hashlib.sha256(_BETWEEN.join(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Cause:
    """Why rows are in doubt: those of one cause may be decided together.

    The problem, and what agrees and differs of the likeliest client. How many may be meant is not
    part of it: deciding one row changes that for the next.
    """

    code: RowProblemCode
    agrees: tuple[Sign, ...] = ()
    differs: tuple[Sign, ...] = ()

    @property
    def key(self) -> str:
        """As it is kept with the rows; no personal data."""
        return ":".join((self.code, "+".join(self.agrees), "+".join(self.differs)))

    @classmethod
    def of_key(cls, key: str) -> Cause:
        """The cause that has this key. Raises ValueError when there is none."""
        code, agrees, differs = key.split(":")
        return cls(
            RowProblemCode(code),
            tuple(Sign(one) for one in agrees.split("+") if one),
            tuple(Sign(one) for one in differs.split("+") if one),
        )


def cause_of(code: RowProblemCode, doubt: Doubt) -> Cause:
    """Why a row of this problem is in doubt."""
    likeliest = next(iter(doubt.candidates), None)
    if likeliest is None:
        return Cause(code)
    return Cause(code, likeliest.agrees, likeliest.differs)


def _candidate(asked: Asked, person: Person, owner: Person | None) -> Candidate:
    agrees: list[Sign] = []
    differs: list[Sign] = []
    told = (
        (Sign.KEY, person.external_key, asked.external_key),
        (Sign.TAX_ID, person.tax_id, asked.tax_id),
        (Sign.BIRTH_ON, person.birth_on, asked.birth_on),
    )
    for sign, known, said in told:
        if known is not None and said is not None:
            (agrees if known == said else differs).append(sign)
    shared = person.points.intersection(asked.reachable)
    alive = {kind for kind, _ in shared - person.dead_points}
    agrees += [sign for kind, sign in _SIGNS.items() if kind in alive]
    if shared and not alive:
        differs.append(Sign.DEAD_POINT)
    if person is owner:
        agrees.append(Sign.VEHICLE)
    if asked.name_norm and not person.is_nameless:
        (agrees if has_that_name(person, asked) else differs).append(Sign.NAME)
    return Candidate(person, tuple(agrees), tuple(differs))
