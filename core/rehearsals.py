"""Doing something for a look at what would come of it: nothing remains.

PostgreSQL does so in a transaction of its own that is rolled back: whoever writes a row that it has
changed, or a key that it has added, waits until it ends. SQLite has one writer: there a copy of the
whole database is worked on, for which nobody waits, and which takes its size on the disk for that
while, and once more for what is changed.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from core.db import Database

_FORMAT = 18
"""Two bytes of the file's head that say whether it is written by way of a log (2) or not (1)."""

_PRAGMAS = (
    "locking_mode=EXCLUSIVE",
    "journal_mode=TRUNCATE",
    "synchronous=OFF",
    "foreign_keys=ON",
    "temp_store=MEMORY",
    "cache_size=-65536",
)


@contextmanager
def rehearsing(database: Database) -> Iterator[Session]:
    """A session on everything as it is now, whose changes are thrown away at the end of the block.

    The block may take long. On PostgreSQL it holds the rows that it changes; on SQLite nothing.
    """
    path = database.engine.url.database
    if database.engine.dialect.name != "sqlite" or not path:
        with database.writing_session() as session:
            yield session
        return
    connection = _copy(database, Path(path))
    try:
        copy = Database.over(connection)
        with copy.writing_session() as session:
            yield session
    finally:
        connection.close()


def _copy(database: Database, path: Path) -> Any:
    """A connection to a copy of the file that has no name any more: no crash leaves it behind."""
    pattern = f"{path.name}-rehearsal-"
    _remove_torn(path.parent, pattern)
    descriptor, name = tempfile.mkstemp(prefix=pattern, dir=path.parent)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        _fill(database, name)
        module: Any = database.engine.dialect.dbapi
        copy = module.connect(name, isolation_level=None, check_same_thread=False)
        for pragma in _PRAGMAS:
            copy.execute(f"PRAGMA {pragma}").fetchall()
        # A first write opens the journal, which savepoints need; it loses its name as well, and
        # stays open as long as the copy is locked by us alone.
        copy.execute("PRAGMA user_version=1")
        return copy
    finally:
        for left in (name, f"{name}-wal", f"{name}-shm", f"{name}-journal"):
            Path(left).unlink(missing_ok=True)
        os.close(descriptor)


def _fill(database: Database, name: str) -> None:
    module: Any = database.engine.dialect.dbapi
    target = module.connect(name, isolation_level=None)
    try:
        target.execute("PRAGMA synchronous=OFF")
        with database.reading() as session:
            source: Any = session.connection().connection.driver_connection
            # In one step: nobody who writes meanwhile makes it begin anew.
            source.backup(target, pages=-1)
    finally:
        target.close()
    with Path(name).open("r+b") as file:
        file.seek(_FORMAT)
        file.write(b"\1\1")


def _remove_torn(folder: Path, prefix: str) -> None:
    """Remove copies that still have a name and nobody to fill them: somebody was killed."""
    for torn in folder.glob(f"{prefix}*"):
        with suppress(OSError), torn.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            torn.unlink()
