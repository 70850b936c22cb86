"""Rows of a load as they are kept: what became of each, and the cells of the telling ones (A8)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from core.bulk import copy_rows
from core.db import Database
from core.errors import NotFound
from directory.clients.models import Client
from importers.loads.holding import require_mine
from importers.loads.models import LoadedRow, RecordLoad
from importers.loads.told import Ruling, Verdict
from importers.problems import RowProblem, RowProblemCode
from importers.typed_rows import TypedRow
from worklists.models.task import Task

_AT_ONCE = 5_000
FIRST = 50
"""Of each verdict so many rows are kept with their cells, beside those with something to tell."""
_COLUMNS = ("load_id", "row_no", "verdict", "problems", "cells", "client_id", "task_id",
            "person", "cause")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Before:
    """The greatest numbers that there are before a preview: those above it gives to nobody.

    What it makes is thrown away, and the next real client may get the same number.
    """

    client_id: int
    task_id: int

    @classmethod
    def now(cls, session: Session) -> Before:
        """As they are in this session."""
        greatest = (select(func.max(one)).scalar_subquery() for one in (Client.id, Task.id))
        client_id, task_id = session.execute(select(*greatest)).one()
        return cls(client_id or 0, task_id or 0)


def keep_rows(
    session: Session,
    load_id: int,
    rows: Sequence[TypedRow],
    rulings: Sequence[Ruling],
    seen: Counter[Verdict],
    *,
    before: Before | None = None,
) -> None:
    """Write what became of the rows of a batch. ``seen``: rows of each verdict before it.

    ``before``: of a preview; only rows whose cells are kept are written then.
    """
    kept = _kept(load_id, rows, rulings, seen.copy(), before)
    copy_rows(
        session, LoadedRow, _COLUMNS, [row for row in kept if before is None or row[4] is not None]
    )


def retell(row: LoadedRow, ruling: Ruling, before: Before | None = None) -> None:
    """The row has another verdict now. ``before``: of a preview."""
    row.verdict = ruling.verdict
    row.problems = kept_problems(ruling.problems) or None
    row.client_id, row.task_id = _concerned(ruling, before)
    row.person = ruling.doubt.fingerprint if ruling.doubt is not None else None
    row.cause = ruling.cause


def as_before(row: LoadedRow) -> list[Any]:
    """What a decision keeps of the row, so that it can be undone (``LoadDecision.rows``)."""
    return [row.row_no, row.verdict.value, row.problems, row.cause]


def kept_problems(problems: Iterable[RowProblem]) -> list[list[str]]:
    """[heading, code, value] of each thing that is to be told of a row."""
    return [[one.column, one.code.value, one.value] for one in problems]


def problems_in(kept: Iterable[Sequence[Any]] | None) -> tuple[RowProblem, ...]:
    """What ``kept_problems`` keeps, as it was; None: nothing is to be told."""
    return tuple(
        RowProblem(str(column), RowProblemCode(code), str(value))
        for column, code, value in kept or ()
    )


def kept_row(session: Session, load_id: int, row_no: int) -> LoadedRow:
    """The row as it stands now. Raises NotFound, also when its cells are forgotten."""
    row = session.get(LoadedRow, (load_id, row_no), populate_existing=True)
    if row is None or row.cells is None:
        raise NotFound("loaded_row", row_no)
    return row


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
    load_id: int,
    rows: Sequence[TypedRow],
    rulings: Sequence[Ruling],
    seen: Counter[Verdict],
    before: Before | None,
) -> Iterator[tuple[Any, ...]]:
    for row, ruling in zip(rows, rulings, strict=True):
        problems = kept_problems(ruling.problems)
        is_telling = bool(problems) or seen[ruling.verdict] < FIRST
        seen[ruling.verdict] += 1
        yield (
            load_id, row.row_no, ruling.verdict, problems or None,
            list(row.cells) if is_telling else None,
            *_concerned(ruling, before),
            ruling.doubt.fingerprint if ruling.doubt is not None else None,
            ruling.cause,
        )  # fmt: skip


def _concerned(ruling: Ruling, before: Before | None) -> tuple[int | None, int | None]:
    """The numbers of client and task, as far as they will mean the same."""
    client_id, task_id = ruling.client_id, ruling.task_id
    if before is None:
        return client_id, task_id
    is_known = client_id is not None and client_id <= before.client_id
    is_there = task_id is not None and task_id <= before.task_id
    return client_id if is_known else None, task_id if is_there else None
