"""What happens when work-lists are formed and outcomes are recorded."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from campaigns.models import Outcome
from core.journal import Event
from worklists.lifecycle import TaskState
from worklists.models.task import Finish, TaskKind


@dataclass(frozen=True, kw_only=True)
class _OfTask(Event):
    subject: ClassVar[str] = "task"
    task_id: int


@dataclass(frozen=True, kw_only=True)
class _OfWorkList(Event):
    subject: ClassVar[str] = "work_list"
    work_list_id: int


@dataclass(frozen=True, kw_only=True)
class _Step(_OfTask):
    from_state: TaskState
    to_state: TaskState


@dataclass(frozen=True, kw_only=True)
class WorkListOpened(_OfWorkList):
    """A client got a work-list in a unit."""

    unit_id: int
    client_id: int
    campaign_id: int
    origin_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class WorkListClosed(_OfWorkList):
    """Its last open task was closed."""


@dataclass(frozen=True, kw_only=True)
class WorkListReopened(_OfWorkList):
    """A task was added to a closed work-list."""


@dataclass(frozen=True, kw_only=True)
class TaskAppended(_OfTask):
    """A lead became a task of a work-list, new or open already (A10)."""

    to_state: TaskState = TaskState.PLANNED
    campaign_id: int
    run_id: int


@dataclass(frozen=True, kw_only=True)
class TaskPlanned(_OfTask):
    """A person (or an outcome) made a task out of another one (A14)."""

    to_state: TaskState = TaskState.PLANNED
    kind: TaskKind
    due_at: datetime
    predecessor_id: int | None = None
    performer_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class TaskTakenWithOutcome(_Step):
    """Nobody held the task when its outcome was saved: it was taken in the same moment."""

    performer_id: int
    claim_token: int


@dataclass(frozen=True, kw_only=True)
class AttemptRecorded(_Step):
    """An attempt with its outcome moved the task."""

    attempt_id: int
    outcome: Outcome
    result_version_id: int | None = None
    finish: Finish | None = None
    due_at: datetime | None = None
    control_at: datetime | None = None
    is_control_chosen: bool = False
    """Whether a person chose ``control_at``; else it is the default."""
    copied_from_id: int | None = None
    called_at: datetime | None = None
    """Of a call made elsewhere: its own moment."""


@dataclass(frozen=True, kw_only=True)
class AttemptUndone(_Step):
    """An attempt was taken back: a task that it had moved is again where it was before (rule 9)."""

    attempt_id: int


@dataclass(frozen=True, kw_only=True)
class TaskWithdrawn(_Step):
    """The attempt that had made this task was taken back before anybody worked on it."""

    attempt_id: int


@dataclass(frozen=True, kw_only=True)
class TaskSettled(_Step):
    """The conversation about another task settled this one too."""

    attempt_id: int
    copied_from_id: int


@dataclass(frozen=True, kw_only=True)
class TaskDroppedByRefusal(_Step):
    """The client refused contacts that this task would need."""

    attempt_id: int
    scope: str


@dataclass(frozen=True, kw_only=True)
class TaskDroppedByCap(_Step):
    """The client was tried as often as the campaign allows, at another of its tasks."""

    attempt_id: int
    attempts: int


@dataclass(frozen=True, kw_only=True)
class ControlConfirmed(_Step):
    """What was hoped for has come."""

    comment: str
    comment_before: str | None = None
    """What the comment took the place of, if it did."""


@dataclass(frozen=True, kw_only=True)
class ConfirmationUndone(_Step):
    """The confirmation was taken back: the task is on control again (rule 9)."""


@dataclass(frozen=True, kw_only=True)
class ControlProlonged(_Step):
    """Watched longer."""

    until: datetime
    reason: str
    was: datetime | None = None
    """The control date before."""
    was_due_at: datetime | None = None
    """When that date had come and was told, if it had."""


@dataclass(frozen=True, kw_only=True)
class ProlongingUndone(_Step):
    """The prolonging was taken back: the control date is what it was (rule 9)."""

    until: datetime


@dataclass(frozen=True, kw_only=True)
class ControlTurnedIntoCall(_Step):
    """Instead of watching on, the client is called again."""

    successor_id: int
    comment: str


@dataclass(frozen=True, kw_only=True)
class JobFinished(_Step):
    """A job without a call was done."""

    comment: str
    comment_before: str | None = None


@dataclass(frozen=True, kw_only=True)
class JobGivenUp(_Step):
    """A job without a call was closed undone; the comment is the reason."""

    comment: str
    comment_before: str | None = None


@dataclass(frozen=True, kw_only=True)
class JobUndone(_Step):
    """The closing of a job was taken back: it is to be done again (rule 9)."""


@dataclass(frozen=True, kw_only=True)
class ServiceRequested(_OfTask):
    """A booking into a workshop was made in the call (A13)."""

    service_request_id: int
    workshop_id: int
    wanted_on: date
    wanted_minute: int | None = None


@dataclass(frozen=True, kw_only=True)
class ServiceRequestWithdrawn(_OfTask):
    """The booking was taken back with the attempt that it was made in."""

    service_request_id: int


@dataclass(frozen=True, kw_only=True)
class UnitInvolved(_OfWorkList):
    """This work-list asked another unit to do something (A6)."""

    involvement_id: int
    unit_id: int
    to_work_list_id: int
    to_task_id: int


@dataclass(frozen=True, kw_only=True)
class AskedByUnit(_OfWorkList):
    """Another unit's work-list asked this one to do something."""

    involvement_id: int
    from_work_list_id: int
    to_task_id: int


@dataclass(frozen=True, kw_only=True)
class InvolvementFinished(_OfWorkList):
    """What was asked of the other unit is closed; written on both sides (rule 4)."""

    involvement_id: int
    to_task_id: int
    finish: Finish
    comment: str
    """The answer: who asked reads it on their own side."""


@dataclass(frozen=True, kw_only=True)
class InvolvementWithdrawn(_OfWorkList):
    """Who asked took it back before anybody worked on it; written on both sides."""

    involvement_id: int
    to_task_id: int
