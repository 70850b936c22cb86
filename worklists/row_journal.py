"""One event of each of many rows, with details of its own: one statement (rule 7)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, String, cast, insert, literal, select
from sqlalchemy.orm import Session

from core.access import Actor
from core.journal import Event, JournalEntry, event_name
from core.json_columns import json_object


def record_rows(
    session: Session,
    event: type[Event],
    subject_id: ColumnElement[Any],
    *which: ColumnElement[bool],
    details: Mapping[str, ColumnElement[Any]],
    from_state: ColumnElement[Any] | None = None,
    to_state: ColumnElement[Any] | None = None,
    joined: FromClause | None = None,
    actor: Actor,
    at: datetime,
) -> None:
    """Write the event for each row of ``joined`` (else of the columns' own tables)."""
    values: dict[str, ColumnElement[Any]] = {
        "at": literal(at, JournalEntry.at.type),
        "actor": literal(actor.key),
        "subject": literal(event.subject),
        "subject_id": subject_id,
        "event": literal(event_name(event)),
        "from_state": _text(from_state),
        "to_state": _text(to_state),
        "details": json_object(session, details),
    }
    rows = select(*values.values()).where(*which).order_by(subject_id)
    if joined is not None:
        rows = rows.select_from(joined)
    session.execute(insert(JournalEntry).from_select(list(values), rows))


def _text(state: ColumnElement[Any] | None) -> ColumnElement[Any]:
    return literal(None, String) if state is None else cast(state, String)
