"""CSV, TSV and their kin as rows of texts: encoding, separator and quoting are found out.

Runs inside the expendable child; a stream, of which never more than a few records are held.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from itertools import islice
from pathlib import Path

from importers.encodings import encoding_of
from importers.guard import MAX_COLUMNS, MAX_ROWS
from importers.headings import LINES_LOOKED_AT, locate_table
from importers.problems import FileProblem, FileRefused

_SEPARATORS = "\t;|,"
"""In the order in which equally good ones are taken: a comma stands in texts and in numbers."""
_SAMPLE_CHARACTERS = 200_000
_SAMPLE_ROWS = 300
_NEARLY_ALL = 0.9
_LONGEST_FIELD = 1 << 20
_MOST_BREAKS = 60
"""Lines that one record may have; more are a quote that nobody closed."""
_TOLD = re.compile(r"sep=(.)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file is written. ``skipped_lines``: «sep=;» is an order to Excel, not a row."""

    encoding: str
    separator: str
    skipped_lines: int = 0


def read_delimited(path: Path) -> Iterator[list[str]]:
    """Every record, blank ones as []; blank cells are "". Raises FileRefused."""
    csv.field_size_limit(_LONGEST_FIELD)
    dialect = dialect_of(path)
    with path.open(encoding=dialect.encoding, errors="replace", newline="") as file:
        lines = _bounded(file)
        for _ in range(dialect.skipped_lines):
            next(lines, "")
        for count, record in enumerate(_records(lines, dialect), start=1):
            if count > MAX_ROWS:
                raise FileRefused(FileProblem.TOO_MANY_ROWS, limit=MAX_ROWS)
            if len(record) > MAX_COLUMNS and any(record[MAX_COLUMNS:]):
                raise FileRefused(FileProblem.TOO_MANY_COLUMNS, limit=MAX_COLUMNS, cell="")
            yield _cleaned(record[:MAX_COLUMNS])


def dialect_of(path: Path) -> Dialect:
    """Encoding, separator and quoting of a file. Raises FileRefused for what is no text."""
    encoding = encoding_of(path)
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        sample = file.read(_SAMPLE_CHARACTERS)
    lines = list(StringIO(sample, newline=""))
    if len(sample) == _SAMPLE_CHARACTERS and len(lines) > 1:
        lines.pop()  # torn
    if not any(line.strip() for line in lines):
        raise FileRefused(FileProblem.NO_ROWS)
    if told := _TOLD.fullmatch(lines[0]):
        return Dialect(encoding, told[1], skipped_lines=1)
    return max(
        (Dialect(encoding, separator) for separator in _SEPARATORS),
        key=lambda dialect: _fitness(lines, dialect),
    )


def _fitness(lines: list[str], dialect: Dialect) -> tuple[float, ...]:
    """How well a separator divides the sample; the highest is taken.

    A comma stands in texts and in numbers: any other separator that divides nearly all rows alike,
    the headings among them, is the one. Else known headings tell, then the usual width.
    """
    rows = list(islice(_records(iter(lines), dialect), _SAMPLE_ROWS))
    widths = Counter(len(row) for row in rows if any(row))
    width, seen = max(widths.items(), key=lambda found: (found[1], found[0]), default=(0, 0))
    if width < 2:
        # Most rows in one piece: what divides a few of them is part of their text.
        return (0, 0, 0, 0.0, 0)
    share = seen / widths.total()
    table = locate_table([list(row) for row in rows[:LINES_LOOKED_AT]])
    known, heading = (table.score, rows[table.first_line]) if table is not None else (0, [])
    is_sure = dialect.separator != "," and share >= _NEARLY_ALL and len(heading) == width
    return (1, is_sure, known, round(share, 1), -_SEPARATORS.index(dialect.separator))


def _bounded(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if "\0" in line:
            raise FileRefused(FileProblem.NOT_A_WORKBOOK)
        if len(line) > _LONGEST_FIELD:
            raise FileRefused(FileProblem.DAMAGED)
        yield line


def _records(lines: Iterator[str], dialect: Dialect) -> Iterator[list[str]]:
    """The records. A quote that is not closed properly is a letter: it must not swallow rows."""
    waiting: deque[str] = deque()
    held: list[str] = []
    widths, is_over = _Widths(), False

    def taken() -> Iterator[str]:
        nonlocal is_over
        while True:
            line = waiting.popleft() if waiting else next(lines, None)
            if line is None:
                is_over = True
                return
            held.append(line)
            if len(held) > _MOST_BREAKS:
                raise _NotClosed
            yield line

    while True:
        try:
            for record in csv.reader(taken(), delimiter=dialect.separator):
                # A record for which more lines were sought at the end has an open quote.
                if is_over or (len(held) > 1 and not _is_closed(held, record, widths)):
                    raise _NotClosed
                widths.add(len(record))
                held.clear()
                yield record
            return
        except (csv.Error, _NotClosed):
            torn, *rest = held
            held.clear()
            is_over = False
            waiting.extendleft(reversed(rest))
            yield _unquoted(torn, dialect)


class _NotClosed(Exception):
    """A quote opened and was not closed where it should be."""


class _Widths:
    """The widest record so far, believed after a few records."""

    def __init__(self) -> None:
        self.seen, self.widest = 0, 0

    def add(self, width: int) -> None:
        self.seen += 1
        self.widest = max(self.widest, width)

    @property
    def most(self) -> int:
        return self.widest if self.seen > 5 else MAX_COLUMNS


def _is_closed(lines: list[str], record: list[str], widths: _Widths) -> bool:
    quotes = sum(line.count('"') for line in lines)
    return quotes % 2 == 0 and len(record) <= widths.most


def _unquoted(line: str, dialect: Dialect) -> list[str]:
    cells = line.rstrip("\r\n").split(dialect.separator)
    # What is quoted on both sides is meant so; a single quote is part of the text.
    return [
        cell[1:-1].replace('""', '"') if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell
        for cell in cells
    ]


def _cleaned(record: list[str]) -> list[str]:
    for at, cell in enumerate(record):
        if cell and (cell[0].isspace() or cell[0] == "="):
            record[at] = unwrapped(cell)
    return record


def unwrapped(cell: str) -> str:
    """The blank cell of spaces is blank; «="0123"» is how a text keeps Excel from counting."""
    text = cell.strip()
    if text.startswith('="') and text.endswith('"') and len(text) > 2:
        return text[2:-1].replace('""', '"')
    return text
