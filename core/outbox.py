"""What must leave after the commit: written with its cause, sent by any number of sweeps (P5).

A message is due, sent or dead. Claiming one moves its ``due_at`` on by the pause before the next
try, so that the claim is a lease: whoever dies while sending leaves the message to be tried again.
Delivery is therefore at least once; the recipient's system knows a repeat by the message's key.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Index, delete, or_, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from core.clock import Clock
from core.db import Base, Database, insert_into

PAUSES = tuple(timedelta(minutes=m) for m in (5, 15, 60, 180, 360, 720))
"""How long to wait after the first, second … failed try; after the last one it is dead."""
MOST_TRIES = len(PAUSES) + 1
KEEP = timedelta(days=30)
"""How long sent and dead messages stay, for those who look into what was sent."""

log = logging.getLogger(__name__)


class OutboxMessage(Base):
    """One thing to send. What it says is put together when it is sent, from what ``kind`` and
    ``ref_id`` name: nothing personal is kept here longer than needed.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "due_at",
              sqlite_where=text("sent_at IS NULL AND dead_at IS NULL"),
              postgresql_where=text("sent_at IS NULL AND dead_at IS NULL")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """Names the occasion: written twice, sent once."""
    kind: Mapped[str]
    ref_id: Mapped[int | None]
    """The row that the message is about, as its kind understands it."""
    payload: Mapped[dict[str, Any] | None]
    due_at: Mapped[datetime]
    not_after: Mapped[datetime | None]
    """When it is of no use any more."""
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]
    failure: Mapped[str | None]
    """Why the last try failed, or why it was dropped: a code, never an address."""


class Undeliverable(Exception):
    """It can never be sent as it is; ``code`` says why, without personal data."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NotNow(Exception):
    """It may be sent later; ``is_down``: the way out is closed for every other message too."""

    def __init__(self, code: str, *, is_down: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.is_down = is_down


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """A claimed message as the sender sees it."""

    id: int
    key: str
    kind: str
    ref_id: int | None
    payload: dict[str, Any]
    tries: int


class Deliver(Protocol):
    """Puts the message together and hands it over; raises Undeliverable or NotNow."""

    def __call__(self, database: Database, message: Outgoing, now: datetime) -> None: ...


def enqueue(
    session: Session,
    *,
    key: str,
    kind: str,
    ref_id: int | None = None,
    payload: dict[str, Any] | None = None,
    due_at: datetime,
    not_after: datetime | None = None,
) -> bool:
    """Write the message within the caller's transaction; False when its key is there already."""
    written = session.execute(
        insert_into(session, OutboxMessage)
        .values(key=key, kind=kind, ref_id=ref_id, payload=payload or {}, due_at=due_at,
                not_after=not_after, tries=0)
        .on_conflict_do_nothing()
        .returning(OutboxMessage.id)
    ).first()  # fmt: skip
    return written is not None


def send_due(database: Database, clock: Clock, *, ways: Mapping[str, Deliver]) -> int:
    """Send everything that is due, one message at a time; returns how many were settled.

    ``ways`` maps the kind of a message to what delivers it. Ends early when a way is closed.
    """
    settled = 0
    while (claimed := _claim(database, clock)) is not None:
        message, now = claimed
        try:
            _hand_over(database, message, now, ways)
        except Undeliverable as error:
            _settle(database, message, failure=error.code, dead_at=now)
        except NotNow as error:
            dead_at = now if message.tries >= MOST_TRIES else None
            _settle(database, message, failure=error.code, dead_at=dead_at)
            if error.is_down:
                return settled
        else:
            _settle(database, message, sent_at=now, failure=None)
        settled += 1
    return settled


def forget_settled(database: Database, clock: Clock) -> int:
    """Delete what was sent or given up long ago; returns how many."""
    with database.unit_of_work() as session:
        before = clock(session) - KEEP
        old = or_(OutboxMessage.sent_at < before, OutboxMessage.dead_at < before)
        gone = delete(OutboxMessage).where(old).returning(OutboxMessage.id)
        return len(session.execute(gone).all())


def _claim(database: Database, clock: Clock) -> tuple[Outgoing, datetime] | None:
    with database.unit_of_work() as session:
        now = clock(session)
        session.execute(
            update(OutboxMessage)
            .where(_waiting(), OutboxMessage.not_after < now)
            .values(dead_at=now, failure="too_late")
            .execution_options(synchronize_session=False)
        )
        found = session.scalars(
            select(OutboxMessage)
            .where(_waiting(), OutboxMessage.due_at <= now)
            .order_by(OutboxMessage.due_at, OutboxMessage.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        if found is None:
            return None
        found.tries += 1
        found.due_at = now + PAUSES[min(found.tries, len(PAUSES)) - 1]
        message = Outgoing(id=found.id, key=found.key, kind=found.kind, ref_id=found.ref_id,
                           payload=found.payload or {}, tries=found.tries)  # fmt: skip
        return message, now


def _hand_over(
    database: Database, message: Outgoing, now: datetime, ways: Mapping[str, Deliver]
) -> None:
    deliver: Callable[..., None] | None = ways.get(message.kind)
    if deliver is None:
        raise Undeliverable("no_way")
    try:
        deliver(database, message, now)
    except (Undeliverable, NotNow):
        raise
    except Exception as error:
        # What a library says may quote an address: only the type is logged and kept.
        log.error("outbox message failed", extra={"id": message.id, "type": type(error).__name__})
        raise NotNow(type(error).__name__) from error


def _settle(database: Database, message: Outgoing, **values: Any) -> None:
    with database.unit_of_work() as session:
        session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id == message.id, _waiting())
            .values(**values)
            .execution_options(synchronize_session=False)
        )


def _waiting() -> ColumnElement[bool]:
    return OutboxMessage.sent_at.is_(None) & OutboxMessage.dead_at.is_(None)
