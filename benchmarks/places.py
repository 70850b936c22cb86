"""A fresh, migrated database per bench: a SQLite file, or a durable PostgreSQL server's own."""

import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

from core.db import Database
from core.migrations import upgrade
from core.settings import Settings
from tests import postgres


@dataclass
class Place:
    """A database with the settings that name it."""

    engine: str
    settings: Settings
    database: Database
    server_cpu: Callable[[], float] | None = None

    @property
    def is_postgresql(self) -> bool:
        return self.engine == "postgresql"

    @cached_property
    def bare(self) -> Any:
        """A driver's connection with nothing of ours in the way; it commits when told to."""
        return bare_connection(self.settings.database_url)

    def run(self, *statements: str) -> None:
        """Run SQL outside any measured code, each statement committed."""
        for statement in statements:
            if self.is_postgresql:
                self.bare.execute(statement)
                self.bare.commit()
            else:
                self.bare.execute(statement)

    def settle(self) -> None:
        """After many changes: let the planner know, and clear what was deleted."""
        if self.is_postgresql:
            self.bare.commit()
            self.bare.autocommit = True
            self.bare.execute("VACUUM ANALYZE")
            self.bare.execute("CHECKPOINT")
            self.bare.autocommit = False
        else:
            self.bare.execute("ANALYZE")
            self.bare.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        self.bare.close()
        self.database.dispose()


def bare_connection(url: str) -> Any:
    """psycopg or sqlite3 as they come, with the durability that we use."""
    if url.startswith("postgresql"):
        return psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://"))
    from pysqlite3 import dbapi2

    path = make_url(url).database
    connection = dbapi2.connect(path, timeout=20, isolation_level=None, check_same_thread=False)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "temp_store=MEMORY",
                   "cache_size=-65536", "mmap_size=268435456", "foreign_keys=ON"):  # fmt: skip
        connection.execute(f"PRAGMA {pragma}")
    return connection


_BUFFERS = "4GB"
"""Shared memory of PostgreSQL: what a server of a million clients is given."""


@contextmanager
def fresh_place(engine: str) -> Iterator[Place]:
    """An empty database at the newest revision; gone at the end."""
    with tempfile.TemporaryDirectory(prefix="pzv-bench-") as folder:
        var_dir = Path(folder)
        if engine == "sqlite":
            with _opened("sqlite", f"sqlite:///{var_dir / 'bench.db'}", var_dir) as place:
                yield place
            return
        with (
            postgres.server(durable=True, buffers=_BUFFERS) as server,
            postgres.database(server) as url,
            _opened("postgresql", url, var_dir) as place,
        ):
            place.server_cpu = _cpu_of_server(server)
            yield place


@contextmanager
def _opened(engine: str, url: str, var_dir: Path) -> Iterator[Place]:
    settings = Settings(database_url=url, var_dir=var_dir, secret_key="for benchmarks only")
    place = Place(engine, settings, Database.connect(settings))
    upgrade(place.database)
    try:
        yield place
    finally:
        place.close()


def _cpu_of_server(server: str) -> Callable[[], float] | None:
    """CPU seconds of the server and all its children, living and gone."""
    found = re.search(r"host=([^&]+)", server)
    if found is None:
        return None
    pid_file = Path(found[1]) / "data" / "postmaster.pid"
    try:
        postmaster = int(pid_file.read_text().split()[0])
    except OSError:
        return None
    return lambda: cpu_of_family(postmaster)


def cpu_of_family(parent: int) -> float:
    """CPU seconds of a process and all its children, living and gone."""
    ticks = 0
    for process in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = process.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(process.parent.name) == parent:
            ticks += sum(map(int, fields[11:15]))
        elif int(fields[1]) == parent:
            ticks += sum(map(int, fields[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")
