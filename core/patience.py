"""Reads that may take only so long: what follows typing must not hold the machine."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from core.db import is_postgresql

_STEPS = 10_000
"""SQLite looks at the clock after so many instructions of its machine."""
_MEMORY = "64MB"
"""For each sort and hash of PostgreSQL: from its usual 4 MB on, large joins go to the disk."""
_CANCELLED = "57014"
"""PostgreSQL's code of a statement that ran out of time."""


class TookTooLong(Exception):
    """The statement was given up; the transaction goes on."""


@contextmanager
def patience(session: Session, seconds: float) -> Iterator[None]:
    """Give up any statement of the block that takes longer. Raises TookTooLong."""
    with (
        _on_postgresql(session, seconds) if is_postgresql(session) else _on_sqlite(session, seconds)
    ):
        yield


@contextmanager
def _on_postgresql(session: Session, seconds: float) -> Iterator[None]:
    # The settings go with the savepoint when the statement fails, else they are put back.
    now = text("SELECT current_setting('statement_timeout'), current_setting('work_mem')")
    limit, memory = session.execute(now).one()
    setting = text(
        "SELECT set_config('statement_timeout', :limit, true),"
        " set_config('work_mem', :memory, true)"
    )
    try:
        with session.begin_nested():
            patient = {"limit": f"{int(seconds * 1000)}ms", "memory": _MEMORY}
            session.execute(setting, patient)
            yield
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", "") == _CANCELLED:
            raise TookTooLong from error
        raise
    session.execute(setting, {"limit": limit, "memory": memory})


@contextmanager
def _on_sqlite(session: Session, seconds: float) -> Iterator[None]:
    connection = session.connection().connection.driver_connection
    assert connection is not None
    until = time.monotonic() + seconds
    connection.set_progress_handler(lambda: int(time.monotonic() > until), _STEPS)
    try:
        yield
    except OperationalError as error:
        if "interrupted" in str(error.orig):
            raise TookTooLong from error
        raise
    finally:
        connection.set_progress_handler(None, _STEPS)
