"""Putting back what a load had filled in, where it still is as the load left it (A8).

What belongs together goes back together: a day of closing without its state would be a lie. A row
that was completed twice goes back step by step: the newest batch is put back first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, bindparam, case, or_, update
from sqlalchemy.orm import Session

from core.db import Base
from directory.clients.merge_rows import typed_value
from importers.loads.added import Filling

_TOGETHER: Mapping[str, Sequence[frozenset[str]]] = {
    "clients": (frozenset({"name", "name_norm", "kind"}),),
    "assets": (frozenset({"plate", "plate_norm"}),),
    "visits": (frozenset({"status", "done_on"}),),
    "recommendations": (frozenset({"status", "closed_on"}),),
}


def put_back(session: Session, kind: str, fillings: Iterable[Filling]) -> int:
    """Give the rows of the table their values of before; how many rows that were.

    A value that is another one by now stays. One statement for each set of columns.
    """
    table = Base.metadata.tables[kind]
    by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for number, was, now in fillings:
        names = tuple(sorted(now))
        values: dict[str, Any] = {"of": number}
        for name in names:
            values[f"was_{name}"] = typed_value(table.c[name], was[name])
            values[f"now_{name}"] = typed_value(table.c[name], now[name])
        by_columns.setdefault(names, []).append(values)
    restored = 0
    for names, rows in by_columns.items():
        statement = _statement(table, names)
        for row in _one_by_one(rows):
            restored += session.connection().execute(statement, row).rowcount
    return restored


def _one_by_one(rows: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Lists in which no row occurs twice: an order of statements that any driver keeps."""
    lists: list[list[dict[str, Any]]] = []
    seen: dict[int, int] = {}
    for row in rows:
        at = seen.get(row["of"], -1) + 1
        seen[row["of"]] = at
        if at == len(lists):
            lists.append([])
        lists[at].append(row)
    return lists


def _statement(table: Table, names: Sequence[str]) -> Any:
    as_left = {name: _is_as_left(table, name, names) for name in names}
    values: dict[str, Any] = {
        name: case((as_left[name], _given(table, f"was_{name}", name)), else_=table.c[name])
        for name in names
    }
    if "version" in table.c:
        values["version"] = table.c.version + 1  # it fences whoever sees the card now
    which = and_(table.c.id == bindparam("of"), or_(*as_left.values()))
    return update(table).where(which).values(values).execution_options(preserve_rowcount=True)


def _is_as_left(table: Table, name: str, names: Sequence[str]) -> ColumnElement[bool]:
    group = next((one for one in _TOGETHER.get(table.name, ()) if name in one), {name})
    return and_(
        *(
            table.c[one].is_not_distinct_from(_given(table, f"now_{one}", one))
            for one in sorted(group.intersection(names))
        )
    )


def _given(table: Table, parameter: str, name: str) -> Any:
    return bindparam(parameter, type_=table.c[name].type)
