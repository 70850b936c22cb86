"""When a task counts as overdue: one rule for every page, number and colour."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case

from worklists.lifecycle import TaskState
from worklists.models.task import Task, TaskKind

LATE_AFTER = timedelta(days=1)
"""A task formed from leads is due at once and has a day; a promised callback has no such time."""


def is_late(kind: TaskKind, due_at: datetime, now: datetime) -> bool:
    """Whether a task of this kind, due then and still waiting, is overdue now."""
    return due_at < (now if kind is TaskKind.CALLBACK else now - LATE_AFTER)


def is_overdue(kind: TaskKind, state: TaskState, at: datetime, now: datetime) -> bool:
    """Whether an open task that wants attention ``at`` is overdue: what a page says of it.

    A check was promised for its time; what is on control is overdue at once, whatever its kind.
    """
    return at < now if state is TaskState.ON_CONTROL else is_late(kind, at, now)


def task_is_late(now: datetime) -> ColumnElement[bool]:
    """The same as a condition on ``tasks``; the first half lets an index narrow it down."""
    latest = case((Task.kind == TaskKind.CALLBACK, now), else_=now - LATE_AFTER)
    return and_(Task.due_at < now, Task.due_at < latest)
