"""Taking a whole load back: the directory is as if the file had never been loaded (A8, rule 20).

Nothing is taken back of a load of which something is needed by now. What the load only completed
gets its former values where they are still as the load left them; what people have gone on from
stays. Numbers are never used again, so what the journal says of the rows stays true.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from core.access import Actor
from core.bulk import lift_time_limits
from core.errors import NotFound, Refused
from core.journal import Event, record, record_all
from core.locks import exclusively, hold
from directory.clients.consent import RefusalLifted
from directory.clients.events import ContactPointAllowed
from directory.clients.models import Client, ContactPoint, ContactRefusal
from importers.events import RecordsTakenBack
from importers.files import DataForgotten
from importers.formats.catalogue import FORMATS
from importers.formats.declaration import FormatKind
from importers.loads.added import fillings_in, numbers_in
from importers.loads.decided import forget_decided
from importers.loads.later_uses import (
    BANS,
    Own,
    edits,
    filled_by_loads,
    free_waiting_rows,
    later_bans,
    later_batches,
    later_than,
    named_by_loads,
    spare_what_is_used,
    used_by_decisions,
)
from importers.loads.models import LoadBatch, LoadState, RecordLoad
from importers.loads.restoring import put_back
from importers.loads.running import source_of
from importers.loads.steps import go_to
from importers.models import ImportedRow
from importers.permissions import ImportPermission
from importers.rereading import LOCK
from importers.taken_rows import TakenRows, Touch, taken_rows

_MAY_GO = (LoadState.DONE, LoadState.CANCELLED, LoadState.REFUSED)


class CallsStay(Refused):
    """What people have told their clients cannot be taken back as a whole."""


class StillLoading(Refused):
    """The load is not over: it is cancelled first."""


@dataclass(frozen=True, kw_only=True)
class TakenBack:
    """What went. ``gone``: rows per table."""

    gone: Mapping[str, int]
    restored: int
    """Rows that were known before and have their former values again."""
    kept: int
    """Parts of known records that people have gone on from since: they stay."""


def take_back(session: Session, load_id: int, *, actor: Actor, now: datetime) -> TakenBack:
    """Take the whole load back; whoever may load files in its unit may. Twice is once.

    Raises NotFound, NotPermitted, StillLoading, DataForgotten, CallsStay for results of calls,
    LoadTouched (then nothing has changed).
    """
    actor.require(ImportPermission.LOAD)
    load = _held(session, load_id, actor)
    if load.state is LoadState.TAKEN_BACK:
        return TakenBack(gone={}, restored=0, kept=0)
    require_may_go(load)
    told = _take(session, load, None, actor=actor, now=now)
    _end(session, load, told, actor=actor, now=now)
    return told


def take_back_held(
    session: Session,
    load: RecordLoad,
    hold_load: Callable[[], RecordLoad],
    *,
    actor: Actor,
    now: datetime,
) -> TakenBack:
    """The same of a load in UNDOING, by its worker. Raises LoadTouched and what ``hold_load`` does.

    ``hold_load`` holds its row, at the end: until then signs of life of the worker get through.
    """
    lift_time_limits(session)
    exclusively(session, LOCK)
    told = _take(session, load, None, actor=actor, now=now)
    _end(session, hold_load(), told, actor=actor, now=now)
    return told


def require_may_go(load: RecordLoad) -> None:
    """Raises NotFound, StillLoading, DataForgotten, CallsStay unless it can be taken back."""
    if FORMATS[load.format].kind is FormatKind.LEADS:
        # It has made no records: what was formed from its rows is taken back on their page.
        raise NotFound("record_load", load.id)
    if load.state not in _MAY_GO:
        raise StillLoading
    if load.forgotten_at is not None:
        raise DataForgotten
    if not can_be_taken_back(load):
        raise CallsStay


def can_be_taken_back(load: RecordLoad) -> bool:
    """Whether what it filled in is known, and loads of its format can be.

    A call that was made is undone on its task alone.
    """
    return load.forgotten_at is None and FORMATS[load.format].kind is not FormatKind.RESULTS


def take_back_batch(
    session: Session, load: RecordLoad, batch_no: int, *, actor: Actor, now: datetime
) -> TakenBack:
    """Take one batch of a load back that is over; the load goes on being what it is.

    The caller holds the lock of loads and the load. Raises LoadTouched (nothing has changed then).
    """
    return _take(session, load, batch_no, actor=actor, now=now)


def _take(
    session: Session, load: RecordLoad, batch_no: int | None, *, actor: Actor, now: datetime
) -> TakenBack:
    """What one batch of the load has done, None: what all have done. Raises LoadTouched."""
    with taken_rows(session, load.unit_id) as taken:
        _mark(session, load, taken, batch_no)
        reasons = _touched(session, load, taken, batch_no)
        if reasons:
            raise taken.touched(reasons)
        free_waiting_rows(session, taken)
        kept = spare_what_is_used(session, taken)
        lifted = _lifted(session, load, taken)
        gone = taken.delete()
        restored, allowed = _restore(session, load, batch_no)
        record_all(session, [*lifted, *allowed], actor=actor, at=now)
    return TakenBack(gone=gone, restored=restored, kept=kept)


def _held(session: Session, load_id: int, actor: Actor) -> RecordLoad:
    query = select(RecordLoad).where(RecordLoad.id == load_id)
    mine = query.where(RecordLoad.unit_id.in_(actor.unit_ids))
    if session.scalars(mine).one_or_none() is None:
        raise NotFound("record_load", load_id)
    lift_time_limits(session)
    # Neither a load nor a forming makes use of these records meanwhile.
    exclusively(session, LOCK)
    return session.scalars(query.with_for_update().execution_options(populate_existing=True)).one()


def _batches(load: RecordLoad, batch_no: int | None) -> ColumnElement[bool]:
    """The batches of the load, or one of them."""
    whole = LoadBatch.load_id == load.id
    return whole if batch_no is None else whole & (LoadBatch.batch_no == batch_no)


def _mark(session: Session, load: RecordLoad, taken: TakenRows, batch_no: int | None) -> None:
    for added in session.scalars(
        select(LoadBatch.added)
        .where(_batches(load, batch_no))
        .order_by(LoadBatch.batch_no)
        .execution_options(yield_per=20)
    ):
        for kind, spans in added.items():
            taken.add(kind, numbers_in(spans))
    taken.settle()
    # Whoever would hang a task on one of them now waits, and finds it gone.
    hold(session, select(Client.id).where(Client.id.in_(taken.numbers(Client.__tablename__))))


def _touched(
    session: Session, load: RecordLoad, taken: TakenRows, batch_no: int | None
) -> Counter[Touch]:
    which = _batches(load, batch_no)
    bans = Own.of_batches(session, which, made=False) if load.format == BANS else None
    own = Own.of_batches(session, which)
    # Rows that wait in a file of work-lists are matched anew when it is formed.
    is_formed = ImportedRow.formed_at.is_not(None)
    reasons = taken.uses({"imported_rows": is_formed}) + edits(session, taken, bans)
    reasons += named_by_loads(session, taken, later_than(load))
    reasons += filled_by_loads(session, own, taken, later_batches(load))
    reasons += later_bans(session, taken, load)
    if batch_no is not None:
        reasons += used_by_decisions(session, load, batch_no, taken, own)
    return reasons


def _lifted(session: Session, load: RecordLoad, taken: TakenRows) -> list[Event]:
    """Refusals of clients who stay: the journal has told of them, and tells that they are gone."""
    rows = session.execute(
        select(ContactRefusal.client_id, ContactRefusal.id)
        .where(
            ContactRefusal.id.in_(taken.numbers("contact_refusals")),
            ContactRefusal.client_id.not_in(taken.numbers("clients")),
        )
        .order_by(ContactRefusal.id)
    )
    return [
        RefusalLifted(client_id=client_id, refusal_id=number, reason=load.name)
        for client_id, number in rows
    ]


def _restore(session: Session, load: RecordLoad, batch_no: int | None) -> tuple[int, list[Event]]:
    """Give known rows their former values, the newest batch first; how many, and whose bans."""
    restored, allowed = 0, list[Event]()
    for batch in session.execute(
        select(LoadBatch.filled)
        .where(_batches(load, batch_no))
        .order_by(LoadBatch.batch_no.desc())
        .execution_options(yield_per=20)
    ).scalars():
        for kind, kept in batch.items():
            fillings = list(fillings_in(kept))
            if kind == ContactPoint.__tablename__:
                banned = [number for number, _, now in fillings if now.get("do_not_contact")]
                allowed += _allowed(session, load, banned)
            restored += put_back(session, kind, fillings)
    session.expire_all()
    return restored, allowed


def _allowed(session: Session, load: RecordLoad, banned: list[int]) -> list[Event]:
    rows = session.execute(
        select(ContactPoint.client_id, ContactPoint.id)
        .where(ContactPoint.id.in_(banned), ContactPoint.do_not_contact)
        .order_by(ContactPoint.id)
    )
    return [
        ContactPointAllowed(
            client_id=client_id,
            contact_point_id=number,
            reason=load.name,
            source=source_of(load.sha256),
        )
        for client_id, number in rows
    ]


def _end(
    session: Session, load: RecordLoad, told: TakenBack, *, actor: Actor, now: datetime
) -> None:
    session.expire_all()
    go_to(load, LoadState.TAKEN_BACK, now=now)
    forget_decided(session, load.id)
    # Former values are personal data, and of no more use.
    session.execute(
        update(LoadBatch)
        .where(LoadBatch.load_id == load.id)
        .values(filled={})
        .execution_options(synchronize_session=False)
    )
    gone = Counter(told.gone)
    event = RecordsTakenBack(
        unit_id=load.unit_id, load_id=load.id, format=load.format, sha256=load.sha256,
        gone=tuple(f"{kind}:{count}" for kind, count in sorted((+gone).items())),
        restored=told.restored, kept=told.kept,
    )  # fmt: skip
    record(session, event, actor=actor, at=now)
    session.flush()
