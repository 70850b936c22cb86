"""What becomes of a request to another unit: accepted, returned, sent again, closed (A6)."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from core.journal import Event
from worklists.lifecycle import TaskState


@dataclass(frozen=True, kw_only=True)
class _OfTask(Event):
    subject: ClassVar[str] = "task"
    task_id: int
    involvement_id: int


@dataclass(frozen=True, kw_only=True)
class _OfAsker(Event):
    """Written on the work-list out of which the unit was asked."""

    subject: ClassVar[str] = "work_list"
    work_list_id: int
    involvement_id: int
    to_task_id: int


@dataclass(frozen=True, kw_only=True)
class JobAccepted(_OfTask):
    """The unit that was asked is going to do it."""

    became_performer: bool
    """Whether the task was nobody's before."""


@dataclass(frozen=True, kw_only=True)
class AcceptanceUndone(_OfTask):
    """The acceptance was taken back (rule 9)."""


@dataclass(frozen=True, kw_only=True)
class JobReturned(_OfTask):
    """The unit that was asked gives it back; the comment is the reason."""

    from_state: TaskState
    to_state: TaskState
    comment: str
    comment_before: str | None = None


@dataclass(frozen=True, kw_only=True)
class JobSentAgain(_OfTask):
    """Whoever asked has mended the request: it is to be done again."""

    from_state: TaskState
    to_state: TaskState
    text: str
    due_at: datetime


@dataclass(frozen=True, kw_only=True)
class JobNotWanted(_OfTask):
    """Whoever asked does without it after the return."""


@dataclass(frozen=True, kw_only=True)
class InvolvementAccepted(_OfAsker):
    """The other unit is going to do it."""


@dataclass(frozen=True, kw_only=True)
class InvolvementReturned(_OfAsker):
    """The other unit gave it back, with its reason."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class InvolvementSentAgain(_OfAsker):
    """It was mended and sent once more."""


@dataclass(frozen=True, kw_only=True)
class InvolvementClosed(_OfAsker):
    """It was closed after the return."""


@dataclass(frozen=True, kw_only=True)
class InvolvementAnswerUndone(_OfAsker):
    """What the other unit had answered was taken back there."""
