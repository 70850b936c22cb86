"""What people have decided about rows of a load and have not undone (A8)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from importers.loads.decision_models import Choice, LoadDecision
from importers.loads.kept_rows import problems_in
from importers.loads.models import LoadedRow, RecordLoad
from importers.loads.seen import get_load
from importers.loads.told import NOT_LOADED, REJECTED, Verdict
from importers.loads.undeciding import rows_that_stay
from importers.problems import RowProblem


@dataclass(frozen=True, slots=True)
class Standing:
    """A decision that stands. ``people``: of how many it was made at one press, and is undone."""

    id: int
    choice: Choice
    by: str
    """Key of the actor."""
    at: datetime
    people: int
    may_be_undone: bool
    """Not where calls were saved."""


@dataclass(frozen=True, slots=True)
class CameOf:
    """What became of the rows of a decision: how many were loaded, and how many were not."""

    loaded: int
    others: int
    to_mend: int
    """Of the others those that are to be corrected, or decided anew."""
    problem: RowProblem | None
    """Why the first of the others was not loaded."""


@dataclass(frozen=True, slots=True)
class DecisionsSeen:
    """The standing decisions of a load. ``has_any``: also of one whose rows are forgotten."""

    of_row: Mapping[int, Standing]
    """Row number → what was decided of it last: that comes first when it is undone."""
    has_any: bool

    @property
    def row_nos(self) -> Sequence[int]:
        """The rows that people have decided about."""
        return list(self.of_row)


def is_loaded(verdict: Verdict) -> bool:
    """Whether what the row says is in the directory or the work now."""
    return verdict not in (*NOT_LOADED, Verdict.SKIPPED)


def came_of(session: Session, decision: LoadDecision) -> CameOf:
    """What the rows that were decided have come to."""
    row_nos = [int(row_no) for row_no, *_ in decision.rows or ()]
    rows = session.execute(
        select(LoadedRow.verdict, LoadedRow.problems)
        .where(LoadedRow.load_id == decision.load_id, LoadedRow.row_no.in_(row_nos))
        .order_by(LoadedRow.row_no)
    ).all()
    others = [(verdict, problems) for verdict, problems in rows if not is_loaded(verdict)]
    told = problems_in(others[0][1]) if others else ()
    return CameOf(
        len(rows) - len(others), len(others), sum(one in REJECTED for one, _ in others),
        told[0] if told else None,
    )  # fmt: skip


def decisions_of(session: Session, load: RecordLoad, *, actor: Actor) -> DecisionsSeen:
    """The decisions that stand. Raises NotFound, NotPermitted."""
    get_load(session, load.id, actor=actor)
    # Columns and no objects: there may be as many as rows in doubt.
    standing = session.execute(
        select(LoadDecision.id, LoadDecision.choice, LoadDecision.by, LoadDecision.at,
               LoadDecision.together, LoadDecision.rows)
        .where(LoadDecision.load_id == load.id, LoadDecision.undone_at.is_(None))
        .order_by(LoadDecision.id)
    ).all()  # fmt: skip
    people = Counter(one.together for one in standing)
    kept = rows_that_stay(session, load, (row_no for one in standing for row_no, *_ in one.rows))
    saved = {one.together or -one.id for one in standing if any(no in kept for no, *_ in one.rows)}
    of_row: dict[int, Standing] = {}
    for number, choice, by, at, together, rows in standing:
        count = people[together] if together is not None else 1
        may_be_undone = (together or -number) not in saved
        seen = Standing(number, choice, by, at, count, may_be_undone)
        of_row.update((int(row_no), seen) for row_no, *_ in rows)
    return DecisionsSeen(of_row, bool(standing))
