"""Loading a staged file batch by batch, each whole in a transaction of its own (A8, P12).

Where a load is stands in the very transaction of its batch, and only its worker may write there:
whoever is killed leaves whole batches, and whoever goes on reads the file again and leaves out
what is loaded. Between batches others write: another load, people at their work.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from core.access import Actor
from core.bulk import lift_time_limits
from core.clock import Clock
from core.db import Database
from core.locks import exclusively
from importers.answers import Rows
from importers.collecting import collect_young, no_collecting
from importers.content import SAMPLE
from importers.formats.catalogue import FORMATS
from importers.kept_columns import columns_of
from importers.loads.asking import note_look
from importers.loads.batch import apply_batch
from importers.loads.batches import batches
from importers.loads.beating import beating
from importers.loads.holding import (
    end_load,
    is_to_end,
    let_go,
    require_mine,
    take_load,
)
from importers.loads.kept_rows import forget_rows, keep_rows
from importers.loads.looking import looked_at
from importers.loads.models import LoadState, RecordLoad
from importers.loads.reapplying import read_kept
from importers.loads.running import APPLIERS, Watch, record_load
from importers.loads.second_look import kept_in_doubt, retell_settled
from importers.loads.steps import go_to
from importers.loads.told import Ruling, Verdict
from importers.loads.work import Work
from importers.loads.workers import TakenOver, worker_name
from importers.mapping_files import MappingRefused, Said
from importers.problems import FileProblem, FileRefused, Skipped
from importers.rereading import LOCK
from importers.tables import ReadOptions, TableStream, read_table
from importers.typed_rows import TypedReader, TypedRow


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadEnd:
    """How the work on a load ended: ``counts`` holds every verdict and adds up to ``rows``."""

    state: LoadState
    rows: int
    counts: dict[Verdict, int]
    skipped_lines: Skipped


def run_load(
    database: Database,
    load_id: int,
    path: Path,
    *,
    clock: Clock,
    region: str = "RU",
    zone: str = "Europe/Moscow",
    said: Said | None = None,
    actor: Actor | None = None,
    watch: Watch | None = None,
) -> LoadEnd:
    """Load a file that runs by itself, or go on with it, to its end; each batch is committed.

    For a caller who waits for it. ``said``: what a mapping file says that headings mean. ``watch``
    is called after each batch. Raises TakenOver when somebody else is at work on it or has ended
    it, MappingRefused, and FileRefused, when the load is REFUSED and what was loaded stays.
    """
    work = Work(database=database, clock=clock, worker=worker_name(), region=region, zone=zone,
                actor=actor)  # fmt: skip
    load = take_load(database, clock, load_id, work.worker)
    if load is None or not load.runs_by_itself:
        raise TakenOver
    try:
        with beating(database, load, work.worker):
            return load_staged(work, load, path, said=said, watch=watch)
    except FileRefused as refused:
        end_load(database, clock, load, work.worker, refused)
        raise
    except MappingRefused:
        end_load(database, clock, load, work.worker, None)
        raise
    except BaseException:
        let_go(database, load, work.worker, is_counted=False)
        raise


@no_collecting()
def load_staged(
    work: Work,
    load: RecordLoad,
    path: Path,
    *,
    said: Said | None = None,
    watch: Watch | None = None,
) -> LoadEnd:
    """Load the rows of a load that this worker holds; one in LOOKING is looked at on the way.

    Raises TakenOver, FileRefused (the caller notes that), MappingRefused.
    """
    with open_table(load, path) as stream:
        lines: Iterator[Rows] = stream.batches()
        if load.state is LoadState.LOOKING:
            sample, lines = _first_rows(lines)
            load = _looked(work, load, path, stream, sample, said)
        load = _begun(work, load)
        reader = TypedReader(columns_of(load), FORMATS[load.format], region=work.region,
                             has_error_cells=stream.has_error_cells)  # fmt: skip
        counts = Counter({Verdict(name): count for name, count in load.counts.items()})
        number = load.batches
        with batches(lines, reader, after=load.position) as found:
            for rows in found:
                rulings = _load_batch(work, load, rows, number, counts)
                if rulings is None:
                    ended = end_load(work.database, work.clock, load, work.worker, None)
                    return _told(ended.state, counts, stream.skipped)
                number += 1
                if watch is not None:
                    watch(rows, rulings)
                collect_young()
        if not counts.total():
            raise FileRefused(FileProblem.NO_ROWS)
        settled = _settle(work, load, number, counts)
        if settled is None:
            ended = end_load(work.database, work.clock, load, work.worker, None)
            return _told(ended.state, counts, stream.skipped)
        return _done(work, load, settled, counts, stream.skipped)


def open_table(load: RecordLoad, path: Path) -> TableStream:
    """The table of a load's file: the sheet that was found, or that was asked for."""
    sheet = str(load.place.get("sheet") or load.sheet)
    return read_table(path, ReadOptions(sheet=sheet) if sheet else None)


