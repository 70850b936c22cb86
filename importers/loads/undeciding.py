"""A decision about rows of a load is taken back: the rows wait again, what they brought is gone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, null, select, update
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import NotFound, Refused
from core.journal import record
from importers.events import DecisionUndone
from importers.loads.deciding import hold_load
from importers.loads.decision_models import Choice, LoadDecision, MatchDecision
from importers.loads.kept_rows import problems_in
from importers.loads.models import LoadBatch, LoadedRow, RecordLoad
from importers.loads.reapplying import change_verdict
from importers.loads.taking_back import can_be_taken_back, take_back_batch
from importers.loads.told import Ruling, Verdict
from importers.taken_rows import LoadTouched


class DecisionUsed(Refused):
    """What the rows brought has been used since, or something later builds on it."""


def undo_decision(
    session: Session, decision_id: int, *, actor: Actor, now: datetime
) -> LoadDecision:
    """Take back what was decided and loaded; undone twice is undone once.

    Raises NotFound, NotPermitted, LoadNotOver, DecisionUsed.
    """
    decision = session.get(LoadDecision, decision_id)
    if decision is None:
        raise NotFound("load_decision", decision_id)
    load = hold_load(session, decision.load_id, actor=actor)
    session.refresh(decision)
    if decision.undone_at is not None:
        return decision
    if load.forgotten_at is not None or _is_decided_again(session, decision):
        raise DecisionUsed
    if decision.batch_no is not None:
        _take_back(session, load, decision, actor=actor, now=now)
    for row_no, verdict, problems in decision.rows:
        row = session.get_one(LoadedRow, (load.id, row_no), populate_existing=True)
        if row.cells is None:
            raise DecisionUsed
        _put_back(load, row, Verdict(verdict), problems, decision)
    _forget(session, load, decision)
    decision.undone_at = now
    event = DecisionUndone(
        record_load_id=load.id, choice=decision.choice, rows=len(decision.rows)
    )  # fmt: skip
    record(session, event, actor=actor, at=now)
    session.flush()
    return decision


def _is_decided_again(session: Session, decision: LoadDecision) -> bool:
    """Whether something else was decided of its rows since: a mended one may be doubtful."""
    later = select(LoadDecision.rows).where(
        LoadDecision.load_id == decision.load_id,
        LoadDecision.id > decision.id,
        LoadDecision.undone_at.is_(None),
    )
    mine = {row_no for row_no, *_ in decision.rows}
    return any(row_no in mine for rows in session.scalars(later) for row_no, *_ in rows)


def _take_back(
    session: Session, load: RecordLoad, decision: LoadDecision, *, actor: Actor, now: datetime
) -> None:
    """What the decision brought goes, and its batch with it: nothing is left to be taken back."""
    assert decision.batch_no is not None
    if not can_be_taken_back(load):
        raise DecisionUsed
    try:
        take_back_batch(session, load, decision.batch_no, actor=actor, now=now)
    except LoadTouched as touched:
        raise DecisionUsed from touched
    batch = session.get_one(
        LoadBatch, (load.id, decision.batch_no), populate_existing=True
    )  # fmt: skip
    batch.added, batch.filled = {}, {}


def _put_back(
    load: RecordLoad,
    row: LoadedRow,
    verdict: Verdict,
    problems: list[list[str]] | None,
    decision: LoadDecision,
) -> None:
    change_verdict(load, row, Ruling(verdict, problems_in(problems)))
    if decision.choice is Choice.MENDED:
        row.cells = decision.cells
    else:
        row.person = decision.fingerprint


def _forget(session: Session, load: RecordLoad, decision: LoadDecision) -> None:
    """What was remembered with it: the next such row asks again."""
    if decision.choice in (Choice.SAME, Choice.NEW):
        session.execute(
            delete(MatchDecision).where(
                MatchDecision.unit_id == load.unit_id,
                MatchDecision.fingerprint == decision.fingerprint,
            )
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
