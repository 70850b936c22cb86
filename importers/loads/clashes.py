"""Whom the doubtful rows of a load may mean, told beside each: the likeliest by name (A8).

Candidates are not kept with a row: they are looked up anew, for many rows at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from core.among import among
from directory.clients.models import Client
from directory.clients.visibility import client_is_visible
from importers.loads.doubts import Candidate
from importers.loads.models import LoadedRow, LoadState, RecordLoad
from importers.loads.reapplying import judge_kept, read_kept
from importers.loads.told import Verdict

MOST_NAMED = 2


@dataclass(frozen=True, slots=True)
class Likely:
    """Somebody who may be meant; without a name one of whom this person may not know more.

    ``is_of_file``: nobody yet, another row of the same file is to become that client.
    """

    client_id: int | None
    name: str
    is_of_file: bool = False


_OF_FILE, _OUT_OF_SIGHT = Likely(None, "", is_of_file=True), Likely(None, "")


@dataclass(frozen=True, slots=True)
class Clash:
    """Whom a doubtful row may mean, the likeliest first; ``others``: how many more there are."""

    named: tuple[Likely, ...]
    others: int = 0


def clashes_of(
    session: Session, load: RecordLoad, rows: Iterable[LoadedRow], *, actor: Actor, now: datetime
) -> dict[int, Clash]:
    """Row number → whom it clashes with now; without rows of which nobody can tell who is meant.

    A fixed number of statements for all rows. Who reads must be allowed to see the load; clients
    whom they do not see are not named.
    """
    doubtful = [row for row in rows if _is_doubtful(row)]
    if not doubtful:
        return {}
    rulings = judge_kept(
        session, load, read_kept(load, doubtful), actor=actor, now=now, only_looks=True
    )
    found = [(row, one.doubt.candidates if one.doubt else ()) for row, one in
             zip(doubtful, rulings, strict=True)]  # fmt: skip
    visible = _visible(session, [one for _, candidates in found for one in candidates], actor)
    # What a preview has found in doubt and is not: whoever stands above is not written yet.
    is_checked = load.state is LoadState.CHECKED
    clashes = ((row.row_no, _clash(candidates, visible, is_checked)) for row, candidates in found)
    return {row_no: clash for row_no, clash in clashes if clash.named}


def _is_doubtful(row: LoadedRow) -> bool:
    return row.verdict is Verdict.DOUBTFUL and row.person is not None and row.cells is not None


def _visible(session: Session, candidates: Sequence[Candidate], actor: Actor) -> set[int]:
    ids = sorted({one.client_id for one in candidates if one.client_id is not None})
    if not ids:
        return set()
    query = select(Client.id).where(among(session, Client.id, ids), client_is_visible(actor))
    return set(session.scalars(query))


def _clash(candidates: Sequence[Candidate], visible: set[int], is_checked: bool) -> Clash:
    if not candidates:
        return Clash((_OF_FILE,) if is_checked else ())
    named = tuple(_each_once(candidates, visible))[:MOST_NAMED]
    return Clash(named, len(candidates) - len(named))


def _each_once(candidates: Sequence[Candidate], visible: set[int]) -> Iterator[Likely]:
    """Those without a name stand there once, whatever their number."""
    likely = (_likely(one, visible) for one in candidates)
    yield from dict.fromkeys(likely)


def _likely(one: Candidate, visible: set[int]) -> Likely:
    if one.client_id is None:
        return _OF_FILE
    if one.client_id not in visible:
        return _OUT_OF_SIGHT
    return Likely(one.client_id, one.person.name)
