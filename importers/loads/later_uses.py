"""What has happened since a load to what it made and completed: edits, later loads, work (A8)."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select, true, update
from sqlalchemy.orm import Session

from core.among import among
from core.db import Base
from core.journal import JournalEntry, event_name
from directory.assets.models import Ownership
from directory.clients.consent import ContactRefused, RefusalLifted
from directory.clients.events import ContactPointAllowed, ContactPointForbidden
from directory.clients.models import ClientUnit, ContactPoint, ContactRefusal, ContactState
from importers.loads.added import Span, merged, spans_of
from importers.loads.decision_models import LoadDecision
from importers.loads.models import LoadBatch, LoadedRow, LoadState, RecordLoad
from importers.models import ImportedRow, RowFate
from importers.taken_rows import TakenRows, Touch
from worklists.models.attempt import Attempt
from worklists.models.work_list import WorkList

_SUBJECTS = {"client": "clients", "asset": "assets"}
"""What the journal calls the rows of these tables."""
_CONSENT = tuple(
    map(event_name, (ContactRefused, RefusalLifted, ContactPointForbidden, ContactPointAllowed))
)
_HAS_LOADED = and_(
    RecordLoad.state.in_(
        (
            LoadState.LOADING,
            LoadState.DONE,
            LoadState.CANCELLED,
            LoadState.REFUSED,
            LoadState.UNDOING,
        )
    ),
    # One that ended after its preview has told of clients and done nothing to them.
    RecordLoad.batches > 0,
)
_ALL = true()
BANS = "do-not-call"
"""The format whose loads ban numbers and write refusals."""


class Own:
    """Rows that were made or completed, as spans: few numbers for however many rows."""

    def __init__(self, made: Mapping[str, Iterable[Span]]) -> None:
        self._of = {kind: merged(spans) for kind, spans in made.items()}

    @classmethod
    def of_batches(cls, session: Session, which: ColumnElement[bool], *, made: bool = True) -> Own:
        """What these batches completed and, with ``made``, what they made."""
        found: dict[str, list[Span]] = {}
        batches = select(LoadBatch.added, LoadBatch.filled).where(which)
        for added, filled in session.execute(batches.execution_options(yield_per=20)):
            for kind, spans in added.items() if made else ():
                found.setdefault(kind, []).extend(spans)
            for kind, fillings in filled.items():
                found.setdefault(kind, []).extend(spans_of(one[0] for one in fillings))
        return cls(found)

    def holds(self, kind: str, number: int) -> bool:
        """Whether the row is among them."""
        spans = self._of.get(kind, [])
        at = bisect_right(spans, number, key=lambda span: span[0]) - 1
        return at >= 0 and number <= spans[at][1]


def edits(session: Session, taken: TakenRows, bans: Own | None = None) -> Counter[Touch]:
    """How many of the clients and vehicles that are to go somebody has corrected or banned since.

    Refusals and bans count as they stand now, not as the journal tells: a list of them that was
    taken back hinders nobody. ``bans``: what the load that is taken back has banned itself.
    """
    entry = JournalEntry
    number = 0
    for subject, kind in _SUBJECTS.items():
        told = select(func.count(entry.subject_id.distinct())).where(
            entry.subject == subject,
            entry.subject_id.in_(taken.numbers(kind)),
            entry.event.not_in(_CONSENT),
        )
        if edited := session.scalar(told):
            number += edited
            which = select(entry.subject_id).where(
                entry.subject == subject, entry.subject_id.in_(taken.numbers(kind)),
                entry.event.not_in(_CONSENT),
            )  # fmt: skip
            taken.note(Touch.EDIT, kind, which)
    banned_by_others = select(ContactPoint.id).where(
        ContactPoint.id.in_(taken.numbers("contact_points")),
        ContactPoint.client_id.in_(taken.numbers("clients")),
        ContactPoint.do_not_contact,
    )
    banned = [
        one
        for one in session.scalars(banned_by_others)
        if bans is None or not bans.holds("contact_points", one)
    ]
    _note_numbers(session, taken, Touch.BAN, "contact_points", banned)
    return +Counter({Touch.EDIT: number, Touch.BAN: len(banned)})


def _note_numbers(
    session: Session, taken: TakenRows, touch: Touch, kind: str, numbers: Sequence[int]
) -> None:
    """These rows hinder; of what has no number of its own nothing more than the count is told."""
    key = Base.metadata.tables[kind].c.get("id")
    if numbers and key is not None:
        taken.note(touch, kind, select(key).where(among(session, key, numbers)))


def later_than(load: RecordLoad) -> ColumnElement[bool]:
    """Condition on loads: after this one, still being loaded, or with rows decided since."""
    return and_(RecordLoad.id != load.id, or_(_began_after(load), decided_since(_began_at(load))))


def later_batches(load: RecordLoad) -> ColumnElement[bool]:
    """The same on single batches: of an earlier load those alone that decisions have added."""
    is_its_own = LoadDecision.batch_no == LoadBatch.batch_no
    decided = decided_since(_began_at(load), is_its_own)
    return and_(RecordLoad.id != load.id, or_(_began_after(load), decided))


def decided_since(moment: datetime, *which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Condition on loads: rows were decided and loaded after that moment, and not undone."""
    return exists().where(
        LoadDecision.load_id == RecordLoad.id,
        LoadDecision.batch_no.is_not(None),
        LoadDecision.undone_at.is_(None),
        LoadDecision.at > moment,
        *which,
    )


def _began_at(load: RecordLoad) -> datetime:
    return load.begun_at or load.asked_at


