"""Files that were found in folders, looks at a synchronised folder, notices about files (A8)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base
from directory.staff.models import Employee
from directory.units.models import Unit
from importers.loads.models import RecordLoad
from importers.models import ImportedFile


class FolderProblem(StrEnum):
    """Why a file of a folder is not even looked into; it stands beside ``FileProblem``."""

    MISPLACED = "misplaced"
    """It lies where no format is told."""
    UNIT_NOT_TOLD = "unit_not_told"
    """It lies where no unit is told, and there are several."""
    NOBODY_LOADS = "nobody_loads"
    """Nobody of the unit may load files."""
    NOT_RECOGNISED = "not_recognised"
    """Its headings fit no format of records."""
    FITS_SEVERAL = "fits_several"
    """Its headings fit two formats equally well."""
    NOT_BY_NIGHT = "not_by_night"
    """Its headings fit best a format that nobody loads without looking: refusals, results."""
    OTHER_KIND = "other_kind"
    """It lies in the folder of one kind, and its headings clearly are of another."""
    IN_BROWSER = "in_browser"
    """Somebody has brought the same content in the browser, and is still to say what to do."""
    UNREADABLE = "unreadable"
    """The scheduler may not open it."""
    VANISHED = "vanished"
    """It was there, and is not any more."""


class FolderRun(Base):
    """One look at a synchronised folder; the key makes a second one of that night impossible."""

    __tablename__ = "folder_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """``night:2026-11-22``, or ``hand:…`` of the command line."""
    begun_at: Mapped[datetime]
    listed_at: Mapped[datetime | None]
    """When all its files were known."""
    finished_at: Mapped[datetime | None]


class FolderFile(Base):
    """A file of a folder, and what became of it."""

    __tablename__ = "folder_files"
    __table_args__ = (
        Index("uq_folder_files_waiting", "path", unique=True,
              sqlite_where=text("run_id IS NULL AND settled_at IS NULL"),
              postgresql_where=text("run_id IS NULL AND settled_at IS NULL")),
        Index("uq_folder_files_run", "run_id", "path", unique=True),
        Index("ix_folder_files_settled", "settled_at",
              sqlite_where=text("settled_at IS NOT NULL AND forgotten_at IS NULL"),
              postgresql_where=text("settled_at IS NOT NULL AND forgotten_at IS NULL")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int | None] = mapped_column(ForeignKey(FolderRun.id))
    """None: of the watched folder."""
    path: Mapped[str]
    """Below the folder, with «/» between its parts."""
    sha256: Mapped[str]
    """Of the content that was found."""
    unit_id: Mapped[int | None] = mapped_column(ForeignKey(Unit.id))
    format: Mapped[str]
    """Code of ``importers.formats.catalogue.FORMATS``; empty: not known."""
    load_id: Mapped[int | None] = mapped_column(ForeignKey(RecordLoad.id))
    imported_file_id: Mapped[int | None] = mapped_column(ForeignKey(ImportedFile.id))
    is_new: Mapped[bool]
    """False: its content was loaded before."""
    problem: Mapped[str] = mapped_column(server_default="")
    """``FolderProblem`` or ``FileProblem``; empty: it is loaded."""
    problem_values: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    found_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    """When it was told what became of it."""
    moved_to: Mapped[str] = mapped_column(server_default="")
    """Where it was put aside, or is about to be, below the folder; empty: it was not."""
    forgotten_at: Mapped[datetime | None]
    """When what was put aside was removed."""


class NoticeKind(StrEnum):
    """What a notice about a file says."""

    REFUSED = "file_refused"
    DOUBTS = "file_doubts"
    """It was loaded, but for rows that a person has to look at."""
    WAITS = "file_waits"
    """A file of clients to call is there: somebody is to form work-lists."""
    READ = "file_read"
    """A large file of clients to call was read: whoever asked is to look at its rows."""
    NOT_READ = "file_failed"
    """It could not be read."""
    NIGHT = "night_loaded"
    """What the look at the synchronised folder came to."""


class FileNotice(Base):
    """Something about a file that a person must know and act on."""

    __tablename__ = "file_notices"
    __table_args__ = (Index("ix_file_notices_unseen", "employee_id", "seen_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    employee_id: Mapped[int] = mapped_column(ForeignKey(Employee.id))
    kind: Mapped[NoticeKind]
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    name: Mapped[str]
    """Of the file; empty: it is about several."""
    load_id: Mapped[int | None] = mapped_column(ForeignKey(RecordLoad.id))
    imported_file_id: Mapped[int | None] = mapped_column(ForeignKey(ImportedFile.id))
    counts: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    problem: Mapped[str] = mapped_column(server_default="")
    """Why it was refused: ``FolderProblem`` or ``FileProblem``."""
    problem_values: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    occasion: Mapped[str] = mapped_column(unique=True)
    """Names the occurrence, so that it is told once."""
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
