"""``prozvon import`` of files of records: loaded in stages, or tried without a trace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from core.clock import database_clock
from core.db import Database
from core.rehearsals import rehearsing
from core.settings import Settings
from directory.units.models import Unit
from entrypoints.files import FileNotTaken, loader_at, named_unit
from entrypoints.import_told import (
    ReportLine,
    Told,
    counts_told,
    progress_bar,
    report_lines,
    sentences,
    told_rows,
    write_report,
)
from importers.columns import unread
from importers.formats.declaration import FileFormat
from importers.kept_columns import columns_of
from importers.loading import content_sum
from importers.loads.asking import ask_load
from importers.loads.line_counts import seeming_rows
from importers.loads.models import LoadState, RecordLoad
from importers.loads.running import load_rows
from importers.loads.seen import problems_of_row
from importers.loads.staged import LoadEnd, run_load
from importers.loads.told import LoadResult, RowError, Ruling
from importers.loads.workers import TakenOver
from importers.loads.workshops import named_workshop, workshops_below
from importers.mapping_files import Said
from importers.tables import read_table
from importers.typed_rows import TypedRow

_IN_BROWSER = {
    LoadState.LOOKING: "it is being looked at",
    LoadState.COLUMNS: "somebody is to say what its columns are",
    LoadState.CHECKING: "it is being checked",
    LoadState.CHECKED: "it was checked and waits to be loaded",
    LoadState.LOADING: "it is being loaded",
}


class LoadNotRun(Exception):
    """The load is somebody else's business, or was ended; the message says so."""


@dataclass(frozen=True, kw_only=True)
class RecordFile:
    """A file of records and how it is to be taken."""

    path: Path
    fmt: FileFormat
    unit_code: str | None
    said: Said | None
    report: Path | None
    workshop: str | None = None
    """Name or code of the workshop of rows that name none."""


def load_records(database: Database, wish: RecordFile, settings: Settings) -> Told:
    """Load the file, or go on with a load of it that was broken off; each batch is kept at once.

    Raises LoadNotRun, FileNotTaken, FileRefused, MappingRefused.
    """
    with database.unit_of_work() as session:
        unit = named_unit(session, wish.unit_code)
        actor = loader_at(session, unit)
        asked = ask_load(
            session, name=wish.path.name, size=wish.path.stat().st_size,
            sha256=content_sum(wish.path), format=wish.fmt.code, unit_id=unit.id,
            runs_by_itself=True, actor=actor, now=database_clock(session),
        )  # fmt: skip
        if not asked.load.runs_by_itself:
            raise LoadNotRun(_how_to_go_on(asked.load, settings))
        if wish.workshop:
            asked.load.workshop_id = _workshop(session, unit, wish.workshop)
    ended = _run(database, asked.load.id, wish, actor)
    if ended.state is not LoadState.DONE:
        raise LoadNotRun(f"Cancelled in the browser when {ended.rows} rows were done with.")
    with database.reading() as session:
        load = session.get_one(RecordLoad, asked.load.id)
        errors = tuple(
            RowError(row.row_no, problem.column, problem.code, problem.value)
            for row in told_rows(session, load.id)
            for problem in problems_of_row(row)
        )
        lines = report_lines(told_rows(session, load.id))
        write_report(wish.report, load.header, lines, settings)
        left_out = unread(columns_of(load))
    result = LoadResult(ended.rows, ended.counts, errors, ended.skipped_lines, left_out)
    return {**counts_told(result), "unit": unit.code}


def _how_to_go_on(load: RecordLoad, settings: Settings) -> str:
    """What is to be said of a file that somebody has brought in the browser, and that is not over.

    It is theirs: a preview may be just before somebody's eyes.
    """
    stands = _IN_BROWSER.get(load.state, load.state.value)
    return (
        f"This file was brought in the browser (load {load.id}, {stands}): go on there, or stop it "
        f"there and call again: {settings.public_url}/selections/loads/{load.id}"
    )


def _workshop(session: Session, unit: Unit, told: str) -> int:
    """The workshop of the unit, or of one below it, that is called so. Raises FileNotTaken."""
    found = named_workshop(session, unit.id, told)
    if found is None:
        names = ", ".join(workshops_below(session, unit.id).values())
        raise FileNotTaken(f"{unit.code} has no such workshop: {told}. One of: {names}")
    return found


def _run(database: Database, load_id: int, wish: RecordFile, actor: Actor) -> LoadEnd:
    with progress_bar() as bar:

        def watch(rows: Sequence[TypedRow], _: Sequence[Ruling]) -> None:
            with database.reading() as session:
                found = session.execute(
                    select(RecordLoad.lines, RecordLoad.counts).where(RecordLoad.id == load_id)
                ).one()
            bar.begin(found.lines, sum(found.counts.values()) - len(rows))
            bar.advance(len(rows))

        try:
            return run_load(
                database, load_id, wish.path, clock=database_clock, said=wish.said, actor=actor,
                watch=watch,
            )  # fmt: skip
        except TakenOver as error:
            raise LoadNotRun(f"Somebody else is loading this file (load {load_id}).") from error


def try_records(database: Database, wish: RecordFile, settings: Settings) -> Told:
    """What loading the file would give, by the same code; nothing of it is kept.

    Raises FileNotTaken, FileRefused, MappingRefused.
    """
    lines: dict[int, ReportLine] = {}
    with read_table(wish.path) as stream, progress_bar() as bar, rehearsing(database) as session:
        bar.begin(seeming_rows(wish.path, stream))
        unit: Unit = named_unit(session, wish.unit_code)

        def watch(rows: Sequence[TypedRow], rulings: Sequence[Ruling]) -> None:
            bar.advance(len(rows))
            tell(rows, rulings)

        def tell(rows: Sequence[TypedRow], rulings: Sequence[Ruling]) -> None:
            for row, ruling in zip(rows, rulings, strict=True):
                lines.pop(row.row_no, None)
                if ruling.problems and wish.report is not None:
                    said = partial(sentences, ruling.problems)
                    lines[row.row_no] = (row.row_no, row.cells, said)

        result = load_rows(
            session, stream, wish.fmt, unit_id=unit.id, sha256=content_sum(wish.path),
            actor=loader_at(session, unit), now=database_clock(session), said=wish.said,
            workshop_id=_workshop(session, unit, wish.workshop) if wish.workshop else None,
            watch=watch, settled=tell, is_kept=False,
        )  # fmt: skip
        header = [column.heading for column in stream.columns]
        told = [lines[row_no] for row_no in sorted(lines)]
        write_report(wish.report, header, told, settings)
        return {**counts_told(result), "unit": unit.code}
