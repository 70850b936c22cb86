"""An XLSX whose sheet is too large to be held: rows as a stream, in bounded memory.

calamine builds the whole sheet before it gives the first row; openpyxl's stream needs eight times
its time. So the rows are cut out of the XML by patterns; openpyxl reads what is small (the list of
the sheets) and knows which formats make a number a date. Runs inside the expendable child.
"""

from __future__ import annotations

import html
import re
import zipfile
from array import array
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from importers.guard import MAX_COLUMNS, MAX_ROWS
from importers.headings import Cell
from importers.problems import FileProblem, FileRefused

_CHUNK = 1 << 20
_LONGEST_PIECE = 64 << 20
_TEXTS = "xl/sharedStrings.xml"
_STYLES = "xl/styles.xml"
_LARGEST_STYLES = 16 << 20
_ROW = re.compile(rb"<row\b([^>]*?)(?:/>|>(.*?)</row>)", re.S)
_ROW_NUMBER = re.compile(rb"\br=[\"'](\d{1,7})[\"']")
_USUAL_CELL = re.compile(
    rb"<c r=\"([A-Z]{1,2})\d{1,7}\"(?: s=\"(\d{1,5})\")?(?: t=\"(\w+)\")?>"
    rb"(?:<f>[^<]*</f>)?<v>([^<]*)</v></c>"
)
_ANY_CELL = re.compile(rb"<c\b([^>]*?)(?:/>|>(.*?)</c>)", re.S)
_ATTRIBUTE = re.compile(rb"\b(r|s|t)\s*=\s*[\"']([^\"']*)[\"']")
_VALUE = re.compile(rb"<v\b[^>]*>([^<]*)</v>")
_TEXT_ITEM = re.compile(rb"<si\b[^>]*?(?:/>|>(.*?)</si>)", re.S)
_PHONETIC = re.compile(rb"<rPh\b.*?</rPh>", re.S)
_TEXT = re.compile(rb"<t\b[^>]*?(?:/>|>([^<]*)</t>)")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class LargeWorkbook:
    """An open XLSX: ``sheets`` are (name, whether it is hidden, its part) in their order."""

    def __init__(self, path: Path) -> None:
        # Imported where used: most files are read without it.
        from openpyxl.reader.excel import ExcelReader

        reader: Any = ExcelReader(path, read_only=True, data_only=True, keep_links=False)
        reader.read_manifest()
        reader.read_workbook()
        self._archive: zipfile.ZipFile = reader.archive
        self.sheets: list[tuple[str, bool, str]] = [
            (sheet.name, sheet.state != "visible", relation.target)
            for sheet, relation in reader.parser.find_sheets()
            if relation.Type.endswith("/worksheet")
        ]
        self._days, self._durations = _styles_of_days(self._archive)
        self._epoch = reader.wb.epoch
        self._texts = _SharedTexts(self._archive)

    def rows(self, part: str) -> Iterator[list[Cell]]:
        """The rows of a sheet from row 1 on, blank ones included; they differ in length."""
        row_no = 0
        for attributes, body in self._pieces(part):
            told = _ROW_NUMBER.search(attributes)
            number = int(told[1]) if told else row_no + 1
            if not row_no < number <= MAX_ROWS:
                raise FileRefused(FileProblem.DAMAGED)
            for _ in range(row_no + 1, number):
                yield []
            row_no = number
            yield self._cells(body) if body else []

    def _pieces(self, part: str) -> Iterator[tuple[bytes, bytes]]:
        found = False
        for block in _blocks(self._archive, part, b"row>", b"/>"):
            for row in _ROW.finditer(block):
                found = True
                yield row[1], row[2] or b""
        if not found and _has_foreign_prefix(self._archive, part):
            raise FileRefused(FileProblem.TOO_MUCH_MEMORY)

    def _cells(self, body: bytes) -> list[Cell]:
        found = _USUAL_CELL.findall(body)
        is_usual = len(found) == body.count(b"</c>")
        cells: list[Cell] = []
        for letters, style, kind, value in found if is_usual else _odd_cells(body):
            at = _column(letters) if letters else len(cells)
            if at >= MAX_COLUMNS:
                raise FileRefused(FileProblem.TOO_MANY_COLUMNS, limit=MAX_COLUMNS, cell="")
            if at >= len(cells):
                cells.extend([""] * (at - len(cells) + 1))
            cells[at] = self._value(style, kind, value)
        return cells

    def _value(self, style: bytes, kind: bytes, value: bytes) -> Cell:
        if kind == b"s":
            return self._texts[int(value)]
        if kind in (b"str", b"inlineStr", b"e", b"d"):
            return _plain(value)
        if not value:
            return ""
        if kind == b"b":
            return value.strip() == b"1"
        if style and (number := int(style)) in self._days:
            return self._moment(value, is_duration=number in self._durations)
        with suppress(ValueError):
            return float(value)
        return _plain(value)

    def _moment(self, value: bytes, *, is_duration: bool) -> Cell:
        with suppress(ValueError, OverflowError):
            return _moment(float(value), self._epoch, is_duration)
        return _plain(value)


