"""The watched folder: files put there are loaded by themselves and put aside with a result (A8).

``FOLDER/<code of the unit>/<code of the format>/file``; where there is one department only, also
``FOLDER/<code of the format>/file``. No state but the database's and the folder's: any number of
schedulers may look, and be killed anywhere.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import Clock
from core.db import Database
from core.schedule import Stopping
from directory.units.models import Unit, UnitKind
from importers.folders.models import FolderFile, FolderProblem, NoticeKind
from importers.folders.notices import tell_about_file
from importers.folders.surveying import (
    DONE,
    REFUSED,
    Parts,
    content_of,
    free_place,
    is_part,
    make_folders,
    put_aside,
    quiet,
    survey,
)
from importers.folders.taking import FolderPlace, Told, settle, take_watched
from importers.formats.catalogue import LEAD_FORMATS
from importers.loads.models import ENDS, OVER, LoadState, RecordLoad
from importers.loads.running import APPLIERS
from importers.loads.told import Verdict

QUIET_SECONDS = 2.5
"""A file that has not changed for so long is whole."""
LONGEST = timedelta(minutes=10)
"""Files of clients to call are read while the sweep looks."""
ENDINGS = (".result.txt", ".result.xlsx")
"""Of what is told beside a file."""
Teller = Callable[[Session, FolderFile, RecordLoad | None], Mapping[str, bytes]]
"""What became of a file, for people: ending → content."""
_UNIT_AND_FORMAT = 2
_NEEDS_A_LOOK = (Verdict.DOUBTFUL, Verdict.INVALID)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Settled:
    """How a file has ended: where it is put aside, and what the heads are told, if anything."""

    aside: str
    notice: NoticeKind | None
    counts: Mapping[str, int]


def look_at_watched(
    database: Database,
    clock: Clock,
    *,
    place: FolderPlace,
    tell: Teller,
    pause: Callable[[float], None] = time.sleep,
) -> int:
    """Take every file that is whole, and put aside what is over; how many that were."""
    if not place.root.is_dir():
        # A share that is not mounted: nothing is made in its stead.
        log.warning("watched folder is not there")
        return 0
    with database.reading() as session:
        places = _places(session)
        known = _waiting(session)
    for code in {one[0] for one in places if len(one) == _UNIT_AND_FORMAT}:
        _safely(make_folders, place.root, (code,), formats())
    taken = 0
    first = [one for one in survey(place.root, places) if one.path not in known]
    if first:
        pause(QUIET_SECONDS)
        for found in quiet(first, survey(place.root, places)):
            taken += _safely(take_watched, database, clock, place, found, places[found.folder])
    return taken + _put_aside_what_is_over(database, clock, place, tell)


def formats() -> tuple[str, ...]:
    """The formats that have a folder."""
    return (*LEAD_FORMATS, *APPLIERS)


def departments(session: Session) -> list[tuple[str, int]]:
    """Code and id of each department that has a folder."""
    found = session.execute(
        select(Unit.code, Unit.id)
        .where(Unit.kind == UnitKind.DEPARTMENT, Unit.is_archived.is_(False))
        .order_by(Unit.id)
    )
    return [(code, unit_id) for code, unit_id in found if is_part(code)]


def how_it_ended(note: FolderFile, load: RecordLoad | None) -> Settled | None:
    """How a noted file has ended; None: it goes on."""
    if note.problem:
        return Settled(REFUSED, NoticeKind.REFUSED, {})
    if note.imported_file_id is not None:
        return Settled(DONE, NoticeKind.WAITS if note.is_new else None, {})
    if load is None or load.state not in ENDS:
        return None
    if load.state is LoadState.TAKEN_BACK:
        # Nothing of what is counted is there any more.
        return Settled(REFUSED, NoticeKind.REFUSED, {})
    if load.state in OVER:
        return Settled(REFUSED, NoticeKind.REFUSED, load.counts)
    is_clear = not any(load.counts.get(one.value) for one in _NEEDS_A_LOOK)
    return Settled(DONE, None if is_clear else NoticeKind.DOUBTS, load.counts)


def _places(session: Session) -> dict[Parts, Told]:
    """Every folder that is looked into, and what it tells about the files in it."""
    units = departments(session)
    misplaced = FolderProblem.MISPLACED.value
    places: dict[Parts, Told] = {(): Told(problem=misplaced)}
    if len(units) == 1:
        places |= {(fmt,): Told(unit_id=units[0][1], format=fmt) for fmt in formats()}
    else:
        # There was one department when somebody began to put files there.
        nobodys = FolderProblem.UNIT_NOT_TOLD.value
        places |= {(fmt,): Told(format=fmt, problem=nobodys) for fmt in formats()}
    for code, unit_id in units:
        # A unit may be called as a format is: its own folder is meant then.
        places[code,] = Told(unit_id=unit_id, problem=misplaced)
        places |= {(code, fmt): Told(unit_id=unit_id, format=fmt) for fmt in formats()}
    return places


def _waiting(session: Session) -> set[str]:
    """The files that were taken and are not over."""
    waits = select(FolderFile.path).where(
        FolderFile.run_id.is_(None), FolderFile.settled_at.is_(None)
    )
    return set(session.scalars(waits))


def _put_aside_what_is_over(
    database: Database, clock: Clock, place: FolderPlace, tell: Teller
) -> int:
    with database.reading() as session:
        waits = session.execute(
            select(FolderFile, RecordLoad)
            .outerjoin(RecordLoad, RecordLoad.id == FolderFile.load_id)
            .where(FolderFile.run_id.is_(None), FolderFile.settled_at.is_(None))
            .order_by(FolderFile.id)
        ).all()
        over: Sequence[tuple[int, Settled]] = [
            (note.id, ended) for note, load in waits if (ended := how_it_ended(note, load))
        ]
    return sum(_safely(_put_aside, database, clock, place, tell, *one) for one in over)


def _put_aside(
    database: Database,
    clock: Clock,
    place: FolderPlace,
    tell: Teller,
    note_id: int,
    ended: Settled,
) -> bool:
    with database.reading() as session:
        note = session.get_one(FolderFile, note_id)
        load = session.get(RecordLoad, note.load_id) if note.load_id is not None else None
        told = tell(session, note, load)
        session.expunge_all()
    *folder, name = note.path.split("/")
    # Another file may have come under the name meanwhile: that one is taken by itself.
    content = content_of(place.root, tuple(folder), name)
    if content is not None and content == (note.sha256 or content):
        # Written down before the file is moved: whoever is killed in between, or comes second,
        # neither chooses another name nor leaves anything behind that is never forgotten.
        moved_to = _promised_place(database, clock, place, note_id, ended)
        if moved_to is None:
            return False
        put_aside(place.root, note.path, moved_to, told)
    with database.unit_of_work() as session:
        now = clock(session)
        if not settle(session, note_id, now=now):
            return False
        if ended.notice is not None and note.unit_id is not None:
            why = note if note.problem or load is None else load
            tell_about_file(
                session, note.unit_id, ended.notice, occasion=f"folder:{note.id}", name=name,
                load_id=note.load_id, imported_file_id=note.imported_file_id,
                counts=ended.counts, problem=why.problem, problem_values=why.problem_values,
                now=now,
            )  # fmt: skip
    return True


def _promised_place(
    database: Database, clock: Clock, place: FolderPlace, note_id: int, ended: Settled
) -> str | None:
    """Where the file is to be put aside, the same for everybody; None: it is over."""
    with database.unit_of_work() as session:
        clock(session)  # a sign of life
        note = session.get_one(FolderFile, note_id, with_for_update=True)
        if note.settled_at is not None:
            return None
        if not note.moved_to:
            others = select(FolderFile.moved_to).where(
                FolderFile.moved_to != "", FolderFile.forgotten_at.is_(None)
            )
            taken = set(session.scalars(others))
            note.moved_to = free_place(place.root, note.path, ended.aside, taken)
        return note.moved_to


def _safely(act: Callable[..., object], *about: object) -> bool:
    """One file that cannot be read or moved does not keep the others; it is tried again."""
    try:
        return bool(act(*about))
    except Stopping:
        raise
    except Exception as error:
        # Neither names nor what a library says: they may be those of people.
        log.warning("folder file failed", extra={"type": type(error).__name__})
        return False
