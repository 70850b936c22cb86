"""The rows below the headings: data, and what only looks like it – totals, groups, signatures.

Nothing is dropped in silence: what is not yielded is counted in ``Skipped``. A row of a single cell
is held back until the row behind it tells what it was. Most rows are plain data, and blocks of them
go through as they are: only what may be something else is looked at row by row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from importers.blocks import Block, Row, have_more_than
from importers.columns import Column, Field
from importers.contacts import holds_contact
from importers.error_cells import ErrorCells
from importers.group_rows import MOST_LEVELS, GroupJudge, filled_places, group_place
from importers.headings import Cell
from importers.problems import Skipped
from importers.sheet_marks import SheetMarks
from importers.totals import is_total, may_hold_total

GROUP_HEADING = "Группа"
_MOST_HELD = 20
_MOST_FOOTERS = 8
_FEW = 3
_MOST_SUMS = 8
"""Beside the heading of a group."""
_FOOTER = re.compile(
    r"(?:ответственн\w+|відповідальн\w+|исполнител\w+|виконав\w*|составил\w*|склав|подпись|підпис|"
    r"руководител\w+|керівник|директор|м\.\s?п\.|отч[её]т сформирован|звіт сформован|"
    r"сформировано?|сформовано|дата (?:печати|формирования|друку)|напечатан\w*|распечатан\w*|"
    r"страница \d|стр\. ?\d|printed|page \d|prepared by|signature|report generated|generated)\b",
    re.IGNORECASE,
)
_SOME_DIGITS = re.compile(r"\d.?\d")
_ROWS_IN_BLOCK = 256


@dataclass(slots=True)
class _Held:
    row_no: int
    cells: list[Cell]
    at: int
    may_head: bool
    """A single cell, or a text with sums."""
    is_after_gap: bool


class DataRows:
    """Sorts the rows below the headings; an iterator of blocks of rows that are data."""

    def __init__(
        self,
        rows: Iterator[list[Cell]],
        *,
        first: int,
        columns: Sequence[Column],
        headings: Sequence[list[Cell]],
        skipped: Skipped,
        errors: ErrorCells,
        marks: SheetMarks,
        groups: GroupJudge | None = None,
    ) -> None:
        """``first``: the number of the first of these rows; none is missing among them.

        ``columns`` of the file, without «Группа»; ``groups``: None where there are none.
        """
        self._rows = rows
        self._first = first
        self._columns = columns
        self._headings = headings
        self._skipped = skipped
        self._errors = errors
        self._marks = marks
        self._groups = groups
        self._few = _FEW if groups is None else _MOST_SUMS + 1
        self._path: list[str] = []
        self._held: list[_Held] = []
        self._width = len(columns)
        self._known = sum(bool(column.heading) for column in columns)

        self._is_first, self._is_after_gap, self._blank = True, False, 0

    def __iter__(self) -> Iterator[Block]:
        first = self._first
        while rows := list(islice(self._rows, _ROWS_IN_BLOCK)):
            numbers = range(first, first + len(rows))
            first = numbers.stop
            columns = self._plain_columns(numbers, rows)
            if columns is not None:
                self._skipped.blank, self._blank = self._skipped.blank + self._blank, 0
                self._is_after_gap = False
                yield Block(numbers, columns)
            elif found := list(self._sorted(zip(numbers, rows, strict=True))):
                yield Block.of(found)
        if found := list(self._end()):
            yield Block.of(found)

    def _plain_columns(
        self, numbers: range, rows: list[list[Cell]]
    ) -> list[tuple[Cell, ...]] | None:
        """The columns of rows that are data, all of them, at a glance; None: look closer."""
        if self._is_first or self._held or self._groups is not None:
            return None
        if self._errors and not self._errors.keys().isdisjoint(numbers):
            return None
        if any(self._marks.hidden[numbers.start : numbers.stop]):
            return None
        if any(heading in rows for heading in self._headings):
            return None
        try:
            columns = list(zip(*rows, strict=True))
        except ValueError:  # of different lengths
            return None
        return columns if have_more_than(_FEW, columns) and not may_hold_total(columns) else None

    def _sorted(self, rows: Iterator[Row]) -> Iterator[Row]:
        skipped, errors, headings = self._skipped, self._errors, self._headings
        for row_no, cells in rows:
            blanks = cells.count("")
            if len(cells) - blanks <= self._few:
                filled = filled_places(cells)
                if not filled and row_no not in errors:
                    self._blank += 1  # counted when something stands behind it
                    self._is_after_gap = True
                    continue
                skipped.blank, self._blank = skipped.blank + self._blank, 0
                if self._holds(row_no, cells, filled, self._is_after_gap):
                    yield from self._overflow()
                    continue
            skipped.blank, self._blank = skipped.blank + self._blank, 0
            if is_total(cells):
                skipped.totals += 1
                self._is_after_gap = True
                yield from self._release(row_no)
            elif cells in headings or (self._is_first and _numbers_columns(cells)):
                skipped.repeated_headings += 1
            else:
                yield from self._release(row_no)
                self._is_after_gap = False
                yield self._finished(row_no, cells)
            self._is_first = False

    def _holds(self, row_no: int, cells: list[Cell], filled: list[int], is_after_gap: bool) -> bool:
        """Hold a row back that may be a heading of a group or a line below the table."""
        if not filled or row_no in self._errors or self._known < 2 or is_total(cells):
            return False
        at = filled[0]
        text = cells[at]
        if cells in self._headings:
            return False
        is_single = len(filled) == 1
        has_sums = not is_single and self._groups is not None
        if has_sums and group_place(cells, self._columns) is not None:
            self._held.append(_Held(row_no, cells, at, may_head=True, is_after_gap=False))
            return True
        says_footer = isinstance(text, str) and _FOOTER.match(text.strip()) is not None
        if not (is_single or (says_footer and len(filled) <= _FEW)):
            return False
        if any(self._is_contact(i, cells[i]) for i in filled):
            return False
        self._held.append(_Held(row_no, cells, at, is_single, is_after_gap or says_footer))
        return True

    def _is_contact(self, at: int, cell: Cell) -> bool:
        """Whether the cell alone makes the row a client's."""
        field = self._columns[at].field if at < self._width else None
        return (
            not isinstance(cell, str)
            or (field in (Field.PHONE, Field.VIN) and _SOME_DIGITS.search(cell) is not None)
            or (field is Field.EMAIL and holds_contact(cell))
        )

    def _overflow(self) -> Iterator[Row]:
        if len(self._held) > _MOST_HELD:
            held = self._held.pop(0)
            yield self._finished(held.row_no, held.cells)

    def _release(self, next_row_no: int) -> Iterator[Row]:
        """An ordinary row has come: what was held is a heading of its group, or data."""
        held, self._held = self._held, []
        headings: list[_Held] = []
        for one in reversed(held):
            is_heading = (
                self._groups is not None
                and one.may_head
                and len(headings) < MOST_LEVELS
                and self._groups.may_be(one.row_no, one.at, one.cells[one.at], next_row_no)
            )
            if not is_heading:
                break
            headings.insert(0, one)
            next_row_no = one.row_no if self._marks.has_levels else next_row_no
        for one in held[: len(held) - len(headings)]:
            yield self._finished(one.row_no, one.cells)
        if headings:
            self._skipped.groups += len(headings)
            self._enter([(one.row_no, str(one.cells[one.at]).strip()) for one in headings])

    def _enter(self, headings: list[tuple[int, str]]) -> None:
        assert self._groups is not None
        level = self._groups.level(headings[0][0])
        if level is None:
            level = max(len(self._path) - len(headings), 0)
        texts = [" ".join(text.split())[:200] for _, text in headings]
        self._path = [*self._path[:level], *texts][:MOST_LEVELS]

    def _end(self) -> Iterator[Row]:
        held, self._held = self._held, []
        is_footer = sum(one.is_after_gap for one in held) <= _MOST_FOOTERS
        for one in held:
            if one.is_after_gap and is_footer:
                self._skipped.footers += 1
            else:
                yield self._finished(one.row_no, one.cells)

    def _finished(self, row_no: int, cells: list[Cell]) -> Row:
        if self._errors:
            for column, text in self._errors.get(row_no, {}).items():
                cells[column] = text
        if self._marks.is_hidden(row_no):
            self._skipped.hidden_rows += 1
        if self._groups is not None:
            missing = self._width - len(cells)
            group = " / ".join(self._path)
            cells = [*cells[: self._width], *[""] * missing, group, *cells[self._width :]]
        return row_no, cells


def _numbers_columns(cells: Sequence[Cell]) -> bool:
    """The line «1 2 3 4» of a form below its headings."""
    texts = [str(int(cell)) if isinstance(cell, float) else str(cell) for cell in cells if cell]
    return len(texts) > 3 and texts == [str(number) for number in range(1, len(texts) + 1)]
