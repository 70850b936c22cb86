"""Rows of loads that wait for a person: whose person is doubtful, and those that were rejected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, defer

from core.access import Actor
from directory.assets.card import OwnedVehicle, vehicles_of_client
from directory.clients.card import contact_points_of
from directory.clients.models import Client, ContactPoint
from importers.loads.asked import Asked, asked_of
from importers.loads.deciding import DECIDABLE, visible_among
from importers.loads.decision_models import LoadDecision
from importers.loads.doubts import Candidate
from importers.loads.kept_rows import kept_row
from importers.loads.models import LoadedRow, RecordLoad
from importers.loads.reapplying import judge_kept, read_kept
from importers.loads.seen import get_load
from importers.loads.told import REJECTED, Ruling, Verdict
from importers.permissions import ImportPermission
from importers.typed_rows import TypedRow

PAGE_SIZE = 10
_LOOKED_AT = 200
"""Among so many of the newest loads those with rows that wait are looked for."""
MOST_CANDIDATES = 9
"""So many are shown, the likeliest: a digit chooses each."""


@dataclass(frozen=True, slots=True)
class DoubtfulPerson:
    """A person of a load who is to be decided: the first row, and how many rows there are."""

    row_no: int
    rows: int


@dataclass(frozen=True, slots=True)
class Alike:
    """The people of a load who wait for one cause, from some row on."""

    cause: str
    """The key of ``importers.loads.doubts.Cause``."""
    people: int
    rows: int


@dataclass(frozen=True, slots=True)
class CandidateSeen:
    """A candidate as this person may see it: ``client`` None where the card is out of sight."""

    candidate: Candidate
    client: Client | None
    points: tuple[ContactPoint, ...] = ()
    vehicles: tuple[OwnedVehicle, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtSeen:
    """One person of a load who is to be decided, with all who may be meant."""

    load: RecordLoad
    row: TypedRow
    asked: Asked
    rows: int
    """How many rows say this."""
    ruling: Ruling
    """What the row comes to now; no longer doubtful after a merge, say."""
    candidates: tuple[CandidateSeen, ...]
    not_shown: int
    """Candidates beyond those."""
    number: int
    """Which one it is, from 1, those that were decided counted."""
    total: int
    left: int
    """How many are still to be decided, this one counted."""
    previous: int | None
    """The row of the person before; None: it is the first."""
    next: int | None
    alike: Alike | None
    """All who wait for its cause, or for that which it had before it became certain.

    None: that is not known of rows that were kept before migration 0034.
    """
    others: int
    """How many of them there are beside this one."""

    @property
    def may_be_new(self) -> bool:
        """Whether a client can be made of the row."""
        return self.asked.shown_name is not None


@dataclass(frozen=True, slots=True)
class WaitingLoad:
    """A load with rows that wait for a person."""

    load: RecordLoad
    people: int
    """Doubtful ones."""
    rejected: int
    """Rows that are to be corrected."""


@dataclass(frozen=True, slots=True)
class RejectedPage:
    """Rows that are to be corrected; ``page`` is counted from 1."""

    load: RecordLoad
    rows: Sequence[LoadedRow]
    total: int
    page: int
    pages: int


def doubtful_people(session: Session, load_id: int) -> list[DoubtfulPerson]:
    """Who is still to be decided, in the order of the file."""
    first = func.min(LoadedRow.row_no)
    query = (
        select(first, func.count())
        .where(LoadedRow.load_id == load_id, _is_doubtful())
        .group_by(LoadedRow.person)
        .order_by(first)
    )
    return [DoubtfulPerson(row_no, rows) for row_no, rows in session.execute(query)]


def alike_in(session: Session, load_id: int, cause: str, *, since: int = 0) -> Alike:
    """How many wait for this cause whose first row is ``since`` or a later one."""
    people = people_alike(load_id, cause, since=since).subquery()
    query = select(func.count(), func.coalesce(func.sum(people.c.rows), 0)).select_from(people)
    count, rows = session.execute(query).one()
    return Alike(cause, count, int(rows))


def people_alike(load_id: int, cause: str, *, since: int = 0) -> Select[int, int, str | None]:
    """First row, ``rows`` and fingerprint of each who waits for this cause, as in the file."""
    first = func.min(LoadedRow.row_no)
    people = (
        select(first.label("row_no"), func.count().label("rows"))
        .where(LoadedRow.load_id == load_id, _is_doubtful())
        .group_by(LoadedRow.person)
        .having(first >= since)
        .subquery()
    )
    return (
        select(people.c.row_no, people.c.rows, LoadedRow.person)
        .join(LoadedRow, LoadedRow.row_no == people.c.row_no)
        .where(LoadedRow.load_id == load_id, LoadedRow.cause == cause)
        .order_by(people.c.row_no)
    )


def look_at_doubt(
    session: Session,
    load_id: int,
    *,
    row_no: int | None = None,
    since: int = 0,
    actor: Actor,
    now: datetime,
) -> DoubtSeen | None:
    """The person of this row, else the first from there on; None: nobody is left to be decided.

    ``since``: from that row on it is told how many wait for the same cause. Raises NotFound,
    NotPermitted.
    """
    load = get_load(session, load_id, actor=actor)
    people = doubtful_people(session, load_id) if load.state in DECIDABLE else []
    if not people:
        return None
    at = next((n for n, one in enumerate(people) if one.row_no >= (row_no or 0)), 0)
    kept = session.get_one(LoadedRow, (load_id, people[at].row_no))
    [row] = read_kept(load, [kept])
    [ruling] = judge_kept(session, load, [row], actor=actor, now=now, only_looks=True)
    found = ruling.doubt.candidates if ruling.doubt is not None else ()
    done = _decided(session, load_id)
    cause = ruling.cause or kept.cause
    alike = alike_in(session, load_id, cause, since=since) if cause else None
    is_among = kept.cause == cause and kept.row_no >= since
    return DoubtSeen(
        load=load, row=row, asked=asked_of(row), rows=people[at].rows, ruling=ruling,
        candidates=_seen(session, ruling, found[:MOST_CANDIDATES], actor),
        not_shown=max(0, len(found) - MOST_CANDIDATES),
        number=done + at + 1, total=done + len(people), left=len(people),
        previous=people[at - 1].row_no if at else None,
        next=people[at + 1].row_no if at + 1 < len(people) else None,
        alike=alike, others=alike.people - is_among if alike is not None else 0,
    )  # fmt: skip


def rejected_rows(
    session: Session, load_id: int, *, page: int = 1, actor: Actor
) -> RejectedPage:  # fmt: skip
    """Rows that no decision helps: they are to be corrected. Raises NotFound, NotPermitted."""
    load = get_load(session, load_id, actor=actor)
    if load.state not in DECIDABLE:
        return RejectedPage(load, (), 0, 1, 1)
    kept = select(LoadedRow).where(LoadedRow.load_id == load_id, _is_rejected())
    total = session.scalar(select(func.count()).select_from(kept.subquery())) or 0
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(1, page), pages)
    rows = session.scalars(
        kept.order_by(LoadedRow.row_no).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    ).all()
    return RejectedPage(load, rows, total, page, pages)


def rejected_row(session: Session, load_id: int, row_no: int, *, actor: Actor) -> LoadedRow:
    """One row with its cells. Raises NotFound, NotPermitted."""
    get_load(session, load_id, actor=actor)
    return kept_row(session, load_id, row_no)


def waiting_in(session: Session, load: RecordLoad) -> WaitingLoad:
    """What waits for a person in this load: as many as the pages that it leads to show."""
    if load.state not in DECIDABLE or load.forgotten_at is not None or not _open_rows(load):
        return WaitingLoad(load, 0, 0)
    return _waiting(session, [load])[0]


def waiting_loads(session: Session, *, actor: Actor, limit: int = 50) -> list[WaitingLoad]:
    """The loads of this person's units with rows that wait, the newest first."""
    actor.require(ImportPermission.LOAD)
    newest = (
        select(RecordLoad)
        .where(
            RecordLoad.unit_id.in_(actor.unit_ids), RecordLoad.state.in_(DECIDABLE),
            RecordLoad.forgotten_at.is_(None),
        )
        .order_by(RecordLoad.id.desc())
        .limit(_LOOKED_AT)
        .options(defer(RecordLoad.sample), defer(RecordLoad.columns))
    )  # fmt: skip
    loads = [load for load in session.scalars(newest) if _open_rows(load)][:limit]
    return _waiting(session, loads)


