"""Keys for rows that are to be written, taken before: for several tables in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Select, Table, func, literal_column, select, text
from sqlalchemy import table as sql_table
from sqlalchemy.orm import Session

from core.db import Base, is_postgresql


def take_numbers(
    session: Session, wanted: Sequence[tuple[Table | type[Base], int]]
) -> list[Sequence[int]]:
    """As many new keys of each table, ascending, in the order of ``wanted``.

    For a writing transaction, which inserts with the keys before it takes more of the same table:
    on SQLite its lock, on PostgreSQL the sequence keeps others from them.
    """
    tables = [(table_of(table), count) for table, count in wanted]
    if not is_postgresql(session):
        return [_following(session, table, count) for table, count in tables]
    asked = [(at, table, count) for at, (table, count) in enumerate(tables) if count]
    taken: list[Sequence[int]] = [() for _ in tables]
    if asked:
        parts = " UNION ALL ".join(_PART.format(at=at) for at, _, _ in asked)
        values: dict[str, Any] = {}
        for at, table, count in asked:
            key = key_of(table).name
            values |= {f"table_{at}": table.fullname, f"key_{at}": key, f"count_{at}": count}
        for at, first, last, scattered in session.connection().execute(text(parts), values):
            taken[at] = scattered or range(first, last + 1)
    return taken


# The sequence is looked up once and not for each number. Nearly always nobody else has taken any
# meanwhile: then the first and the last number tell all.
_PART = (
    "SELECT {at} AS at, min(n), max(n), "
    "CASE WHEN max(n) - min(n) >= count(*) THEN array_agg(n ORDER BY n) END "
    "FROM (SELECT nextval((SELECT CAST(pg_get_serial_sequence(:table_{at}, :key_{at}) "
    "AS regclass))) AS n FROM generate_series(1, :count_{at})) AS numbers_{at}"
)


def table_of(table: Table | type[Base]) -> Table:
    """The table of a mapped class."""
    if isinstance(table, Table):
        return table
    mapped = table.__table__
    assert isinstance(mapped, Table)
    return mapped


def key_of(table: Table) -> Column[Any]:
    """The generated key."""
    key = table.autoincrement_column
    assert key is not None
    return key


def _following(session: Session, table: Table, count: int) -> Sequence[int]:
    if not count:
        return ()
    last = session.scalar(_last_number(table, key_of(table)))
    return range(last + 1, last + 1 + count)


def _last_number(table: Table, key: Column[Any]) -> Select[Any]:
    """The largest number that SQLite ever gave in the table, as far as it keeps that."""
    kept: Select[Any] = select(literal_column("seq")).select_from(sql_table("sqlite_sequence"))
    ever = kept.where(literal_column("name") == table.name).scalar_subquery()
    there = select(func.max(key)).scalar_subquery()
    return select(func.max(func.coalesce(there, 0), func.coalesce(ever, 0)))
