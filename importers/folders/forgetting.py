"""The personal data of files is removed after a set time (A8).

Gone are the files, the cells and readings of their rows, and the values that were told of them.
What was made of the rows is work and stays; so do counts, verdicts, and ids. What a load filled in
is gone too: it cannot be taken back any more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import Row, Select, Table, bindparam, delete, func, null, select, update
from sqlalchemy.orm import Session

from core.clock import Clock
from core.db import Database
from core.journal import Event, record
from core.locks import exclusively
from importers.events import FileEvent
from importers.folders.models import FolderFile
from importers.folders.surveying import remove
from importers.folders.watching import ENDINGS
from importers.loads import spool as spooling
from importers.loads.models import AT_WORK, ENDS, LoadBatch, LoadedRow, LoadState, RecordLoad
from importers.loads.undeciding import forget_decisions
from importers.models import ImportedFile, ImportedRow, RowChoice
from importers.rereading import LOCK
from worklists.sweeping import SCHEDULER

BATCH = 5_000
"""Rows a transaction: on SQLite others wait for it."""
_SPOOLED = ".load"
_FORGOTTEN = "forgotten:"
"""Instead of the sum of the content, when the last row is empty."""
_ABANDONED = timedelta(days=1)
"""A file that was being received for so long never came to a load."""
_LOADED: Table = LoadedRow.__table__  # type: ignore[assignment]
_IMPORTED: Table = ImportedRow.__table__  # type: ignore[assignment]
_QUIET = {"synchronize_session": False}


@dataclass(frozen=True, kw_only=True)
class FileForgotten(FileEvent):
    """The personal data of a file of clients to call was removed."""

    imported_file_id: int
    rows: int


@dataclass(frozen=True, kw_only=True)
class LoadForgotten(Event):
    """The personal data of a load of records was removed."""

    subject: ClassVar[str] = "record_load"
    record_load_id: int
    rows: int


def forget_old_files(
    database: Database, clock: Clock, *, spool: Path, after: timedelta, watched: Path | None = None
) -> int:
    """Remove the personal data of files loaded before ``after`` ago; how many files that were.

    ``spool``: where files of loads lie. ``watched``: the folder in which files were put aside.
    """
    with database.reading() as session:
        now = clock(session)
        before = now - after
        loads = _ids(session, _old_loads(before))
        files = _ids(session, _old_files(before))
        # A share that is not mounted: what lies there is removed when it is.
        is_there = watched is not None and watched.is_dir()
        asides = _ids(session, _old_asides(before)) if is_there else []
    for load_id in loads:
        _forget_load(database, clock, spool, load_id)
    for file_id in files:
        _forget_file(database, clock, file_id)
    for note_id in asides:
        assert watched is not None
        _forget_aside(database, clock, watched, note_id)
    _remove_abandoned(database, spool, now)
    return len(loads) + len(files) + len(asides)


def _old_loads(before: datetime) -> Select[int]:
    """Loads that nobody is at work on; what waits for a person for so long is ended."""
    latest = func.coalesce(RecordLoad.finished_at, RecordLoad.beat_at, RecordLoad.asked_at)
    return select(RecordLoad.id).where(
        RecordLoad.forgotten_at.is_(None), RecordLoad.state.not_in(AT_WORK), latest < before
    )


def _old_files(before: datetime) -> Select[int]:
    return select(ImportedFile.id).where(
        ImportedFile.sha256.not_like(f"{_FORGOTTEN}%"), ImportedFile.loaded_at < before
    )


def _old_asides(before: datetime) -> Select[int]:
    return select(FolderFile.id).where(
        FolderFile.forgotten_at.is_(None), FolderFile.settled_at < before, FolderFile.moved_to != ""
    )


def _ids(session: Session, query: Select[int]) -> list[int]:
    return list(session.scalars(query))


def _forget_load(database: Database, clock: Clock, folder: Path, load_id: int) -> None:
    rows = _in_batches(
        database,
        clock,
        select(LoadedRow.row_no, LoadedRow.problems).where(
            LoadedRow.load_id == load_id,
            LoadedRow.cells.is_not(None) | LoadedRow.problems.is_not(None),
        ),
        LoadedRow.row_no,
        lambda session, found: _empty_loaded(session, load_id, found),
    )
    with database.unit_of_work() as session:
        now = clock(session)
        load = session.get_one(RecordLoad, load_id, with_for_update=True)
        if load.forgotten_at is not None or load.state in AT_WORK:
            return
        if load.state not in ENDS:
            load.state, load.finished_at = LoadState.CANCELLED, now
        load.sample, load.forgotten_at = [], now
        filled = update(LoadBatch).where(LoadBatch.load_id == load_id).values(filled={})
        session.execute(filled.execution_options(**_QUIET))
        forget_decisions(session, [load_id])
        event = LoadForgotten(record_load_id=load_id, rows=rows)
        record(session, event, actor=SCHEDULER, at=now)
        session.flush()
        spooling.forget_file(folder, load_id)


def _empty_loaded(session: Session, load_id: int, found: list[Row[Any]]) -> None:
    last = found[-1].row_no
    first = found[0].row_no
    session.execute(
        update(LoadedRow)
        .where(LoadedRow.load_id == load_id, LoadedRow.row_no.between(first, last))
        .values(cells=null())
        .execution_options(**_QUIET)
    )
    told = [
        {"of": row.row_no, "told": [[column, code, ""] for column, code, _ in row.problems]}
        for row in found
        if row.problems
    ]
    if told:
        session.connection().execute(
            update(_LOADED)
            .where(_LOADED.c.load_id == load_id, _LOADED.c.row_no == bindparam("of"))
            .values(problems=bindparam("told", type_=_LOADED.c.problems.type)),
            told,
        )


def _forget_file(database: Database, clock: Clock, file_id: int) -> None:
    with database.unit_of_work() as session:
        now = clock(session)
        # Before the first row is emptied, and after whoever is at work on the rows.
        exclusively(session, LOCK)
        file = session.get_one(ImportedFile, file_id, populate_existing=True)
        file.forgotten_at = file.forgotten_at or now
        if not file.sha256.startswith(_FORGOTTEN):
            # The same content may be loaded anew: of this load nothing is left to show.
            file.sha256 = f"forgetting:{file_id}"
    rows = _in_batches(
        database,
        clock,
        select(ImportedRow.row_no, ImportedRow.problems).where(ImportedRow.file_id == file_id),
        ImportedRow.row_no,
        lambda session, found: _empty_imported(session, file_id, found),
    )
    with database.unit_of_work() as session:
        now = clock(session)
        file = session.get_one(ImportedFile, file_id, with_for_update=True)
        if file.sha256.startswith(_FORGOTTEN):
            return
        file.sha256 = f"{_FORGOTTEN}{file_id}"
        session.execute(delete(RowChoice).where(RowChoice.file_id == file_id))
        event = FileForgotten(imported_file_id=file_id, rows=rows)
        record(session, event, actor=SCHEDULER, at=now)


def _empty_imported(session: Session, file_id: int, found: list[Row[Any]]) -> None:
    session.execute(
        update(ImportedRow)
        .where(
            ImportedRow.file_id == file_id,
            ImportedRow.row_no.between(found[0].row_no, found[-1].row_no),
        )
        .values(cells=[], reading={})
        .execution_options(**_QUIET)
    )
    told = [
        {
            "of": row.row_no,
            "told": [[column, code, "", rejects] for column, code, _, rejects in row.problems],
        }
        for row in found
        if row.problems
    ]
    if told:
        session.connection().execute(
            update(_IMPORTED)
            .where(_IMPORTED.c.file_id == file_id, _IMPORTED.c.row_no == bindparam("of"))
            .values(problems=bindparam("told", type_=_IMPORTED.c.problems.type)),
            told,
        )


def _in_batches(
    database: Database,
    clock: Clock,
    rows: Select[Any],
    number: Any,
    empty: Callable[[Session, list[Row[Any]]], None],
) -> int:
    """Empty the rows, a transaction for each batch, by their numbers; how many there were."""
    count, last = 0, -1
    while True:
        with database.unit_of_work() as session:
            clock(session)  # a sign of life
            some = rows.where(number > last).order_by(number).limit(BATCH)
            found = list(session.execute(some))
            if not found:
                return count
            empty(session, found)
        count += len(found)
        last = found[-1].row_no


def _forget_aside(database: Database, clock: Clock, watched: Path, note_id: int) -> None:
    with database.unit_of_work() as session:
        note = session.get_one(FolderFile, note_id, with_for_update=True)
        remove(watched, note.moved_to, ENDINGS)
        note.forgotten_at = clock(session)


def _remove_abandoned(database: Database, folder: Path, now: datetime) -> None:
    """Files whose process died before they came to a load, or whose load was never written."""
    spooling.forget_torn(folder, now=now)
    before = (now - _ABANDONED).timestamp()
    old = [path for path in folder.glob(f"*{_SPOOLED}") if path.lstat().st_mtime < before]
    if not old:
        return
    with database.reading() as session:
        kept = select(RecordLoad.id).where(RecordLoad.forgotten_at.is_(None))
        known = {spooling.spool_file(folder, load_id) for load_id in session.scalars(kept)}
    for path in old:
        if path not in known:
            path.unlink(missing_ok=True)
