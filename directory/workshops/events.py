"""What can happen to capacities and kinds of work. Ids and plain values only."""

from dataclasses import dataclass
from typing import ClassVar

from core.journal import Event


@dataclass(frozen=True, kw_only=True)
class WorkKindAdded(Event):
    """The catalogue has one kind of work more."""

    subject: ClassVar[str] = "work_kind"
    work_kind_id: int
    code: str
    minutes: int


@dataclass(frozen=True, kw_only=True)
class WorkKindChanged(Event):
    """Another wording, usual duration or place; or out of use, or in use again."""

    subject: ClassVar[str] = "work_kind"
    work_kind_id: int
    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CapacitySet(Event):
    """A workshop books by its capacity from now on, or by another one."""

    subject: ClassVar[str] = "unit"
    unit_id: int
    posts: int
    slot_minutes: int
    hold_minutes: int
    work_kind_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class CapacityDropped(Event):
    """The workshop takes any day and time again."""

    subject: ClassVar[str] = "unit"
    unit_id: int
