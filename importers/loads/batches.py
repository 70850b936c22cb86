"""The rows of a file in batches that fall at the same rows however often it is read (A8)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from importers.ahead import made_ahead
from importers.answers import Rows
from importers.fields import Field
from importers.typed_rows import TypedReader, TypedRow

BATCH = 2_000
_LONGEST = 5 * BATCH
"""Not even the lines of one order make a batch longer: memory stays bounded."""


@contextmanager
def batches(
    lines: Iterable[Rows], reader: TypedReader, *, after: int = 0
) -> Iterator[Iterator[list[TypedRow]]]:
    """Rows below row ``after`` (a batch's last one, 0: all), some thousands at a time.

    Within the block they are read ahead, while the database works on the batch before. Lines of
    one work order stay together, as long as they stand together. Where a batch ends follows from
    the rows since it began and from nothing else.
    """
    with made_ahead(_batches(lines, reader, after)) as found:
        yield found


def _batches(lines: Iterable[Rows], reader: TypedReader, after: int) -> Iterator[list[TypedRow]]:
    rows: list[TypedRow] = []
    for batch in lines:
        if batch and batch[-1][0] <= after:
            continue
        for row_no, cells in batch:
            if row_no <= after:
                continue
            row = reader.read(row_no, cells)
            is_full = len(rows) >= BATCH and not _is_one_record(rows[-1], row)
            if is_full or len(rows) >= _LONGEST:
                yield rows
                rows = []
            rows.append(row)
    if rows:
        yield rows


def _is_one_record(before: TypedRow, row: TypedRow) -> bool:
    number = row.values.get(Field.VISIT_NUMBER)
    return number is not None and before.values.get(Field.VISIT_NUMBER) == number
