"""A first look at a file: where its table is, what its columns seem to be, its first rows (A8).

Needs no database; the file is read by an expendable process.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from importers.columns import Column, Remark, Source
from importers.content import SAMPLE
from importers.formats.declaration import FileFormat
from importers.loads.line_counts import seeming_rows
from importers.places import Place
from importers.tables import ReadOptions, TableStream, read_table

Sample = tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What the look has told. ``sample``: the first rows, (row number, cells)."""

    header: tuple[str, ...]
    columns: tuple[Column, ...]
    """As the format recognises them, whatever anybody said of such files before."""
    sample: Sample
    sheet: str
    """The one that was read."""
    place: Place
    lines: int | None
    """Rows that there seem to be; None: not known."""


def look_at(path: Path, fmt: FileFormat, *, sheet: str = "") -> Looked:
    """Look at a file. ``sheet``: the one to be read, "" finds it. Raises FileRefused."""
    with read_table(path, ReadOptions(sheet=sheet) if sheet else None) as stream:
        rows = (row for batch in stream.batches() for row in batch)
        sample = tuple((row_no, tuple(cells)) for row_no, cells in islice(rows, SAMPLE))
        return looked_at(path, stream, fmt, sample)


def looked_at(
    path: Path,
    stream: TableStream,
    fmt: FileFormat,
    sample: Sample,
) -> Looked:
    """The same of a table that is open already, of which somebody has read the first rows."""
    columns = fmt.recognised(stream.columns, [cells for _, cells in sample])
    return Looked(
        header=tuple(column.heading for column in columns), columns=columns, sample=sample,
        sheet=stream.sheet, place=Place.of(stream), lines=seeming_rows(path, stream),
    )  # fmt: skip


def needs_a_person(columns: tuple[Column, ...], place: Place, sheet: str, told: str) -> bool:
    """Whether a person should say what the columns are before anything is done with the rows.

    ``sheet``: the one that was read; ``told``: the one that was asked for. Whether a needed column
    is missing is another question.
    """
    return (not told and place.is_doubtful(sheet)) or any(
        column.source is Source.CONTENT or column.remark is Remark.CONTRADICTS for column in columns
    )