def _first_rows(lines: Iterator[Rows]) -> tuple[Rows, Iterator[Rows]]:
    """The rows of a look, and all batches, these among them."""
    ahead: list[Rows] = []
    count = 0
    while count < SAMPLE and (batch := next(lines, None)) is not None:
        ahead.append(batch)
        count += len(batch)
    sample = [row for batch in ahead for row in batch][:SAMPLE]
    return sample, chain(ahead, lines)


def _looked(
    work: Work,
    load: RecordLoad,
    path: Path,
    stream: TableStream,
    sample: Iterable[tuple[int, Sequence[str]]],
    said: Said | None,
) -> RecordLoad:
    rows = tuple((row_no, tuple(cells)) for row_no, cells in sample)
    looked = looked_at(path, stream, FORMATS[load.format], rows)
    with work.database.unit_of_work() as session:
        now = work.clock(session)
        mine = require_mine(session, load, work.worker)
        note_look(session, mine, looked, said=said, actor=work.actor_for(session, mine), now=now)
        mine.worker, mine.beat_at = work.worker, now
        return mine


def _begun(work: Work, load: RecordLoad) -> RecordLoad:
    """What the preview has kept of rows makes way for what becomes of them."""
    if load.begun_at is not None:
        return load
    forget_rows(work.database, load, work.worker)
    with work.database.unit_of_work() as session:
        now = work.clock(session)
        mine = require_mine(session, load, work.worker)
        mine.begun_at = now
        return mine


def _load_batch(
    work: Work,
    load: RecordLoad,
    rows: Sequence[TypedRow],
    number: int,
    counts: Counter[Verdict],
) -> Sequence[Ruling] | None:
    """Make records of a batch and note that, at once; None when the load is to end instead."""
    with work.database.unit_of_work() as session:
        lift_time_limits(session)
        now = work.clock(session)
        if is_to_end(session, load, work.worker):
            return None
        exclusively(session, LOCK)
        setting = work.setting(session, load, now)
        rulings = apply_batch(APPLIERS[load.format], setting, rows)
        keep_rows(session, load.id, rows, rulings, counts)
        after = counts + Counter(ruling.verdict for ruling in rulings)
        last_row = rows[-1].row_no
        work.note_batch(setting, load, number + 1, last_row, after, position=last_row)
    counts.update(ruling.verdict for ruling in rulings)
    return rulings


def _settle(work: Work, load: RecordLoad, number: int, counts: Counter[Verdict]) -> int | None:
    """Load what is certain by now of the rows in doubt, until none is found any more.

    How many batches there are then; None when the load is to end instead.
    """
    after, is_found = 0, False
    while True:
        with work.database.unit_of_work() as session:
            lift_time_limits(session)
            now = work.clock(session)
            if is_to_end(session, load, work.worker):
                return None
            exclusively(session, LOCK)
            kept = kept_in_doubt(session, load.id, after=after)
            if not kept:
                if not is_found:
                    return number
                after, is_found = 0, False
                continue
            setting = work.setting(session, load, now)
            rows = read_kept(load, kept, region=work.region)
            after = kept[-1].row_no
            if not retell_settled(kept, apply_batch(APPLIERS[load.format], setting, rows), counts):
                continue
            is_found = True
            number += 1
            work.note_batch(setting, load, number, after, counts)


def _done(
    work: Work, load: RecordLoad, number: int, counts: Counter[Verdict], skipped: Skipped
) -> LoadEnd:
    with work.database.unit_of_work() as session:
        now = work.clock(session)
        mine = require_mine(session, load, work.worker)
        if mine.batches != number:
            raise TakenOver
        go_to(mine, LoadState.DONE, now=now)
        mine.skipped, mine.lines = skipped_as_json(skipped), counts.total()
        record_load(session, FORMATS[load.format], load.unit_id, load.sha256, counts,
                    actor=work.actor_for(session, mine), now=now)  # fmt: skip
    return _told(LoadState.DONE, counts, skipped)


def skipped_as_json(skipped: Skipped) -> dict[str, Any]:
    """The lines that are no rows, as a load keeps them."""
    return {name: getattr(skipped, name) for name in Skipped.__dataclass_fields__}


def _told(state: LoadState, counts: Counter[Verdict], skipped: Skipped) -> LoadEnd:
    told = {verdict: counts[verdict] for verdict in Verdict}
    return LoadEnd(state=state, rows=counts.total(), counts=told, skipped_lines=skipped)
