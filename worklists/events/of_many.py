"""One event of many subjects: their journal rows written by one statement (rule 7)."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, insert, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.access import Actor
from core.journal import Event, JournalEntry, event_name


def record_of_each(
    session: Session,
    event: type[Event],
    subject_id: InstrumentedAttribute[int],
    which: ColumnElement[bool],
    *,
    details: dict[str, Any],
    actor: Actor,
    at: datetime,
) -> None:
    """Write the event for each row of the table of ``subject_id`` that ``which`` selects.

    The states come from the event's class, the same ``details`` go to every row.
    """
    values: dict[str, ColumnElement[Any]] = {
        "at": literal(at, JournalEntry.at.type),
        "actor": literal(actor.key),
        "subject": literal(event.subject),
        "subject_id": subject_id.expression,
        "event": literal(event_name(event)),
        "from_state": _state(event, "from_state"),
        "to_state": _state(event, "to_state"),
        "details": literal(details, JournalEntry.details.type),
    }
    rows = select(*values.values()).where(which).order_by(subject_id)
    session.execute(insert(JournalEntry).from_select(list(values), rows))


def _state(event: type[Event], name: str) -> ColumnElement[str | None]:
    state = getattr(event, name, None)
    return literal(state.value if state is not None else None, String)
