"""How many rows a file seems to have, for the bar alone: told cheaply, believed by nobody (A8)."""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path

from importers.error_cells import sheet_part
from importers.file_kinds import FileKind
from importers.guard import MAX_ROWS
from importers.tables import TableStream

_BLOCK = 1 << 20
_HEAD = 4_096
_DIMENSION = re.compile(rb"<dimension\s+ref=\"[A-Z]{1,3}\d{1,7}:[A-Z]{1,3}(\d{1,7})\"")


def seeming_rows(path: Path, stream: TableStream) -> int | None:
    """Rows below the headings of the open table; None: the file does not say."""
    if stream.kind is FileKind.DELIMITED:
        last = _line_ends(path)
    elif stream.kind.is_sheet_xml:
        last = _last_row(path, stream.sheet)
    else:
        last = 0
    return max(0, last - stream.heading_line - stream.heading_lines + 1) or None


def _line_ends(path: Path) -> int:
    """Of a text file: one row a line, as a rule."""
    count = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            count += block.count(b"\n")
    return count


def _last_row(path: Path, sheet: str) -> int:
    """What the sheet itself says of its size; many programs write it, none must."""
    try:
        with zipfile.ZipFile(path) as archive:
            part = sheet_part(archive, sheet)
            if part is None:
                return 0
            with archive.open(part) as head:
                found = _DIMENSION.search(head.read(_HEAD))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, zlib.error):
        return 0
    return min(int(found[1]), MAX_ROWS) if found else 0
