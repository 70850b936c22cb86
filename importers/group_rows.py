"""Headings of groups as reports of 1C have them: a text alone, or with the sums of the group."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from importers.blocks import Row
from importers.columns import Column, Field
from importers.contacts import holds_contact
from importers.fields import AMOUNTS
from importers.headings import Cell
from importers.problems import RowProblemCode
from importers.sheet_marks import SheetMarks
from importers.totals import is_total
from importers.values import read_amount

MOST_LEVELS = 3
_MANY_DIGITS = re.compile(r"(?:\d\W?){7}")
_KEY = re.compile(r"\d{5}")
"""Keys and numbers of orders; «Склад 2» and «Ноябрь 2026» are none."""
_KEYS = frozenset({Field.EXTERNAL_KEY, Field.VISIT_NUMBER})
"""In these columns 1C writes groups as well: «Ответственный» over «Код»."""


@dataclass(frozen=True, slots=True)
class GroupJudge:
    """Whether a row of one cell may be the heading of a group.

    ``proved``: rows that their looks prove (a merged line, bold text); outline levels are in
    ``marks``. Without such a proof only a cell in a column that means nothing else will do, or a
    text without digits in one of keys: a client of whom only the name is known must stay a row.
    """

    columns: Sequence[Column]
    marks: SheetMarks
    proved: Callable[[int], bool]

    def may_be(self, row_no: int, at: int, cell: Cell, next_row_no: int) -> bool:
        """``at``: the cell's column; ``next_row_no``: the next row that is not blank."""
        if not isinstance(cell, str) or _MANY_DIGITS.search(cell):
            return False
        if self.marks.has_levels:
            return self.marks.level(row_no) < self.marks.level(next_row_no)
        if self.proved(row_no):
            return True
        field = self.columns[at].field if at < len(self.columns) else None
        if field is None:
            return _KEY.search(cell) is None
        return field in _KEYS and not any(map(str.isdigit, cell))

    def level(self, row_no: int) -> int | None:
        """The outline level of a heading, if the sheet has such levels."""
        return self.marks.level(row_no) if self.marks.has_levels else None


def group_candidates(rows: Sequence[Row], columns: Sequence[Column]) -> dict[int, tuple[int, int]]:
    """Rows of one text, with sums perhaps, and another row behind them.

    Row number → (the column of the text, the next row's number).
    """
    if sum(bool(column.heading) for column in columns) < 3:
        return {}
    found: dict[int, tuple[int, int]] = {}
    first = next(column.index for column in columns if column.heading)
    behind = 0
    for row_no, cells in reversed(rows):
        if not filled_places(cells) or is_total(cells):
            continue
        at = group_place(cells, columns) if behind else None
        if at is not None and at <= first + MOST_LEVELS - 1:
            found[row_no] = (at, behind)
        behind = row_no
    return found


def group_place(cells: Sequence[Cell], columns: Sequence[Column]) -> int | None:
    """Where the text stands in a row that has nothing else but sums; None for all other rows.

    Sums stand right of the text, in columns of amounts or of nothing that is known.
    """
    filled = filled_places(cells)
    if not filled:
        return None
    at = filled[0]
    if len(filled) > 1 and not (isinstance(cells[at], str) and _is_word(str(cells[at]))):
        return None
    return at if all(_is_sum(cells[i], columns, i) for i in filled[1:]) else None


def _is_word(text: str) -> bool:
    return any(map(str.isalpha, text)) and not holds_contact(text)


def _is_sum(cell: Cell, columns: Sequence[Column], at: int) -> bool:
    field = columns[at].field if at < len(columns) else None
    if field is not None and field not in AMOUNTS:
        return False
    if isinstance(cell, str):
        amount = read_amount(cell.strip())
        return not isinstance(amount, RowProblemCode) and not holds_contact(cell)
    is_number = isinstance(cell, int | float) and not isinstance(cell, bool)
    return is_number and not holds_contact(str(cell).removesuffix(".0"))


def filled_places(cells: Sequence[Cell]) -> list[int]:
    """Where the cells that are not blank stand."""
    return [
        at for at, cell in enumerate(cells) if not isinstance(cell, str) or (cell and cell.strip())
    ]
