"""Many rows at once: ``executemany`` of plain tuples on SQLite, ``COPY`` on PostgreSQL.

The seam for importers and the demo data. Values are what the mapped attributes hold (enum members,
aware moments, ``Decimal``, dicts for JSON); the column types turn them into what the engine wants.
Nothing of the ORM takes part: no defaults written in Python, no events, no version columns.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from typing import Any

import psycopg
from sqlalchemy import (
    Connection,
    Date,
    Dialect,
    Enum,
    Select,
    Table,
    Update,
    bindparam,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core.copy_text import copy_text
from core.db import Base, UtcDateTime, is_postgresql
from core.numbers import key_of, table_of, take_numbers

Row = tuple[Any, ...]
Binding = Callable[[Any], Any]

BATCH = 5_000
"""Rows per statement: enough to make the statement's overhead vanish, few enough to hold."""

_MANY = 1_000
"""From so many rows on PostgreSQL needs to know how many there are."""
_COPIED = 500
"""Rows that are written out at once while the server takes those before."""
_FEW = 50
"""So many rows are not worth a stage."""
_STAGE = "temp.staged_rows"
_NO_LIMITS = text(
    "SELECT set_config('statement_timeout', '0', true), "
    "set_config('idle_in_transaction_session_timeout', '0', true)"
)


class _Remembered(dict[Any, Any]):
    """Bound values of a type with few distinct ones: looking up is cheaper than binding."""

    def __init__(self, binding: Binding) -> None:
        super().__init__()
        self._binding = binding

    def __missing__(self, value: Any) -> Any:
        bound = self[value] = self._binding(value)
        return bound


class _LastRemembered:
    """Bound moments: many rows in a run hold the very same one."""

    def __init__(self, binding: Binding) -> None:
        self._binding = binding
        self._value: Any = None
        self._bound = binding(None)

    def __call__(self, value: Any) -> Any:
        if value is not self._value:
            self._value, self._bound = value, self._binding(value)
        return self._bound


def copy_rows(
    session: Session, table: Table | type[Base], columns: Sequence[str], rows: Iterable[Row]
) -> int:
    """Insert the rows in the caller's transaction and return how many there were.

    Every column that is NOT NULL must be among ``columns`` (Python-side defaults do not apply).
    A row may only refer to rows before it or in the database already: SQLite checks foreign keys
    row by row. When the columns hold the table's generated key, PostgreSQL's sequence is moved
    behind the largest one. Raises IntegrityError and its siblings as the session itself does.
    """
    target = table_of(table)
    bound = _bound(rows, _bindings(session, target, columns))
    if is_postgresql(session):
        count = _copy(session, target, columns, bound)
        generated = target.autoincrement_column
        if count and generated is not None and generated.name in columns:
            advance_sequence(session, target)
        return count
    return _insert(session, target, columns, bound)


def insert_numbered(
    session: Session,
    table: Table | type[Base],
    columns: Sequence[str],
    rows: Sequence[Row],
    numbers: Sequence[int] | None = None,
) -> list[int]:
    """Insert the rows without their key and return the new keys, in the order of the rows.

    For a writing transaction: on SQLite its lock, on PostgreSQL the sequence keeps others from the
    same keys. ``numbers``: keys that were taken for these rows (``core.numbers``). Otherwise as
    ``copy_rows``.
    """
    target = table_of(table)
    if not rows:
        return []
    if numbers is None:
        (numbers,) = take_numbers(session, [(target, len(rows))])
    write = _copy if is_postgresql(session) else _insert
    numbered = ((number, *row) for number, row in zip(numbers, rows, strict=True))
    names = (key_of(target).name, *columns)
    write(session, target, names, _bound(numbered, _bindings(session, target, names)))
    return list(numbers)


def advance_sequence(session: Session, table: Table | type[Base]) -> None:
    """Let PostgreSQL's generated keys go on after the largest key in the table.

    SQLite does so by itself: there it does nothing.
    """
    target = table_of(table)
    key = target.autoincrement_column
    if key is None or not is_postgresql(session):
        return
    sequence = func.pg_get_serial_sequence(target.fullname, key.name)
    session.execute(select(func.setval(sequence, select(func.max(key)).scalar_subquery())))


def numbers_of(ids: Iterable[int]) -> Any:
    """For ``IN``: thousands of numbers of our own, written into the statement as they are."""
    return bindparam(None, list(ids), expanding=True, literal_execute=True, unique=True)


def change_of(table: Table, names: Sequence[str]) -> Update:
    """An UPDATE of one row for each set of parameters: ``of`` (its id) and ``new_NAME`` of each."""
    new = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names}
    return update(table).where(table.c.id == bindparam("of")).values(new)


def lift_time_limits(session: Session) -> None:
    """Let this transaction take longer than a web request may; the limits return at its end."""
    if is_postgresql(session):
        session.execute(_NO_LIMITS)


def refresh_statistics(session: Session) -> None:
    """Tell the planner about a large change now: left alone it may take minutes to notice."""
    session.execute(text("ANALYZE"))


