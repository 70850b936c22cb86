"""Reading an importer's file and keeping it, row by row, with whom each row concerns (rule 20).

A file is read without the database, judged by reading it, and kept in one short transaction.
Nothing of the directory or of the work is changed: that happens when work-lists are formed.
"""

import hashlib
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from core.access import Actor
from core.bulk import copy_rows, lift_time_limits
from core.db import insert_into
from core.errors import NotFound
from core.journal import record
from importers.collecting import no_collecting
from importers.events import FileLoaded
from importers.formats.declaration import LeadFormat
from importers.guard import Limits
from importers.judged_rows import JUDGED, JudgedRows, judged_rows
from importers.kept_columns import kept_columns
from importers.mappings import with_mapping
from importers.matching import Matcher
from importers.models import ImportedFile, ImportedRow
from importers.options import ReadOptions
from importers.permissions import ImportPermission
from importers.row_reader import RowReader
from importers.rows import ReadResult, Watch, read_leads

_LONGEST_NAME = 200


@dataclass(frozen=True, kw_only=True)
class FileRead:
    """A file that was read and not yet kept."""

    format: LeadFormat
    sha256: str
    result: ReadResult
    is_told_sheet: bool = False
    """A person named the sheet: with it the content is another load."""

    @property
    def key(self) -> str:
        """What tells this load from others of the same unit and variant."""
        return self._key_with_sheet if self.is_told_sheet else self.sha256

    @property
    def keys(self) -> tuple[str, str]:
        """Of the same sheet of the same content, whether it was named or found."""
        return self.sha256, self._key_with_sheet

    @property
    def _key_with_sheet(self) -> str:
        return _with_sheet(self.sha256, self.result.sheet)


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A file that was read, with whom its rows concern; ``rows`` None: it was loaded before."""

    read: FileRead
    unit_id: int
    rows: JudgedRows | None


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A kept file; ``is_new`` False: the same content was loaded before, nothing was written."""

    file: ImportedFile
    is_new: bool


def read_file(
    path: Path,
    fmt: LeadFormat,
    *,
    region: str = "RU",
    limits: Limits | None = None,
    needs_columns: bool = True,
    sheet: str | None = None,
    watch: Watch | None = None,
) -> FileRead:
    """Read the file in an expendable process; needs no database. Raises FileRefused.

    ``needs_columns`` False: whether the needed columns are there is asked when it is kept.
    ``sheet``: the name of the one to be read; None: the one whose headings say most. ``watch`` is
    told how far it is.
    """
    options = ReadOptions(sheet=sheet) if sheet else None
    result = read_leads(
        path, fmt, region=region, limits=limits, needs_columns=needs_columns, options=options,
        watch=watch,
    )  # fmt: skip
    return FileRead(format=fmt, sha256=content_sum(path), result=result, is_told_sheet=bool(sheet))


def known_file(
    session: Session, sha256: str, fmt: LeadFormat, *, unit_id: int, sheet: str
) -> ImportedFile | None:
    """The file that this content surely is, told before it is read; None: reading will tell.

    ``sheet``: the one that was asked for; empty: it is found.
    """
    is_it = ImportedFile.sha256 == sha256
    if sheet:
        is_it = or_(ImportedFile.sha256 == _with_sheet(sha256, sheet),
                    and_(is_it, ImportedFile.sheet == sheet))  # fmt: skip
    kept = select(ImportedFile).where(
        ImportedFile.unit_id == unit_id, ImportedFile.format == fmt.code, is_it
    )
    return session.scalars(kept.order_by(ImportedFile.id).limit(1)).one_or_none()


