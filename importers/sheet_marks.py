"""What a sheet's XML says about rows beside their cells: hidden, outline levels, bold text.

calamine does not tell. Asked for only where the guard or the table has shown that it matters.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from importers.error_cells import sheet_part
from importers.guard import MAX_ROWS, markup_blocks

_MARKED_ROW = re.compile(
    rb"<row\s(?=[^>]*(?:\shidden=\"(?:1|true)\"|\soutlineLevel=\"[1-7]\"))([^>]*)>"
)
_NUMBER = re.compile(rb"\br=\"(\d{1,7})\"")
_LEVEL = re.compile(rb"\soutlineLevel=\"([1-7])\"")
_HIDDEN = re.compile(rb"\shidden=\"(?:1|true)\"")
_COLUMN = re.compile(rb"<col\s[^>]*>")
_FROM = re.compile(rb"\bmin=\"(\d{1,5})\"")
_TO = re.compile(rb"\bmax=\"(\d{1,5})\"")
_ROW_AND_STYLE = re.compile(rb"<row\s[^>]*\br=\"(\d{1,7})\"[^>]*>\s*<c\s[^>]*\bs=\"(\d{1,5})\"")
_FONT = re.compile(rb"<font>(.*?)</font>|<font/>", re.S)
_BOLD = re.compile(rb"<b\s*/>|<b\s+val=\"(?:1|true)\"\s*/>")
_CELL_STYLES = re.compile(rb"<cellXfs[^>]*>(.*?)</cellXfs>", re.S)
_FONT_OF_STYLE = re.compile(rb"<xf\s[^>]*?(?:\bfontId=\"(\d{1,5})\"[^>]*)?>")
_LARGEST_STYLES = 16 << 20


@dataclass(slots=True)
class SheetMarks:
    """Row numbers from 1, columns from 0. One byte a row, whatever the sheet holds."""

    hidden: bytearray = field(default_factory=bytearray)
    levels: bytearray = field(default_factory=bytearray)
    hidden_columns: set[int] = field(default_factory=set)
    has_levels: bool = False

    def is_hidden(self, row_no: int) -> bool:
        """Whether the row is hidden, by a filter or by hand."""
        return row_no < len(self.hidden) and bool(self.hidden[row_no])

    def level(self, row_no: int) -> int:
        """The outline level: 0 outside of every group."""
        return self.levels[row_no] if row_no < len(self.levels) else 0


def read_marks(path: Path, sheet: str) -> SheetMarks:
    """Hidden rows and columns and outline levels of one sheet of an XLSX."""
    marks = SheetMarks()
    with zipfile.ZipFile(path) as archive:
        part = sheet_part(archive, sheet)
        if part is None:
            return marks
        marks.hidden, marks.levels = bytearray(MAX_ROWS + 1), bytearray(MAX_ROWS + 1)
        for block in markup_blocks(archive, archive.getinfo(part)):
            for tag in _MARKED_ROW.findall(block):
                _take_row(tag, marks)
            for tag in _COLUMN.findall(block) if b"<cols" in block else ():
                _take_columns(tag, marks)
    return marks


def _take_row(tag: bytes, marks: SheetMarks) -> None:
    number = _NUMBER.search(tag)
    if number is None or int(number[1]) > MAX_ROWS:
        return
    row_no = int(number[1])
    marks.hidden[row_no] = _HIDDEN.search(tag) is not None
    if level := _LEVEL.search(tag):
        marks.levels[row_no] = int(level[1])
        marks.has_levels = True


def _take_columns(tag: bytes, marks: SheetMarks) -> None:
    first, last = _FROM.search(tag), _TO.search(tag)
    if _HIDDEN.search(tag) and first and last:
        marks.hidden_columns.update(range(int(first[1]) - 1, min(int(last[1]), 16_384)))


def bold_rows(path: Path, sheet: str) -> frozenset[int]:
    """Which rows of an XLSX begin with a bold cell."""
    with zipfile.ZipFile(path) as archive:
        bold = _bold_styles(archive)
        part = sheet_part(archive, sheet)
        if not bold or part is None:
            return frozenset()
        return frozenset(
            int(row_no)
            for block in markup_blocks(archive, archive.getinfo(part))
            for row_no, style in _ROW_AND_STYLE.findall(block)
            if int(style) in bold
        )


def _bold_styles(archive: zipfile.ZipFile) -> frozenset[int]:
    """Numbers of the cell styles whose font is bold."""
    try:
        with archive.open("xl/styles.xml") as stream:
            styles = stream.read(_LARGEST_STYLES)
    except KeyError:
        return frozenset()
    fonts, _, rest = styles.partition(b"</fonts>")
    bold = {
        number
        for number, found in enumerate(_FONT.finditer(fonts))
        if found[1] is not None and _BOLD.search(found[1])
    }
    cell_styles = _CELL_STYLES.search(rest)
    fonts_of_styles = _FONT_OF_STYLE.findall(cell_styles[1] if cell_styles else b"")
    return frozenset(
        number for number, font in enumerate(fonts_of_styles) if font and int(font) in bold
    )
