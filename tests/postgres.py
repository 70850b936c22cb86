"""A PostgreSQL server of the test run's own: started once, thrown away at the end.

``PROZVON_TEST_POSTGRESQL`` names a server to use instead (a URL whose user may create databases).
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql


class NoPostgreSQL(RuntimeError):
    """PostgreSQL is not installed; ``make test`` installs it."""


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    if on_path:
        return Path(on_path).parent
    raise NoPostgreSQL("install PostgreSQL (Debian: apt-get install postgresql)")


def _as_server_user(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command


@contextmanager
def server(*, durable: bool = False, buffers: str = "256MB") -> Iterator[str]:
    """Run a server on a Unix socket and yield the URL of its maintenance database."""
    given = os.environ.get("PROZVON_TEST_POSTGRESQL")
    if given:
        yield given
        return
    binaries = _binaries()
    home = Path(tempfile.mkdtemp(prefix="pzv-pg-"))
    if os.geteuid() == 0:
        shutil.chown(home, "postgres", "postgres")
    home.chmod(0o755)
    data = home / "data"
    run = lambda *command: subprocess.run(  # noqa: E731
        _as_server_user([str(part) for part in command]), check=True, capture_output=True, cwd="/"
    )
    run(binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
        "--locale=C.UTF-8", "--no-sync")  # fmt: skip
    options = f"-c listen_addresses= -k {home} -c max_connections=200 -c shared_buffers={buffers}"
    if not durable:
        options += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
    run(binaries / "pg_ctl", "-D", data, "-w", "-l", home / "log", "-o", options, "start")
    try:
        yield f"postgresql+psycopg://postgres@/postgres?host={home}"
    finally:
        run(binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def database(server_url: str, *, template: str | None = None) -> Iterator[str]:
    """A fresh database on the server (a copy of ``template`` if given); dropped at the end."""
    name = f"pzv_{uuid4().hex[:12]}"
    plain = server_url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template or "template0")
            )
        )
    try:
        yield server_url.replace("/postgres?", f"/{name}?")
    finally:
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(
                sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            )
