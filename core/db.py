"""Database access: the declarative base, moments in UTC, units of work, and what differs by engine.

SQLite runs in WAL mode with ``synchronous=FULL``, foreign keys on, and every writing transaction
begins with ``BEGIN IMMEDIATE``: a read that is upgraded later fails at once, whatever the timeout.
"""

import enum
import json
import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import (
    CTE,
    JSON,
    ColumnElement,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    create_engine,
    event,
    func,
    literal_column,
    select,
    text,
)
from sqlalchemy import table as sql_table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session, sessionmaker
from sqlalchemy.pool import StaticPool
from sqlalchemy.types import TypeDecorator

from core.settings import Settings
from core.sqlite_gate import WriteGate

SAFE_SQLITE = (3, 51, 3)
"""The first release without the WAL-reset fault, which corrupts a file with several writers."""

_TRUSTED_FOR = 0.5
"""Seconds since its last use in which a connection to PostgreSQL is taken to be alive."""

SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "temp_store=MEMORY",
    "cache_size=-65536",
    "mmap_size=268435456",
)


ONE = literal_column("1", Integer)
"""Written as it is, above all into LIMIT: PostgreSQL keeps a plan only when it sees such numbers,
and to plan a claim anew takes it twice as long as to carry it out."""
_POSTGRESQL_NOW = select(func.clock_timestamp())
_SQLITE_NOW = text("SELECT strftime('%Y-%m-%dT%H:%M:%f', 'now')")


class UnsafeSQLite(RuntimeError):
    """The SQLite in use can corrupt the database when several connections write."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment. Naive values are refused; what comes back is aware and in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json = JSON().with_variant(postgresql.JSONB(), "postgresql")
JsonOrNull = JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
"""JSON whose None is the NULL of SQL, so that statements can ask for it."""
ByteOrdered = String().with_variant(Text(collation="C"), "postgresql")
"""Text that both engines compare byte by byte, whatever the locale of the database: only then may
an index answer «begins with» as a range (performance.md §8)."""


class Base(DeclarativeBase):
    """Base of every table."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: UtcDateTime,
        Decimal: Numeric(14, 2),
        dict[str, Any]: Json,
        list[Any]: Json,
        enum.Enum: Enum(
            enum.Enum,
            native_enum=False,
            create_constraint=False,
            length=32,
            values_callable=lambda members: [member.value for member in members],
        ),
    }


class Database:
    """One engine with its two ways in: units of work that write, and reads that cannot."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._write = sessionmaker(engine, expire_on_commit=False)
        self._read = sessionmaker(
            engine.execution_options(prozvon_reads=True), expire_on_commit=False
        )

    @classmethod
    def connect(cls, settings: Settings, **engine_options: Any) -> "Database":
        """Open the database that the settings name; the file of an embedded one is made if missing.

        Raises UnsafeSQLite when the SQLite library has the WAL-reset fault.
        """
        if settings.is_sqlite:
            return cls(_sqlite_engine(settings.database_url, **engine_options))
        return cls(_postgresql_engine(settings.database_url, **engine_options))

    @classmethod
    def over(cls, connection: Any) -> "Database":
        """The database of one open SQLite connection, for a copy that is thrown away."""
        engine = create_engine(
            "sqlite://", creator=lambda: connection, poolclass=StaticPool,
            module=_sqlite_module(), json_serializer=_TO_JSON, hide_parameters=True,
        )  # fmt: skip
        event.listen(engine, "begin", lambda opened: opened.exec_driver_sql("BEGIN"))
        return cls(engine)

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """One transaction: committed at the end of the block, rolled back on any error."""
        with self._write() as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for reads; whatever it changed is rolled back."""
        with self._read() as session:
            yield session

    def writing_session(self) -> Session:
        """A session for a caller that commits or rolls back by itself (a web request)."""
        return self._write()

    def reading_session(self) -> Session:
        """A session for a caller that only reads and closes it by itself."""
        return self._read()

    def dispose(self) -> None:
        """Close all pooled connections."""
        self.engine.dispose()


_TO_JSON = json.JSONEncoder(ensure_ascii=False).encode
"""Cyrillic as it is: escaped it would take three times the bytes."""


