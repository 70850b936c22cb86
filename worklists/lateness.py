"""When a task counts as overdue: one rule for the board, the queue, the lists and the sweep."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case

from worklists.models.task import Task, TaskKind

LATE_AFTER = timedelta(days=1)
"""A task formed from leads is due at once and has a day; a promised callback has no such time."""


def is_late(kind: TaskKind, due_at: datetime, now: datetime) -> bool:
    """Whether a task of this kind, due then and still waiting, is overdue now."""
    return due_at < (now if kind is TaskKind.CALLBACK else now - LATE_AFTER)


def task_is_late(now: datetime) -> ColumnElement[bool]:
    """The same as a condition on ``tasks``; the first half lets an index narrow it down."""
    latest = case((Task.kind == TaskKind.CALLBACK, now), else_=now - LATE_AFTER)
    return and_(Task.due_at < now, Task.due_at < latest)
