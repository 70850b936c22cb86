"""What the dispatch board, batches and skips write into the journal."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from core.journal import Event
from worklists.lifecycle import TaskState


@dataclass(frozen=True, kw_only=True)
class _OfTask(Event):
    subject: ClassVar[str] = "task"
    task_id: int


@dataclass(frozen=True, kw_only=True)
class TaskGiven(_OfTask):
    """A task that was anybody's got a performer."""

    performer_id: int
    run_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class TaskRedirected(_OfTask):
    """The task goes on with another person or in another unit (D11)."""

    from_state: TaskState
    successor_id: int
    unit_id: int
    performer_id: int | None = None
    run_id: int
    to_state: TaskState = TaskState.REDIRECTED


@dataclass(frozen=True, kw_only=True)
class TaskReceived(_OfTask):
    """The task goes on from another one that was redirected here."""

    to_state: TaskState
    redirected_from_id: int
    performer_id: int | None = None
    run_id: int


@dataclass(frozen=True, kw_only=True)
class TaskPriorityChanged(_OfTask):
    """It is handed out earlier or later than before."""

    priority: int
    old_priority: int
    run_id: int


@dataclass(frozen=True, kw_only=True)
class TaskDueChanged(_OfTask):
    """It is due at another moment."""

    from_state: TaskState
    to_state: TaskState
    due_at: datetime
    old_due_at: datetime
    run_id: int


@dataclass(frozen=True, kw_only=True)
class TaskCancelled(_OfTask):
    """Closed without an outcome, with a reason."""

    from_state: TaskState
    to_state: TaskState = TaskState.CANCELLED
    reason: str
    run_id: int


@dataclass(frozen=True, kw_only=True)
class DispatchTakenBack(_OfTask):
    """What a run did to the task was undone before anybody touched it."""

    from_state: TaskState
    to_state: TaskState
    run_id: int


@dataclass(frozen=True, kw_only=True)
class TaskAskedFor(_OfTask):
    """A person asked for more work and got this free task."""

    performer_id: int


@dataclass(frozen=True, kw_only=True)
class TaskGivenBack(_OfTask):
    """A person returned a task that they had not touched."""

    performer_id: int


@dataclass(frozen=True, kw_only=True)
class TaskSkipped(_OfTask):
    """The person passed the task over; it is not handed out to them again that day (rule 16)."""

    from_state: TaskState
    to_state: TaskState
    reason_id: int
    reason: str
    old_due_at: datetime
    old_reason_id: int | None = None
    old_at: datetime | None = None
    """Of an earlier skip of the same day, which undoing this one leaves standing."""


@dataclass(frozen=True, kw_only=True)
class SkipUndone(_OfTask):
    """The person took the skip back: the task is due and handed out to them as before."""

    from_state: TaskState
    to_state: TaskState
