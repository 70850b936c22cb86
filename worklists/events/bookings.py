"""What comes of a booking, written into the journal of the task that it was made in (A13)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from core.journal import Event


@dataclass(frozen=True, kw_only=True)
class _OfBooking(Event):
    subject: ClassVar[str] = "task"
    task_id: int
    service_request_id: int


@dataclass(frozen=True, kw_only=True)
class BookingMoved(_OfBooking):
    """Another day or time, work or workshop; the earlier ones stand in the journal alone."""

    from_workshop_id: int
    from_on: date
    from_minute: int | None = None
    workshop_id: int
    wanted_on: date
    wanted_minute: int | None = None
    control_until: datetime | None = None
    """The task's control date where it went along."""


@dataclass(frozen=True, kw_only=True)
class BookingCancelled(_OfBooking):
    """The client will not come; the place is free."""

    reason: str
    next_task_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class ClientCame(_OfBooking):
    """The workshop has the vehicle."""


@dataclass(frozen=True, kw_only=True)
class ClientDidNotCome(_OfBooking):
    """Nobody came: the client is called again."""

    reason: str
    next_task_id: int


@dataclass(frozen=True, kw_only=True)
class ArrivalTakenBack(_OfBooking):
    """It was a mistake: the client is still expected."""
