"""What time brings about: deferred tasks return, leases run out, control and lateness are noticed.

The guards are in the statements, and no task is loaded. The time is the clock's alone. Callbacks
that were missed are in ``worklists.missed``, tasks whose life is over in ``worklists.expiry``.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core.clock import Clock
from core.db import Database
from worklists import sweeping
from worklists.events.queue import (
    ControlCameDue,
    LeaseRanOut,
    TaskBecameOverdue,
    TaskReturned,
)
from worklists.lateness import LATE_AFTER
from worklists.leases import LONGEST_LEASE, has_run_out, in_state, let_go
from worklists.lifecycle import TaskAction, TaskState, after
from worklists.models.task import Task, TaskKind
from worklists.sweeping import SCHEDULER, change, fire, lock, notify, until_nothing_is_left


def return_deferred(database: Database, clock: Clock) -> int:
    """Bring back deferred tasks whose time has come; tell the performers of promised callbacks."""

    def batch(session: Session, now: datetime) -> int:
        due = lock(session, Task.due_at, in_state(TaskState.DEFERRED), Task.due_at <= now)
        fire(session, due, "return", now, TaskReturned)
        told = (Task.kind == TaskKind.CALLBACK) & Task.performer_id.is_not(None)
        notify(session, due, "callback_due", Task.performer_id, now, told)
        change(session, due, state=after(TaskState.DEFERRED, TaskAction.RETURN))
        return len(due)

    return until_nothing_is_left(database, clock, batch)


def release_run_out_leases(
    database: Database, clock: Clock, *, longest: timedelta = LONGEST_LEASE
) -> int:
    """Return tasks whose holder gives no sign of life, and those whose lease is void (P2, P7)."""

    def batch(session: Session, now: datetime) -> int:
        return let_go(session, has_run_out(now, longest), event=LeaseRanOut, actor=SCHEDULER,
                      now=now, limit=sweeping.BATCH)  # fmt: skip

    return until_nothing_is_left(database, clock, batch)


def notice_due_control(database: Database, clock: Clock) -> int:
    """Tell whoever left a task on control that its control date has come."""

    def batch(session: Session, now: datetime) -> int:
        due = lock(
            session,
            Task.control_at,
            in_state(TaskState.ON_CONTROL),
            Task.control_at <= now,
            Task.control_due_at.is_(None),
        )
        fire(session, due, "control", now, ControlCameDue)
        told = Task.control_by_id.is_not(None)
        notify(session, due, "control_due", Task.control_by_id, now, told)
        change(session, due, control_due_at=now)
        return len(due)

    return until_nothing_is_left(database, clock, batch)


def notice_overdue(database: Database, clock: Clock, *, late_after: timedelta = LATE_AFTER) -> int:
    """Mark planned tasks that nobody took in time."""

    def batch(session: Session, now: datetime) -> int:
        due = lock(
            session,
            Task.due_at,
            in_state(TaskState.PLANNED),
            Task.due_at <= now - late_after,
            Task.overdue_at.is_(None),
        )
        fire(session, due, "overdue", now, TaskBecameOverdue)
        change(session, due, overdue_at=now)
        return len(due)

    return until_nothing_is_left(database, clock, batch)
