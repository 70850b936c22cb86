"""The tables of a web page as rows: what many programs export and call .xls.

Runs inside the expendable child; a stream. All tables of the page are one sheet: what stands above
the table and below it often is a table of its own, and the finder of headings sorts that out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from importers.encodings import encoding_of
from importers.headings import Cell
from importers.page_tables import PageTables
from importers.problems import FileProblem, FileRefused
from importers.spanning import SpanningRows

_CHUNK = 1 << 18
_HEAD = 4_096
_LONGEST_TAG = 1 << 20
_TOLD = re.compile(rb"charset\s*=\s*[\"']?\s*([\w-]{3,20})", re.I)


def read_web_page(path: Path, spanning: SpanningRows) -> Iterator[list[Cell]]:
    """Every row of every table, a blank one between two tables.

    Raises ``FileRefused``, also for a page without any.
    """
    page = PageTables()
    is_any = False
    with path.open(encoding=_encoding(path), errors="replace") as file:
        while chunk := file.read(_CHUNK):
            page.feed(chunk)
            page.drop_script()
            if len(page.rawdata) > _LONGEST_TAG:
                raise FileRefused(FileProblem.DAMAGED)
            for row in _placed(page, spanning):
                is_any = is_any or bool(row)
                yield row
    page.close()
    for row in _placed(page, spanning):
        is_any = is_any or bool(row)
        yield row
    if page.is_torn:
        raise FileRefused(FileProblem.DAMAGED)
    if not is_any:
        raise FileRefused(
            FileProblem.WEB_PAGE if page.has_frames else FileProblem.PAGE_WITHOUT_TABLE
        )


def _placed(page: PageTables, spanning: SpanningRows) -> Iterator[list[Cell]]:
    while page.rows:
        number, cells = page.rows.popleft()
        if cells is None:
            spanning.ended(of=number)
        else:
            yield spanning.placed(cells, of=number)


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        told = _TOLD.search(file.read(_HEAD))
    return encoding_of(path, told[1].decode("ascii", "replace") if told else "")
