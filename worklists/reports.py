"""What a person reports about a task: the filled-in outcome form (A13-A16)."""

from dataclasses import dataclass
from datetime import date, datetime

from campaigns.models import Outcome
from worklists.models.task import TaskKind


@dataclass(frozen=True, kw_only=True)
class NewTask:
    """A task to plan in the same work-list (A14)."""

    kind: TaskKind
    """``callback`` or ``extra``."""
    due_at: datetime
    comment: str = ""
    performer_id: int | None = None
    """None: whoever plans it."""
    is_anyones: bool = False
    """A callback that anybody of the unit may make: it has no performer."""
    is_far_confirmed: bool = False
    """A date more than a year ahead is meant."""


@dataclass(frozen=True, kw_only=True)
class ServiceRequestDraft:
    """A booking into a workshop (A13)."""

    workshop_id: int
    wanted_on: date
    wanted_minute: int | None = None
    """Minutes after midnight at the workshop; None: any time of the day."""
    work_kind_id: int | None = None
    """What is done, where the workshop is booked by its capacity; ``work`` may be empty then."""
    work: str = ""
    comment: str = ""


@dataclass(frozen=True, kw_only=True)
class InvolvementDraft:
    """What is asked of another unit (A6)."""

    unit_id: int
    text: str
    due_at: datetime
    with_documents: bool = False
    """Whether the documents of the asking task go along (of all tasks, asked out of a list)."""


@dataclass(frozen=True, kw_only=True)
class AttemptReport:
    """What came of one attempt. ``version`` and ``token`` are those the page was opened with."""

    outcome: Outcome
    result_code_id: int | None = None
    """The result of an interview (required); the reason of another outcome (optional)."""
    comment: str = ""
    mileage_km: int | None = None
    mileage_is_lower_confirmed: bool = False
    acquisition_id: int | None = None
    contact_point_id: int | None = None
    """The number that was called; None: the client's first."""
    goal_reached: bool = False
    """«Работа по цели завершена» (A15)."""
    control_at: datetime | None = None
    """When to look again (A16); None: the campaign's default."""
    new_task: NewTask | None = None
    service_request: ServiceRequestDraft | None = None
    involve: InvolvementDraft | None = None
    copy_of_task_id: int | None = None
    """For ``repeat``: the finished task whose result counts here too."""
    settles_task_ids: tuple[int, ...] = ()
    """Other open tasks of the client that this conversation settled."""
    called_at: datetime | None = None
    """When it was made elsewhere; None: here and now."""
    caller: str | None = None
    """Of a call made by nobody of ours: the name as it was told, "" where it was not."""
    version: int
    token: int | None = None
    form_key: str
