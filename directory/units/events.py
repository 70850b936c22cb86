"""What can happen to the organisation tree."""

from dataclasses import dataclass
from typing import ClassVar

from core.journal import Event


@dataclass(frozen=True, kw_only=True)
class UnitEvent(Event):
    """Something happened to a unit."""

    subject: ClassVar[str] = "unit"
    unit_id: int


@dataclass(frozen=True, kw_only=True)
class UnitAdded(UnitEvent):
    """A unit appeared below ``parent_id`` (None: a root)."""

    parent_id: int | None
    kind: str
    code: str


@dataclass(frozen=True, kw_only=True)
class UnitMoved(UnitEvent):
    """The unit and everything below it went to another parent."""

    old_parent_id: int | None
    new_parent_id: int


@dataclass(frozen=True, kw_only=True)
class UnitChanged(UnitEvent):
    """Name, code or time zone were corrected; ``fields`` says which."""

    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class UnitArchived(UnitEvent):
    """The unit is no longer offered; what happened there stays."""


@dataclass(frozen=True, kw_only=True)
class UnitRestored(UnitEvent):
    """The unit is offered again."""
