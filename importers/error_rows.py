"""The rows of a file that somebody should look at, as they stand in it (rule 20)."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from core.access import Actor
from core.clock import database_clock
from importers.result_rows import ResultRow, result_rows


def error_rows(
    session: Session, file_id: int, *, actor: Actor, now: datetime | None = None
) -> Iterator[ResultRow]:
    """Rows that are rejected, repeats, not to be called, or told of; as the preview has them.

    ``now``: None is the database's clock. ``importers.preview.Preview.remarked`` counts them.
    """
    now = now or database_clock(session)
    return (row for row in result_rows(session, file_id, actor=actor, now=now) if row.is_remarked)
