"""What happened, for ever: one immutable row per event, in the transaction of its cause (rule 7).

The table refuses UPDATE and DELETE by trigger on both engines.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, ClassVar, TypeVar, cast

from sqlalchemy import Index, Select, Table, bindparam, func, insert, literal_column, select
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql.dml import ReturningUpdate

from core.access import Actor
from core.db import Base, is_postgresql


class JournalEntry(Base):
    """One event in the life of one subject."""

    __tablename__ = "journal_entries"
    __table_args__ = (Index("ix_journal_entries_subject", "subject", "subject_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str]
    """``employee:7``, ``scheduler``, ``import:42``: not only people act."""
    subject: Mapped[str]
    subject_id: Mapped[int]
    event: Mapped[str]
    from_state: Mapped[str | None]
    to_state: Mapped[str | None]
    details: Mapped[dict[str, Any]]


_ENTRIES = cast(Table, JournalEntry.__table__)
_INSERT = insert(_ENTRIES)  # as entities they would take three times as long


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened: past tense, ids and plain values only.

    A subclass names its ``subject`` and has a field ``<subject>_id``; ``from_state`` and
    ``to_state``, where it has them, go to columns of their own, all other fields to ``details``.
    """

    subject: ClassVar[str]


SomeEvent = TypeVar("SomeEvent", bound=Event)


def record(session: Session, event: Event, *, actor: Actor, at: datetime) -> None:
    """Write the event into the journal within the caller's transaction."""
    session.add(JournalEntry(**_row(event, actor, at)))


def record_all(session: Session, events: Sequence[Event], *, actor: Actor, at: datetime) -> None:
    """Write many events in one statement."""
    if events:
        session.flush()  # what was recorded before comes before
        session.execute(_INSERT, [_row(e, actor, at) for e in events])


def record_change(
    session: Session,
    change: ReturningUpdate[*tuple[Any, ...]],
    values: Mapping[str, Any],
    draft: SomeEvent,
    *,
    actor: Actor,
    at: datetime,
) -> SomeEvent | None:
    """Change at most one row and write its event; the event, or None when the guards let none pass.

    ``change`` is made once and kept. What it returns, the subject's id among it, fills the fields
    of ``draft`` of those names. One statement on PostgreSQL: a trip to the server less.
    """
    session.flush()
    connection = session.connection()
    if is_postgresql(session):
        entry = {f"entry_{name}": value for name, value in _row(draft, actor, at).items()}
        both = _with_entry(change, f"{draft.subject}_id")
        row = connection.execute(both, {**values, **entry}).one_or_none()
        return None if row is None else replace(draft, **row._asdict())
    row = connection.execute(change, values).one_or_none()
    if row is None:
        return None
    event = replace(draft, **row._asdict())
    record_all(session, [event], actor=actor, at=at)
    return event


@cache
def _with_entry(change: ReturningUpdate[*tuple[Any, ...]], subject_id: str) -> Select[Any]:
    """The change and the entry about it, whose details are completed by what the change returns."""
    changed = change.cte("changed")
    found = [part for c in changed.c if c.name != subject_id
             for part in (literal_column(f"'{c.name}'"), c)]  # fmt: skip
    given = {
        c.name: bindparam(f"entry_{c.name}", type_=c.type) for c in _ENTRIES.c if c.name != "id"
    }
    details = given["details"].op("||")(func.jsonb_strip_nulls(func.jsonb_build_object(*found)))
    columns = given | {"subject_id": changed.c[subject_id], "details": details}
    entry = insert(_ENTRIES).from_select(list(columns), select(*columns.values()))
    return select(changed).add_cte(entry.cte("entry"))


def history_of(
    session: Session, subject: str, subject_id: int, *, limit: int | None = None
) -> Sequence[JournalEntry]:
    """What was recorded about the subject, oldest first; with ``limit``: so many of the newest."""
    newest = session.scalars(
        select(JournalEntry)
        .where(JournalEntry.subject == subject, JournalEntry.subject_id == subject_id)
        .order_by(JournalEntry.id.desc())
        .limit(limit)
    ).all()
    return newest[::-1]


def event_name(event: type[Event]) -> str:
    """The name under which the journal keeps events of this type."""
    return event.__name__


def _row(event: Event, actor: Actor, at: datetime) -> dict[str, Any]:
    values = {f.name: plain_value(getattr(event, f.name)) for f in fields(event)}
    return {
        "at": at,
        "actor": actor.key,
        "subject": event.subject,
        "subject_id": values.pop(f"{event.subject}_id"),
        "event": event_name(type(event)),
        "from_state": values.pop("from_state", None),
        "to_state": values.pop("to_state", None),
        "details": {name: value for name, value in values.items() if value is not None},
    }


def plain_value(value: Any) -> Any:
    """The value as JSON holds it: days and moments as ISO 8601, decimals as text."""
    match value:
        case datetime() | date():
            return value.isoformat()
        case Enum():
            return value.value
        case Decimal():
            return str(value)
        case tuple() | list():
            return [plain_value(item) for item in value]
        case _:
            return value
