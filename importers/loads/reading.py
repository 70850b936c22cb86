"""A large file of clients to call, read and matched by the background, kept in one go (A8).

The very code that reads a small one while the person waits. Whoever is killed leaves nothing, and
whoever goes on begins anew; only the rows that are ready are written, in one transaction.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import update

from importers.folders.models import NoticeKind
from importers.folders.notices import tell_asker
from importers.formats.catalogue import LEAD_FORMATS
from importers.loading import Judged, judge_file, keep_judged, read_file
from importers.loads.asking import refuse_load
from importers.loads.holding import end_load, is_to_end, require_mine
from importers.loads.models import LoadState, RecordLoad
from importers.loads.steps import go_to
from importers.loads.work import Work
from importers.problems import FileRefused

_EVERY = 0.5
"""Seconds between two notes of how far it is."""


class _Ended(Exception):
    """Somebody has asked for the end of the load."""


@dataclass
class _Watch:
    """Notes how far the reading is, hears when it is to end, and gives signs of life."""

    work: Work
    load: RecordLoad
    _noted_at: float = 0.0

    def read(self, rows: int, lines: int | None) -> None:
        """So many rows were read: each is half done."""
        self._note(rows // 2, lines)

    def matched(self, rows: int, all_rows: int | None) -> None:
        """Of all rows so many were matched."""
        self._note(((all_rows or 0) + rows) // 2, all_rows)

    def _note(self, position: int, lines: int | None) -> None:
        if time.monotonic() - self._noted_at < _EVERY:
            return
        with self.work.database.unit_of_work() as session:
            now = self.work.clock(session)
            if is_to_end(session, self.load, self.work.worker):
                raise _Ended
            session.execute(
                update(RecordLoad)
                .where(RecordLoad.id == self.load.id, RecordLoad.worker == self.work.worker)
                .values(position=position, lines=lines, beat_at=now)
                .execution_options(synchronize_session=False)
            )
        self._noted_at = time.monotonic()


def read_staged(work: Work, load: RecordLoad, path: Path) -> None:
    """Read a file of clients to call that this worker holds; the spooled file goes when it is kept.

    Raises TakenOver, FileRefused (the caller notes that by ``refuse_reading``).
    """
    load = _begun(work, load)
    watch = _Watch(work, load)
    try:
        read = read_file(
            path, LEAD_FORMATS[load.format], region=work.region, needs_columns=False,
            sheet=load.sheet or None, watch=watch.read,
        )  # fmt: skip
        with work.database.reading() as session:
            actor = work.actor_for(session, load)
            judged = judge_file(
                session, read, unit_id=load.unit_id, actor=actor, now=work.clock(session),
                needs_columns=False, watch=watch.matched,
            )  # fmt: skip
        _kept(work, load, judged)
    except _Ended:
        end_load(work.database, work.clock, load, work.worker, None)
        return
    path.unlink(missing_ok=True)


def refuse_reading(work: Work, load: RecordLoad, refused: FileRefused) -> None:
    """The file cannot be read: whoever asked is told. Raises TakenOver."""
    with work.database.unit_of_work() as session:
        now = work.clock(session)
        mine = require_mine(session, load, work.worker)
        refuse_load(mine, refused, now=now)
        tell_asker(session, mine, NoticeKind.NOT_READ, now=now)


def _begun(work: Work, load: RecordLoad) -> RecordLoad:
    with work.database.unit_of_work() as session:
        now = work.clock(session)
        mine = require_mine(session, load, work.worker)
        mine.begun_at, mine.beat_at, mine.position, mine.lines = now, now, 0, None
        return mine


def _kept(work: Work, load: RecordLoad, judged: Judged) -> None:
    with work.database.unit_of_work() as session:
        now = work.clock(session)
        actor = work.actor_for(session, load)
        kept = keep_judged(session, judged, name=load.name, actor=actor, now=now)
        # After the rows: until here signs of life get through, and somebody may ask for the end.
        mine = require_mine(session, load, work.worker)
        if mine.wants_end:
            raise _Ended
        go_to(mine, LoadState.DONE, now=now)
        mine.imported_file_id = kept.file.id
        mine.position = mine.lines = len(judged.read.result.rows)
        tell_asker(session, mine, NoticeKind.READ, now=now)
