"""What a person may say about a file instead of letting it be found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """None: found by itself. Lines are counted from 1, as a spreadsheet shows them.

    ``heading_lines=0``: the table has no headings; its first row stands in ``heading_line`` (1 if
    not told) and the columns are called A, B, C.
    """

    sheet: str | None = None
    heading_line: int | None = None
    heading_lines: int | None = None
