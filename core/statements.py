"""Statements that are built once, at import, and asked with their values.

Building a statement anew at each request costs more than the database takes to answer it.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import CursorResult, Executable
from sqlalchemy.orm import Session

_NOTHING: Mapping[str, Any] = {}


def ask(
    session: Session, statement: Executable, values: Mapping[str, Any] = _NOTHING
) -> CursorResult[*tuple[Any, ...]]:
    """Plain columns in the session's transaction, past its identity map: half of the price.

    What waits to be written is written first, as before any query of the session.
    """
    if session.autoflush:
        session.flush()
    return session.connection().execute(statement, values)
