"""The kept cells of a file read anew: its columns mean something else, or its variant is another.

For files of which nothing was formed: the callers see to that, and hold ``LOCK``.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Column as SqlColumn
from sqlalchemy import Integer, MetaData, Table, delete, select, update
from sqlalchemy.orm import Session

from core.access import Actor
from core.bulk import copy_rows, lift_time_limits, refresh_statistics_of, temporary
from core.journal import record
from importers.collecting import no_collecting
from importers.columns import Column
from importers.content import SAMPLE
from importers.events import FileReadAnew
from importers.formats.catalogue import FORMATS
from importers.formats.declaration import FileFormat
from importers.judged_rows import JUDGED, judged_rows
from importers.kept_columns import bare_columns, kept_columns
from importers.lead_rows import LeadRows
from importers.matching import Matcher
from importers.models import ImportedFile, ImportedRow, RowChoice
from importers.row_reader import LeadRow, RowReader

LOCK = "clients from files"
"""Held by whoever makes clients out of files or takes them back, and whoever reads a file anew.

Two at once would both make the client whom both bring: ``core.locks.exclusively``.
"""
_ROW = ImportedRow.__table__.c
READINGS = Table(
    "row_readings",
    MetaData(),
    SqlColumn("row_id", Integer, primary_key=True, autoincrement=False),
    *(SqlColumn(name, _ROW[name].type) for name in JUDGED),
    prefixes=["TEMPORARY"],
)
"""What the rows say now; temporary."""


def first_cells(session: Session, file_id: int, *, most: int = SAMPLE) -> list[list[str]]:
    """The cells of the first rows of a kept file."""
    query = select(ImportedRow.cells).where(ImportedRow.file_id == file_id)
    return list(session.scalars(query.order_by(ImportedRow.row_no).limit(most)))


def recognised_again(session: Session, file: ImportedFile, fmt: FileFormat) -> tuple[Column, ...]:
    """The columns as the format recognises them, whatever a person said of them."""
    return fmt.recognised(bare_columns(file), first_cells(session, file.id))


@no_collecting()
def read_anew(
    session: Session,
    file: ImportedFile,
    columns: Sequence[Column],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Read and match every row by these columns; ids of rows stay, ticks are forgotten."""
    lift_time_limits(session)
    identity = FORMATS[file.format].identity
    reader = RowReader(columns, has_error_cells=True, identity=identity)
    read = LeadRows.of(_kept_cells(session, file.id), reader)
    matcher = Matcher(session, file.unit_id, repeated=read.repeated)
    with temporary(session, READINGS):
        for chunk in read.chunks():
            ids = _ids(session, file.id, chunk)
            judged = judged_rows(matcher, chunk, columns, today=now.date())
            numbered = ((ids[row.row_no], *values) for row, values in judged)
            copy_rows(session, READINGS, ("row_id", *JUDGED), numbered)
        refresh_statistics_of(session, READINGS)
        session.execute(
            update(ImportedRow)
            .where(ImportedRow.file_id == file.id, ImportedRow.id == READINGS.c.row_id)
            .values({name: READINGS.c[name] for name in JUDGED})
            .execution_options(synchronize_session=False)
        )
    session.execute(delete(RowChoice).where(RowChoice.file_id == file.id))
    file.columns = kept_columns(columns)
    event = FileReadAnew(
        imported_file_id=file.id,
        format=file.format,
        rows=len(read),
        rejected=read.rejected,
    )
    record(session, event, actor=actor, at=now)
    session.flush()


def _kept_cells(session: Session, file_id: int) -> Iterator[tuple[int, list[str]]]:
    """The rows as they stand in the file, a thousand at a time."""
    kept = select(ImportedRow.row_no, ImportedRow.cells).where(ImportedRow.file_id == file_id)
    rows = session.execute(kept.order_by(ImportedRow.row_no), execution_options={"yield_per": 1000})
    yield from ((row_no, cells) for row_no, cells in rows)


def _ids(session: Session, file_id: int, rows: Sequence[LeadRow]) -> dict[int, int]:
    """Row number → id of neighbouring rows."""
    found = select(ImportedRow.row_no, ImportedRow.id).where(
        ImportedRow.file_id == file_id,
        ImportedRow.row_no.between(rows[0].row_no, rows[-1].row_no),
    )
    return {row.row_no: row.id for row in session.execute(found)}
