"""A file → typed rows: the guard looks, the child parses, ``RowReader`` reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from importers.child import ChildLimits
from importers.collecting import no_collecting
from importers.columns import Column
from importers.formats.declaration import LeadFormat
from importers.guard import Limits
from importers.lead_rows import LeadRows
from importers.loads.line_counts import seeming_rows
from importers.options import ReadOptions
from importers.places import Place
from importers.problems import FileProblem, FileRefused, Skipped
from importers.row_reader import LeadRow, RowReader
from importers.tables import read_table

__all__ = ["LeadRow", "ReadResult", "RowReader", "duplicate_key", "read_leads"]

Watch = Callable[[int, int | None], None]
"""Told how many rows are done, and how many there seem to be (None: not known)."""


@dataclass(frozen=True, slots=True)
class ReadResult:
    """A whole file read: headings as they stand, every data row, what was skipped."""

    sheet: str
    columns: tuple[Column, ...]
    rows: LeadRows
    skipped: Skipped
    place: Place

    @property
    def header(self) -> list[str]:
        """The headings in the file's order; as many as the widest row has columns."""
        return [column.heading for column in self.columns]


def read_leads(
    path: Path,
    fmt: LeadFormat,
    *,
    region: str = "RU",
    needs_columns: bool = True,
    options: ReadOptions | None = None,
    limits: Limits | None = None,
    child_limits: ChildLimits | None = None,
    watch: Watch | None = None,
) -> ReadResult:
    """Read an importer's file (A8). Raises ``FileRefused`` and nothing else.

    ``region``: the country of phones without a country code. ``needs_columns`` False: a file whose
    columns are not recognised is read all the same, for a person to say what they are. ``watch`` is
    called after some hundreds of rows; what it raises ends the reading.
    """
    with (
        read_table(path, options, limits=limits, child_limits=child_limits) as table,
        no_collecting(),
    ):
        batches = table.batches()
        first = next(batches, [])
        columns = fmt.recognised(table.columns, [cells for _, cells in first])
        if needs_columns:
            fmt.check_columns(columns)
        reader = RowReader(
            columns, region=region, has_error_cells=table.has_error_cells, identity=fmt.identity
        )
        rows = LeadRows(reader.read)
        lines = seeming_rows(path, table) if watch is not None else None
        for batch in chain((first,), batches):
            rows.add(batch)
            if watch is not None:
                watch(len(rows), lines)
    if not rows:
        raise FileRefused(FileProblem.NO_ROWS)
    return ReadResult(table.sheet, columns, rows, table.skipped, Place.of(table))


def duplicate_key(row: LeadRow) -> str | None:
    """Equal for rows of one client within a file: the first phone, else the VIN; None if rejected.

    Two vehicles of one client share the key and differ in ``vin``.
    """
    if row.is_rejected:
        return None
    return row.phones[0].e164 if row.phones else row.vin