def content_sum(path: Path) -> str:
    """SHA-256 of the file, by which the same content is known again."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def load_file(
    session: Session,
    path: Path,
    *,
    name: str,
    fmt: LeadFormat,
    unit_id: int,
    actor: Actor,
    now: datetime,
) -> ImportedFile:
    """Read and keep a file (A8). Raises FileRefused, NotFound, NotPermitted."""
    read = read_file(path, fmt, needs_columns=False)
    return keep_file(session, read, name=name, unit_id=unit_id, actor=actor, now=now).file


def keep_file(
    session: Session,
    read: FileRead,
    *,
    name: str,
    unit_id: int,
    actor: Actor,
    now: datetime,
    needs_columns: bool = True,
) -> Loaded:
    """Keep a file that was read; the same content for the same unit and variant is the same file.

    Columns mean what somebody said of such a file before. ``needs_columns`` False: it is kept even
    if needed columns are not recognised, for a person to say what they are. Raises NotFound for a
    unit that this person does not see, NotPermitted, FileRefused.
    """
    judged = judge_file(
        session, read, unit_id=unit_id, actor=actor, now=now, needs_columns=needs_columns
    )
    return keep_judged(session, judged, name=name, actor=actor, now=now)


@no_collecting()
def judge_file(
    session: Session,
    read: FileRead,
    *,
    unit_id: int,
    actor: Actor,
    now: datetime,
    needs_columns: bool = True,
    watch: Watch | None = None,
) -> Judged:
    """The first half of ``keep_file``, which only reads. ``watch`` is told how far it is."""
    actor.require(ImportPermission.LOAD)
    if unit_id not in actor.unit_ids:
        raise NotFound("unit", unit_id)
    lift_time_limits(session)
    read = _as_said_before(session, read, unit_id)
    if needs_columns:
        read.format.check_columns(read.result.columns)
    if _same_file(session, read, unit_id) is not None:
        return Judged(read=read, unit_id=unit_id, rows=None)
    result, rows, done = read.result, JudgedRows(), 0
    matcher = Matcher(session, unit_id, repeated=result.rows.repeated)
    for chunk in result.rows.chunks():
        for count in rows.add(judged_rows(matcher, chunk, result.columns, today=now.date())):
            done += count
            if watch is not None:
                watch(done, len(result.rows))
    return Judged(read=read, unit_id=unit_id, rows=rows)


@no_collecting()
def keep_judged(
    session: Session, judged: Judged, *, name: str, actor: Actor, now: datetime
) -> Loaded:
    """The second half of ``keep_file``: its rows with whom they concern, all in one transaction."""
    read, unit_id = judged.read, judged.unit_id
    lift_time_limits(session)
    is_known = judged.rows is None
    file_id = None if is_known else _take_place(session, read, name, unit_id, actor, now)
    if judged.rows is None or file_id is None:
        # Somebody may have taken the place since.
        same = _same_file(session, read, unit_id)
        assert same is not None
        return Loaded(file=same, is_new=False)
    result = read.result
    rows = ((file_id, *row) for row in judged.rows)
    copy_rows(session, ImportedRow, ("file_id", "row_no", "cells", *JUDGED), rows)
    event = FileLoaded(
        imported_file_id=file_id,
        format=read.format.code,
        unit_id=unit_id,
        rows=len(result.rows),
        rejected=result.rows.rejected,
    )
    record(session, event, actor=actor, at=now)
    return Loaded(file=session.get_one(ImportedFile, file_id), is_new=True)


def _with_sheet(sha256: str, sheet: str) -> str:
    return hashlib.sha256(f"{sha256}\n{sheet}".encode()).hexdigest()


def _take_place(
    session: Session, read: FileRead, name: str, unit_id: int, actor: Actor, now: datetime
) -> int | None:
    """The id of the new file; None when it is there, however close the two loads are."""
    found: int | None = session.scalar(
        insert_into(session, ImportedFile)
        .values(
            format=read.format.code,
            unit_id=unit_id,
            name=name[:_LONGEST_NAME],
            sha256=read.key,
            header=read.result.header,
            columns=kept_columns(read.result.columns),
            sheet=read.result.sheet,
            place=read.result.place.kept(),
            skipped=asdict(read.result.skipped),
            loaded_by=actor.person,
            loaded_at=now,
        )
        .on_conflict_do_nothing()
        .returning(ImportedFile.id)
    )
    return found


def _same_file(session: Session, read: FileRead, unit_id: int) -> ImportedFile | None:
    """The file if it was loaded before: the same content, the same sheet."""
    is_same_sheet = ImportedFile.sheet == read.result.sheet
    return session.scalars(
        select(ImportedFile)
        .where(
            ImportedFile.unit_id == unit_id,
            ImportedFile.format == read.format.code,
            or_(ImportedFile.sha256 == read.key,
                and_(ImportedFile.sha256.in_(read.keys), is_same_sheet)),
        )
        .order_by(ImportedFile.id)
        .limit(1)
    ).one_or_none()  # fmt: skip


def _as_said_before(session: Session, read: FileRead, unit_id: int) -> FileRead:
    """The file read by what somebody said of the columns of such a file before."""
    result = read.result
    columns = with_mapping(session, unit_id, read.format.code, result.columns)
    if columns == result.columns:
        return read
    reader = RowReader(columns, has_error_cells=True, identity=read.format.identity)
    rows = result.rows.read_by(reader)
    return replace(read, result=replace(result, columns=columns, rows=rows))
