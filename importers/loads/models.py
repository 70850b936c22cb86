"""A file of records that is loaded batch by batch, what became of its rows, what it added (A8)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, JsonOrNull
from directory.units.models import Unit
from importers.loads.told import Verdict
from importers.models import ImportedFile


class LoadState(StrEnum):
    """Where a load is; ``importers.loads.steps`` says what may follow."""

    LOOKING = "looking"
    """Its sheets and columns are being read."""
    READING = "reading"
    """Of clients to call: its rows are being read and matched; nothing else is kept of it yet."""
    COLUMNS = "columns"
    """A person is to say what its columns are."""
    CHECKING = "checking"
    """The preview is under way, or waits for its turn."""
    CHECKED = "checked"
    """A person is to say that it be loaded."""
    LOADING = "loading"
    """It is being loaded, or waits for its turn; a part may be there already."""
    DONE = "done"
    CANCELLED = "cancelled"
    """Nothing more is loaded; what was loaded before stays until it is taken back."""
    REFUSED = "refused"
    """It cannot be read; ``problem`` says why."""
    UNDOING = "undoing"
    """A large one is being taken back, or waits for its turn; all of it is there still."""
    TAKEN_BACK = "taken_back"


OVER = (LoadState.CANCELLED, LoadState.REFUSED, LoadState.TAKEN_BACK)
"""States in which the same content may be loaded anew; a person is asked first if it is DONE."""
ENDS = (*OVER, LoadState.DONE)
"""States in which nothing goes on by itself."""
_NOT_YET_SAID = (LoadState.LOOKING, LoadState.COLUMNS, LoadState.CHECKING, LoadState.CHECKED)
AT_WORK = (
    LoadState.LOOKING, LoadState.READING, LoadState.CHECKING, LoadState.LOADING, LoadState.UNDOING
)  # fmt: skip
"""States in which the background has something to do."""


_UNDER_WAY = text("state NOT IN ('done', 'cancelled', 'refused', 'undoing', 'taken_back')")
_AT_WORK = text("state IN ('looking', 'reading', 'checking', 'loading', 'undoing')")


class RecordLoad(Base):
    """One load of one file; the same content for the same unit and format is under way once."""

    __tablename__ = "record_loads"
    __table_args__ = (
        Index(
            "uq_record_loads_content", "unit_id", "format", "sha256", "sheet", unique=True,
            sqlite_where=_UNDER_WAY, postgresql_where=_UNDER_WAY,
        ),
        Index(
            "ix_record_loads_at_work", "id",
            sqlite_where=_AT_WORK, postgresql_where=_AT_WORK,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey(Unit.id))
    format: Mapped[str]
    """Code of ``importers.formats.catalogue.FORMATS``."""
    name: Mapped[str]
    """Of the file, as its sender called it."""
    size: Mapped[int]
    """Bytes."""
    sha256: Mapped[str]
    """Of the content."""
    sheet: Mapped[str] = mapped_column(server_default="")
    """The sheet that a person asked for; empty: the one whose headings say most."""
    header: Mapped[list[Any]] = mapped_column(server_default="[]")
    columns: Mapped[list[Any]] = mapped_column(server_default="[]")
    """What each column means and how that is known: ``importers.kept_columns``."""
    sample: Mapped[list[Any]] = mapped_column(server_default="[]")
    """The first rows, [row number, cells] each; emptied when personal data is forgotten."""
    place: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    """Where the table was found, and the other sheets: ``importers.places.Place`` as JSON."""
    skipped: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    """Lines that are no data, by the names of ``importers.problems.Skipped``."""
    state: Mapped[LoadState]
    runs_by_itself: Mapped[bool] = mapped_column(server_default=text("false"))
    """Nobody is asked: of a watched folder, or of the command line."""
    wants_end: Mapped[bool] = mapped_column(server_default=text("false"))
    """Somebody has asked it to be cancelled: it ends before its next batch."""
    workshop_id: Mapped[int | None] = mapped_column(ForeignKey(Unit.id))
    """Of work orders: the workshop of rows that name none; None: the only one of the unit."""
    lines: Mapped[int | None]
    """Rows that the file seems to have; None: not known."""
    position: Mapped[int] = mapped_column(server_default="0")
    """Number of the last row that is done with, as the spreadsheet counts; 0: none yet.

    READING: rows done; one that was read and not yet matched is half done.
    """
    batches: Mapped[int] = mapped_column(server_default="0")
    """Batches that are loaded, whole."""
    counts: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    """Rows per ``Verdict`` up to ``position``: of the preview first, then of the load."""
    checked: Mapped[dict[str, Any] | None] = mapped_column(JsonOrNull)
    """Rows per ``Verdict`` that the preview has promised."""
    problem: Mapped[str] = mapped_column(server_default="")
    """``FileProblem`` of a refused one."""
    problem_values: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    imported_file_id: Mapped[int | None] = mapped_column(ForeignKey(ImportedFile.id))
    """What a file of clients to call has become: its rows are there, none are of this load."""
    undoing: Mapped[dict[str, Any] | None] = mapped_column(JsonOrNull)
    """Of one that is to be taken back: who asked, from which state, why it was refused."""
    worker: Mapped[str | None]
    """Who is at work on it; None: nobody."""
    beat_at: Mapped[datetime | None]
    """Last sign of life of the worker: after a while without one another goes on."""
    attempts: Mapped[int] = mapped_column(server_default="0")
    """How often its step was begun since a batch was loaded; a preview has none to go on from."""
    form_key: Mapped[str | None] = mapped_column(unique=True)
    asked_by: Mapped[str]
    """Key of the actor."""
    asked_at: Mapped[datetime]
    begun_at: Mapped[datetime | None]
    """When the present step (preview or load) began; a resumed one keeps it."""
    finished_at: Mapped[datetime | None]
    forgotten_at: Mapped[datetime | None]
    """When its personal data was removed: file, cells, sample."""

    @property
    def is_somebodys(self) -> bool:
        """Whether nothing of it is loaded before a person, in the browser, has said so."""
        return not self.runs_by_itself and self.state in _NOT_YET_SAID


class LoadedRow(Base):
    """What became of a row: of every row of a load, of the telling ones of a preview."""

    __tablename__ = "loaded_rows"
    __table_args__ = (
        Index("ix_loaded_rows_verdict", "load_id", "verdict", "row_no"),
        Index(
            "ix_loaded_rows_doubtful", "load_id", "person", "row_no",
            sqlite_where=text("verdict = 'doubtful'"),
            postgresql_where=text("verdict = 'doubtful'"),
        ),
    )  # fmt: skip

    load_id: Mapped[int] = mapped_column(ForeignKey(RecordLoad.id), primary_key=True)
    row_no: Mapped[int] = mapped_column(primary_key=True)
    """As the spreadsheet counts."""
    verdict: Mapped[Verdict]
    problems: Mapped[list[Any] | None] = mapped_column(JsonOrNull)
    """[heading, code, value] each; None: nothing is to be told."""
    cells: Mapped[list[Any] | None] = mapped_column(JsonOrNull)
    """Kept of rows that are to be told of, and of the first of each verdict."""
    client_id: Mapped[int | None]
    """Whom it concerns. No foreign key, as with the task: what was loaded may be taken back."""
    task_id: Mapped[int | None]
    """Of results of calls: the task at which the call was made."""
    person: Mapped[str | None]
    """Of a doubtful row: what it says of its person (``importers.loads.doubts``), so that all rows
    of one person are decided at once; None: nobody can tell by deciding whom it means."""
    cause: Mapped[str | None]
    """Why that is doubtful, as a key (``doubts.Cause``); None too: kept before migration 0034.

    As it was when the row was judged last: who decides looks again."""


class LoadBatch(Base):
    """A batch that was loaded, whole: what it added and filled in, so that it can be taken back."""

    __tablename__ = "load_batches"

    load_id: Mapped[int] = mapped_column(ForeignKey(RecordLoad.id), primary_key=True)
    batch_no: Mapped[int] = mapped_column(primary_key=True)
    """From 1, without gaps."""
    last_row: Mapped[int]
    """Number of its last row."""
    added: Mapped[dict[str, Any]]
    """Table → spans of the numbers of the rows that it made: ``importers.loads.added``."""
    filled: Mapped[dict[str, Any]]
    """Table → [id, values before, values after] of the rows that it changed."""
