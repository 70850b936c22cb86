"""Where in a file its table was found, and which other sheets it might have been (A8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from importers.tables import SheetSummary, TableStream

_FEWEST = 2
"""Fields that the headings of a sheet must name to be taken for a table at all."""


@dataclass(frozen=True, slots=True)
class Place:
    """``heading_line``: the first one, from 1; ``heading_lines`` 0: the table has no headings.

    ``uncalculated``: formulas without a kept value, in all sheets; such cells read as blank.
    """

    heading_line: int = 1
    heading_lines: int = 1
    sheets: tuple[SheetSummary, ...] = ()
    uncalculated: int = 0

    @classmethod
    def of(cls, table: TableStream) -> Place:
        """Of an open table."""
        return cls(table.heading_line, table.heading_lines, table.sheets, table.uncalculated)

    @property
    def lines_above(self) -> int:
        """How many lines of the sheet stand above the first one below the headings."""
        return self.heading_line + self.heading_lines - 1

    def others(self, sheet: str) -> list[SheetSummary]:
        """The sheets that were not read, those with the best headings first, hidden ones last."""
        rest = [one for one in self.sheets if one.name != sheet]
        return sorted(rest, key=lambda one: (one.is_hidden, -(one.score or 0)))

    def is_doubtful(self, sheet: str) -> bool:
        """Whether another sheet has nearly as good headings: a person should say which is meant."""
        scores = {one.name: one.score or 0 for one in self.sheets}
        mine = scores.get(sheet, 0)
        return any(
            score >= max(_FEWEST, mine - 1) for name, score in scores.items() if name != sheet
        )

    def kept(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @classmethod
    def from_kept(cls, kept: Mapping[str, Any]) -> Place | None:
        """What ``kept`` made; None for a file that was loaded before this was told."""
        if not kept:
            return None
        sheets = tuple(
            SheetSummary(**{**one, "headings": tuple(one["headings"])}) for one in kept["sheets"]
        )
        return cls(kept["heading_line"], kept["heading_lines"], sheets, kept["uncalculated"])
