"""The rows that a merge changes: which they may be, what they were, and how they get it back.

Nothing here knows what a table is for: whatever refers to clients is found in the declared tables,
so that a table added later takes part by itself. What may not stand twice with one client is
handled by name by those who own it (``ONE_PER_CLIENT`` says which).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Date,
    Numeric,
    Table,
    and_,
    delete,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy import Enum as EnumType
from sqlalchemy.orm import Session

from core.db import Base, UtcDateTime
from core.journal import plain_value
from directory.clients.merge_models import ClientMergeMove

OF_MERGES = frozenset({"client_merges", "client_merge_moves"})
"""They tell of merges and are moved by none."""
ONE_PER_CLIENT = frozenset({"client_units", "contact_points", "leads", "tasks", "work_lists"})
"""Tables with a unique index that a client takes part in: each has its own way into the merge."""

Key = tuple[str, tuple[Any, ...]]
"""Table and primary key of a row."""
Picture = dict[Key, dict[str, Any]]
"""Rows as JSON."""


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A column that refers to a table."""

    table: Table
    column: Column[Any]


def references_to(name: str) -> tuple[Reference, ...]:
    """Every declared column that refers to ``id`` of the table, in the order of dependence."""
    return tuple(
        Reference(table=table, column=column)
        for table in Base.metadata.sorted_tables
        if table.name not in OF_MERGES
        for column in table.columns
        if any(key.target_fullname == f"{name}.id" for key in column.foreign_keys)
    )


def point_elsewhere(session: Session, name: str, old: int, new: int) -> None:
    """Let everything that refers to row ``old`` of the table refer to ``new``."""
    for one in references_to(name):
        session.execute(update(one.table).where(one.column == old).values({one.column.name: new}))


def picture_of(session: Session, wanted: Mapping[str, Iterable[int]]) -> Picture:
    """All rows that refer to these ids, and those rows themselves; ``wanted``: table → ids."""
    conditions: dict[str, list[ColumnElement[bool]]] = {}
    for name, ids in wanted.items():
        known = sorted(set(ids))
        conditions.setdefault(name, []).append(Base.metadata.tables[name].c.id.in_(known))
        for one in references_to(name):
            conditions.setdefault(one.table.name, []).append(one.column.in_(known))
    picture: Picture = {}
    for name, either in conditions.items():
        table = Base.metadata.tables[name]
        for row in session.execute(select(*_kept(table)).where(or_(*either))).mappings():
            key = tuple(row[column.name] for column in table.primary_key)
            picture[name, key] = {column: plain_value(value) for column, value in row.items()}
    return picture


def differences(before: Picture, after: Picture) -> Iterator[ClientMergeMove]:
    """What changed, as the rows that remember it; without the merge that they belong to."""
    for name, key in {**before, **after}:
        was, became = before.get((name, key)), after.get((name, key))
        if was is not None and became is not None:
            # Versions only grow: they fence whoever saw the row before.
            changed = [one for one in was if was[one] != became[one] and one != "version"]
            if not changed:
                continue
            was = {column: was[column] for column in changed}
            became = {column: became[column] for column in changed}
        yield ClientMergeMove(table_name=name, row_key=list(key), was=was, became=became)


def is_there(session: Session, move: ClientMergeMove) -> bool:
    """Whether a row with the key stands there now."""
    table = Base.metadata.tables[move.table_name]
    return session.execute(select(*table.primary_key).where(_is(table, move))).first() is not None


def columns_as_left(session: Session, move: ClientMergeMove, names: Iterable[str]) -> bool:
    """Whether the row still has in these columns what the merge gave it."""
    assert move.became is not None
    wanted = {name: move.became[name] for name in names}
    table = Base.metadata.tables[move.table_name]
    columns = [*table.primary_key, *(table.c[name] for name in wanted)]
    row = session.execute(select(*columns).where(_is(table, move))).mappings().one_or_none()
    return row is not None and all(plain_value(row[name]) == one for name, one in wanted.items())


def put_back(
    session: Session, move: ClientMergeMove, names: Iterable[str], renumbered: Mapping[Any, int]
) -> None:
    """Give the row its values of before the merge in these columns.

    ``renumbered``: (table, former id) → the id under which a row that was taken away stands now.
    """
    table = Base.metadata.tables[move.table_name]
    assert move.was is not None
    values = {name: _restored(table.c[name], move.was[name], renumbered) for name in names}
    if values:
        session.execute(update(table).where(_is(table, move)).values(values))


def bring_back(session: Session, move: ClientMergeMove) -> int | None:
    """Make a row anew that was taken away; its new id if another row took its number meanwhile."""
    table = Base.metadata.tables[move.table_name]
    assert move.was is not None
    values = {name: typed_value(table.c[name], plain) for name, plain in move.was.items()}
    if not is_there(session, move):
        session.execute(insert(table).values(values))
        return None
    if "id" not in values:
        return None
    del values["id"]
    fresh = session.execute(insert(table).values(values).returning(table.c.id)).scalar_one()
    return int(fresh)


def take_away(session: Session, move: ClientMergeMove) -> None:
    """Remove a row that the merge made."""
    table = Base.metadata.tables[move.table_name]
    session.execute(delete(table).where(_is(table, move)))


def _kept(table: Table) -> list[Column[Any]]:
    """The columns that are written: none that the database works out by itself."""
    return [column for column in table.columns if column.computed is None]


def _is(table: Table, move: ClientMergeMove) -> ColumnElement[bool]:
    keys = zip(table.primary_key, move.row_key, strict=True)
    return and_(*(column == value for column, value in keys))


def _restored(column: Column[Any], plain: Any, renumbered: Mapping[Any, int]) -> Any:
    for key in column.foreign_keys:
        plain = renumbered.get((key.column.table.name, plain), plain)
    return typed_value(column, plain)


def typed_value(column: Column[Any], plain: Any) -> Any:
    """What a column holds, out of what ``core.journal.plain_value`` made of it."""
    kind = column.type
    if plain is None:
        return None
    if isinstance(kind, EnumType) and kind.enum_class is not None:
        return kind.enum_class(plain)
    if isinstance(kind, UtcDateTime):
        return datetime.fromisoformat(plain)
    if isinstance(kind, Date):
        return date.fromisoformat(plain)
    return Decimal(plain) if isinstance(kind, Numeric) else plain
