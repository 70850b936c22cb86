"""The tables of a web page as rows: what many programs export and call .xls.

Runs inside the expendable child; a stream. All tables of the page are one sheet: what stands above
the table and below it often is a table of its own, and the finder of headings sorts that out.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from importers.encodings import CODE_PAGES, encoding_of
from importers.headings import Cell
from importers.problems import FileProblem, FileRefused
from importers.spanning import SpanningCell, SpanningRows

_CHUNK = 1 << 18
_HEAD = 4_096
_LONGEST_TAG = 1 << 20
_LONGEST_CELL = 1 << 20
_TOLD = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]{3,20})", re.I)
_PAGES = {"windows-1251": "cp1251", "cp1251": "cp1251", "koi8-r": "koi8_u", "koi8-u": "koi8_u",
          "cp866": "cp866", "ibm866": "cp866"}  # fmt: skip
_UNSEEN = frozenset({"script", "style", "select", "textarea", "template", "noscript"})
_NEW_LINE = frozenset({"br", "p", "div", "li"})


def read_web_page(path: Path, spanning: SpanningRows) -> Iterator[list[Cell]]:
    """Every row of every table, a blank one between two tables.

    Raises ``FileRefused``, also for a page without any.
    """
    page = _Page()
    is_any = False
    with path.open(encoding=_encoding(path), errors="replace") as file:
        while chunk := file.read(_CHUNK):
            page.feed(chunk)
            if len(page.rawdata) > _LONGEST_TAG:
                raise FileRefused(FileProblem.DAMAGED)
            for row in page.taken():
                is_any = is_any or bool(row)
                yield spanning.placed(row)
    page.close()
    for row in page.taken(is_over=True):
        is_any = is_any or bool(row)
        yield spanning.placed(row)
    if not is_any:
        raise FileRefused(FileProblem.PAGE_WITHOUT_TABLE)


def _encoding(path: Path) -> str:
    """By the content; between code pages that look alike the page's own word decides."""
    found = encoding_of(path)
    if found not in CODE_PAGES:
        return found
    with path.open("rb") as file:
        told = _TOLD.search(file.read(_HEAD))
    return _PAGES.get(told[1].decode("ascii", "replace").lower(), found) if told else found


@dataclass(slots=True)
class _OpenRow:
    """A row that is being read; ``text`` None: no cell of it is open."""

    cells: list[SpanningCell] = field(default_factory=list)
    text: list[str] | None = None
    across: int = 1
    down: int = 1

    def close_cell(self) -> None:
        if self.text is not None:
            self.cells.append(SpanningCell(_plain("".join(self.text)), self.across, self.down))
            self.text = None


class _Page(HTMLParser):
    """Gathers rows. End tags that a page leaves out are understood as browsers do."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._rows: deque[list[SpanningCell]] = deque()
        self._open: list[_OpenRow | None] = []
        """For each table that is open, the innermost last, its open row."""
        self._unseen = ""

    def taken(self, *, is_over: bool = False) -> Iterator[list[SpanningCell]]:
        """The rows that are complete by now, each once."""
        if is_over:
            while self._open:
                self._close_table()
        while self._rows:
            yield self._rows.popleft()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._unseen:
            return
        if tag in _UNSEEN:
            self._unseen = tag
        elif tag == "table":
            self._open.append(None)
        elif tag == "tr":
            self._close_row()
            if self._open:
                self._open[-1] = _OpenRow()
        elif tag in ("td", "th"):
            self._open_cell(dict(attrs))
        elif tag in _NEW_LINE:
            self._add("\n")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _UNSEEN:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if self._unseen:
            if tag == self._unseen:
                self._unseen = ""
        elif tag == "table":
            self._close_table()
        elif tag == "tr":
            self._close_row()
        elif tag in ("td", "th"):
            if row := self._row:
                row.close_cell()
        elif tag in _NEW_LINE:
            self._add("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._add(data.replace("\n", " "))

    def _add(self, text: str) -> None:
        row = self._row
        if row is not None and row.text is not None:
            row.text.append(text)

    @property
    def _row(self) -> _OpenRow | None:
        return self._open[-1] if self._open else None

    def _open_cell(self, told: dict[str, str | None]) -> None:
        if not self._open:
            return
        row = self._open[-1]
        if row is None:
            row = self._open[-1] = _OpenRow()
        row.close_cell()
        row.text = []
        row.across, row.down = _count(told.get("colspan")), _count(told.get("rowspan"))

    def _close_row(self) -> None:
        row = self._row
        if row is not None:
            row.close_cell()
            self._rows.append(row.cells)
            self._open[-1] = None

    def _close_table(self) -> None:
        if self._open:
            self._close_row()
            self._open.pop()
            self._rows.append([])


def _count(told: str | None) -> int:
    return int(told) if told and told.isascii() and told.isdigit() and len(told) < 6 else 1


def _plain(text: str) -> str:
    """Lines without the page's own spaces; blank ones go."""
    lines = (" ".join(line.split()) for line in text[:_LONGEST_CELL].split("\n"))
    return "\n".join(filter(None, lines))
