"""What happens to files, for the journal."""

from dataclasses import dataclass
from typing import ClassVar

from core.journal import Event
from importers.loads.decision_models import Choice


class FileEvent(Event):
    """Something that happened to one loaded file."""

    subject: ClassVar[str] = "imported_file"


@dataclass(frozen=True, kw_only=True)
class FileLoaded(FileEvent):
    """A file was read and kept with all its rows; nothing else was written."""

    imported_file_id: int
    format: str
    unit_id: int
    rows: int
    rejected: int


@dataclass(frozen=True, kw_only=True)
class FileReadAnew(FileEvent):
    """The kept rows of the file were read anew: its columns or its variant were corrected."""

    imported_file_id: int
    format: str
    rows: int
    rejected: int


@dataclass(frozen=True, kw_only=True)
class WorkListsFormed(FileEvent):
    """Work-lists were formed from rows of the file."""

    imported_file_id: int
    run_id: int
    chosen: int
    clients_new: int
    work_lists_new: int
    work_lists_appended: int
    tasks_new: int
    already_in_work: int
    blocked: int
    skipped: int


@dataclass(frozen=True, kw_only=True)
class RecordsLoaded(Event):
    """Records of the directory were made or completed from a file."""

    subject: ClassVar[str] = "unit"
    unit_id: int
    format: str
    sha256: str
    rows: int
    counts: tuple[str, ...]
    """``verdict:count`` of every verdict."""


@dataclass(frozen=True, kw_only=True)
class RowsDecided(Event):
    """A person said what becomes of rows of a load that were not loaded."""

    subject: ClassVar[str] = "record_load"
    record_load_id: int
    choice: Choice
    rows: int
    client_id: int | None
    """Who it is, where that was said."""


@dataclass(frozen=True, kw_only=True)
class DecisionUndone(Event):
    """What was said of rows of a load was taken back."""

    subject: ClassVar[str] = "record_load"
    record_load_id: int
    choice: Choice
    rows: int


@dataclass(frozen=True, kw_only=True)
class RecordsTakenBack(Event):
    """All that a load had made and filled in is as it was before."""

    subject: ClassVar[str] = "unit"
    unit_id: int
    load_id: int
    format: str
    sha256: str
    gone: tuple[str, ...]
    """``table:count`` of the rows that went."""
    restored: int
    kept: int


@dataclass(frozen=True, kw_only=True)
class FormingTakenBack(FileEvent):
    """What was formed from the file has gone again, with the clients and vehicles it had made."""

    imported_file_id: int
    tasks: int
    work_lists: int
    clients: int
    assets: int
