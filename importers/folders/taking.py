"""Taking one file out of a folder: a copy is spooled, the load is asked for, it is noted (A8).

Harmless when killed at any line: the copy is there before the load is, the note comes with it in
one transaction, and a file that was noted is not taken again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import update
from sqlalchemy.orm import Session

from core.access import Actor
from core.clock import Clock
from core.db import Database, insert_into
from directory.units.models import Unit
from importers.folders.models import FolderFile, FolderProblem
from importers.folders.recognising import BY_NIGHT, columns_of_file
from importers.folders.surveying import Found, copy_out
from importers.formats.catalogue import FORMATS, LEAD_FORMATS
from importers.guard import Limits
from importers.likely_kinds import likelier_kind
from importers.loading import FileRead, keep_file, read_file
from importers.loads import spool
from importers.loads.asking import ask_load
from importers.loads.models import RecordLoad
from importers.mappings import mapping_for
from importers.problems import FileProblem, FileRefused

LoaderOf = Callable[[Session, Unit], Actor | None]
"""Who answers for what is loaded at a unit; None: nobody may."""


@dataclass(frozen=True, kw_only=True)
class FolderPlace:
    """A folder whose files are loaded. ``spool``: where copies of them lie until forgotten."""

    root: Path
    spool: Path
    loader_of: LoaderOf
    region: str = "RU"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the place of a file (or its headings) say about it."""

    unit_id: int | None = None
    format: str = ""
    problem: str = ""


def take_watched(
    database: Database, clock: Clock, place: FolderPlace, found: Found, told: Told
) -> bool:
    """Take a file of the watched folder; whether it was: another may have it, or write into it."""
    received = spool.new_file(place.spool)
    try:
        sha256 = ""
        if found.size > Limits().file_size:
            told = replace(told, problem=told.problem or FileProblem.TOO_LARGE.value)
        elif (copied := copy_out(place.root, found, received)) is None:
            return False
        else:
            sha256 = copied
        leads = None if told.problem else _read_leads(received, told, place)
        other = None if told.problem else _other_kind(database, received, told)
        if other is not None:
            told = replace(told, problem=FolderProblem.OTHER_KIND.value)
        with database.unit_of_work() as session:
            now = clock(session)
            note = note_file(session, found, told, sha256=sha256, now=now)
            if note is None:
                return False
            if other is not None:
                note.problem_values = {"fits": [other], "folder": told.format}
            if isinstance(leads, FileRefused):
                refuse(note, leads)
            elif leads is not None:
                _keep_leads(session, place, note, leads, now)
            elif not told.problem:
                ask_for(session, place, note, received, now=now)
            session.flush()
        return True
    finally:
        received.unlink(missing_ok=True)


def ask_for(
    session: Session, place: FolderPlace, note: FolderFile, received: Path, *, now: datetime
) -> None:
    """Ask for the load of a noted file of records; what stands in the way is noted instead."""
    actor = _loader(session, place, note)
    if actor is None:
        return
    asked = ask_load(
        session, name=note.path.rpartition("/")[2], size=received.stat().st_size,
        sha256=note.sha256, format=note.format, unit_id=actor_unit(note), runs_by_itself=True,
        actor=actor, now=now,
    )  # fmt: skip
    if asked.is_new:
        spool.keep_file(place.spool, asked.load.id, received)
    note.load_id, note.is_new = asked.load.id, asked.is_new
    if asked.load.is_somebodys:
        leave_to_its_person(note, asked.load)
    session.flush()


def leave_to_its_person(note: FolderFile, load: RecordLoad) -> None:
    """Note that the content waits in the browser: a preview may be before somebody's eyes."""
    note.load_id, note.is_new = load.id, False
    note.problem = FolderProblem.IN_BROWSER.value
    note.problem_values = {"load": load.id}


def actor_unit(note: FolderFile) -> int:
    """The unit of a noted file that is to be loaded."""
    assert note.unit_id is not None
    return note.unit_id


def refuse(note: FolderFile, refused: FileRefused) -> None:
    """Note why the file cannot be read."""
    note.problem = refused.code.value
    note.problem_values = {
        name: value if isinstance(value, str | int | float | list) else str(value)
        for name, value in refused.values.items()
    }


def _read_leads(received: Path, told: Told, place: FolderPlace) -> FileRead | FileRefused | None:
    """A file of clients to call, read before any transaction; None: it is one of records."""
    fmt = LEAD_FORMATS.get(told.format)
    if fmt is None:
        return None
    try:
        return read_file(received, fmt, region=place.region, needs_columns=False)
    except FileRefused as refused:
        return refused


def _other_kind(database: Database, received: Path, told: Told) -> str | None:
    """The code of the kind that the file of records clearly is instead of its folder's; else None.

    Only where one of the two is refusals or results: those forbid and end calls, so nobody loads
    them by a slip, nor are they taken for people to be called. What people have said of such
    headings in this kind counts more.
    """
    if told.format in LEAD_FORMATS or told.unit_id is None:
        return None
    try:
        columns = columns_of_file(received)
    except FileRefused:
        return None  # its load tells so, with all that is known of it
    likelier = likelier_kind(FORMATS[told.format], columns)
    if likelier is None or {told.format, likelier.code} <= set(BY_NIGHT):
        return None
    with database.reading() as session:
        said = mapping_for(session, told.unit_id, told.format, columns)
    return likelier.code if said is None else None


def _keep_leads(
    session: Session, place: FolderPlace, note: FolderFile, read: FileRead, now: datetime
) -> None:
    """Keep it, and no more: whom to call, and whether, people decide (rule 20)."""
    actor = _loader(session, place, note)
    if actor is None:
        return
    kept = keep_file(
        session, read, name=note.path.rpartition("/")[2], unit_id=actor_unit(note), actor=actor,
        now=now, needs_columns=False,
    )  # fmt: skip
    note.imported_file_id, note.is_new = kept.file.id, kept.is_new


def _loader(session: Session, place: FolderPlace, note: FolderFile) -> Actor | None:
    actor = place.loader_of(session, session.get_one(Unit, note.unit_id))
    if actor is None:
        note.problem = FolderProblem.NOBODY_LOADS.value
    return actor


def note_file(
    session: Session,
    found: Found,
    told: Told,
    *,
    sha256: str,
    run_id: int | None = None,
    now: datetime,
) -> FolderFile | None:
    """The note about a file (``run_id``: of a synchronised folder); None: there is one already."""
    made = session.scalar(
        insert_into(session, FolderFile)
        .values(
            run_id=run_id, path=found.path, sha256=sha256, unit_id=told.unit_id,
            format=told.format if told.format in FORMATS else "", is_new=True,
            problem=told.problem,
            problem_values={"size": found.size, "limit": Limits().file_size}
            if told.problem == FileProblem.TOO_LARGE else {},
            found_at=now,
        )
        .on_conflict_do_nothing()
        .returning(FolderFile.id)
    )  # fmt: skip
    return session.get_one(FolderFile, made) if made is not None else None


def settle(session: Session, note_id: int, *, now: datetime) -> bool:
    """Note that it was told what became of the file; False: another has done so."""
    done = session.execute(
        update(FolderFile)
        .where(FolderFile.id == note_id, FolderFile.settled_at.is_(None))
        .values(settled_at=now)
        .returning(FolderFile.id)
        .execution_options(synchronize_session=False)
    ).first()
    return done is not None
