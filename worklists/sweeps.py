"""What time brings about: deferred tasks return, leases run out, control and lateness are noticed.

Each sweep catches up with all that is due, in batches of one short transaction each. Rows are
locked, changed and written into ``task_firings`` in the same transaction, whose key is the
occurrence: any number of schedulers may run, be killed or be stopped anywhere (P5, P6). The
guards are in the statements, and no task is loaded. The time is the clock's alone.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    bindparam,
    cast,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.access import Actor
from core.clock import Clock
from core.db import Database
from core.journal import Event, JournalEntry, event_name
from worklists.card.mail_choices import queue_mail
from worklists.events.queue import (
    ControlCameDue,
    LeaseRanOut,
    TaskBecameOverdue,
    TaskReturned,
)
from worklists.lateness import LATE_AFTER
from worklists.leases import LONGEST_LEASE, has_run_out, in_state, let_go
from worklists.lifecycle import TaskAction, TaskState, after
from worklists.models.attempt import Notification
from worklists.models.task import Task, TaskFiring, TaskKind

SCHEDULER = Actor(key="scheduler", name="scheduler")
BATCH = 5_000
"""Tasks a transaction. On SQLite others wait for it, a quarter of a second on a busy machine; with
less in a batch the same pages of the indexes are written again and again."""


def return_deferred(database: Database, clock: Clock) -> int:
    """Bring back deferred tasks whose time has come; tell the performers of promised callbacks."""

    def batch(session: Session, now: datetime) -> int:
        due = _lock(session, Task.due_at, in_state(TaskState.DEFERRED), Task.due_at <= now)
        _fire(session, due, "return", now, TaskReturned)
        told = (Task.kind == TaskKind.CALLBACK) & Task.performer_id.is_not(None)
        _notify(session, due, "callback_due", Task.performer_id, now, told)
        _change(session, due, state=after(TaskState.DEFERRED, TaskAction.RETURN))
        return len(due)

    return _until_nothing_is_left(database, clock, batch)


def release_run_out_leases(
    database: Database, clock: Clock, *, longest: timedelta = LONGEST_LEASE
) -> int:
    """Return tasks whose holder gives no sign of life, and those whose lease is void (P2, P7)."""

    def batch(session: Session, now: datetime) -> int:
        return let_go(session, has_run_out(now, longest), event=LeaseRanOut, actor=SCHEDULER,
                      now=now, limit=BATCH)  # fmt: skip

    return _until_nothing_is_left(database, clock, batch)


def notice_due_control(database: Database, clock: Clock) -> int:
    """Tell whoever left a task on control that its control date has come."""

    def batch(session: Session, now: datetime) -> int:
        due = _lock(
            session,
            Task.control_at,
            in_state(TaskState.ON_CONTROL),
            Task.control_at <= now,
            Task.control_due_at.is_(None),
        )
        _fire(session, due, "control", now, ControlCameDue)
        told = Task.control_by_id.is_not(None)
        _notify(session, due, "control_due", Task.control_by_id, now, told)
        _change(session, due, control_due_at=now)
        return len(due)

    return _until_nothing_is_left(database, clock, batch)


def notice_overdue(database: Database, clock: Clock, *, late_after: timedelta = LATE_AFTER) -> int:
    """Mark planned tasks that nobody took in time."""

    def batch(session: Session, now: datetime) -> int:
        due = _lock(
            session,
            Task.due_at,
            in_state(TaskState.PLANNED),
            Task.due_at <= now - late_after,
            Task.overdue_at.is_(None),
        )
        _fire(session, due, "overdue", now, TaskBecameOverdue)
        _change(session, due, overdue_at=now)
        return len(due)

    return _until_nothing_is_left(database, clock, batch)


def _until_nothing_is_left(
    database: Database, clock: Clock, batch: Callable[[Session, datetime], int]
) -> int:
    handled = 0
    while True:
        with database.unit_of_work() as session:
            done = batch(session, clock(session))
        handled += done
        if done < BATCH:
            return handled


def _lock(
    session: Session, order: InstrumentedAttribute[Any], *due: ColumnElement[bool]
) -> Sequence[int]:
    """The ids of the next batch, the longest due first; rows that others hold are left to them."""
    return session.scalars(
        select(Task.id).where(*due).order_by(order).limit(BATCH).with_for_update(skip_locked=True)
    ).all()


def _fire(
    session: Session, task_ids: Sequence[int], kind: str, now: datetime, event: type[Event]
) -> None:
    """Write the firings, whose key refuses a second one of the same occurrence, and the journal."""
    if not task_ids:
        return
    moment = literal(now, TaskFiring.fired_at.type)
    firings = select(Task.id, literal(kind), Task.occurrence, moment).where(_these(task_ids))
    session.execute(
        insert(TaskFiring).from_select(["task_id", "kind", "occurrence", "fired_at"], firings)
    )
    entries = select(
        moment,
        literal(SCHEDULER.key),
        literal(event.subject),
        Task.id,
        literal(event_name(event)),
        _state(event, "from_state"),
        _state(event, "to_state"),
        literal({}, JournalEntry.details.type),
    ).where(_these(task_ids))
    columns = ("at", "actor", "subject", "subject_id", "event", "from_state", "to_state", "details")
    session.execute(insert(JournalEntry).from_select(columns, entries))


def _state(event: type[Event], name: str) -> ColumnElement[str | None]:
    """The state that all events of this type carry, as the journal keeps it."""
    state: TaskState | None = getattr(event, name, None)
    return literal(state.value if state is not None else None, String)


def _notify(
    session: Session,
    task_ids: Sequence[int],
    kind: str,
    employee_id: InstrumentedAttribute[int | None],
    now: datetime,
    told: ColumnElement[bool],
) -> None:
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
    ).where(_these(task_ids), told)
    columns = ("employee_id", "kind", "task_id", "work_list_id", "occasion", "created_at")
    session.execute(insert(Notification).from_select(columns, rows))
    these = (
        Notification.seen_at.is_(None)
        & (Notification.kind == kind)
        & (Notification.created_at == now)
    )
    queue_mail(session, these, now=now)


def _change(session: Session, task_ids: Sequence[int], **values: Any) -> None:
    """Change the batch and number its next occurrence; ``version`` stays: nobody edited it."""
    if task_ids:
        session.execute(
            update(Task)
            .where(_these(task_ids))
            .values(occurrence=Task.occurrence + 1, **values)
            .execution_options(synchronize_session=False)
        )


def _these(task_ids: Sequence[int]) -> ColumnElement[bool]:
    """The batch: thousands of numbers of our own, written into the statement as they are."""
    return Task.id.in_(bindparam("batch", task_ids, expanding=True, literal_execute=True))
