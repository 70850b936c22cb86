"""The cells of a person's file in a workbook of ours: numbers and days are such there again.

Files are kept as texts. What a spreadsheet counted or sorted in the file it counts and sorts in the
workbook too; numbers that name something (phones, codes, VIN) stay the texts that were read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from importers.columns import Column
from importers.fields import AMOUNTS, DAYS, Field
from importers.values import text_of

_NUMBERS = AMOUNTS | {Field.MILEAGE_KM, Field.YEAR}
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?", re.ASCII)
_DAY = re.compile(r"(\d\d)\.(\d\d)\.(\d{4})", re.ASCII)
_FIRST_YEAR = 1901
"""Spreadsheets count days from 1900, and disagree about its first two months."""


def file_cells(columns: Sequence[Column]) -> Callable[[Sequence[str]], list[Any]]:
    """Makes the cells of a row, one for each column; those that are not there are empty texts."""
    width = len(columns)
    typed = [(at, read) for at, column in enumerate(columns) if (read := _reader(column.field))]

    def cells_of(cells: Sequence[str]) -> list[Any]:
        made: list[Any] = [*cells[:width], *[""] * (width - len(cells))]
        for at, read in typed:
            made[at] = read(made[at])
        return made

    return cells_of


def _reader(field: Field | None) -> Callable[[str], Any] | None:
    if field in _NUMBERS:
        return _number
    return _day if field in DAYS else None


def _number(text: str) -> int | float | str:
    """A number only where nothing of how it was written would be lost."""
    if not _NUMBER.fullmatch(text):
        return text
    number = float(text) if "." in text else int(text)
    return number if text_of(number) == text else text


def _day(text: str) -> date | str:
    found = _DAY.fullmatch(text)
    if found is None:
        return text
    day, month, year = map(int, found.groups())
    try:
        return date(year, month, day) if year >= _FIRST_YEAR else text
    except ValueError:  # the 31st of February: the row says so
        return text
