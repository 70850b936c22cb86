"""Rows loaded as the reading of a file gives them, without a file, for properties of loads."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from importers.columns import Column
from importers.loads.running import DIRECTORY_FORMATS, load_rows
from importers.loads.told import LoadResult
from importers.problems import Skipped
from importers.tables import TableStream


def load_bare(
    session: Session,
    code: str,
    columns: tuple[Column, ...],
    rows: Sequence[tuple[str, ...]],
    *,
    desk: Any,
    now: datetime,
) -> LoadResult:
    """Load the rows; each of them is counted exactly once."""
    lines = [(number, list(row)) for number, row in enumerate(rows, start=2)]
    stream = SimpleNamespace(
        columns=columns, has_error_cells=True, skipped=Skipped(), batches=lambda: iter([lines])
    )
    result = load_rows(
        session, cast(TableStream, stream), DIRECTORY_FORMATS[code], unit_id=desk.unit.id,
        sha256="0" * 64, actor=desk.actor, now=now,
    )  # fmt: skip
    session.flush()
    session.expire_all()
    assert result.rows == sum(result.counts.values()) == len(rows)
    return result


def rows_in(session: Session, tables: Iterable[Any]) -> list[Any]:
    """All rows of these tables."""
    return [
        session.execute(select(table.__table__).order_by(*table.__table__.primary_key)).all()
        for table in tables
    ]
