"""What happened, for ever: one immutable row per event, in the transaction of its cause (rule 7).

The table refuses UPDATE and DELETE by trigger on both engines.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, ClassVar

from sqlalchemy import Index, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.access import Actor
from core.db import Base


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


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened: past tense, ids and plain values only.

    A subclass names its ``subject`` and has a field ``<subject>_id``; ``from_state`` and
    ``to_state``, where it has them, go to columns of their own, all other fields to ``details``.
    """

    subject: ClassVar[str]


def record(session: Session, event: Event, *, actor: Actor, at: datetime) -> None:
    """Write the event into the journal within the caller's transaction."""
    session.add(JournalEntry(**_row(event, actor, at)))


def record_all(session: Session, events: Sequence[Event], *, actor: Actor, at: datetime) -> None:
    """Write many events in one statement."""
    if events:
        session.execute(insert(JournalEntry), [_row(e, actor, at) for e in events])


def history_of(session: Session, subject: str, subject_id: int) -> Sequence[JournalEntry]:
    """Everything recorded about the subject, oldest first."""
    return session.scalars(
        select(JournalEntry)
        .where(JournalEntry.subject == subject, JournalEntry.subject_id == subject_id)
        .order_by(JournalEntry.id)
    ).all()


def event_name(event: type[Event]) -> str:
    """The name under which the journal keeps events of this type."""
    return event.__name__


def _row(event: Event, actor: Actor, at: datetime) -> dict[str, Any]:
    values = {f.name: _plain(getattr(event, f.name)) for f in fields(event)}
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


def _plain(value: Any) -> Any:
    match value:
        case datetime() | date():
            return value.isoformat()
        case Enum():
            return value.value
        case Decimal():
            return str(value)
        case tuple() | list():
            return [_plain(item) for item in value]
        case _:
            return value
