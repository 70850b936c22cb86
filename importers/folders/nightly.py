"""A folder into which 1C puts its files is synchronised: once a night, or by hand (A8).

The files stay where they are. What each is its headings tell; clients come before vehicles, those
before orders, those before advised work. Content that was loaded before is left out. A look goes
on from where it was killed: what it has found and asked for is in the database.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from datetime import time as wall_time
from pathlib import Path

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.clock import Clock, local_day
from core.db import Database, insert_into
from directory.calendars.working_time import moment_at
from importers.folders.models import FolderFile, FolderProblem, FolderRun
from importers.folders.recognising import (
    BY_NIGHT,
    NotRecognised,
    columns_of_file,
    recognised_format,
)
from importers.folders.summary import files_of_run, finish_run
from importers.folders.surveying import Found, Parts, copy_out, quiet, survey
from importers.folders.taking import (
    FolderPlace,
    Told,
    ask_for,
    leave_to_its_person,
    note_file,
    refuse,
)
from importers.folders.watching import QUIET_SECONDS, departments
from importers.guard import Limits
from importers.loads import spool
from importers.loads.models import ENDS, LoadState, RecordLoad
from importers.mappings import mapping_for
from importers.problems import FileProblem, FileRefused

NIGHT = "night:"

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """When the folder is synchronised, by the clock of an IANA zone."""

    at: wall_time
    zone: str


def look_at_night(
    database: Database,
    clock: Clock,
    *,
    place: FolderPlace,
    schedule: Schedule,
    pause: Callable[[float], None] = time.sleep,
) -> int:
    """Begin the look of the night when it is time, and go on with it; how many looks are over.

    The night is the key of the look: whatever number of schedulers there are, there is one.
    """
    if not place.root.is_dir():
        # A share that is not mounted: the night is not used up.
        log.warning("nightly folder is not there")
        return 0
    with database.unit_of_work() as session:
        now = clock(session)
        day = local_day(now, schedule.zone)
        if moment_at(schedule.zone, datetime.combine(day, schedule.at)) <= now:
            begin_run(session, f"{NIGHT}{day}", now=now)
    with database.reading() as session:
        open_runs = session.scalars(
            select(FolderRun.id)
            .where(FolderRun.finished_at.is_(None), FolderRun.key.startswith(NIGHT))
            .order_by(FolderRun.id)
        ).all()
    over = [go_on(database, clock, run_id, place=place, pause=pause) for run_id in open_runs]
    return sum(over)


def begin_run(session: Session, key: str, *, now: datetime) -> int | None:
    """The id of a new look; None: there is one of this key."""
    found: int | None = session.scalar(
        insert_into(session, FolderRun)
        .values(key=key, begun_at=now)
        .on_conflict_do_nothing()
        .returning(FolderRun.id)
    )
    return found


def go_on(
    database: Database,
    clock: Clock,
    run_id: int,
    *,
    place: FolderPlace,
    unit_id: int | None = None,
    pause: Callable[[float], None] = time.sleep,
) -> bool:
    """Do of a look what can be done now; whether it is over.

    ``unit_id``: whose the files are that lie in no folder of a unit; None: of the only department.
    Loads are only asked for: ``importers.loads.working`` does them.
    """
    with database.reading() as session:
        run = session.get_one(FolderRun, run_id)
        is_listed, is_over = run.listed_at is not None, run.finished_at is not None
    if is_over:
        return True
    if not is_listed:
        _list(database, clock, run_id, place, unit_id, pause)
    for fmt in BY_NIGHT:
        if not _ask_all(database, clock, run_id, place, fmt):
            return False
    with database.unit_of_work() as session:
        finish_run(session, run_id, now=clock(session))
    return True


def _list(
    database: Database,
    clock: Clock,
    run_id: int,
    place: FolderPlace,
    unit_id: int | None,
    pause: Callable[[float], None],
) -> None:
    """Note every file, with what it is; one that is being written has the next night."""
    with database.reading() as session:
        units = _units(session, unit_id)
        noted = session.scalars(select(FolderFile.path).where(FolderFile.run_id == run_id))
        known = set(noted)
    first = survey(place.root, units)
    if first:
        pause(QUIET_SECONDS)
        for found in quiet(first, survey(place.root, units)):
            if found.path not in known:
                _note(database, clock, run_id, place, found, units[found.folder])
    with database.unit_of_work() as session:
        session.execute(
            update(FolderRun)
            .where(FolderRun.id == run_id, FolderRun.listed_at.is_(None))
            .values(listed_at=clock(session))
        )


def _units(session: Session, unit_id: int | None) -> dict[Parts, Told]:
    """The folders that are looked into; at the top there is the unit that was told or the only."""
    units = departments(session)
    if unit_id is None and len(units) == 1:
        unit_id = units[0][1]
    problem = FolderProblem.UNIT_NOT_TOLD.value if unit_id is None else ""
    places: dict[Parts, Told] = {(): Told(unit_id=unit_id, problem=problem)}
    return places | {(code,): Told(unit_id=one) for code, one in units}


def _note(
    database: Database, clock: Clock, run_id: int, place: FolderPlace, found: Found, told: Told
) -> None:
    received = spool.new_file(place.spool)
    try:
        with database.reading() as session:
            known = _identified(session, place, found, told, received)
        if known is None:
            return
        with database.unit_of_work() as session:
            about = Told(unit_id=told.unit_id, format=known.format, problem=known.problem)
            note = note_file(
                session, found, about, sha256=known.sha256, run_id=run_id, now=clock(session)
            )
            if note is None:
                return
            if known.before is not None:
                note.load_id, note.is_new = known.before, False
                before = session.get_one(RecordLoad, known.before)
                if before.is_somebodys:
                    leave_to_its_person(note, before)
            if known.refused is not None:
                refuse(note, known.refused)
            if known.fits:
                note.problem_values = {"fits": list(known.fits)}
            session.flush()
    finally:
        received.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Identified:
    """What a file was found to be. ``before``: the load that its content had already."""

    sha256: str = ""
    format: str = ""
    before: int | None = None
    problem: str = ""
    fits: tuple[str, ...] = ()
    refused: FileRefused | None = None


def _identified(
    session: Session, place: FolderPlace, found: Found, told: Told, received: Path
) -> _Identified | None:
    """None: it is being written, or gone."""
    if found.size > (most := Limits().file_size):
        refused = FileRefused(FileProblem.TOO_LARGE, size=found.size, limit=most)
        return _Identified(refused=refused)
    try:
        sha256 = copy_out(place.root, found, received)
    except PermissionError:
        return _Identified(problem=FolderProblem.UNREADABLE.value)
    if sha256 is None:
        return None
    if told.problem or told.unit_id is None:
        return _Identified(sha256=sha256, problem=told.problem)
    before = _before(session, told.unit_id, sha256)
    if before is not None:
        return _Identified(sha256=sha256, format=before.format, before=before.id)
    try:
        return _Identified(sha256=sha256, format=_format_of(session, received, told.unit_id))
    except FileRefused as error:
        return _Identified(sha256=sha256, refused=error)
    except NotRecognised as error:
        return _Identified(sha256=sha256, problem=error.problem.value, fits=error.fits)


def _before(session: Session, unit_id: int, sha256: str) -> RecordLoad | None:
    """The load of the same content before: it is known, or a person has decided against it."""
    return session.scalars(
        select(RecordLoad)
        .where(
            RecordLoad.unit_id == unit_id,
            RecordLoad.format.in_(BY_NIGHT),
            RecordLoad.sha256 == sha256,
            RecordLoad.state != LoadState.REFUSED,
        )
        .order_by(RecordLoad.id.desc())
        .limit(1)
    ).one_or_none()


def _format_of(session: Session, received: Path, unit_id: int) -> str:
    """What the file is: as people said of files with these headings, else by the headings."""
    columns = columns_of_file(received)
    said = [code for code in BY_NIGHT if mapping_for(session, unit_id, code, columns) is not None]
    return said[0] if len(said) == 1 else recognised_format(columns).code


def _ask_all(database: Database, clock: Clock, run_id: int, place: FolderPlace, fmt: str) -> bool:
    """Ask for the loads of the look's files of one format; whether all of them are over."""
    with database.reading() as session:
        rows = files_of_run(session, run_id, fmt=fmt)
        todo = [note.id for note, load in rows if load is None and not note.problem]
    for note_id in todo:
        _ask(database, clock, note_id, place)
    with database.reading() as session:
        return all(
            note.problem or not note.is_new or (load is not None and load.state in ENDS)
            for note, load in files_of_run(session, run_id, fmt=fmt)
        )


def _ask(database: Database, clock: Clock, note_id: int, place: FolderPlace) -> None:
    received = spool.new_file(place.spool)
    try:
        with database.reading() as session:
            path = session.get_one(FolderFile, note_id).path
        *folder, name = path.split("/")
        copied = None
        with suppress(OSError):
            now_there = [one for one in survey(place.root, [tuple(folder)]) if one.name == name]
            copied = copy_out(place.root, now_there[0], received) if now_there else None
        with database.unit_of_work() as session:
            note = session.scalars(
                select(FolderFile).where(FolderFile.id == note_id).with_for_update()
            ).one()
            if note.load_id is not None:
                return
            if copied is None:
                note.problem = FolderProblem.VANISHED.value
                return
            # It may have been put out anew meanwhile: the newer one is as good.
            note.sha256 = copied
            ask_for(session, place, note, received, now=clock(session))
    finally:
        received.unlink(missing_ok=True)
