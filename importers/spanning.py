"""Rows of cells that may reach over columns and rows, as web pages and XML 2003 write them.

Runs inside the expendable child.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice

from importers.guard import MAX_COLUMNS, MAX_ROWS
from importers.headings import Area, Cell
from importers.problems import FileProblem, FileRefused

LINES_HELD = 300
"""Of these first rows it is told which cells are merged; below them values are filled down."""


@dataclass(frozen=True, slots=True)
class SpanningCell:
    """A cell over ``across`` columns and ``down`` rows, itself among them.

    ``at``: its column from 0; None: the next free one.
    """

    value: Cell
    across: int = 1
    down: int = 1
    at: int | None = None


@dataclass(slots=True)
class _Hanging:
    """A cell that reaches into the rows below. ``value``: what it puts there."""

    rows_left: int
    value: Cell


@dataclass(slots=True)
class SpanningRows:
    """Puts the cells of one row after another where they belong, and notes what is merged."""

    areas: list[Area] = field(default_factory=list)
    _row: int = 0
    _hanging: dict[int, _Hanging] = field(default_factory=dict)

    def placed(self, cells: Iterable[SpanningCell]) -> list[Cell]:
        """The cells of the next row by their columns. Raises FileRefused over the limits."""
        if self._row >= MAX_ROWS:
            raise FileRefused(FileProblem.TOO_MANY_ROWS, limit=MAX_ROWS)
        covered, self._hanging = self._hanging, {}
        row: list[Cell] = []
        at = 0
        for cell in cells:
            at = max(at, cell.at) if cell.at is not None else at
            while at in covered:
                at += 1
            self._put(row, at, cell)
            at += max(cell.across, 1)
        self._hang_on(row, covered)
        self._row += 1
        return row

    def _put(self, row: list[Cell], at: int, cell: SpanningCell) -> None:
        if at >= MAX_COLUMNS:
            if cell.value == "":
                return
            raise FileRefused(FileProblem.TOO_MANY_COLUMNS, limit=MAX_COLUMNS, cell="")
        across = min(max(cell.across, 1), MAX_COLUMNS - at)
        row.extend([""] * (at + 1 - len(row)))
        row[at] = cell.value
        is_told = self._row < LINES_HELD
        if is_told and (across > 1 or cell.down > 1) and cell.value != "":
            bottom = min(self._row + max(cell.down, 1), MAX_ROWS) - 1
            self.areas.append(((self._row, at), (bottom, at + across - 1)))
        if cell.down > 1:
            value = "" if is_told else cell.value
            for column in range(at, at + across):
                self._hanging[column] = _Hanging(cell.down - 1, value if column == at else "")

    def _hang_on(self, row: list[Cell], covered: dict[int, _Hanging]) -> None:
        is_blank = not any(cell != "" for cell in row)
        for column, cell in covered.items():
            if not is_blank and cell.value != "":
                row.extend([""] * (column + 1 - len(row)))
                if row[column] == "":
                    row[column] = cell.value
            if cell.rows_left > 1:
                self._hanging[column] = _Hanging(cell.rows_left - 1, cell.value)


def held(
    rows: Iterator[list[Cell]], spanning: SpanningRows
) -> tuple[Iterator[list[Cell]], tuple[Area, ...]]:
    """The same rows, and what is merged in the first of them."""
    first = list(islice(rows, LINES_HELD))
    return chain(first, rows), tuple(spanning.areas)
