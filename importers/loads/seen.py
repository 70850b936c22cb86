"""Loads as people see them: the latest, one of them, how far it is, its rows (A8)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from core.access import Actor
from core.among import among
from core.errors import NotFound
from importers.loads.kept_rows import problems_in
from importers.loads.models import AT_WORK, LoadedRow, LoadState, RecordLoad
from importers.loads.told import Verdict
from importers.loads.workers import is_silent
from importers.permissions import ImportPermission
from importers.places import Place
from importers.problems import FileProblem, FileRefused, RowProblem

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the present step is. ``share``: 0 to 1; None: nobody knows how much there is."""

    state: LoadState
    rows: int
    """Done with."""
    lines: int | None
    """Rows that there seem to be."""
    share: float | None
    per_second: float | None
    seconds_left: int | None
    is_waiting: bool
    """Nobody is at work on it yet."""
    is_stalled: bool
    """Whoever was at work gives no sign of life; another one will go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsPage:
    """Kept rows of a load; ``page`` is counted from 1."""

    rows: Sequence[LoadedRow]
    total: int
    page: int
    pages: int


def get_load(session: Session, load_id: int, *, actor: Actor) -> RecordLoad:
    """The load, if its unit is among those of this person. Raises NotFound, NotPermitted."""
    actor.require(ImportPermission.LOAD)
    load = session.scalars(
        select(RecordLoad).where(RecordLoad.id == load_id, RecordLoad.unit_id.in_(actor.unit_ids))
    ).one_or_none()
    if load is None:
        raise NotFound("record_load", load_id)
    return load


def recent_loads(session: Session, *, actor: Actor, limit: int = 20) -> Sequence[RecordLoad]:
    """The newest loads of the units that this person sees; their samples are left out.

    What has become a file of clients to call is told among those (``importers.files``).
    """
    actor.require(ImportPermission.LOAD)
    return session.scalars(
        select(RecordLoad)
        .where(RecordLoad.unit_id.in_(actor.unit_ids), RecordLoad.imported_file_id.is_(None))
        .order_by(RecordLoad.id.desc())
        .limit(limit)
        .options(defer(RecordLoad.sample), defer(RecordLoad.columns))
    ).all()


def place_of_load(load: RecordLoad) -> tuple[Place | None, str]:
    """Where its table was found, and the name of the sheet that was read."""
    return Place.from_kept(load.place), str(load.place.get("sheet", ""))


def refusal_of(load: RecordLoad) -> FileRefused | None:
    """Why it was refused; None for all others."""
    if not load.problem:
        return None
    return FileRefused(FileProblem(load.problem), **load.problem_values)


def counts_of(told: Mapping[str, int] | None) -> dict[Verdict, int]:
    """``RecordLoad.counts`` or ``.checked`` with every verdict."""
    return {verdict: int((told or {}).get(verdict.value, 0)) for verdict in Verdict}


def problems_of_row(row: LoadedRow) -> tuple[RowProblem, ...]:
    """What is to be told about a row."""
    return problems_in(row.problems)


def rows_with_problems(session: Session, load_id: int, *, actor: Actor) -> int:
    """Of how many kept rows something is to be told. Raises NotFound, NotPermitted."""
    get_load(session, load_id, actor=actor)
    query = select(func.count()).where(
        LoadedRow.load_id == load_id,
        LoadedRow.problems.is_not(None),
        LoadedRow.cells.is_not(None),
    )
    return session.scalar(query) or 0


def progress_of(load: RecordLoad, *, now: datetime) -> Progress:
    """How far it is, how fast, and how long it will take; of the present step alone."""
    rows = load.position if load.state is LoadState.READING else sum(load.counts.values())
    is_going = load.state in AT_WORK
    is_told = bool(load.lines) and load.state is not LoadState.UNDOING
    share = min(1.0, rows / load.lines) if load.lines and is_told else None
    per_second = None
    until = (load.beat_at or now) if is_going else (load.finished_at or load.beat_at)
    if load.begun_at is not None and until is not None and rows:
        seconds = (until - load.begun_at).total_seconds()
        per_second = rows / seconds if seconds > 0 else None
    left = None
    if is_going and is_told and per_second and load.lines:
        left = max(0, round((load.lines - rows) / per_second))
    return Progress(
        state=load.state, rows=rows, lines=load.lines,
        share=1.0 if load.state in (LoadState.CHECKED, LoadState.DONE) else share,
        per_second=per_second, seconds_left=left,
        is_waiting=is_going and load.worker is None,
        is_stalled=is_going and is_silent(load, now),
    )  # fmt: skip


def rows_of(
    session: Session,
    load_id: int,
    *,
    verdict: Verdict | None = None,
    with_problems: bool = False,
    row_nos: Collection[int] | None = None,
    page: int = 1,
    actor: Actor,
) -> RowsPage:
    """One page of the kept rows, as they stand in the file; ``row_nos``: of these alone.

    Raises NotFound, NotPermitted.
    """
    get_load(session, load_id, actor=actor)
    kept = select(LoadedRow).where(LoadedRow.load_id == load_id, LoadedRow.cells.is_not(None))
    if verdict is not None:
        kept = kept.where(LoadedRow.verdict == verdict)
    if with_problems:
        kept = kept.where(LoadedRow.problems.is_not(None))
    if row_nos is not None:
        kept = kept.where(among(session, LoadedRow.row_no, row_nos))
    total = session.scalar(select(func.count()).select_from(kept.subquery())) or 0
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(1, page), pages)
    rows = session.scalars(
        kept.order_by(LoadedRow.row_no).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    ).all()
    return RowsPage(rows=rows, total=total, page=page, pages=pages)
