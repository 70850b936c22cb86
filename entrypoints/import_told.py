"""What ``prozvon import`` tells of a file: counts, errors, a workbook of the rows to be mended."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.settings import Settings
from entrypoints.languages import in_language
from importers.loads.models import LoadedRow
from importers.loads.seen import problems_of_row
from importers.loads.told import LoadResult, Verdict
from importers.problems import RowProblem
from webui.exports.workbook import Column, write_workbook
from webui.labels.files import problem_sentence

_AT_ONCE = 1_000
Told = dict[str, Any]
ReportLine = tuple[int, Sequence[Any], Callable[[], str]]
"""Row number, cells, and what is wrong with the row in the language of the moment."""


def counts_told(result: LoadResult) -> Told:
    """The counts of all verdicts, the errors with their sentences, and what was left out whole."""

    def errors() -> list[Told]:
        return [
            {
                "row": error.row,
                "column": error.column,
                "code": error.code.value,
                "message": problem_sentence(RowProblem(error.column, error.code, error.value)),
            }
            for error in result.errors
        ]

    counts = {verdict.value: result.counts[verdict] for verdict in Verdict}
    told = {"rows": result.rows, **counts, "errors": in_language("en", errors)}
    return told | {"columns_not_loaded": list(result.unread)}


def write_report(
    path: Path | None, header: Sequence[str], lines: Iterable[ReportLine], settings: Settings
) -> None:
    """The rows with something to be told, as they stand in the file; without a path nothing."""
    if path is None:
        return
    columns = [Column("№", 8), *(Column(title) for title in header), Column("!", 60)]

    def rows() -> Iterator[list[Any]]:
        for row_no, kept, say in lines:
            cells = [*kept, *[""] * len(header)][: len(header)]
            yield [row_no, *cells, say()]

    def write() -> int:
        return write_workbook(path, "errors", columns, rows(), ZoneInfo(settings.time_zone))

    in_language(settings.default_locale, write)


def told_rows(session: Session, load_id: int, *, limit: int | None = None) -> Iterator[LoadedRow]:
    """The rows of a load with something to tell (the first of them), as they stand in the file."""
    query = select(LoadedRow).where(LoadedRow.load_id == load_id, LoadedRow.problems.is_not(None))
    found = query.order_by(LoadedRow.row_no).limit(limit)
    yield from session.scalars(found.execution_options(yield_per=_AT_ONCE))


def report_lines(rows: Iterable[LoadedRow]) -> Iterator[ReportLine]:
    """The rows as ``write_report`` takes them."""
    for row in rows:
        yield row.row_no, row.cells or (), partial(sentences, problems_of_row(row))


def sentences(problems: Iterable[RowProblem]) -> str:
    """All that is wrong with a row."""
    return "; ".join(map(problem_sentence, problems))


class Bar:
    """A bar on a terminal; nothing where nobody looks, and nothing among the JSON."""

    def __init__(self) -> None:
        self._bar: Any = None

    def begin(self, lines: int | None, done: int = 0) -> None:
        """So many rows there seem to be, of which some may be done with. Asked again: nothing."""
        if self._bar is None and lines and sys.stderr.isatty():
            self._bar = click.progressbar(length=lines, label="Rows", file=sys.stderr)
            self._bar.__enter__()
            self.advance(done)

    def advance(self, rows: int) -> None:
        """So many rows more are done with."""
        if self._bar is not None:
            self._bar.update(rows)

    def end(self) -> None:
        """Leave the line of the bar."""
        if self._bar is not None:
            self._bar.__exit__(None, None, None)


@contextmanager
def progress_bar() -> Iterator[Bar]:
    """A bar that is left at the end of the block."""
    bar = Bar()
    try:
        yield bar
    finally:
        bar.end()