def _styles_of_days(archive: zipfile.ZipFile) -> tuple[set[int], set[int]]:
    """Which cell styles make a number a day or a moment, and which of them a duration.

    openpyxl's own reader of styles refuses what calamine and Excel let pass.
    """
    from openpyxl.styles.numbers import builtin_format_code, is_date_format, is_timedelta_format

    if _STYLES not in archive.namelist():
        return set(), set()
    with archive.open(_STYLES) as stream:
        # The guard has refused declarations: nothing can expand.
        root = ElementTree.fromstring(stream.read(_LARGEST_STYLES))  # noqa: S314
    codes = {
        one.get("numFmtId"): one.get("formatCode", "")
        for one in root.iterfind("{*}numFmts/{*}numFmt")
    }
    numbers = [style.get("numFmtId", "0") for style in root.iterfind("{*}cellXfs/{*}xf")]
    formats = [
        codes[number] if number in codes else builtin_format_code(int(number)) for number in numbers
    ]
    return (
        {at for at, code in enumerate(formats) if is_date_format(code)},
        {at for at, code in enumerate(formats) if is_timedelta_format(code)},
    )


class _SharedTexts:
    """The texts that cells refer to by number, packed: millions of them are one piece of memory."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._packed = bytearray()
        self._ends = array("Q", [0])
        if _TEXTS not in archive.namelist():
            return
        for block in _blocks(archive, _TEXTS, b"</si>", b"<si/>"):
            for item in _TEXT_ITEM.finditer(block):
                inner = item[1] or b""
                if b"<rPh" in inner:
                    inner = _PHONETIC.sub(b"", inner)
                for text in _TEXT.findall(inner):
                    self._packed += text
                self._ends.append(len(self._packed))

    def __getitem__(self, number: int) -> str:
        if not 0 <= number < len(self._ends) - 1:
            return ""
        return _plain(bytes(self._packed[self._ends[number] : self._ends[number + 1]]))


def _blocks(archive: zipfile.ZipFile, part: str, *ends: bytes) -> Iterator[bytes]:
    """The part's bytes, each block cut behind the last of these ends."""
    rest = b""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            block = rest + chunk
            cut = max((at + len(end) for end in ends if (at := block.rfind(end)) >= 0), default=0)
            rest = block[cut:]
            if len(rest) > _LONGEST_PIECE:
                raise FileRefused(FileProblem.TOO_MUCH_MEMORY)
            if cut:
                yield block[:cut]
    if rest:
        yield rest


def _has_foreign_prefix(archive: zipfile.ZipFile, part: str) -> bool:
    with archive.open(part) as stream:
        return re.search(rb"<\w+:(?:row|sheetData)\b", stream.read(_CHUNK)) is not None


def _odd_cells(body: bytes) -> Iterator[tuple[bytes, bytes, bytes, bytes]]:
    for cell in _ANY_CELL.finditer(body):
        told = dict(_ATTRIBUTE.findall(cell[1]))
        kind, inner = told.get(b"t", b""), cell[2] or b""
        if kind == b"inlineStr":
            value = b"".join(_TEXT.findall(inner))
        else:
            found = _VALUE.search(inner)
            value = found[1] if found else b""
        if kind == b"s" and not value.isdigit():
            kind = b"str"
        yield told.get(b"r", b"").rstrip(b"0123456789"), told.get(b"s", b""), kind, value


@lru_cache(maxsize=1024)
def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number - 1


@lru_cache(maxsize=4096)
def _moment(serial: float, epoch: Any, is_duration: bool) -> Cell:
    from openpyxl.utils.datetime import from_excel

    moment: Cell = from_excel(serial, epoch, timedelta=is_duration)
    return moment


def _plain(value: bytes) -> str:
    text = value.decode("utf-8", "replace")
    if "&" in text:
        text = html.unescape(text)
    if "_x" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return text
