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
class _Table:
    """What reaches into the next row of a table, and which of the areas told do."""

    hanging: dict[int, _Hanging] = field(default_factory=dict)
    areas: list[int] = field(default_factory=list)


@dataclass(slots=True)
class SpanningRows:
    """Puts the cells of one row after another where they belong, and notes what is merged.

    Rows may be of several tables, ``of`` which by number; nothing reaches from one into another.
    """

    areas: list[Area] = field(default_factory=list)
    _row: int = 0
    _tables: dict[int, _Table] = field(default_factory=dict)
    _telling: set[int] = field(default_factory=set)
    """Tables with areas that may reach into their next row."""

    def placed(self, cells: Iterable[SpanningCell], *, of: int = 0) -> list[Cell]:
        """The cells of the next row by their columns. Raises FileRefused over the limits."""
        if self._row >= MAX_ROWS:
            raise FileRefused(FileProblem.TOO_MANY_ROWS, limit=MAX_ROWS)
        for other in self._telling - {of}:
            self._cut_areas(other)
        table = self._tables.setdefault(of, _Table())
        covered, table.hanging = table.hanging, {}
        row: list[Cell] = []
        at = 0
        for cell in cells:
            if cell.at is not None:
                at = max(at, cell.at)
            else:
                while at in covered:
                    at += 1
            self._put(row, at, cell, table)
            at += max(cell.across, 1)
        if table.areas:
            self._telling.add(of)
        _hang_on(row, covered, table)
        self._row += 1
        return row

    def ended(self, *, of: int) -> None:
        """A table is over, or a part of it: its cells reach no further."""
        if of in self._telling:
            self._cut_areas(of)
        self._tables.pop(of, None)

    def _cut_areas(self, of: int) -> None:
        for number in self._tables[of].areas:
            top, (bottom, right) = self.areas[number]
            self.areas[number] = (top, (min(bottom, self._row - 1), right))
        self._tables[of].areas.clear()
        self._telling.discard(of)

    def _put(self, row: list[Cell], at: int, cell: SpanningCell, table: _Table) -> None:
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
            if cell.down > 1:
                table.areas.append(len(self.areas))
            self.areas.append(((self._row, at), (bottom, at + across - 1)))
        if cell.down > 1:
            value = "" if is_told else cell.value
            for column in range(at, at + across):
                hangs = value if column == at else ""
                table.hanging[column] = _Hanging(cell.down - 1, hangs)


def _hang_on(row: list[Cell], covered: dict[int, _Hanging], table: _Table) -> None:
    is_blank = not any(cell != "" for cell in row)
    for column, cell in covered.items():
        if not is_blank:
            # Wide enough for what is told as merged, too: it is filled in by whoever reads on.
            row.extend([""] * (column + 1 - len(row)))
            if row[column] == "":
                row[column] = cell.value
        if cell.rows_left > 1:
            table.hanging.setdefault(column, _Hanging(cell.rows_left - 1, cell.value))


def held(
    rows: Iterator[list[Cell]], spanning: SpanningRows
) -> tuple[Iterator[list[Cell]], tuple[Area, ...]]:
    """The same rows, and what is merged in the first of them."""
    first = list(islice(rows, LINES_HELD))
    return chain(first, rows), tuple(spanning.areas)
