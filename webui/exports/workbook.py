"""Write a list as an XLSX file: typed cells, frozen header, nothing of the data is a formula.

Rows are written as they come, in constant memory; text that starts with ``= + - @`` keeps its
characters and is marked as text, so that no program evaluates it (promise P23).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "'", "＝", "＋", "－", "＠")
_SUSPICIOUS = frozenset((*_DANGEROUS, " "))
"""How a text may begin that is looked at twice; most begin otherwise, and cells are many."""
_LONGEST = 32_767
_MOST_LINKS = 65_000
"""A sheet may hold 65,530."""
_CHARACTERS = {code: None for code in range(32) if code not in (9, 10, 13)} | {0xA0: 32, 0x202F: 32}
"""Control characters go; a blank is a blank, so that looking for «А123ВС 77» finds it."""


@dataclass(frozen=True)
class Column:
    """A heading and the width of its column in characters."""

    title: str
    width: int = 16


@dataclass(frozen=True)
class Link:
    """A cell that leads to an address of ours; beyond what a sheet may hold it is only text."""

    address: str
    text: str


def write_workbook(
    path: Path, sheet: str, columns: Sequence[Column], rows: Iterable[Sequence[Any]], zone: ZoneInfo
) -> int:
    """Write the rows and return how many there were; moments become local times of the zone."""
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
               "strings_to_numbers": False}  # fmt: skip
    with xlsxwriter.Workbook(path, options) as workbook:
        page = workbook.add_worksheet(sheet[:31])
        writer = _Writer(workbook, page, zone)
        page.freeze_panes(1, 0)
        for index, column in enumerate(columns):
            page.set_column(index, index, column.width)
            page.write_string(0, index, column.title, writer.heading)
        count = 0
        for count, row in enumerate(rows, start=1):
            for index, value in enumerate(row):
                writer.write(count, index, value)
        page.autofilter(0, 0, count, len(columns) - 1)
    return count


class _Writer:
    """Writes one cell by the type of its value."""

    def __init__(self, workbook: Any, page: Any, zone: ZoneInfo) -> None:
        self._page = page
        self._zone = zone
        self._links = 0
        self.heading = workbook.add_format({"bold": True, "bg_color": "#E8F0FD", "bottom": 1})
        self._moment = workbook.add_format({"num_format": "dd.mm.yyyy hh:mm"})
        self._day = workbook.add_format({"num_format": "dd.mm.yyyy"})
        self._money = workbook.add_format({"num_format": "#,##0.00"})
        self._text = workbook.add_format({"num_format": "@", "quote_prefix": True})

    def write(self, row: int, column: int, value: Any) -> None:
        if type(value) is str:
            if value:
                self._string(row, column, value)
            return
        match value:
            case None | "":
                return
            case bool():
                self._page.write_boolean(row, column, value)
            case int() | float():
                self._page.write_number(row, column, value)
            case Decimal():
                self._page.write_number(row, column, value, self._money)
            case datetime():
                local = value.astimezone(self._zone).replace(tzinfo=None, second=0, microsecond=0)
                self._page.write_datetime(row, column, local, self._moment)
            case date():
                self._page.write_datetime(row, column, value, self._day)
            case Link():
                self._link(row, column, value)
            case _:
                self._string(row, column, str(value))

    def _link(self, row: int, column: int, link: Link) -> None:
        if self._links < _MOST_LINKS:
            self._links += 1
            self._page.write_url(row, column, link.address, string=_plain(link.text))
        else:
            self._string(row, column, link.text)

    def _string(self, row: int, column: int, value: str) -> None:
        text = _plain(value)
        if text[:1] in _SUSPICIOUS and text.lstrip(" ").startswith(_DANGEROUS):
            self._page.write_string(row, column, text, self._text)
        else:
            self._page.write_string(row, column, text)


def _plain(value: str) -> str:
    """The text as a cell can hold it."""
    # Whatever is translated cannot be printed: most texts are as they are to be.
    text = value if value.isprintable() else value.translate(_CHARACTERS)
    if len(text) > _LONGEST:
        text = text[:_LONGEST]
    if text.startswith("<r>") and text.endswith("</r>"):
        text += " "  # XlsxWriter would take it for markup of its own and escape nothing of it.
    return text
