"""What can happen to result codes."""

from dataclasses import dataclass
from typing import ClassVar

from core.journal import Event


@dataclass(frozen=True, kw_only=True)
class ResultCodeAdded(Event):
    """A code came into the catalogue."""

    subject: ClassVar[str] = "result_code"
    result_code_id: int
    code: str
    number: int


@dataclass(frozen=True, kw_only=True)
class ResultCodeChanged(Event):
    """Wording or flags changed: from here on a new version counts."""

    subject: ClassVar[str] = "result_code"
    result_code_id: int
    number: int
    changed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ResultCodeArchived(Event):
    """The code is no longer offered; what was recorded with it stays."""

    subject: ClassVar[str] = "result_code"
    result_code_id: int


@dataclass(frozen=True, kw_only=True)
class ResultCodeRestored(Event):
    """The code is offered again."""

    subject: ClassVar[str] = "result_code"
    result_code_id: int


@dataclass(frozen=True, kw_only=True)
class ResultCodeMoved(Event):
    """The code changed places with its neighbour ``other_id`` of the same outcome."""

    subject: ClassVar[str] = "result_code"
    result_code_id: int
    other_id: int
