"""Rows on their way out of the child: some hundreds at a time, column by column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest
from typing import Self

from importers.headings import Cell

Row = tuple[int, list[Cell]]
"""(row number as a spreadsheet counts, its cells)."""


@dataclass(frozen=True, slots=True)
class Block:
    """Rows that follow each other in the file; their cells column by column.

    ``numbers`` as a spreadsheet counts; a range where no row was left out. ``lengths``: how many
    cells each row has where they differ (the columns are filled up); else None.
    """

    numbers: Sequence[int]
    columns: Sequence[Sequence[Cell]]
    lengths: Sequence[int] | None = None

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Self:
        """The block of some rows."""
        cells = [row for _, row in rows]
        lengths = list(map(len, cells))
        return cls(
            numbers=[row_no for row_no, _ in rows],
            columns=list(zip_longest(*cells, fillvalue="")),
            lengths=None if min(lengths) == max(lengths) else lengths,
        )


def have_more_than(few: int, columns: Sequence[Sequence[Cell]]) -> bool:
    """Whether surely every row has more filled cells: so many columns have no blank."""
    full = (column for column in columns if "" not in column)
    return len(list(islice(full, few + 1))) > few
