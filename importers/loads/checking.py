"""The preview of a load: the whole file is loaded where nothing remains of it (A8, rule 20).

What the rows come to is noted in the real database, a short transaction for each batch: the
counts, and the rows with something to tell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from core.rehearsals import rehearsing
from importers.formats.catalogue import FORMATS
from importers.kept_columns import columns_of
from importers.loads.holding import advance, end_load, is_to_end, require_mine
from importers.loads.kept_rows import Before, forget_rows, keep_rows
from importers.loads.models import LoadState, RecordLoad
from importers.loads.running import load_rows
from importers.loads.second_look import recount, settle_kept
from importers.loads.staged import open_table, skipped_as_json
from importers.loads.steps import go_to
from importers.loads.told import Ruling, Verdict
from importers.loads.work import Work, as_json
from importers.problems import Skipped
from importers.typed_rows import TypedRow


class _Ended(Exception):
    """Somebody has asked for the end of the load."""


def check_staged(work: Work, load: RecordLoad, path: Path) -> None:
    """Preview a load that this worker holds: from its first row, however far another one was.

    Raises TakenOver, FileRefused (the caller notes that).
    """
    load = _begun(work, load)
    counts = Counter[Verdict]()

    def note(before: Before, rows: Sequence[TypedRow], rulings: Sequence[Ruling]) -> None:
        with work.database.unit_of_work() as session:
            now = work.clock(session)
            if is_to_end(session, load, work.worker):
                raise _Ended
            keep_rows(session, load.id, rows, rulings, counts, before=before)
            counts.update(ruling.verdict for ruling in rulings)
            told = {"position": rows[-1].row_no, "counts": as_json(counts), "beat_at": now}
            advance(session, load, work.worker, told, batches=0)

    def settle(before: Before, rows: Sequence[TypedRow], rulings: Sequence[Ruling]) -> None:
        with work.database.unit_of_work() as session:
            now = work.clock(session)
            if is_to_end(session, load, work.worker):
                raise _Ended
            settle_kept(session, load.id, rows, rulings, before)
            recount(counts, rulings)
            told = {"counts": as_json(counts), "beat_at": now}
            advance(session, load, work.worker, told, batches=0)

    try:
        with open_table(load, path) as stream, rehearsing(work.database) as session:
            before = Before.now(session)
            result = load_rows(
                session, stream, FORMATS[load.format], unit_id=load.unit_id, sha256=load.sha256,
                actor=work.actor_for(session, load), now=work.clock(session), region=work.region,
                columns=columns_of(load), workshop_id=load.workshop_id, watch=partial(note, before),
                settled=partial(settle, before), is_kept=False, tells_errors=False,
            )  # fmt: skip
    except _Ended:
        end_load(work.database, work.clock, load, work.worker, None)
        return
    _checked(work, load, counts, result.skipped_lines)


def _begun(work: Work, load: RecordLoad) -> RecordLoad:
    forget_rows(work.database, load, work.worker)
    with work.database.unit_of_work() as session:
        now = work.clock(session)
        mine = require_mine(session, load, work.worker)
        mine.begun_at, mine.beat_at, mine.position, mine.counts = now, now, 0, {}
        return mine


def _checked(work: Work, load: RecordLoad, counts: Counter[Verdict], skipped: Skipped) -> None:
    with work.database.unit_of_work() as session:
        now = work.clock(session)
        mine = require_mine(session, load, work.worker)
        if mine.wants_end:
            go_to(mine, LoadState.CANCELLED, now=now)
            return
        go_to(mine, LoadState.CHECKED, now=now)
        mine.finished_at = now
        mine.checked, mine.lines = as_json(counts), counts.total()
        mine.skipped = skipped_as_json(skipped)
