"""What has happened since a load to what it made and completed: edits, later loads, work (A8)."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from core.journal import JournalEntry, event_name
from directory.assets.models import Ownership
from directory.clients.consent import ContactRefused
from directory.clients.events import ContactPointForbidden
from directory.clients.models import ClientUnit, ContactPoint, ContactRefusal, ContactState
from importers.loads.added import Span, merged, spans_of
from importers.loads.models import LoadBatch, LoadedRow, LoadState, RecordLoad
from importers.taken_rows import TakenRows, Touch
from worklists.models.attempt import Attempt
from worklists.models.work_list import WorkList

_SUBJECTS = {"client": "clients", "asset": "assets"}
"""What the journal calls the rows of these tables."""
_HAS_LOADED = (LoadState.LOADING, LoadState.DONE, LoadState.CANCELLED, LoadState.REFUSED)
_BANS = "do-not-call"


def edits(session: Session, load: RecordLoad, taken: TakenRows) -> Counter[Touch]:
    """How many of the clients and vehicles that are to go somebody has corrected since."""
    entry = JournalEntry
    refused = event_name(ContactRefused)
    by_a_person = entry.event != refused
    if load.format == _BANS:
        by_a_person &= entry.event != event_name(ContactPointForbidden)
    by_a_load = entry.details["source"].as_string().startswith("import:")
    number = 0
    for subject, kind in _SUBJECTS.items():
        told = select(func.count(entry.subject_id.distinct())).where(
            entry.subject == subject,
            entry.subject_id.in_(taken.numbers(kind)),
            or_(by_a_person, and_(entry.event == refused, ~by_a_load)),
        )
        number += session.scalar(told) or 0
    return +Counter({Touch.EDIT: number + _banned_since(session, load, taken)})


def later_loads(session: Session, load: RecordLoad, taken: TakenRows) -> Counter[Touch]:
    """How many rows of later loads name or complete what is to go; a later list of bans counts one.

    A ban that a second list names too is kept by the first list alone: that one goes last.
    """
    began = func.coalesce(RecordLoad.begun_at, RecordLoad.asked_at)
    own_begin = load.begun_at or load.asked_at
    later = and_(
        RecordLoad.id != load.id,
        RecordLoad.state.in_(_HAS_LOADED),
        or_(
            RecordLoad.state == LoadState.LOADING,
            began > own_begin,
            and_(began == own_begin, RecordLoad.id > load.id),
        ),
    )
    naming = (
        select(func.count(LoadedRow.client_id.distinct()))
        .join(RecordLoad, RecordLoad.id == LoadedRow.load_id)
        .where(later, LoadedRow.client_id.in_(taken.numbers("clients")))
    )
    number = session.scalar(naming) or 0
    own = _Own(session, load)
    number += sum(
        own.holds(kind, filling[0])
        for filled in session.scalars(
            select(LoadBatch.filled)
            .join(RecordLoad, RecordLoad.id == LoadBatch.load_id)
            .where(later)
            .execution_options(yield_per=20)
        )
        for kind, fillings in filled.items()
        for filling in fillings
    )
    if load.format == _BANS:
        lists = select(func.count()).where(later, RecordLoad.format == _BANS)
        number += session.scalar(lists) or 0
    return +Counter({Touch.LATER_LOAD: number})


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


def _banned_since(session: Session, load: RecordLoad, taken: TakenRows) -> int:
    """How many numbers of clients that are to go were banned by others than a list of bans."""
    if load.format != _BANS:
        return 0  # the journal has told of all of them
    own = _Own(session, load, of_made=False)
    banned = select(ContactPoint.id).where(
        ContactPoint.id.in_(taken.numbers("contact_points")), ContactPoint.do_not_contact
    )
    return sum(not own.holds("contact_points", one) for one in session.scalars(banned))


class _Own:
    """The rows that the load made or completed, as spans: few numbers for however many rows."""

    def __init__(self, session: Session, load: RecordLoad, *, of_made: bool = True) -> None:
        self._of: dict[str, list[Span]] = {}
        batches = select(LoadBatch.added, LoadBatch.filled).where(LoadBatch.load_id == load.id)
        for added, filled in session.execute(batches.execution_options(yield_per=20)):
            for kind, spans in added.items() if of_made else ():
                self._of.setdefault(kind, []).extend(spans)
            for kind, fillings in filled.items():
                self._of.setdefault(kind, []).extend(spans_of(one[0] for one in fillings))
        for kind, spans in self._of.items():
            self._of[kind] = merged(spans)

    def holds(self, kind: str, number: int) -> bool:
        """Whether the row is among them."""
        spans = self._of.get(kind, [])
        at = bisect_right(spans, number, key=lambda span: span[0]) - 1
        return at >= 0 and number <= spans[at][1]
