"""«Таблица XML 2003» as rows: what older programs write and call .xls or .xml.

Runs inside the expendable child; a stream. Elements and attributes are those of Microsoft's
«XML Spreadsheet Reference» (Office 2003).
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, time
from math import isfinite
from pathlib import Path
from xml.parsers import expat

from importers.encodings import encoding_of
from importers.guard import MAX_COLUMNS, MAX_ROWS
from importers.headings import Cell
from importers.problems import FileProblem, FileRefused
from importers.spanning import SpanningCell, SpanningRows

NAMESPACE = "urn:schemas-microsoft-com:office:spreadsheet"
_CHUNK = 1 << 18
_HEAD = 200
_TOLD = re.compile(rb"encoding\s*=\s*[\"']([\w-]{3,20})")
_UNICODE = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16", "utf-16-le": "UTF-16LE",
            "utf-16-be": "UTF-16BE"}  # fmt: skip
_NO_DAY = datetime.fromisoformat("1899-12-31")
_DAYS_FROM = datetime.fromisoformat("1900-03-01")
"""Nobody writes earlier days with a time of day; a sum of hours under two months looks so."""
_SHEET, _ROW, _CELL, _DATA = (
    f"{NAMESPACE} {name}" for name in ("Worksheet", "Row", "Cell", "Data")
)
_NAME, _INDEX, _TYPE = (f"{NAMESPACE} {name}" for name in ("Name", "Index", "Type"))
_SPAN, _ACROSS, _DOWN = (f"{NAMESPACE} {name}" for name in ("Span", "MergeAcross", "MergeDown"))
_VISIBLE = "urn:schemas-microsoft-com:office:excel Visible"


def sheets_of(path: Path) -> list[tuple[str, bool]]:
    """Name of each sheet and whether it is hidden, in their order. Raises FileRefused."""
    found: list[tuple[str, bool]] = []
    told: list[str] = []

    def opened(name: str, attributes: dict[str, str]) -> None:
        if name == _SHEET:
            found.append((attributes.get(_NAME, ""), False))
        elif name == _VISIBLE:
            told.append("")
            parser.CharacterDataHandler = lambda text: told.append(told.pop() + text)

    def closed(name: str) -> None:
        if name == _VISIBLE:
            parser.CharacterDataHandler = None
            if found and told and told.pop().strip() in ("SheetHidden", "SheetVeryHidden"):
                found[-1] = (found[-1][0], True)

    parser = _parser(path)
    parser.StartElementHandler, parser.EndElementHandler = opened, closed
    for _ in _parsed(path, parser):
        pass
    return found


def read_sheet(path: Path, index: int, spanning: SpanningRows) -> Iterator[list[Cell]]:
    """The rows of a sheet from row 1 on, blank ones included. Raises FileRefused."""
    sheet = _Sheet(index, _parser(path))
    for _ in _parsed(path, sheet.parser):
        while sheet.rows:
            yield spanning.placed(sheet.rows.popleft())
        if sheet.is_over:
            return


class _Sheet:
    """Gathers the rows of one sheet."""

    def __init__(self, index: int, parser: expat.XMLParserType) -> None:
        self.rows: deque[list[SpanningCell]] = deque()
        self.is_over = False
        self._left, self._row_no, self._row_span = index + 1, 0, 0
        self._path: list[str] = []
        self._cells: list[SpanningCell] = []
        self._cell: dict[str, str] = {}
        self._type = ""
        self._text: list[str] = []
        self._value: Cell = ""
        self.parser = parser
        self.parser.StartElementHandler = self._opened
        self.parser.EndElementHandler = self._closed

    def _opened(self, name: str, attributes: dict[str, str]) -> None:
        if name == _SHEET:
            self._left -= 1
        if self._left:
            return
        if name == _ROW:
            self._skip_to(attributes)
            self._cells = []
        elif name == _CELL:
            self._cell, self._value = attributes, ""
        elif name == _DATA and self._path[-1] == _CELL:  # not that of a comment
            self._type, self._text = attributes.get(_TYPE, ""), []
            self.parser.CharacterDataHandler = self._text.append
        self._path.append(name)

    def _closed(self, name: str) -> None:
        if self._left or not self._path:
            return
        self._path.pop()
        if name == _DATA and self._path[-1] == _CELL:
            self.parser.CharacterDataHandler = None
            self._value = _value(self._type, "".join(self._text))
        elif name == _CELL:
            told, at = self._cell, _number(self._cell.get(_INDEX))
            self._cells.append(
                SpanningCell(
                    self._value,
                    across=1 + _number(told.get(_ACROSS)),
                    down=1 + _number(told.get(_DOWN)),
                    at=min(at, MAX_COLUMNS + 1) - 1 if at else None,
                )
            )
        elif name == _ROW:
            self.rows.append(self._cells)
            self.rows.extend([] for _ in range(self._row_span))
        elif name == _SHEET:
            self.is_over = True
            self._left = -1

    def _skip_to(self, attributes: dict[str, str]) -> None:
        """Rows that are not written are blank; ``Span``: so many blank ones follow this one."""
        number = _number(attributes.get(_INDEX)) or self._row_no + 1
        self._row_span = _number(attributes.get(_SPAN))
        if not self._row_no < number <= MAX_ROWS - self._row_span:
            raise FileRefused(FileProblem.TOO_MANY_ROWS, limit=MAX_ROWS)
        self.rows.extend([] for _ in range(number - self._row_no - 1))
        self._row_no = number + self._row_span


def _parser(path: Path) -> expat.XMLParserType:
    parser = expat.ParserCreate(_encoding(path), namespace_separator=" ")
    parser.buffer_text = True
    # Nothing may be declared: nothing can expand.
    parser.StartDoctypeDeclHandler = _refuse_markup
    return parser


def _encoding(path: Path) -> str:
    """What the bytes show, as expat calls it: many programs declare what they do not write."""
    with path.open("rb") as file:
        told = _TOLD.search(file.read(_HEAD))
    found = encoding_of(path, told[1].decode("ascii", "replace") if told else "")
    return _UNICODE.get(found, found)


def _refuse_markup(*_: object) -> None:
    raise FileRefused(FileProblem.FORBIDDEN_MARKUP)


def _parsed(path: Path, parser: expat.XMLParserType) -> Iterator[None]:
    """Parse piece by piece; a file that is torn is told as such."""
    with path.open("rb") as file:
        try:
            # Blank lines before the declaration are an error to the parser.
            chunk = file.read(_CHUNK).lstrip(b" \r\n")
            while chunk:
                parser.Parse(chunk, False)
                yield
                chunk = file.read(_CHUNK)
            parser.Parse(b"", True)
        except (expat.ExpatError, LookupError, ValueError) as error:
            raise FileRefused(FileProblem.DAMAGED) from error
    yield


def _number(told: str | None) -> int:
    return int(told) if told and told.isascii() and told.isdigit() and len(told) < 8 else 0


def _value(kind: str, text: str) -> Cell:
    if kind == "Number":
        with suppress(ValueError):
            number = float(text)
            return number if isfinite(number) else text
    if kind == "DateTime":
        with suppress(ValueError):
            return _moment(datetime.fromisoformat(text).replace(tzinfo=None))
    if kind == "Boolean" and text.strip() in ("0", "1"):
        return text.strip() == "1"
    return text


def _moment(moment: datetime) -> Cell:
    """Times and lengths of time stand as moments of Excel's first days."""
    if moment.year == _NO_DAY.year:
        return moment.time()
    if _NO_DAY < moment < _DAYS_FROM and moment.time() != time():
        return moment - _NO_DAY
    return moment
