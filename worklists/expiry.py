"""Tasks whose life is over: closed with an ending of their own, once (D9).

Nothing expires under a person: a task in work, or of a client somebody is phoning, waits until
that is over; a task on control and a promised callback have no life, and a call whose client was
promised a callback waits for that. What is given to somebody but not in hand does expire, and
that person is told.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, exists, literal, select
from sqlalchemy.orm import Session, aliased

from core.clock import Clock
from core.db import Database, constant
from worklists.contact_conditions import phones_now
from worklists.events.queue import TaskExpired
from worklists.grouped_notices import tell_performers
from worklists.lifecycle import OPEN, TaskState
from worklists.models.task import Finish, Task, TaskKind
from worklists.row_journal import record_rows
from worklists.sweeping import (
    SCHEDULER,
    lock_with_lists,
    note_firings,
    these,
    until_nothing_is_left,
)
from worklists.unworked import CLOSED, close_unworked

_WAITING = (constant(TaskState.PLANNED), constant(TaskState.DEFERRED))


def expire_tasks(database: Database, clock: Clock) -> int:
    """Close the calls whose life is over and that nobody has in hand."""

    def batch(session: Session, now: datetime) -> int:
        over = lock_with_lists(session, Task.expires_at, *_is_over(now))
        if not over:
            return 0
        note_firings(session, over, "expired", now)
        record_rows(
            session, TaskExpired, Task.id.expression, these(over), details={},
            from_state=Task.state.expression, to_state=literal(CLOSED.value),
            actor=SCHEDULER, at=now,
        )  # fmt: skip
        tell_performers(session, over, kind="tasks_expired", now=now)
        close_unworked(session, over, finish=Finish.EXPIRED, now=now)
        return len(over)

    return until_nothing_is_left(database, clock, batch)


def _is_over(now: datetime) -> list[ColumnElement[bool]]:
    """As ``ix_tasks_expiry`` says it, and nobody has it or its client in hand."""
    held, promised = aliased(Task), aliased(Task)
    return [
        Task.state.in_(_WAITING),
        Task.kind == constant(TaskKind.CALL),
        Task.expires_at <= now,
        ~exists(
            select(held.id).where(held.client_id == Task.client_id, phones_now(held))
        ).correlate(Task),
        ~exists(
            select(promised.id).where(
                promised.work_list_id == Task.work_list_id,
                promised.campaign_id == Task.campaign_id,
                promised.kind == TaskKind.CALLBACK,
                promised.state.in_(OPEN),
            )
        ).correlate(Task),
    ]
