"""What can happen to selections and their plans."""

from dataclasses import dataclass
from typing import ClassVar

from core.journal import Event


@dataclass(frozen=True, kw_only=True)
class SelectionEvent(Event):
    """Something happened to a selection."""

    subject: ClassVar[str] = "selection"
    selection_id: int


@dataclass(frozen=True, kw_only=True)
class SelectionCreated(SelectionEvent):
    """Somebody made it, from nothing, from a shipped kind, or as a copy of another one."""

    unit_id: int
    kind: str | None = None
    copied_from_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class SelectionSaved(SelectionEvent):
    """It says something else from this version on."""

    number: int


@dataclass(frozen=True, kw_only=True)
class SelectionRenamed(SelectionEvent):
    """Its name or note changed, the rule did not."""

    name: str


@dataclass(frozen=True, kw_only=True)
class SelectionArchived(SelectionEvent):
    """It is no longer offered; its runs stay."""


@dataclass(frozen=True, kw_only=True)
class SelectionRestored(SelectionEvent):
    """It is offered again."""


@dataclass(frozen=True, kw_only=True)
class SelectionShared(SelectionEvent):
    """The people of these units may run it; empty: of no other unit any more."""

    unit_ids: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class SelectionRan(SelectionEvent):
    """It found leads for a unit."""

    run_id: int
    unit_id: int
    leads: int
    held_out: int
