"""A workbook's sheets as rows with true row numbers, and the table found among titles and totals.

Runs inside the expendable child (``importers.child``): calamine can take its whole process down.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from importers.columns import Column, map_columns
from importers.error_cells import ErrorCells, find_error_cells
from importers.problems import FileProblem, FileRefused, Skipped

Cell = str | float | int | bool | date | datetime | time | timedelta

_LINES_LOOKED_AT = 60
_MOST_HEADING_LINES = 3
_MOST_SHEETS = 30
_TOTALS = re.compile(
    r"(?:итого|всего|разом|усього|всього|загалом|grand total|total|подытог|промежуточный итог)"
    r"(?:\W*$|\s*[:\d(—–-]|\s+(?:по|за|строк|записей|клиентов|рядків|клієнтів)\b)",
    re.IGNORECASE,
)
_MANY_DIGITS = re.compile(r"(?:\d\W?){4}")


@dataclass(frozen=True, slots=True)
class SheetRows:
    """One sheet: rows from row 1 and column A on, blank ones included."""

    name: str
    rows: Iterator[list[Cell]]
    merged: tuple[tuple[tuple[int, int], tuple[int, int]], ...]
    """((first row, first column), (last row, last column)), from 0."""


@dataclass(frozen=True, slots=True)
class Table:
    """Where the table is: heading lines are ``[first_line, first_line + lines)``, from 0."""

    columns: tuple[Column, ...]
    first_line: int
    lines: int
    score: int


@dataclass(frozen=True, slots=True)
class FoundTable:
    """The table of the workbook; ``rows`` yields (row number in the file, cells of the columns)."""

    sheet: str
    columns: tuple[Column, ...]
    skipped: Skipped
    rows: Iterator[tuple[int, list[Cell]]]


def read_sheets(path: Path) -> Iterator[SheetRows]:
    """Visible worksheets in their order. Row 1 of the file is the first row yielded."""
    workbook = CalamineWorkbook.from_path(str(path))
    for index, meta in enumerate(workbook.sheets_metadata[:_MOST_SHEETS]):
        if meta.typ is SheetTypeEnum.WorkSheet and meta.visible is SheetVisibleEnum.Visible:
            sheet = workbook.get_sheet_by_index(index)
            yield SheetRows(meta.name, _rows_of(sheet), tuple(sheet.merged_cell_ranges or ()))


def find_table(path: Path, *, has_error_cells: Callable[[], bool] = bool) -> FoundTable:
    """Pick the sheet whose headings say most, and its table.

    Raises ``FileRefused(NO_ROWS)`` if all sheets are empty. A table without a known heading is
    returned too: the format says what is missing and names what was found. ``has_error_cells`` is
    asked when the first row is taken.
    """
    best: tuple[SheetRows, Table, list[list[Cell]]] | None = None
    for sheet in read_sheets(path):
        head = list(islice(sheet.rows, _LINES_LOOKED_AT))
        table = locate_table(head, sheet.merged)
        if table is not None and (best is None or table.score > best[1].score):
            best = (sheet, table, head)
    if best is None:
        raise FileRefused(FileProblem.NO_ROWS)
    sheet, table, head = best
    skipped = Skipped()

    def rows() -> Iterator[tuple[int, list[Cell]]]:
        errors = find_error_cells(path, sheet.name) if has_error_cells() else {}
        yield from _data_rows(head, sheet.rows, table, skipped, errors)

    return FoundTable(sheet.name, table.columns, skipped, rows())


def locate_table(
    head: Sequence[Sequence[Cell]],
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]] = (),
) -> Table | None:
    """The heading lines: where the most fields are recognised, in the fewest lines."""
    filled = _spread_merged(head, merged)
    best: Table | None = None
    for first in range(len(filled)):
        for lines in range(1, _MOST_HEADING_LINES + 1):
            block = filled[first : first + lines]
            if len(block) < lines or not all(map(_may_be_heading, block)):
                break
            if lines > 1 and any(_is_title(line) for line in block):
                continue
            table = _table_of(block, first)
            if best is None or table.score > best.score:
                best = table
    if best is None or best.score == 0:
        return _first_wide_line(filled)
    return best


def _rows_of(sheet: CalamineSheet) -> Iterator[list[Cell]]:
    # iter_rows yields the blank rows above the first used cell, but not the columns before it.
    if sheet.start is None:
        return
    margin: list[Cell] = [""] * sheet.start[1]
    if not margin:
        yield from sheet.iter_rows()
    for row in sheet.iter_rows() if margin else ():
        yield margin + row


def _spread_merged(
    head: Sequence[Sequence[Cell]],
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]],
) -> list[list[str]]:
    """Text of the first rows, with each merged heading standing in all the cells that it covers."""
    width = max((len(row) for row in head), default=0)
    filled = [[_heading_text(cell) for cell in row] + [""] * (width - len(row)) for row in head]
    for (top, left), (bottom, right) in merged:
        if top >= len(filled) or left >= width:
            continue
        for row in range(top, min(bottom + 1, len(filled))):
            for column in range(left, min(right + 1, width)):
                filled[row][column] = filled[top][left]
    return filled


def _heading_text(cell: Cell) -> str:
    if isinstance(cell, str):
        return " ".join(cell[:200].split())
    return str(cell)[:200]


def _may_be_heading(line: Sequence[str]) -> bool:
    # Data rows hold a phone, a VIN or a date; headings hold at most a year or kilometres.
    texts = [text for text in line if text]
    return bool(texts) and sum(bool(_MANY_DIGITS.search(text)) for text in texts) <= len(texts) // 8


def _is_title(line: Sequence[str]) -> bool:
    return len({text for text in line if text}) <= 1


def _table_of(block: Sequence[Sequence[str]], first: int) -> Table:
    headings = []
    for cells in zip(*block, strict=True):
        lines = [cell for cell in cells if cell]
        # A heading merged downwards stands in every line; once is enough.
        headings.append(tuple(dict.fromkeys(lines)))
    columns = map_columns(headings)
    score = len({column.field for column in columns if column.field is not None})
    return Table(columns, first, len(block), score)


def _first_wide_line(filled: Sequence[Sequence[str]]) -> Table | None:
    """No heading is known: the first row with several cells is what a person would name."""
    ranked = [(min(sum(map(bool, line)), 2), -index) for index, line in enumerate(filled)]
    if not ranked or max(ranked)[0] == 0:
        return None
    first = -max(ranked)[1]
    # Here and not above: hardly any file needs it, and the child is to start quickly.
    from importers.content import is_without_headings

    if is_without_headings(filled[first:]):
        return Table(tuple(Column(at, "", None) for at in range(len(filled[first]))), first, 0, 0)
    return _table_of([filled[first]], first)


def _data_rows(
    head: list[list[Cell]],
    rest: Iterator[list[Cell]],
    table: Table,
    skipped: Skipped,
    errors: ErrorCells,
) -> Iterator[tuple[int, list[Cell]]]:
    first = table.first_line + table.lines
    headings = [line for line in head[table.first_line : first] if not _is_blank(line)]
    row_no = first
    for rows in (head[first:], rest):
        for cells in rows:
            row_no += 1
            if _is_blank(cells) and row_no not in errors:
                skipped.blank += 1
            elif _is_totals(cells):
                skipped.totals += 1
            elif cells in headings:
                skipped.repeated_headings += 1
            else:
                for column, text in errors.get(row_no, {}).items():
                    cells[column] = text
                yield row_no, cells


def _is_blank(cells: list[Cell]) -> bool:
    return cells.count("") == len(cells)


def _is_totals(cells: Sequence[Cell]) -> bool:
    for cell in cells:
        if cell != "":
            return isinstance(cell, str) and _TOTALS.match(cell.lstrip()) is not None
    return False
