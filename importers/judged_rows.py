"""Rows that were read, judged together: whom each concerns, as it is kept in ``imported_rows``."""

import marshal
import tempfile
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import IO, Any, cast

from importers.columns import Column
from importers.fields import Field
from importers.matching import Match, Matcher
from importers.models import RowFate
from importers.problems import RowProblem, RowProblemCode
from importers.readings import kept_problems, kept_reading, keys_of
from importers.row_reader import LeadRow
from importers.values import is_to_come

JUDGED = ("reading", "problems", "fate", "duplicate_of", "client_id", "asset_id")
"""The columns of ``ImportedRow`` that reading and matching fill."""
_PAST = (Field.LAST_VISIT_ON, Field.SOLD_ON)


def judged_rows(
    matcher: Matcher, rows: Sequence[LeadRow], columns: Sequence[Column], *, today: date
) -> Iterator[tuple[LeadRow, tuple[Any, ...]]]:
    """Each row with the values of ``JUDGED``, in the order of the file. Writes nothing.

    ``rows``: the next ones behind those that ``matcher`` has seen.
    """
    told = {column.field: column.told for column in columns}
    if not told.keys().isdisjoint(_PAST):
        rows = [_without_days_to_come(row, told, today) for row in rows]
    phone_cells = [column.index for column in columns if column.field is Field.PHONE]
    taken = [row for row in rows if not row.is_rejected]
    found = matcher.match([keys_of(row) for row in taken])
    matches = {row.row_no: match for row, match in zip(taken, found, strict=True)}
    # The generator asks the database nothing more: its rows are being copied into it meanwhile.
    return ((row, _values(row, matches.get(row.row_no), phone_cells)) for row in rows)


class JudgedRows:
    """Judged rows of a whole file, however many: beyond a few megabytes in a nameless file.

    So a transaction that keeps them lasts as long as writing them does, and not as judging them.
    """

    def __init__(self) -> None:
        spool = tempfile.SpooledTemporaryFile(  # noqa: SIM115 - lives on
            max_size=_IN_MEMORY, prefix="prozvon-"
        )
        weakref.finalize(self, spool.close)
        self._file = cast(IO[bytes], spool)

    def add(self, judged: Iterable[tuple[LeadRow, tuple[Any, ...]]]) -> Iterator[int]:
        """Keep the next rows; yields how many there were, after some hundreds each time."""
        judged = iter(judged)
        while block := [
            (row.row_no, list(row.cells), reading, problems, fate.value, *rest)
            for row, (reading, problems, fate, *rest) in islice(judged, _BLOCK)
        ]:
            marshal.dump(block, self._file)
            yield len(block)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        """Row number, cells and the values of ``JUDGED`` of each; as often as wanted."""
        self._file.seek(0)
        while True:
            try:
                block = marshal.load(self._file)  # noqa: S302 - our own, a minute old
            except EOFError:
                return
            for row_no, cells, reading, problems, fate, *rest in block:
                yield (row_no, cells, reading, problems, RowFate(fate), *rest)


def _without_days_to_come(
    row: LeadRow, headings: Mapping[Field | None, str], today: date
) -> LeadRow:
    """What was cannot be still to come: such a day is told and left out."""
    if row.last_visit_on is not None and is_to_come(row.last_visit_on, today):
        told = _not_yet(headings[Field.LAST_VISIT_ON], row.last_visit_on)
        row = replace(row, last_visit_on=None, warnings=(*row.warnings, told))
    if row.sold_on is not None and is_to_come(row.sold_on, today):
        told = _not_yet(headings[Field.SOLD_ON], row.sold_on)
        row = replace(row, sold_on=None, warnings=(*row.warnings, told))
    return row


def _not_yet(heading: str, day: date) -> RowProblem:
    return RowProblem(heading, RowProblemCode.NOT_YET, f"{day:%d.%m.%Y}")


_IN_MEMORY = 16 << 20
_BLOCK = 500
_NOBODY = Match(RowFate.REJECTED, 0)


def _values(row: LeadRow, match: Match | None, phone_cells: Sequence[int]) -> tuple[Any, ...]:
    told = match or _NOBODY
    return (
        kept_reading(row, match, phone_cells),
        kept_problems(row, match),
        told.fate,
        told.duplicate_of,
        told.client_id,
        told.asset_id,
    )
