"""``column IN values`` for thousands of values: one parameter, however many there are.

A mark for each value is dear long before the database sees it: SQLAlchemy writes a new statement
for each call, and the driver takes it apart again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    String,
    any_,
    bindparam,
    column,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.db import is_postgresql


def among(
    session: Session, sought: InstrumentedAttribute[Any], values: Iterable[Any]
) -> ColumnElement[bool]:
    """Whether the column of texts or whole numbers holds one of these values, by its index.

    Each value once; none may be None.
    """
    wanted = list(values)
    if is_postgresql(session):
        kind = String() if isinstance(sought.type, String) else Integer()
        return sought == any_(bindparam(None, wanted, type_=ARRAY(kind), unique=True))
    listed = bindparam(None, json.dumps(wanted), type_=String(), unique=True)
    return sought.in_(select(column("value")).select_from(func.json_each(listed)))
