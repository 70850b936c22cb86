"""What keeps transactions out of each other's way, on each engine in its own manner."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from zlib import crc32

from sqlalchemy import Boolean, Select, func, select, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import FunctionElement

from core.db import is_postgresql

_CLIENTS = 1
"""The space of PostgreSQL's locks by number in which clients are reached for."""
_NOT_AVAILABLE = "55P03"
"""PostgreSQL's code of a lock that was not given in time."""


@contextmanager
def survived(session: Session) -> Iterator[None]:
    """A statement inside that breaks a constraint is undone alone; the error goes on.

    SQLite does so by itself. PostgreSQL needs a savepoint, which ends with the transaction: to end
    it sooner would cost another trip to the server.
    """
    if not is_postgresql(session):
        yield
        return
    connection = session.connection()
    connection.exec_driver_sql("SAVEPOINT survived")
    try:
        yield
    except IntegrityError:
        connection.exec_driver_sql("ROLLBACK TO SAVEPOINT survived")
        raise


def exclusively(session: Session, name: str) -> None:
    """Let one transaction at a time pass here; the others wait until it ends.

    SQLite has one writer anyway; PostgreSQL takes a lock that ends with the transaction.
    """
    if is_postgresql(session):
        session.execute(select(func.pg_advisory_xact_lock(crc32(name.encode()))))


def hold(session: Session, rows: Select[Any]) -> int:
    """Lock the rows of the query until the transaction ends and return how many there are.

    SQLite has one writer anyway: there nothing is asked, and the answer is 0.
    """
    if not is_postgresql(session):
        return 0
    # Counted in the database: the ids of a large run need not travel.
    held = rows.with_for_update().cte("held")
    return session.scalar(select(func.count()).select_from(held)) or 0


def hold_soon(session: Session, rows: Select[Any], *, milliseconds: int) -> bool:
    """As ``hold``; False when somebody else keeps one of the rows for longer: then none is held.

    For a transaction that already holds what that other one may want: well under a second, no
    deadlock is ever noticed and nobody else pays for it.
    """
    if not is_postgresql(session):
        return True
    limit = text("SELECT set_config('lock_timeout', :limit, true)")
    before = session.scalar(text("SELECT current_setting('lock_timeout')"))
    try:
        with session.begin_nested():
            session.execute(limit, {"limit": f"{milliseconds}ms"})
            hold(session, rows)
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", "") == _NOT_AVAILABLE:
            return False
        raise
    session.execute(limit, {"limit": before})
    return True


class nobody_reaches_for(FunctionElement[bool]):  # noqa: N801  # reads as a function of SQL
    """Condition: no other transaction has asked this of the number (a client's) before us.

    Whoever is told yes keeps it until the transaction ends; nobody waits. SQLite has one writer
    anyway: there the answer is yes. Ask it last, of few rows: each yes is a lock of the server.
    """

    type = Boolean()
    inherit_cache = True


@compiles(nobody_reaches_for)
def _one_writer(element: nobody_reaches_for, compiler: Any, **kw: Any) -> str:
    return "(1 = 1)"


@compiles(nobody_reaches_for, "postgresql")
def _advisory(element: nobody_reaches_for, compiler: Any, **kw: Any) -> str:
    return f"pg_try_advisory_xact_lock({_CLIENTS}, {compiler.process(element.clauses, **kw)})"
