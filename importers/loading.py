"""Reading an importer's file and keeping it, row by row, with whom each row concerns (rule 20).

Nothing of the directory or of the work is changed: that happens when work-lists are formed.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from core.bulk import copy_rows, lift_time_limits
from core.db import insert_into
from core.errors import NotFound
from core.journal import record
from importers.collecting import no_collecting
from importers.columns import Field
from importers.events import FileLoaded
from importers.formats.declaration import LeadFormat
from importers.guard import Limits
from importers.matching import Match, match_rows
from importers.models import ImportedFile, ImportedRow, RowFate
from importers.permissions import ImportPermission
from importers.readings import kept_problems, kept_reading, keys_of
from importers.rows import ReadResult, read_leads

_COLUMNS = ("file_id", "row_no", "cells", "reading", "problems", "fate", "duplicate_of",
            "client_id", "asset_id")  # fmt: skip
_LONGEST_NAME = 200


@dataclass(frozen=True, kw_only=True)
class FileRead:
    """A file that was read and not yet kept."""

    format: LeadFormat
    sha256: str
    result: ReadResult


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A kept file; ``is_new`` False: the same content was loaded before, nothing was written."""

    file: ImportedFile
    is_new: bool


def read_file(
    path: Path, fmt: LeadFormat, *, region: str = "RU", limits: Limits | None = None
) -> FileRead:
    """Read the file in an expendable process; needs no database. Raises FileRefused."""
    result = read_leads(path, fmt, region=region, limits=limits)
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    return FileRead(format=fmt, sha256=sha256, result=result)


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
    read = read_file(path, fmt)
    return keep_file(session, read, name=name, unit_id=unit_id, actor=actor, now=now).file


@no_collecting()
def keep_file(
    session: Session, read: FileRead, *, name: str, unit_id: int, actor: Actor, now: datetime
) -> Loaded:
    """Keep a file that was read; the same content for the same unit and variant is the same file.

    Raises NotFound for a unit that this person does not see, NotPermitted.
    """
    actor.require(ImportPermission.LOAD)
    if unit_id not in actor.unit_ids:
        raise NotFound("unit", unit_id)
    lift_time_limits(session)
    file_id = _take_place(session, read, name, unit_id, actor, now)
    if file_id is None:
        return Loaded(file=_same_file(session, read, unit_id), is_new=False)
    result = read.result
    matches = _matches(session, result, unit_id)
    _keep_rows(session, file_id, result, matches)
    event = FileLoaded(
        imported_file_id=file_id,
        format=read.format.code,
        unit_id=unit_id,
        rows=len(result.rows),
        rejected=sum(row.is_rejected for row in result.rows),
    )
    record(session, event, actor=actor, at=now)
    return Loaded(file=session.get_one(ImportedFile, file_id), is_new=True)


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
            sha256=read.sha256,
            header=read.result.header,
            loaded_by=actor.person,
            loaded_at=now,
        )
        .on_conflict_do_nothing()
        .returning(ImportedFile.id)
    )
    return found


def _same_file(session: Session, read: FileRead, unit_id: int) -> ImportedFile:
    return session.scalars(
        select(ImportedFile).where(
            ImportedFile.unit_id == unit_id,
            ImportedFile.format == read.format.code,
            ImportedFile.sha256 == read.sha256,
        )
    ).one()


def _matches(session: Session, result: ReadResult, unit_id: int) -> dict[int, Match]:
    rows = [row for row in result.rows if not row.is_rejected]
    keys = [keys_of(row) for row in rows]
    found = match_rows(session, keys, unit_id=unit_id)
    return {row.row_no: match for row, match in zip(rows, found, strict=True)}


def _keep_rows(
    session: Session, file_id: int, result: ReadResult, matches: dict[int, Match]
) -> None:
    phone_cells = [column.index for column in result.columns if column.field is Field.PHONE]
    nobody = Match(RowFate.REJECTED, 0)

    def kept() -> Iterator[tuple[Any, ...]]:
        for row in result.rows:
            match = matches.get(row.row_no)
            told = match or nobody
            yield (
                file_id,
                row.row_no,
                row.cells,
                kept_reading(row, match, phone_cells),
                kept_problems(row, match),
                told.fate,
                told.duplicate_of,
                told.client_id,
                told.asset_id,
            )

    copy_rows(session, ImportedRow, _COLUMNS, kept())