def refresh_statistics_of(session: Session, table: Table | type[Base]) -> None:
    """Let PostgreSQL know what was just written into the table by this transaction.

    SQLite plans well without, and would read all of the table's indexes: there it does nothing.
    """
    if is_postgresql(session):
        name = table_of(table).name
        session.execute(text(f'ANALYZE "{name}"'))


def insert_found(
    session: Session, table: Table | type[Base], columns: Iterable[str], rows: Select[Any]
) -> int:
    """Write what the statement finds into these columns; how many rows that were.

    PostgreSQL is told when there are many: the next statement of this transaction plans by it.
    """
    into = insert(table).from_select(list(columns), rows)
    done = session.connection().execute(into.execution_options(preserve_rowcount=True)).rowcount
    if done >= _MANY:
        refresh_statistics_of(session, table)
    return done


@contextmanager
def temporary(session: Session, table: Table) -> Iterator[None]:
    """Within the block this transaction has the table, empty at first, and nobody else sees it.

    ``table`` has the prefix TEMPORARY and a name of its own. An error leaves it to the rollback.
    """
    connection = session.connection()
    table.create(connection, checkfirst=False)
    yield
    table.drop(connection, checkfirst=False)


def _bindings(session: Session, table: Table, columns: Sequence[str]) -> list[tuple[int, Binding]]:
    dialect = session.get_bind().dialect
    found = ((at, _binding(table, name, dialect)) for at, name in enumerate(columns))
    return [(at, binding) for at, binding in found if binding is not None]


def _binding(table: Table, column: str, dialect: Dialect) -> Binding | None:
    type_ = table.c[column].type
    binding = type_.dialect_impl(dialect).bind_processor(dialect)
    if binding is None:
        return None
    if isinstance(type_, Date | Enum):
        return _Remembered(binding).__getitem__
    if isinstance(type_, UtcDateTime):
        return _LastRemembered(binding)
    return binding


def _bound(rows: Iterable[Row], bindings: list[tuple[int, Binding]]) -> Iterator[Row]:
    return chain.from_iterable(_bound_batches(rows, bindings)) if bindings else iter(rows)


def _bound_batches(
    rows: Iterable[Row], bindings: list[tuple[int, Binding]]
) -> Iterator[Iterable[Row]]:
    remaining = iter(rows)
    # Column by column: a call for each value is dear enough without a loop around it.
    while batch := list(islice(remaining, BATCH)):
        columns: list[Iterable[Any]] = list(zip(*batch, strict=True))
        for at, binding in bindings:
            columns[at] = map(binding, columns[at])
        yield zip(*columns, strict=True)


def _insert(session: Session, table: Table, columns: Sequence[str], rows: Iterator[Row]) -> int:
    connection = session.connection()
    names = ", ".join(f'"{name}"' for name in columns)
    marks = ", ".join("?" * len(columns))
    # Names of our own tables and columns, never anything typed by a person.
    into = f'INSERT INTO "{table.name}" ({names})'
    batch = list(islice(rows, BATCH))
    if len(batch) > _FEW and _has_triggers(connection, table):
        return _insert_staged(connection, into, len(columns), batch, rows)
    count = 0
    while batch:
        connection.exec_driver_sql(f"{into} VALUES ({marks})", batch)
        count += len(batch)
        batch = list(islice(rows, BATCH))
    return count


def _has_triggers(connection: Connection, table: Table) -> bool:
    query = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"
    return bool(connection.exec_driver_sql(query, (table.name,)).scalar())


def _insert_staged(
    connection: Connection, into: str, width: int, batch: list[Row], rows: Iterator[Row]
) -> int:
    """A whole batch in one statement: its triggers write the full-text index once.

    Row by row they write it for each row, which takes ten times as long.
    """
    run = connection.exec_driver_sql
    run(f"DROP TABLE IF EXISTS {_STAGE}")
    run(f"CREATE TABLE {_STAGE} ({', '.join(f'c{at}' for at in range(width))})")
    count = 0
    while batch:
        run(f"INSERT INTO {_STAGE} VALUES ({', '.join('?' * width)})", batch)  # noqa: S608
        run(f"{into} SELECT * FROM {_STAGE} ORDER BY rowid")  # noqa: S608
        run(f"DELETE FROM {_STAGE}")  # noqa: S608
        count += len(batch)
        batch = list(islice(rows, BATCH))
    run(f"DROP TABLE {_STAGE}")
    return count


def _copy(session: Session, table: Table, columns: Sequence[str], rows: Iterator[Row]) -> int:
    driver = session.connection().connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    statement = psycopg.sql.SQL("COPY {} ({}) FROM STDIN").format(
        psycopg.sql.Identifier(table.name),
        psycopg.sql.SQL(", ").join(map(psycopg.sql.Identifier, columns)),
    )
    count = 0
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            while batch := list(islice(rows, _COPIED)):
                lines = copy_text(batch)
                if lines is not None:
                    copy.write(lines)
                else:
                    for row in batch:
                        copy.write_row(row)
                count += len(batch)
    except psycopg.Error as error:
        raise DBAPIError.instance(f"COPY {table.name}", None, error, psycopg.Error) from error
    return count
