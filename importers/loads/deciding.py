"""A person decides whom doubtful rows of a load mean; what was decided is remembered (A8).

All rows that say the same of their person are decided at once, and loaded by the code that loaded
the others. The decision holds for the unit of the load and those below it, for later files too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from core.db import insert_into
from core.errors import Refused
from core.journal import record
from core.locks import exclusively
from directory.clients.models import Client
from directory.clients.visibility import client_is_visible
from importers.events import RowsDecided
from importers.loads.asked import asked_of
from importers.loads.decision_models import Choice, LoadDecision, MatchDecision
from importers.loads.doubts import Doubt
from importers.loads.kept_rows import as_before, kept_row, problems_in
from importers.loads.models import LoadedRow, LoadState, RecordLoad
from importers.loads.reapplying import apply_kept_rows, change_verdict, judge_kept, read_kept
from importers.loads.seen import get_load
from importers.loads.told import REJECTED, Ruling, Verdict
from importers.problems import RowProblem, RowProblemCode
from importers.rereading import LOCK

_AT_ONCE = 500
DECIDABLE = (LoadState.DONE, LoadState.CANCELLED)
"""States in which rows may be decided: nobody is loading the file any more, and it is there."""


class LoadNotOver(Refused):
    """Rows are decided when the load is over, and as long as it was not taken back."""

    def __init__(self, state: LoadState) -> None:
        super().__init__(state.value)
        self.state = state


class CandidatesChanged(Refused):
    """The client is none of those who may be meant now, or this person may not see the client."""


class NameMissing(Refused):
    """A row without a name, a phone and an e-mail address makes no client."""


def hold_load(session: Session, load_id: int, *, actor: Actor) -> RecordLoad:
    """The load while its rows are decided: nobody loads anything or decides in that time.

    Raises NotFound, NotPermitted, LoadNotOver.
    """
    get_load(session, load_id, actor=actor)
    exclusively(session, LOCK)
    load = session.get_one(RecordLoad, load_id, with_for_update=True, populate_existing=True)
    if load.state not in DECIDABLE:
        raise LoadNotOver(load.state)
    return load


def decide(
    session: Session,
    load_id: int,
    row_no: int,
    *,
    choice: Choice,
    client_id: int | None = None,
    actor: Actor,
    now: datetime,
) -> LoadDecision | None:
    """Do with the row, and all others of the same person, what a person says.

    ``client_id``: who it is, with SAME. A rejected row can only be skipped. None: it was decided
    before. Raises NotFound, NotPermitted, LoadNotOver, CandidatesChanged, NameMissing.
    """
    load = hold_load(session, load_id, actor=actor)
    rows = _rows_of_person(session, load, row_no)
    if not rows:
        return None
    fingerprint = rows[0].person
    before = [as_before(row) for row in rows]
    batch_no = None
    if choice is Choice.SKIP:
        leave_out(load, rows)
    else:
        _settle(session, load, rows[0], choice, client_id, actor=actor, now=now)
        batch_no = apply_kept_rows(session, load, rows, actor=actor, now=now).batch_no
    decision = LoadDecision(
        load_id=load_id, choice=choice, fingerprint=fingerprint, batch_no=batch_no, rows=before,
        by=actor.key, at=now,
    )  # fmt: skip
    session.add(decision)
    event = RowsDecided(record_load_id=load_id, choice=choice, rows=len(rows), client_id=client_id)
    record(session, event, actor=actor, at=now)
    session.flush()
    return decision


def visible_among(session: Session, doubt: Doubt, *, actor: Actor) -> set[int]:
    """Which of the candidates this person may see, and so may choose."""
    ids = [one.client_id for one in doubt.candidates if one.client_id is not None]
    query = select(Client.id).where(Client.id.in_(ids), client_is_visible(actor))
    return set(session.scalars(query))


def _rows_of_person(session: Session, load: RecordLoad, row_no: int) -> Sequence[LoadedRow]:
    """The row and the others of its person that are still open; none: it was decided before."""
    row = kept_row(session, load.id, row_no)
    if row.verdict not in REJECTED:
        return []
    if row.person is None:
        return [row]
    return session.scalars(
        select(LoadedRow)
        .where(
            LoadedRow.load_id == load.id,
            LoadedRow.verdict == Verdict.DOUBTFUL,
            LoadedRow.person == row.person,
        )
        .order_by(LoadedRow.row_no)
        .execution_options(populate_existing=True)
    ).all()


def _settle(
    session: Session,
    load: RecordLoad,
    row: LoadedRow,
    choice: Choice,
    client_id: int | None,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Remember whom the row means, if that may be said of it."""
    [read] = read_kept(load, [row])
    [ruling] = judge_kept(session, load, [read], actor=actor, now=now)
    if choice is Choice.AGAIN:
        if ruling.verdict in REJECTED:
            raise CandidatesChanged
        return
    if ruling.doubt is None or choice not in (Choice.SAME, Choice.NEW):
        raise CandidatesChanged
    if choice is Choice.NEW and asked_of(read).shown_name is None:
        raise NameMissing
    if choice is Choice.SAME and client_id not in visible_among(session, ruling.doubt, actor=actor):
        raise CandidatesChanged
    whom = client_id if choice is Choice.SAME else None
    remember(session, load.unit_id, {ruling.doubt.fingerprint: whom}, choice, actor=actor, now=now)


def remember(
    session: Session,
    unit_id: int,
    whom: Mapping[str, int | None],
    choice: Choice,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Whom rows with these fingerprints mean from now on; of a new client: None until it is made.

    In the place of what was said of them before.
    """
    insert = insert_into(session, MatchDecision)
    told = {name: insert.excluded[name] for name in ("client_id", "is_new", "by", "at")}
    keep = insert.on_conflict_do_update(index_elements=["unit_id", "fingerprint"], set_=told)
    rows = [
        {"unit_id": unit_id, "fingerprint": fingerprint, "client_id": client_id,
         "is_new": choice is Choice.NEW, "by": actor.key, "at": now}
        for fingerprint, client_id in whom.items()
    ]  # fmt: skip
    for start in range(0, len(rows), _AT_ONCE):
        session.execute(keep.values(rows[start : start + _AT_ONCE]))


def leave_out(load: RecordLoad, rows: Sequence[LoadedRow]) -> None:
    """The rows were skipped by a person."""
    for row in rows:
        left_out = RowProblem("", RowProblemCode.LEFT_OUT)
        told = (left_out, *problems_in(row.problems))
        change_verdict(load, row, Ruling(Verdict.SKIPPED, told))
