"""The table of a file: its sheet and headings found (or told), its rows sorted from the rest.

Runs inside the expendable child (``importers.parsing``): calamine can take its whole process down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from importers.blocks import Block, Row
from importers.columns import Column
from importers.contacts import hold_contact
from importers.data_rows import GROUP_HEADING, DataRows
from importers.error_cells import ErrorCells, find_error_cells
from importers.file_kinds import FileKind
from importers.group_rows import GroupJudge, group_candidates
from importers.headings import LINES_LOOKED_AT, Area, Cell, Table, locate_table, told_table
from importers.opening import Opening
from importers.options import ReadOptions
from importers.problems import FileProblem, FileRefused, Skipped
from importers.sheet_marks import SheetMarks, bold_rows, read_marks
from importers.sheets import SheetPlace, SheetRows, open_book

_LOOKED_AHEAD = 200
"""Rows below the headings among which the first heading of a group must stand."""
_MOST_HEADINGS_TOLD = 60


@dataclass(frozen=True, slots=True)
class Source:
    """A file as the guard has named it; ``opening``: if calamine is at it already."""

    path: Path
    kind: FileKind
    is_large: bool = False
    opening: Opening | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """What the slow half of the guard has seen in an XLSX."""

    has_error_cells: bool = False
    has_row_marks: bool = False


@dataclass(frozen=True, slots=True)
class SheetFound:
    """A sheet for a person to choose. ``score``: how many fields its headings name.

    None: the sheet was not looked at, because it is hidden or another one was asked for; ``line``
    counts from 1.
    """

    name: str
    is_hidden: bool
    score: int | None = None
    line: int | None = None
    lines: int | None = None
    headings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundTable:
    """The table of the file; ``blocks``: its rows."""

    sheet: str
    columns: tuple[Column, ...]
    heading_line: int
    heading_lines: int
    sheets: tuple[SheetFound, ...]
    hidden_columns: tuple[int, ...]
    skipped: Skipped
    blocks: Iterator[Block]


@dataclass(frozen=True, slots=True)
class _Chosen:
    sheet: SheetRows
    table: Table
    head: list[list[Cell]]


def find_table(
    source: Source, options: ReadOptions | None = None, *, seen: Callable[[], Seen] = Seen
) -> FoundTable:
    """Pick the sheet whose headings say most, and its table; or the one that ``options`` name.

    Raises ``FileRefused(NO_ROWS)`` if all sheets are empty. A table without a known heading is
    returned too: the format says what is missing and names what was found. ``seen`` is asked when
    all sheets are loaded.
    """
    chosen, sheets = _choose(source, options or ReadOptions())
    told = seen()
    name, table = chosen.sheet.name, chosen.table
    has_marks = source.kind.is_sheet_xml and told.has_row_marks
    marks = read_marks(source.path, name) if has_marks else SheetMarks()
    # A stream gives errors as texts.
    has_errors = source.kind.is_sheet_xml and told.has_error_cells and not source.is_large
    errors: ErrorCells = find_error_cells(source.path, name) if has_errors else {}
    rows = _rows_below(chosen)
    ahead = list(islice(rows, _LOOKED_AHEAD))
    behind = table.first_line + table.lines
    groups = _group_judge(source, chosen, list(enumerate(ahead, start=behind + 1)), marks)
    skipped = Skipped()
    sorted_rows = DataRows(
        chain(ahead, rows),
        first=behind + 1,
        columns=table.columns,
        headings=_to_be_repeated(chosen.head[table.first_line : behind]),
        skipped=skipped,
        errors=errors,
        marks=marks,
        groups=groups,
    )
    columns = table.columns
    if groups is not None:
        columns = (*columns, Column(len(columns), GROUP_HEADING, None))
    hidden = tuple(c.index for c in table.columns if c.heading and c.index in marks.hidden_columns)
    return FoundTable(
        sheet=name,
        columns=columns,
        heading_line=table.first_line + 1,
        heading_lines=table.lines,
        sheets=sheets,
        hidden_columns=hidden,
        skipped=skipped,
        blocks=iter(sorted_rows),
    )


def _choose(source: Source, options: ReadOptions) -> tuple[_Chosen, tuple[SheetFound, ...]]:
    book = open_book(source.path, source.kind, is_large=source.is_large, opening=source.opening)
    best: _Chosen | None = None
    sheets: list[SheetFound] = []
    for place in book.places:
        is_wanted = place.name == options.sheet if options.sheet else not place.is_hidden
        chosen = _look_at(book.read(place), options) if is_wanted else None
        sheets.append(_told(place, chosen))
        if chosen is not None and (best is None or chosen.table.score > best.table.score):
            best = chosen
    if best is None:
        raise FileRefused(FileProblem.NO_ROWS)
    return best, tuple(sheets)


def _look_at(sheet: SheetRows, options: ReadOptions) -> _Chosen | None:
    lines = options.heading_lines
    line = options.heading_line or (1 if lines == 0 else None)
    if line is None:
        head = list(islice(sheet.rows, LINES_LOOKED_AT))
        found = locate_table(head, sheet.merged)
    else:
        lines = 1 if lines is None else lines
        head = list(islice(sheet.rows, max(LINES_LOOKED_AT, line + lines)))
        found = told_table(head, sheet.merged, line=line - 1, lines=lines)
    return _Chosen(sheet, found, head) if found is not None and found.columns else None


def _told(place: SheetPlace, chosen: _Chosen | None) -> SheetFound:
    if chosen is None:
        return SheetFound(place.name, place.is_hidden)
    table = chosen.table
    headings = [column.heading[:100] for column in table.columns if column.heading]
    return SheetFound(
        name=place.name,
        is_hidden=place.is_hidden,
        score=table.score,
        line=table.first_line + 1,
        lines=table.lines,
        headings=tuple(headings[:_MOST_HEADINGS_TOLD]),
    )


def _to_be_repeated(lines: Sequence[list[Cell]]) -> list[list[Cell]]:
    """Heading lines that may stand again on a next page; one with a contact is data there."""
    return [line for line in lines if any(line) and not hold_contact(line)]


def _rows_below(chosen: _Chosen) -> Iterator[list[Cell]]:
    """The rows below the headings."""
    behind = chosen.table.first_line + chosen.table.lines
    rows = chain(chosen.head[behind:], chosen.sheet.rows)
    merged = [area for area in chosen.sheet.merged if area[1][0] > area[0][0] >= behind]
    return _filled_down(rows, merged, behind + 1) if merged else rows


def _filled_down(
    rows: Iterator[list[Cell]], merged: Sequence[Area], first: int
) -> Iterator[list[Cell]]:
    """Cells merged downwards, as 1C writes a client of several cars: each row gets the value.

    ``first``: the number of the first of these rows.
    """
    waiting = sorted(merged, reverse=True)
    active: list[tuple[int, int, Cell]] = []  # last row (from 0), column, value
    for row_no, cells in enumerate(rows, start=first):
        active = [one for one in active if one[0] >= row_no - 1]
        if active and any(cell != "" for cell in cells):
            for _, column, value in active:
                if column < len(cells) and cells[column] == "":
                    cells[column] = value
        while waiting and waiting[-1][0][0] < row_no:
            (top, left), (bottom, _right) = waiting.pop()
            if top == row_no - 1 and left < len(cells) and cells[left] != "":
                active.append((bottom, left, cells[left]))
        yield cells


def _group_judge(
    source: Source, chosen: _Chosen, ahead: Sequence[Row], marks: SheetMarks
) -> GroupJudge | None:
    """Who tells headings of groups from data; None where the first rows have no such heading."""
    columns = chosen.table.columns
    candidates = group_candidates(ahead, columns)
    if not candidates:
        return None
    proved = {
        top + 1
        for (top, left), (bottom, right) in chosen.sheet.merged
        if top == bottom and right > left
    }
    can_ask = source.kind.is_sheet_xml and not source.is_large
    if can_ask and not marks.has_levels and not proved >= set(candidates):
        bold = bold_rows(source.path, chosen.sheet.name)
        # Where everything is bold, it says nothing.
        plain = [row_no for row_no, _ in ahead if row_no not in candidates]
        proved |= bold if not all(row_no in bold for row_no in plain) else frozenset()
    judge = GroupJudge(columns, marks, proved.__contains__)
    cells_of = dict(ahead)
    for row_no, (at, behind) in candidates.items():
        if judge.may_be(row_no, at, cells_of[row_no][at], behind):
            return judge
    return None
