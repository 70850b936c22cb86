"""What all sweeps are made of: batches, firings that happen once, the journal, the next occurrence.

Each sweep catches up with all that is due, in batches of one short transaction each. Rows are
locked, changed and written into ``task_firings`` in the same transaction, whose key is the
occurrence: any number of schedulers may run, be killed or be stopped anywhere (P5, P6).
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    cast,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.access import Actor
from core.bulk import numbers_of
from core.clock import Clock
from core.db import Database
from core.journal import Event
from worklists.card.mail_choices import queue_mail
from worklists.lifecycle import TaskState
from worklists.models.attempt import Notification
from worklists.models.task import Task, TaskFiring
from worklists.models.work_list import WorkList
from worklists.row_journal import record_rows

SCHEDULER = Actor(key="scheduler", name="scheduler")
BATCH = 5_000
"""Tasks a transaction. On SQLite others wait for it, a quarter of a second on a busy machine; with
less in a batch the same pages of the indexes are written again and again."""


def until_nothing_is_left(
    database: Database, clock: Clock, batch: Callable[[Session, datetime], int]
) -> int:
    """Run the batch, a transaction each, until one is not full; how many were handled."""
    handled = 0
    while True:
        with database.unit_of_work() as session:
            done = batch(session, clock(session))
        handled += done
        if done < BATCH:
            return handled


def lock(
    session: Session, order: InstrumentedAttribute[Any], *due: ColumnElement[bool]
) -> Sequence[int]:
    """The ids of the next batch, the longest due first; rows that others hold are left to them."""
    return session.scalars(
        select(Task.id).where(*due).order_by(order).limit(BATCH).with_for_update(skip_locked=True)
    ).all()


def lock_with_lists(
    session: Session, order: InstrumentedAttribute[Any], *due: ColumnElement[bool]
) -> Sequence[int]:
    """As ``lock``, for tasks that may be closed: their work-lists are held first (rule 3).

    Nobody is waited for: what somebody else is changing now is left for the next time.
    """
    found = session.execute(
        select(Task.id, Task.work_list_id).where(*due).order_by(order).limit(BATCH)
    ).all()
    if not found:
        return ()
    lists = session.scalars(
        select(WorkList.id)
        .where(WorkList.id.in_(numbers_of(sorted({row.work_list_id for row in found}))))
        .order_by(WorkList.id)
        .with_for_update(skip_locked=True)
    ).all()
    mine = (these([row.id for row in found]), Task.work_list_id.in_(numbers_of(lists)))
    return session.scalars(
        select(Task.id).where(*mine, *due).order_by(order).with_for_update(skip_locked=True)
    ).all()


def fire(
    session: Session, task_ids: Sequence[int], kind: str, now: datetime, event: type[Event]
) -> None:
    """Write the firings, whose key refuses a second one of the same occurrence, and the journal."""
    if not task_ids:
        return
    note_firings(session, task_ids, kind, now)
    record_rows(
        session, event, Task.id.expression, these(task_ids), details={},
        from_state=_state(event, "from_state"), to_state=_state(event, "to_state"),
        actor=SCHEDULER, at=now,
    )  # fmt: skip


def note_firings(session: Session, task_ids: Sequence[int], kind: str, now: datetime) -> None:
    """Write the firings alone: what they did is written by the caller."""
    moment = literal(now, TaskFiring.fired_at.type)
    firings = select(Task.id, literal(kind), Task.occurrence, moment).where(these(task_ids))
    session.execute(
        insert(TaskFiring).from_select(["task_id", "kind", "occurrence", "fired_at"], firings)
    )


def _state(event: type[Event], name: str) -> ColumnElement[str] | None:
    """The state that all events of this type carry, as the journal keeps it."""
    state: TaskState | None = getattr(event, name, None)
    return literal(state.value, String) if state is not None else None


def notify(
    session: Session,
    task_ids: Sequence[int],
    kind: str,
    employee_id: InstrumentedAttribute[int | None],
    now: datetime,
    told: ColumnElement[bool],
) -> None:
    """Tell the people in the column, once per occurrence of each task, those ``told`` selects."""
    if not task_ids:
        return
    occasion = literal(f"{kind}:") + cast(Task.id, String) + ":" + cast(Task.occurrence, String)
    rows = select(
        employee_id,
        literal(kind),
        Task.id,
        Task.work_list_id,
        occasion,
        literal(now, Notification.created_at.type),
    ).where(these(task_ids), told)
    columns = ("employee_id", "kind", "task_id", "work_list_id", "occasion", "created_at")
    session.execute(insert(Notification).from_select(columns, rows))
    fresh = (
        Notification.seen_at.is_(None)
        & (Notification.kind == kind)
        & (Notification.created_at == now)
    )
    queue_mail(session, fresh, now=now)


def change(session: Session, task_ids: Sequence[int], **values: Any) -> None:
    """Change the batch and number its next occurrence; ``version`` stays: nobody edited it."""
    if task_ids:
        session.execute(
            update(Task)
            .where(these(task_ids))
            .values(occurrence=Task.occurrence + 1, **values)
            .execution_options(synchronize_session=False)
        )


def these(task_ids: Sequence[int]) -> ColumnElement[bool]:
    """The batch."""
    return Task.id.in_(numbers_of(task_ids))
