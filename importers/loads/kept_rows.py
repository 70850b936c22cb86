"""Rows of a load as they are kept: what became of each, and the cells of the telling ones (A8)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core.bulk import copy_rows
from core.db import Database
from importers.loads.holding import require_mine
from importers.loads.models import LoadedRow, RecordLoad
from importers.loads.told import Ruling, Verdict
from importers.typed_rows import TypedRow

FIRST = 50
"""Of each verdict so many rows are kept with their cells, beside those with something to tell."""
_AT_ONCE = 5_000
_COLUMNS = ("load_id", "row_no", "verdict", "problems", "cells", "client_id", "task_id")


def keep_rows(
    session: Session,
    load_id: int,
    rows: Sequence[TypedRow],
    rulings: Sequence[Ruling],
    before: Counter[Verdict],
    *,
    every: bool,
) -> None:
    """Write what became of the rows of a batch. ``before``: rows of each verdict before it.

    ``every`` False: only those whose cells are kept (of a preview).
    """
    kept = _kept(load_id, rows, rulings, before.copy())
    copy_rows(session, LoadedRow, _COLUMNS, [row for row in kept if every or row[4] is not None])


def forget_rows(database: Database, load: RecordLoad, worker: str) -> None:
    """Remove all that is kept of the rows of a load, some thousands in a transaction.

    Raises TakenOver when the load is not the worker's any more.
    """
    last = select(LoadedRow.row_no).where(LoadedRow.load_id == load.id).order_by(LoadedRow.row_no)
    while True:
        with database.unit_of_work() as session:
            require_mine(session, load, worker)
            numbers = last.limit(_AT_ONCE).subquery()
            until = session.scalar(select(func.max(numbers.c.row_no)))
            if until is None:
                return
            session.execute(
                delete(LoadedRow)
                .where(LoadedRow.load_id == load.id, LoadedRow.row_no <= until)
                .execution_options(synchronize_session=False)
            )


def _kept(
    load_id: int, rows: Sequence[TypedRow], rulings: Sequence[Ruling], seen: Counter[Verdict]
) -> Iterator[tuple[Any, ...]]:
    for row, ruling in zip(rows, rulings, strict=True):
        problems = [[one.column, one.code.value, one.value] for one in ruling.problems]
        is_telling = bool(problems) or seen[ruling.verdict] < FIRST
        seen[ruling.verdict] += 1
        yield (
            load_id, row.row_no, ruling.verdict, problems or None,
            list(row.cells) if is_telling else None, ruling.client_id, ruling.task_id,
        )  # fmt: skip
