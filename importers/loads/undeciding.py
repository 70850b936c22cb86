"""A decision about rows of a load is taken back: the rows wait again, what they brought is gone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, null, select, update
from sqlalchemy.orm import Session

from core.access import Actor
from core.among import among
from core.errors import NotFound, Refused
from core.journal import record_all
from importers.events import DecisionUndone
from importers.loads.deciding import hold_load
from importers.loads.decision_models import Choice, LoadDecision, MatchDecision
from importers.loads.kept_rows import problems_in
from importers.loads.models import LoadBatch, LoadedRow, RecordLoad
from importers.loads.reapplying import change_verdict
from importers.loads.taking_back import can_be_taken_back, take_back_batch
from importers.loads.told import Ruling, Verdict
from importers.matching import in_chunks
from importers.taken_rows import LoadTouched


class DecisionUsed(Refused):
    """What the rows brought has been used since, or something later builds on it."""


def may_be_undone(load: RecordLoad, choice: Choice) -> bool:
    """Whether it can be taken back whatever comes of it: a call that is saved stays."""
    return choice is Choice.SKIP or can_be_taken_back(load)


def rows_that_stay(session: Session, load: RecordLoad, row_nos: Iterable[int]) -> set[int]:
    """Which of these rows were saved as calls: what was decided of them stands."""
    found: set[int] = set()
    if can_be_taken_back(load):
        return found
    saved = select(LoadedRow.row_no).where(
        LoadedRow.load_id == load.id, LoadedRow.verdict == Verdict.NEW
    )
    for chunk in in_chunks(row_nos):
        found.update(session.scalars(saved.where(among(session, LoadedRow.row_no, chunk))))
    return found


def undo_decision(
    session: Session, decision_id: int, *, actor: Actor, now: datetime
) -> LoadDecision:
    """Take back what was decided and loaded, with all that was decided at the same press.

    Undone twice is undone once. Raises NotFound, NotPermitted, LoadNotOver, DecisionUsed.
    """
    decision = session.get(LoadDecision, decision_id)
    if decision is None:
        raise NotFound("load_decision", decision_id)
    load = hold_load(session, decision.load_id, actor=actor)
    session.refresh(decision)
    if decision.undone_at is not None:
        return decision
    decisions = _made_with(session, decision)
    if load.forgotten_at is not None or _are_decided_again(session, decisions):
        raise DecisionUsed
    if rows_that_stay(session, load, (row_no for one in decisions for row_no, *_ in one.rows)):
        raise DecisionUsed
    if decision.batch_no is not None and can_be_taken_back(load):
        _take_back(session, load, decision.batch_no, actor=actor, now=now)
        decisions = _made_with(session, decision)  # all at once: what was read is not known now
    rows = _rows_of(session, load, decisions)
    for one in decisions:
        for before in one.rows:
            _put_back(load, rows[before[0]], before, one)
        one.undone_at = now
    _forget(session, load, decisions)
    events = [
        DecisionUndone(record_load_id=load.id, choice=one.choice, rows=len(one.rows))
        for one in decisions
    ]
    record_all(session, events, actor=actor, at=now)
    session.flush()
    return decision


def _made_with(session: Session, decision: LoadDecision) -> Sequence[LoadDecision]:
    """The decision and those of the same press, in their order."""
    if decision.together is None:
        return [decision]
    return session.scalars(
        select(LoadDecision)
        .where(LoadDecision.together == decision.together, LoadDecision.undone_at.is_(None))
        .order_by(LoadDecision.id)
        .execution_options(populate_existing=True)
    ).all()


def _are_decided_again(session: Session, decisions: Sequence[LoadDecision]) -> bool:
    """Whether something else was decided of their rows since: a mended one may be doubtful."""
    later = select(LoadDecision.rows).where(
        LoadDecision.load_id == decisions[0].load_id,
        LoadDecision.id > decisions[-1].id,
        LoadDecision.undone_at.is_(None),
    )
    mine = {row_no for one in decisions for row_no, *_ in one.rows}
    return any(row_no in mine for rows in session.scalars(later) for row_no, *_ in rows)


def _rows_of(
    session: Session, load: RecordLoad, decisions: Sequence[LoadDecision]
) -> dict[int, LoadedRow]:
    """Their rows as they are by now. Raises DecisionUsed when their cells are gone."""
    found: dict[int, LoadedRow] = {}
    for chunk in in_chunks(row_no for one in decisions for row_no, *_ in one.rows):
        query = select(LoadedRow).where(
            LoadedRow.load_id == load.id, among(session, LoadedRow.row_no, chunk)
        )
        for row in session.scalars(query.execution_options(populate_existing=True)):
            found[row.row_no] = row
    if any(row.cells is None for row in found.values()):
        raise DecisionUsed
    return found


def _take_back(
    session: Session, load: RecordLoad, batch_no: int, *, actor: Actor, now: datetime
) -> None:
    """What the batch brought goes, and it with that: nothing is left to be taken back."""
    try:
        take_back_batch(session, load, batch_no, actor=actor, now=now)
    except LoadTouched as touched:
        raise DecisionUsed from touched
    batch = session.get_one(LoadBatch, (load.id, batch_no), populate_existing=True)
    batch.added, batch.filled = {}, {}


def _put_back(
    load: RecordLoad, row: LoadedRow, before: Sequence[Any], decision: LoadDecision
) -> None:
    _row_no, verdict, problems, *cause = before
    change_verdict(load, row, Ruling(Verdict(verdict), problems_in(problems)))
    if decision.choice is Choice.MENDED:
        row.cells = decision.cells
    else:
        row.person, row.cause = decision.fingerprint, next(iter(cause), None)


def _forget(session: Session, load: RecordLoad, decisions: Sequence[LoadDecision]) -> None:
    """What was remembered with them: the next such row asks again."""
    told = (one.fingerprint for one in decisions if one.choice in (Choice.SAME, Choice.NEW))
    for chunk in in_chunks(one for one in told if one is not None):
        session.execute(
            delete(MatchDecision)
            .where(
                MatchDecision.unit_id == load.unit_id,
                among(session, MatchDecision.fingerprint, chunk),
            )
            .execution_options(synchronize_session=False)
        )


def forget_decisions(session: Session, load_ids: Sequence[int]) -> None:
    """Remove what decisions of these loads keep of cells: personal data that is to be forgotten.

    What was decided stays remembered; it can no longer be undone (``RecordLoad.forgotten_at``).
    """
    session.execute(
        update(LoadDecision)
        .where(LoadDecision.load_id.in_(load_ids))
        .values(rows=[], cells=null())
        .execution_options(synchronize_session=False)
    )
