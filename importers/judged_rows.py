"""Rows that were read, judged together: whom each concerns, as it is kept in ``imported_rows``."""

from collections.abc import Iterator, Sequence
from typing import Any

from importers.columns import Column
from importers.fields import Field
from importers.matching import Match, Matcher
from importers.models import RowFate
from importers.readings import kept_problems, kept_reading, keys_of
from importers.row_reader import LeadRow

JUDGED = ("reading", "problems", "fate", "duplicate_of", "client_id", "asset_id")
"""The columns of ``ImportedRow`` that reading and matching fill."""


def judged_rows(
    matcher: Matcher, rows: Sequence[LeadRow], columns: Sequence[Column]
) -> Iterator[tuple[LeadRow, tuple[Any, ...]]]:
    """Each row with the values of ``JUDGED``, in the order of the file. Writes nothing.

    ``rows``: the next ones behind those that ``matcher`` has seen.
    """
    phone_cells = [column.index for column in columns if column.field is Field.PHONE]
    taken = [row for row in rows if not row.is_rejected]
    found = matcher.match([keys_of(row) for row in taken])
    matches = {row.row_no: match for row, match in zip(taken, found, strict=True)}
    # The generator asks the database nothing more: its rows are being copied into it meanwhile.
    return ((row, _values(row, matches.get(row.row_no), phone_cells)) for row in rows)


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
