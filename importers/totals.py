"""Rows that sum up others: «Итого», «Всего по отчёту», «Grand total»."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import cast

from importers.headings import Cell

_TOTAL = r"(?:итого|всего|разом|усього|всього|загалом|grand total|total|подытог|промежуточный итог)"
_TOTALS = re.compile(
    _TOTAL
    + r"(?:\W*$|\s*[:\d(—–-]|\s+(?:по|за|строк|записей|клиентов|рядків|клієнтів|звонков|дзвінків)\b"
    r"|(?:\s+[\w-]+){1,3}\s*:[\d\s.,]*$)",
    re.IGNORECASE,
)
_MAYBE_TOTAL = re.compile(rf"\x1f\s*(?=[ИВРУЗПGTиврузпgt]){_TOTAL}", re.IGNORECASE)
"""What may be a total among many cells, each of them behind a separator.

The first letters alone are looked for four times as fast as the words.
"""


def is_total(cells: Sequence[Cell]) -> bool:
    """Whether the first filled cell of a row says so."""
    for cell in cells:
        if cell != "":
            return isinstance(cell, str) and _TOTALS.match(cell.lstrip()) is not None
    return False


def may_hold_total(columns: Sequence[Sequence[Cell]]) -> bool:
    """Whether one of the rows of these columns may be a total; only False is sure."""
    first = next(column for column in columns if any(column))
    if "" in first:
        return any(map(is_total, zip(*columns, strict=True)))
    try:
        texts = "\x1f".join(cast(Sequence[str], first))
    except TypeError:
        texts = "\x1f".join(cell for cell in first if isinstance(cell, str))
    return _MAYBE_TOTAL.search("\x1f" + texts) is not None
