"""What the queue, the leases and the sweeps write into the journal."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from campaigns.models import MissedCallback
from core.journal import Event
from worklists.lifecycle import TaskState


@dataclass(frozen=True, kw_only=True)
class TaskTaken(Event):
    """Somebody took the task into work."""

    subject: ClassVar[str] = "task"
    task_id: int
    performer_id: int
    token: int
    client_id: int
    lease_until: datetime
    from_state: TaskState
    to_state: TaskState = TaskState.IN_WORK
    despite: tuple[str, ...] = ()
    """Rules that stood against it: the client called in, so they did not count."""


@dataclass(frozen=True, kw_only=True)
class TaskRefused(Event):
    """Somebody wanted to take the task, and rules forbade it; nothing about it changed."""

    subject: ClassVar[str] = "task"
    task_id: int
    rules: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class TaskReleased(Event):
    """The performer gave the task back without an outcome."""

    subject: ClassVar[str] = "task"
    task_id: int
    performer_id: int
    token: int
    to_state: TaskState
    from_state: TaskState = TaskState.IN_WORK


@dataclass(frozen=True, kw_only=True)
class LeaseRanOut(Event):
    """No sign of life from the page: the task went back to the queue (rule 8)."""

    subject: ClassVar[str] = "task"
    task_id: int
    performer_id: int
    token: int
    to_state: TaskState
    from_state: TaskState = TaskState.IN_WORK


@dataclass(frozen=True, kw_only=True)
class TaskReturned(Event):
    """A deferred task's time has come."""

    subject: ClassVar[str] = "task"
    task_id: int
    from_state: TaskState = TaskState.DEFERRED
    to_state: TaskState = TaskState.PLANNED


@dataclass(frozen=True, kw_only=True)
class ControlCameDue(Event):
    """The control date of the task has come."""

    subject: ClassVar[str] = "task"
    task_id: int


@dataclass(frozen=True, kw_only=True)
class TaskEscalated(Event):
    """The task waits for too long: those of this level are told."""

    subject: ClassVar[str] = "task"
    task_id: int
    level: int
    told: tuple[int, ...]
    """The people; empty: nobody of that level or above can be reached."""


@dataclass(frozen=True, kw_only=True)
class CallbackMissed(Event):
    """Nobody made the promised callback in time; what the campaign does then was done."""

    subject: ClassVar[str] = "task"
    task_id: int
    policy: MissedCallback
    promised_at: datetime
    moved_to: datetime | None = None
    from_state: TaskState | None = None
    to_state: TaskState | None = None
    """None: it stays planned."""


@dataclass(frozen=True, kw_only=True)
class TaskExpired(Event):
    """Nobody got to the task within its life; it was closed."""

    subject: ClassVar[str] = "task"
    task_id: int
    from_state: TaskState
    to_state: TaskState


@dataclass(frozen=True, kw_only=True)
class TaskBecameOverdue(Event):
    """Nobody took the task in time."""

    subject: ClassVar[str] = "task"
    task_id: int