def _sqlite_engine(url: str, **options: Any) -> Engine:
    module = _sqlite_module()
    engine = create_engine(
        url,
        module=module,
        json_serializer=_TO_JSON,
        hide_parameters=True,
        connect_args={"timeout": 20, "isolation_level": None, "check_same_thread": False},
        **options,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        for pragma in SQLITE_PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    gate = WriteGate(engine.url.database) if engine.url.database else None

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        reads = connection.get_execution_options().get("prozvon_reads", False)
        if gate is not None and not reads and "gate" not in connection.info:
            connection.info["gate"] = gate.enter()
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    @event.listens_for(engine, "checkin")
    @event.listens_for(engine, "invalidate")
    def leave(_connection: Any, record: Any, *_: Any) -> None:
        # A session gives its connection back right after COMMIT or ROLLBACK.
        if gate is not None:
            gate.leave(record.info.pop("gate", None))

    return engine


def _sqlite_module() -> Any:
    try:
        from pysqlite3 import dbapi2 as module
    except ImportError:
        import sqlite3 as module
    if module.sqlite_version_info < SAFE_SQLITE:
        raise UnsafeSQLite(
            f"SQLite {module.sqlite_version} can corrupt a database with several writers; "
            f"install pysqlite3 0.6.1 or newer (needs {'.'.join(map(str, SAFE_SQLITE))})"
        )
    return module


def _postgresql_engine(url: str, **options: Any) -> Engine:
    connect_args = {
        "connect_timeout": 5,
        "options": "-c timezone=UTC -c statement_timeout=120000 "
        "-c idle_in_transaction_session_timeout=60000 "
        # Compiling a claim takes a hundred times as long as claiming.
        "-c jit=off",
    }
    defaults: dict[str, Any] = {"pool_size": 8, "max_overflow": 8}
    engine = create_engine(
        url,
        connect_args=connect_args,
        json_serializer=_TO_JSON,
        hide_parameters=True,
        **(defaults | options),
    )

    @event.listens_for(engine, "checkin")
    def note(_connection: Any, record: Any) -> None:
        record.info["idle_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def check(connection: Any, record: Any, _proxy: Any) -> None:
        # As pool_pre_ping does, which would cost a busy server a trip more for each transaction.
        if time.monotonic() - record.info.pop("idle_since", math.inf) < _TRUSTED_FOR:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError from error

    return engine


def database_now(session: Session) -> datetime:
    """The database's clock, in UTC: the only clock that decides anything (promises P7, P39)."""
    connection = session.connection()
    if is_postgresql(session):
        moment = connection.scalar(_POSTGRESQL_NOW)
        assert isinstance(moment, datetime)
        return moment.astimezone(UTC)
    written = connection.scalar(_SQLITE_NOW)
    return datetime.fromisoformat(str(written)).replace(tzinfo=UTC)


def is_postgresql(session: Session) -> bool:
    """Whether the session talks to PostgreSQL; for this seam, not for the packages above."""
    return session.get_bind().dialect.name == "postgresql"


def constant(word: str) -> ColumnElement[Any]:
    """A word of our own written into the statement, so that a plan that is kept knows it."""
    return literal_column(f"'{word}'")


def insert_into(session: Session, table: Table | type[Base]) -> Any:
    """An INSERT of the engine in use, with ``on_conflict_do_nothing`` and ``…_do_update``."""
    return postgresql.insert(table) if is_postgresql(session) else sqlite.insert(table)


def holding(session: Session, column: InstrumentedAttribute[str], pieces: Sequence[str]) -> CTE:
    """The ``id`` of every row whose text holds all pieces, by the table's trigram index.

    Each piece has at least three characters; SQLite may add rows that hold the trigrams in another
    order, so the caller compares again. Materialised: else PostgreSQL, which cannot guess how rare
    the pieces are, would rather walk the whole table until enough rows have turned up.
    """
    table = column.class_.__table__
    if is_postgresql(session):
        like = [column.contains(piece, autoescape=True) for piece in pieces]
        return select(table.c.id).where(*like).cte().prefix_with("MATERIALIZED")
    index = f"{table.name}_trigrams"
    trigrams = {piece[at : at + 3] for piece in pieces for at in range(len(piece) - 2)}
    quoted = (trigram.replace('"', '""') for trigram in sorted(trigrams))
    match = literal_column(index).op("MATCH")(" AND ".join(f'"{part}"' for part in quoted))
    found = select(literal_column("rowid", Integer).label("id")).select_from(sql_table(index))
    return found.where(match).cte()
