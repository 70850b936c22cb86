"""The headings of a table, found among title lines, logos and merged cells. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from importers.columns import Column, map_columns
from importers.contacts import hold_contact, holds_contact

Cell = str | float | int | bool | date | datetime | time | timedelta
Area = tuple[tuple[int, int], tuple[int, int]]
"""((first row, first column), (last row, last column)), from 0."""

LINES_LOOKED_AT = 60
_MOST_HEADING_LINES = 3
_MANY_DIGITS = re.compile(r"(?:\d\W?){4}")


@dataclass(frozen=True, slots=True)
class Table:
    """Where the table is: heading lines are ``[first_line, first_line + lines)``, from 0."""

    columns: tuple[Column, ...]
    first_line: int
    lines: int
    score: int


def locate_table(
    head: Sequence[Sequence[Cell]],
    merged: Sequence[Area] = (),
) -> Table | None:
    """The heading lines: where the most fields are recognised, in the fewest lines."""
    filled = _spread_merged(head, merged)
    best: Table | None = None
    best_rank = (-1, False)
    for first in range(len(filled)):
        for lines in range(1, _MOST_HEADING_LINES + 1):
            block = filled[first : first + lines]
            if len(block) < lines or not all(map(_may_be_heading, block)):
                break
            if lines > 1 and (_is_title(block[0]) or _is_title(block[-1])):
                continue
            table = _table_of(block, first)
            # Of equals one that asks nothing: above a list often stands what it was searched by.
            rank = (table.score, not any(map(_asks, block)))
            if rank > best_rank:
                best, best_rank = table, rank
    if best is None or best.score == 0 or _stands_among_data(best, filled):
        return _first_wide_line(filled)
    return best


def _asks(line: Sequence[Cell]) -> bool:
    """Whether all that stands there are questions: «ФИО:», and a place for the answer."""
    texts = [str(cell).strip() for cell in line if cell != ""]
    return bool(texts) and all(text.endswith(":") for text in texts)


def told_table(
    head: Sequence[Sequence[Cell]], merged: Sequence[Area], *, line: int, lines: int
) -> Table:
    """The table whose headings a person pointed at; ``line`` from 0, ``lines`` 0: no headings."""
    filled = _spread_merged(head, merged)
    if lines == 0:
        width = max((len(row) for row in filled), default=0)
        columns = tuple(Column(index, "", None) for index in range(width))
        return Table(columns, line, 0, 0)
    return _table_of(filled[line : line + lines], line)


def _spread_merged(
    head: Sequence[Sequence[Cell]],
    merged: Sequence[Area],
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
    if not texts or sum(bool(_MANY_DIGITS.search(text)) for text in texts) > len(texts) // 8:
        return False
    return not hold_contact(line)


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


def _stands_among_data(table: Table, filled: Sequence[Sequence[str]]) -> bool:
    """A single known word below rows of contacts is a remark, as «номер сменил».

    A letterhead has its phone above the headings too, but with a blank line or more words between,
    and hardly ever in two lines of several cells.
    """
    if table.score > 1 or table.lines > 1:
        return False
    above = filled[: table.first_line]
    contacts = [any(map(_is_bare_contact, line)) and sum(map(bool, line)) for line in above]
    if sum(map(bool, filled[table.first_line])) > 1:
        return sum(cells > 1 for cells in contacts) > 1
    return bool(contacts) and (contacts[-1] > 0 or sum(map(bool, contacts)) > 1)


def _is_bare_contact(cell: str) -> bool:
    """A contact with hardly a word beside it; a title may name a phone as well."""
    has_few_words = sum(map(str.isalpha, cell)) <= sum(map(str.isdigit, cell)) or "@" in cell
    return has_few_words and holds_contact(cell)


def _first_wide_line(filled: Sequence[Sequence[str]]) -> Table | None:
    """No heading is known: the first row with several cells is what a person would name."""
    ranked = [(min(sum(map(bool, line)), 2), -index) for index, line in enumerate(filled)]
    if not ranked or max(ranked)[0] == 0:
        return None
    first = -max(ranked)[1]
    first = _first_contact(filled, first)
    if hold_contact(filled[first]) or _is_without_headings(filled[first:]):
        return Table(tuple(Column(at, "", None) for at in range(len(filled[first]))), first, 0, 0)
    return _table_of([filled[first]], first)


def _first_contact(filled: Sequence[Sequence[str]], last: int) -> int:
    """The first line up to ``last`` that is data by its contact; ``last`` if there is none.

    A line of a single cell above the first wide one may be a title with a phone: it is data if it
    is little else than the contact, or if contacts stand below it as well.
    """
    for index, line in enumerate(filled[:last]):
        for at, cell in enumerate(line):
            if not cell or not holds_contact(cell):
                continue
            below = (row[at] for row in filled[index + 1 :])
            if _is_bare_contact(cell) or any(map(holds_contact, below)):
                return index
    return last


def _is_without_headings(lines: Sequence[Sequence[str]]) -> bool:
    # Here and not above: hardly any file needs it, and the child is to start quickly.
    from importers.content import is_without_headings

    return is_without_headings(lines)