def _began_after(load: RecordLoad) -> ColumnElement[bool]:
    began = func.coalesce(RecordLoad.begun_at, RecordLoad.asked_at)
    return or_(
        RecordLoad.state == LoadState.LOADING,
        began > _began_at(load),
        and_(began == _began_at(load), RecordLoad.id > load.id),
    )


def named_by_loads(
    session: Session, taken: TakenRows, which: ColumnElement[bool] = _ALL
) -> Counter[Touch]:
    """How many of the clients that are to go rows of these loads name."""
    naming = (
        select(func.coalesce(LoadedRow.client_id, 0))
        .join(RecordLoad, RecordLoad.id == LoadedRow.load_id)
        .where(_HAS_LOADED, which, LoadedRow.client_id.in_(taken.numbers("clients")))
    )
    distinct = naming.with_only_columns(func.count(LoadedRow.client_id.distinct()))
    number = session.scalar(distinct) or 0
    if number:
        taken.note(Touch.LATER_LOAD, "clients", naming)
        taken.note_loads(session.scalars(naming.with_only_columns(RecordLoad.id).distinct()))
    return +Counter({Touch.LATER_LOAD: number})


def filled_by_loads(
    session: Session, own: Own, taken: TakenRows, which: ColumnElement[bool] = _ALL
) -> Counter[Touch]:
    """How many of our rows these batches of loads completed."""
    batches = select(LoadBatch.load_id, LoadBatch.filled).join(
        RecordLoad, RecordLoad.id == LoadBatch.load_id
    )
    number, completed = 0, dict[str, set[int]]()
    found = session.execute(batches.where(_HAS_LOADED, which).execution_options(yield_per=20))
    for load_id, filled in found:
        for kind, fillings in filled.items():
            ours = [one[0] for one in fillings if own.holds(kind, one[0])]
            if ours:
                number += len(ours)
                completed.setdefault(kind, set()).update(ours)
                taken.note_loads([load_id])
    for kind, numbers in completed.items():
        _note_numbers(session, taken, Touch.LATER_LOAD, kind, sorted(numbers))
    return +Counter({Touch.LATER_LOAD: number})


def used_by_decisions(
    session: Session, load: RecordLoad, batch_no: int, taken: TakenRows, own: Own
) -> Counter[Touch]:
    """How many of the rows of this batch later decisions about the same load name or completed."""
    decided = select(LoadDecision.rows).where(
        LoadDecision.load_id == load.id, LoadDecision.batch_no == batch_no
    )
    its_own = {row_no for rows in session.scalars(decided) for row_no, *_ in rows}
    naming = select(LoadedRow.row_no, LoadedRow.client_id).where(
        LoadedRow.load_id == load.id, LoadedRow.client_id.in_(taken.numbers("clients"))
    )
    named = {client_id for row_no, client_id in session.execute(naming) if row_no not in its_own}
    later = and_(LoadBatch.load_id == load.id, LoadBatch.batch_no > batch_no)
    return +Counter({Touch.LATER_LOAD: len(named)}) + filled_by_loads(session, own, taken, later)


def later_bans(session: Session, taken: TakenRows, load: RecordLoad) -> Counter[Touch]:
    """Lists of bans after this one: what both name the first one alone has banned."""
    if load.format != BANS:
        return Counter()
    later = select(RecordLoad.id).where(_HAS_LOADED, later_than(load), RecordLoad.format == BANS)
    lists = session.scalars(later).all()
    taken.note_loads(lists)
    return +Counter({Touch.LATER_LOAD: len(lists)})


def spare_what_is_used(session: Session, taken: TakenRows) -> int:
    """Parts of known records that somebody has gone on from stay; how many."""
    clients = taken.numbers("clients")
    called = exists().where(Attempt.contact_point_id == ContactPoint.id)
    kept = taken.spare(
        "contact_points",
        or_(
            ContactPoint.state != ContactState.UNCONFIRMED,
            ContactPoint.do_not_contact,
            ~ContactPoint.is_valid,
            called,
        )
        & ContactPoint.client_id.not_in(clients),
    )
    kept += taken.spare(
        "contact_refusals",
        and_(ContactRefusal.lifted_at.is_not(None), ContactRefusal.client_id.not_in(clients)),
    )
    kept += taken.spare(
        "ownerships",
        and_(
            Ownership.until_on.is_not(None),
            Ownership.client_id.not_in(clients),
            Ownership.asset_id.not_in(taken.numbers("assets")),
        ),
    )
    working = exists().where(
        WorkList.client_id == ClientUnit.client_id, WorkList.unit_id == ClientUnit.unit_id
    )
    return kept + taken.spare("client_units", and_(working, ClientUnit.client_id.not_in(clients)))


def free_waiting_rows(session: Session, taken: TakenRows) -> None:
    """Rows of files of work-lists that were not formed yet concern nobody who goes.

    They are matched anew by what they say when the file is shown and formed.
    """
    found = (RowFate.FOUND_BY_KEY, RowFate.FOUND_BY_VIN, RowFate.FOUND_BY_PHONE)
    fate = case((ImportedRow.fate.in_(found), RowFate.NEW_CLIENT), else_=ImportedRow.fate)
    waits = ImportedRow.formed_at.is_(None)
    for column, kind, values in (
        (ImportedRow.client_id, "clients", {"client_id": None, "fate": fate}),
        (ImportedRow.asset_id, "assets", {"asset_id": None}),
    ):
        session.execute(
            update(ImportedRow)
            .where(waits, column.in_(taken.numbers(kind)))
            .values(values)
            .execution_options(synchronize_session=False)
        )
