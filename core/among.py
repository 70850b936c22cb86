"""``column IN values`` for thousands of values: one parameter, however many there are.

A mark for each value is dear long before the database sees it: SQLAlchemy writes a new statement
for each call, and the driver takes it apart again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Integer,
    String,
    any_,
    bindparam,
    column,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.db import is_postgresql

_SEPARATOR = "\x1f"


def among(
    session: Session, sought: InstrumentedAttribute[Any] | Column[Any], values: Iterable[Any]
) -> ColumnElement[bool]:
    """Whether the column of texts or whole numbers holds one of these values, by its index.

    Each value once; none may be None.
    """
    wanted = list(values)
    if is_postgresql(session):
        return sought == any_(_array_of(sought, wanted))
    listed = bindparam(None, json.dumps(wanted), type_=String(), unique=True)
    return sought.in_(select(column("value")).select_from(func.json_each(listed)))


def _array_of(
    sought: InstrumentedAttribute[Any] | Column[Any], wanted: list[Any]
) -> ColumnElement[Any]:
    if not isinstance(sought.type, String):
        return bindparam(None, wanted, type_=ARRAY(Integer()), unique=True)
    joined = _SEPARATOR.join(wanted)
    if wanted == [""] or joined.count(_SEPARATOR) != max(len(wanted) - 1, 0):
        return bindparam(None, wanted, type_=ARRAY(String()), unique=True)
    # Many texts are one text for the driver, which would look at each of them.
    one = bindparam(None, joined, type_=String(), unique=True)
    return func.string_to_array(one, literal_column("E'\\x1f'"), type_=ARRAY(String()))
