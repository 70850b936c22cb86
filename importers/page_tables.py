"""The rows of a web page's tables, gathered while the page comes in pieces.

Runs inside the expendable child. What a page leaves out or closes wrongly is understood as browsers
do, as far as tables go (HTML Standard, 13.2.6.4.9 to 13.2.6.4.15).
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from html.parser import HTMLParser

from importers.delimited import unwrapped
from importers.spanning import SpanningCell

_LONGEST_CELL = 1 << 20
_MOST_LINES = 5
"""A table of so few rows of one cell each may be the text of the cell around it."""
_END_OF_SCRIPT = 20
_CLOSED = frozenset({"script", "style", "textarea", "template", "noscript"})
"""Only their own end tag ends them."""
_UNSEEN = _CLOSED | {"select"}
_TABLE_START = ("table", False)
_CELLS = frozenset({"td", "th"})
_PARTS = frozenset({"thead", "tbody", "tfoot"})
_TABLE_TAGS = frozenset({"table", "tr", "caption", *_PARTS, *_CELLS})
_CHILDLESS = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta",
                        "source", "track", "wbr"})  # fmt: skip
_NEW_LINE = frozenset({"br", "p", "div", "li"})
_NOT_SHOWN = re.compile(r"display\s*:\s*none", re.I)
_EXACT = ("x:num", "sdval")
"""Where Excel and LibreOffice keep the number of which a cell shows less."""
_LESS_SHOWN = re.compile(r"#{3,}|-?\d+(?:[.,]\d+)?E\+?\d+", re.I)
_COUNT = re.compile(r"\s*(\d{1,5})(?!\d)")

Attributes = dict[str, str | None]


@dataclass(slots=True)
class _Row:
    """A row that is being read; ``text`` None: no cell of it is open."""

    cells: list[SpanningCell] = field(default_factory=list)
    text: list[str] | None = None
    across: int = 1
    down: int = 1
    exact: str = ""

    def open_cell(self, told: Attributes) -> None:
        self.close_cell()
        self.text = []
        self.across, self.down = _count(told.get("colspan")), _count(told.get("rowspan"))
        self.exact = next(filter(None, map(told.get, _EXACT)), "")

    def close_cell(self) -> None:
        if self.text is None:
            return
        shown = _plain("".join(self.text))
        if self.exact and _LESS_SHOWN.fullmatch(shown):
            shown = self.exact.strip()
        self.cells.append(SpanningCell(shown, self.across, self.down))
        self.text = None


@dataclass(slots=True)
class _Table:
    """An open table. ``held``: rows that may be the text of the cell around it; None: they are not.

    ``row``: the one that is open.
    """

    number: int
    held: list[list[SpanningCell] | None] | None
    row: _Row | None = None

    @property
    def is_list(self) -> bool:
        """Whether what is held may still be the text of a cell."""
        rows = [cells for cells in self.held or () if cells is not None]
        return len(rows) < 2 or (len(rows) <= _MOST_LINES and all(len(row) < 2 for row in rows))


class PageTables(HTMLParser):
    """Feed it the page piece by piece, ``close`` it, and take the rows as they come."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: deque[tuple[int, list[SpanningCell] | None]] = deque()
        """Of which table, and the cells; None: it is over, or a part of it."""
        self.has_frames = False
        """Whether the page only says which other pages are to be shown."""
        self.is_torn = False
        """Whether something that is not shown had no end: it may have held rows."""
        self._open: list[_Table] = []
        self._tables = 0
        self._is_any = False
        self._unseen = ""
        """The tag of what is not shown, so that all in it is left out."""
        self._depth = self._tables_unseen = 0

    def drop_script(self) -> None:
        """Forget what has come of a script or a style; its end may have come in part."""
        if self.cdata_elem is not None:
            self.rawdata = self.rawdata[-_END_OF_SCRIPT:]

    def close(self) -> None:
        """The page is over."""
        super().close()
        self.is_torn = self._unseen in _CLOSED
        while self._open:
            self._close_table()

    def parse_html_declaration(self, i: int) -> int:
        """«<![if …]>» ends at the first bracket, whatever stands in it."""
        if self.rawdata.startswith("<![", i):
            return int(self.parse_bogus_comment(i))
        return super().parse_html_declaration(i)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Part of a table, or what is not shown."""
        if self._unseen and not self._is_seen_again(tag):
            return
        if tag in _UNSEEN:
            self._hide(tag)
        elif tag == "table":
            self._open_table()
        elif tag in _PARTS:
            self._end_part()
        elif tag == "tr":
            self._close_row()
            if self._open:
                self._open[-1].row = _Row()
        elif tag in _CELLS:
            self._open_cell(dict(attrs))
        elif self._is_in_cell and tag not in _CHILDLESS and _is_hidden(dict(attrs)):
            self._hide(tag)
        elif tag in _NEW_LINE:
            self._add("\n")
        elif tag == "frameset":
            self.has_frames = True

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """What is empty hides nothing."""
        is_part = tag in _TABLE_TAGS
        if is_part or (tag not in _UNSEEN and not _is_hidden(dict(attrs))):
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        """The end of a part of a table, or of what is not shown."""
        if self._unseen and not self._is_seen_again(tag, is_end=True):
            return
        if tag == "table":
            self._close_table()
        elif tag in _PARTS:
            self._end_part()
        elif tag == "tr":
            self._close_row()
        elif tag in _CELLS:
            if row := self._row:
                row.close_cell()
        elif tag in _NEW_LINE:
            self._add("\n")

    def handle_data(self, data: str) -> None:
        """Text."""
        if not self._unseen:
            self._add(data.replace("\n", " "))

    def _hide(self, tag: str) -> None:
        self._unseen, self._depth, self._tables_unseen = tag, 1, 0

    def _is_seen_again(self, tag: str, *, is_end: bool = False) -> bool:
        """Whether a part of the table around it ends what is not shown: its own end is missing."""
        if tag == self._unseen:
            self._depth += -1 if is_end else 1
            if not self._depth:
                self._unseen = ""
            return False
        if self._unseen in _CLOSED or tag not in _TABLE_TAGS:
            return False
        is_own = self._unseen != "select" and (self._tables_unseen or (tag, is_end) == _TABLE_START)
        if not is_own:
            self._unseen = ""
        elif tag == "table":
            self._tables_unseen += -1 if is_end else 1
        return not is_own

    @property
    def _row(self) -> _Row | None:
        return self._open[-1].row if self._open else None

    @property
    def _is_in_cell(self) -> bool:
        row = self._row
        return row is not None and row.text is not None

    def _add(self, text: str) -> None:
        row = self._row
        if row is not None and row.text is not None:
            row.text.append(text)

    def _open_table(self) -> None:
        self._tables += 1
        self._open.append(_Table(self._tables, [] if self._is_in_cell else None))

    def _open_cell(self, told: Attributes) -> None:
        if self._open:
            table = self._open[-1]
            table.row = table.row or _Row()
            table.row.open_cell(told)

    def _close_row(self) -> None:
        row = self._row
        if row is None:
            return
        row.close_cell()
        table = self._open[-1]
        table.row = None
        self._take(table, row.cells)
        if table.held is not None and not table.is_list:
            if self._is_any:
                self.rows.append((table.number, []))
            self.rows.extend((table.number, cells) for cells in table.held)
            table.held = None
        self._is_any = self._is_any or table.held is None

    def _take(self, table: _Table, cells: list[SpanningCell] | None) -> None:
        if table.held is None:
            self.rows.append((table.number, cells))
        else:
            table.held.append(cells)

    def _end_part(self) -> None:
        self._close_row()
        if self._open:
            self._take(self._open[-1], None)

    def _close_table(self) -> None:
        if not self._open:
            return
        self._end_part()
        table = self._open.pop()
        if table.held is None:
            self.rows.append((table.number, []))
            return
        for cells in filter(None, table.held):
            self._add("\n" + " ".join(str(cell.value) for cell in cells) + "\n")


def _is_hidden(told: Attributes) -> bool:
    return "hidden" in told or bool(_NOT_SHOWN.search(told.get("style") or ""))


def _count(told: str | None) -> int:
    number = _COUNT.match(told or "")
    return int(number[1]) if number else 1


def _plain(text: str) -> str:
    """Lines without the page's own spaces; blank ones go."""
    lines = (" ".join(line.split()) for line in text[:_LONGEST_CELL].split("\n"))
    return unwrapped("\n".join(filter(None, lines)))