def doubts_foreseen(session: Session, load_id: int) -> tuple[int, int]:
    """Doubtful rows of a preview: those a person will choose for, those to be corrected.

    Nobody can choose where the person is not in doubt, as with a call for which no task waited.
    """
    query = select(func.count(LoadedRow.person), func.count()).where(
        LoadedRow.load_id == load_id, LoadedRow.verdict == Verdict.DOUBTFUL
    )
    choosable, rows = session.execute(query).one()
    return choosable, rows - choosable


def _waiting(session: Session, loads: Sequence[RecordLoad]) -> list[WaitingLoad]:
    doubtful = (
        select(LoadedRow.load_id, func.count(LoadedRow.person.distinct()), func.count())
        .where(LoadedRow.load_id.in_([load.id for load in loads]), _is_doubtful())
        .group_by(LoadedRow.load_id)
    )
    people = {number: (count, rows) for number, count, rows in session.execute(doubtful)}
    found = []
    for load in loads:
        count, rows = people.get(load.id, (0, 0))
        found.append(WaitingLoad(load, count, _open_rows(load) - rows))
    return found


def _open_rows(load: RecordLoad) -> int:
    """Rows that can still be loaded: each has something to be told, so its cells are kept."""
    return sum(int(load.counts.get(verdict.value, 0)) for verdict in REJECTED)


def _is_doubtful() -> ColumnElement[bool]:
    return and_(
        LoadedRow.verdict == Verdict.DOUBTFUL, LoadedRow.person.is_not(None),
        LoadedRow.cells.is_not(None),
    )  # fmt: skip


def _is_rejected() -> ColumnElement[bool]:
    is_open = or_(
        LoadedRow.verdict == Verdict.INVALID,
        and_(LoadedRow.verdict == Verdict.DOUBTFUL, LoadedRow.person.is_(None)),
    )
    return and_(is_open, LoadedRow.cells.is_not(None))


def _decided(session: Session, load_id: int) -> int:
    query = select(func.count()).where(
        LoadDecision.load_id == load_id,
        LoadDecision.fingerprint.is_not(None),
        LoadDecision.undone_at.is_(None),
    )
    return session.scalar(query) or 0


def _seen(
    session: Session, ruling: Ruling, candidates: Sequence[Candidate], actor: Actor
) -> tuple[CandidateSeen, ...]:
    if ruling.doubt is None:
        return ()
    visible = visible_among(session, ruling.doubt, actor=actor)
    return tuple(
        CandidateSeen(
            one,
            session.get_one(Client, one.client_id),
            contact_points_of(session, one.client_id),
            vehicles_of_client(session, one.client_id),
        )
        if one.client_id in visible and one.client_id is not None
        else CandidateSeen(one, None)
        for one in candidates
    )
