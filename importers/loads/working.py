"""The job of the background: every load that waits is looked at, previewed, loaded (A8, rule 20).

Any number of workers may run; a load has one at a time. One that dies is followed by another after
a while, which goes on behind the last whole batch.
"""

from __future__ import annotations

import logging
import traceback
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import defer

from core.clock import Clock
from core.db import Database
from core.schedule import Stopping
from importers.formats.catalogue import FORMATS, LEAD_FORMATS
from importers.loads.asking import note_look
from importers.loads.beating import beating
from importers.loads.checking import check_staged
from importers.loads.holding import end_load, is_free, let_go, require_mine, take_load
from importers.loads.looking import look_at
from importers.loads.models import AT_WORK, LoadState, RecordLoad
from importers.loads.reading import read_staged, refuse_reading
from importers.loads.running import APPLIERS
from importers.loads.spool import forget_torn, spool_file
from importers.loads.staged import load_staged
from importers.loads.undoing import undo_staged
from importers.loads.work import Work
from importers.loads.workers import TakenOver, worker_name
from importers.problems import FileProblem, FileRefused

LANES = ("load files of records, first lane", "load files of records, second lane")
"""Names of the jobs: so many loads are at work at once, and a long one keeps no short one waiting.
"""
LONGEST = timedelta(minutes=30)
"""No file takes longer until its first rows are there."""
ATTEMPTS = 3
"""A load that was begun so often without one more batch being loaded is given up."""
_FRAMES = 8
log = logging.getLogger(__name__)


def work_on_loads(
    database: Database, clock: Clock, *, folder: Path, region: str = "RU",
    zone: str = "Europe/Moscow",
) -> int:  # fmt: skip
    """Make a step of every load that nobody is at work on, oldest first; how many steps.

    ``folder``: where the files of loads lie (``importers.loads.spool``). ``region``: of phones
    without a country; ``zone`` (IANA): where no unit has one. A failing load is logged and rests.
    """
    done = 0
    while (load := _next_load(database, clock, folder)) is not None:
        work = Work(database=database, clock=clock, worker=worker_name(), region=region, zone=zone)
        taken = take_load(database, clock, load.id, work.worker)
        if taken is not None:
            done += _worked(work, taken, spool_file(folder, load.id))
    if done:
        with database.reading() as session:
            now = clock(session)
        forget_torn(folder, now=now)
    return done


def _next_load(database: Database, clock: Clock, folder: Path) -> RecordLoad | None:
    """The oldest one that waits; what the command line loads from elsewhere is its own business."""
    with database.reading() as session:
        now = clock(session)
        waiting = session.scalars(
            select(RecordLoad)
            .where(RecordLoad.state.in_(AT_WORK))
            .order_by(RecordLoad.id)
            .options(defer(RecordLoad.sample), defer(RecordLoad.columns))
        )
        for load in waiting:
            is_ours = (
                not load.runs_by_itself
                or load.state is LoadState.UNDOING
                or spool_file(folder, load.id).exists()
            )
            if is_free(load, now) and (is_ours or load.wants_end):
                return load
    return None


def _worked(work: Work, load: RecordLoad, path: Path) -> int:
    """One step of a load that is held, whatever comes of it."""
    try:
        try:
            with beating(work.database, load, work.worker):
                _step(work, load, path)
        except FileRefused as refused:
            if load.format in LEAD_FORMATS:
                refuse_reading(work, load, refused)
            else:
                end_load(work.database, work.clock, load, work.worker, refused)
    except TakenOver:
        return 0
    except Exception as error:
        is_stopping = isinstance(error, Stopping)
        let_go(work.database, load, work.worker, is_counted=not is_stopping)
        if is_stopping:
            raise
        told = {"load": load.id, "attempt": load.attempts, "error": type(error).__name__}
        log.error("load failed", extra=told | {"where": _where(error)})
    return 1


def _where(error: Exception) -> list[str]:
    """The way to the error without its words, in which a cell of the file may stand."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]


def _step(work: Work, load: RecordLoad, path: Path) -> None:
    if load.state is LoadState.UNDOING:
        undo_staged(work, load, is_given_up=load.attempts > ATTEMPTS)
        return
    if load.wants_end:
        end_load(work.database, work.clock, load, work.worker, None)
        return
    if load.attempts > ATTEMPTS or load.format not in {**APPLIERS, **LEAD_FORMATS}:
        raise FileRefused(FileProblem.LOAD_FAILED)
    if not path.exists():
        raise FileRefused(FileProblem.FILE_GONE)
    if load.state is LoadState.READING:
        read_staged(work, load, path)
    elif load.state is LoadState.CHECKING:
        check_staged(work, load, path)
    elif load.state is LoadState.LOADING or load.runs_by_itself:
        load_staged(work, load, path)
    else:
        _look(work, load, path)


def _look(work: Work, load: RecordLoad, path: Path) -> None:
    looked = look_at(path, FORMATS[load.format], sheet=load.sheet)
    with work.database.unit_of_work() as session:
        now = work.clock(session)
        mine = require_mine(session, load, work.worker)
        note_look(session, mine, looked, actor=work.actor_for(session, mine), now=now)
