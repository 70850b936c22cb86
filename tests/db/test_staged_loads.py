"""Staged loads: preview and run, resumed, cancelled, taken over, two at once (A8, P12, P13)."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from core.clock import database_clock
from core.db import Database
from core.journal import JournalEntry
from core.rehearsals import rehearsing
from core.schedule import Stopping
from importers.formats.catalogue import FORMATS
from importers.loads import batches as batching
from importers.loads import running, staged
from importers.loads.asking import ask_check, ask_end, ask_run
from importers.loads.batch import apply_batch
from importers.loads.models import LoadBatch, LoadedRow, LoadState, RecordLoad
from importers.loads.running import load_rows
from importers.loads.seen import counts_of, rows_of
from importers.loads.spool import spool_file
from importers.loads.staged import run_load
from importers.loads.told import Verdict
from importers.loads.workers import TakenOver
from importers.problems import FileProblem, FileRefused
from importers.tables import read_table
from tests.given import Given
from tests.staged_given import StagingDesk, people, picture_of, write_lines

SMALL = 20


@pytest.fixture
def desk(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StagingDesk:
    monkeypatch.setattr(batching, "BATCH", SMALL)
    return StagingDesk(database, tmp_path)


def run(desk: StagingDesk, load_id: int, **options: Any) -> staged.LoadEnd:
    path = spool_file(desk.folder, load_id)
    return run_load(desk.database, load_id, path, clock=database_clock, **options)


def number_of(desk: StagingDesk, table: Any) -> int:
    with desk.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def events(desk: StagingDesk) -> int:
    with desk.database.reading() as session:
        told = select(func.count(JournalEntry.id)).where(JournalEntry.event == "RecordsLoaded")
        return session.scalar(told) or 0


def test_a_preview_writes_nothing_and_promises_what_the_run_gives(
    desk: StagingDesk, tmp_path: Path
) -> None:
    load_id = desk.ask(write_lines(tmp_path / "f.csv", people(205)))
    empty = desk.picture()
    assert desk.work() == 2, "looked at, and previewed"
    seen = desk.see(load_id)
    assert (seen.state, seen.lines, seen.worker) == (LoadState.CHECKED, 205, None)
    assert desk.picture() == empty == []
    assert events(desk) == number_of(desk, LoadBatch) == 0
    promised = counts_of(seen.checked)
    assert sum(promised.values()) == 205
    assert promised[Verdict.NEW] and promised[Verdict.MATCHED] and promised[Verdict.INVALID]
    with desk.database.reading() as session:
        kept = rows_of(session, load_id, with_problems=True, actor=desk.actor)
        assert kept.total == number_of(desk, LoadedRow) - _silent(kept.total, desk)
        assert all(row.cells and row.problems for row in kept.rows)
    desk.do(ask_check, load_id)
    assert desk.work() == 1 and desk.see(load_id).checked == seen.checked
    assert desk.work() == 0, "it waits for a person"

    desk.do(ask_run, load_id)
    assert desk.work() == 1
    done = desk.see(load_id)
    assert (done.state, done.counts, done.position) == (LoadState.DONE, seen.checked, 206)
    assert number_of(desk, LoadedRow) == 205 and number_of(desk, LoadBatch) == done.batches == 11
    assert events(desk) == 1
    with desk.database.reading() as session:
        rows = session.scalars(select(LoadedRow).order_by(LoadedRow.row_no)).all()
    assert all((row.client_id is None) is (row.verdict is Verdict.INVALID) for row in rows)
    twin = next(row for row in rows if row.verdict is Verdict.MATCHED)
    assert twin.client_id == rows[twin.row_no - 3].client_id, "the line before is the same client"


def test_a_preview_names_nobody_who_is_made_in_it(desk: StagingDesk, tmp_path: Path) -> None:
    with desk.database.unit_of_work() as session:
        known = Given(session).client("Иванов Адам", phone="+79160000001").id
    lines = ["Иванов Адам;89160000001;;", "Петров Олег;89160000002;;", "Петров Олег;89160000002;;"]
    load_id = desk.ask(write_lines(tmp_path / "f.csv", lines))
    desk.work()
    with desk.database.reading() as session:
        assert session.get_one(RecordLoad, load_id).checked == {
            one.value: int(one in (Verdict.NEW, Verdict.MATCHED, Verdict.REFRESHED))
            for one in Verdict
        }
        query = select(LoadedRow.client_id).order_by(LoadedRow.row_no)
        assert session.scalars(query).all() == [known, None, None]


def _silent(told: int, desk: StagingDesk) -> int:
    """Rows kept as the first of their verdict, with nothing to tell."""
    with desk.database.reading() as session:
        query = select(func.count()).where(LoadedRow.problems.is_(None))
        return session.scalar(query.select_from(LoadedRow)) or 0


def test_loaded_twice_is_loaded_once(desk: StagingDesk, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "f.csv", people(100))
    first = run(desk, desk.ask(path, runs_by_itself=True))
    picture = desk.picture()
    again = run(desk, desk.ask(path, runs_by_itself=True))
    assert again.rows == first.rows == sum(again.counts.values()) == 100
    assert again.counts[Verdict.NEW] == 0
    assert again.counts[Verdict.INVALID] == first.counts[Verdict.INVALID]
    assert desk.picture() == picture


class Fails:
    """Applies batches until it is to break down."""

    def __init__(self, *, at: int, error: BaseException) -> None:
        self._left, self._error = at, error

    def __call__(self, *given: Any) -> Any:
        if not self._left:
            raise self._error
        self._left -= 1
        return apply_batch(*given)


@pytest.mark.parametrize("at", [0, 1, 4])
def test_whoever_goes_on_completes_whole_batches(
    desk: StagingDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    path = write_lines(tmp_path / "f.csv", people(205))
    load_id = desk.ask(path, runs_by_itself=True)
    with monkeypatch.context() as broken:
        broken.setattr(staged, "apply_batch", Fails(at=at, error=KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            run(desk, load_id)
    seen = desk.see(load_id)
    assert (seen.state, seen.batches, seen.worker) == (LoadState.LOADING, at, None)
    assert sum(seen.counts.values()) == number_of(desk, LoadedRow) == at * SMALL
    told: list[int] = []
    ended = run(desk, load_id, watch=lambda rows, _: told.append(rows[0].row_no))
    assert told[0] == 2 + at * SMALL
    assert ended.rows == 205 and events(desk) == 1

    with desk.database.reading() as session:
        numbers = session.scalars(select(LoadBatch.batch_no).order_by(LoadBatch.batch_no)).all()
        rows = session.scalars(select(LoadedRow.row_no).order_by(LoadedRow.row_no)).all()
    assert (numbers, rows) == (list(range(1, 12)), list(range(2, 207)))
    torn = desk.picture()
    with desk.database.unit_of_work() as session:
        before = session.scalar(select(RecordLoad.counts).where(RecordLoad.id == load_id))
    assert before == {verdict.value: count for verdict, count in ended.counts.items()}
    again = run(desk, desk.ask(path, runs_by_itself=True))
    assert again.counts[Verdict.NEW] == 0 and desk.picture() == torn


def test_cancelled_before_the_next_batch(desk: StagingDesk, tmp_path: Path) -> None:
    load_id = desk.ask(write_lines(tmp_path / "f.csv", people(100)), runs_by_itself=True)

    def cancel(rows: Sequence[Any], _: Any) -> None:
        if rows[0].row_no > SMALL:
            desk.do(ask_end, load_id)

    ended = run(desk, load_id, watch=cancel)
    assert (ended.state, ended.rows) == (LoadState.CANCELLED, 2 * SMALL)
    seen = desk.see(load_id)
    assert (seen.state, seen.batches, seen.worker) == (LoadState.CANCELLED, 2, None)
    assert seen.finished_at and not seen.wants_end and events(desk) == 0


def test_whoever_was_taken_over_writes_nothing_more(desk: StagingDesk, tmp_path: Path) -> None:
    load_id = desk.ask(write_lines(tmp_path / "f.csv", people(100)), runs_by_itself=True)

    def steal(*_: Any) -> None:
        with desk.database.unit_of_work() as session:
            other = update(RecordLoad).where(RecordLoad.id == load_id)
            session.execute(other.values(worker="elsewhere:1:a"))

    with pytest.raises(TakenOver):
        run(desk, load_id, watch=steal)
    seen = desk.see(load_id)
    assert (seen.batches, seen.worker) == (1, "elsewhere:1:a")
    assert number_of(desk, LoadedRow) == SMALL
    with pytest.raises(TakenOver):
        run(desk, load_id)
    assert desk.work() == 0
    with desk.database.unit_of_work() as session:
        session.execute(update(RecordLoad).values(beat_at=seen.asked_at.replace(year=2000)))
    assert desk.work() == 1
    assert desk.see(load_id).state is LoadState.DONE


def test_what_cannot_get_on_rests_and_is_given_up(
    desk: StagingDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_id = desk.ask(write_lines(tmp_path / "f.csv", people(100)), runs_by_itself=True)
    for attempt in (1, 2):
        failing = Fails(at=1 if attempt == 1 else 0, error=RuntimeError())
        monkeypatch.setattr(staged, "apply_batch", failing)
        assert desk.work() == 1
        assert desk.work() == 0, "it rests"
        seen = desk.see(load_id)
        assert (seen.state, seen.worker) == (LoadState.LOADING, None)
        assert seen.attempts == attempt
        _rested(desk)
    monkeypatch.setattr(staged, "apply_batch", Fails(at=0, error=Stopping()))
    for _ in range(2):
        with pytest.raises(Stopping):
            desk.work()
    monkeypatch.setattr(staged, "apply_batch", Fails(at=0, error=RuntimeError()))
    for _ in range(3):
        desk.work()
        _rested(desk)
    desk.work()
    seen = desk.see(load_id)
    assert (seen.state, seen.problem) == (LoadState.REFUSED, FileProblem.LOAD_FAILED)
    assert sum(seen.counts.values()) == SMALL, "what was loaded is told"


def test_a_preview_that_fails_on_its_way_is_given_up(
    desk: StagingDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_id = desk.ask(write_lines(tmp_path / "f.csv", people(100)))
    for attempt in (1, 2, 3):
        monkeypatch.setattr(running, "apply_batch", Fails(at=1, error=RuntimeError()))
        desk.work()
        seen = desk.see(load_id)
        assert (seen.state, seen.attempts) == (LoadState.CHECKING, attempt)
        assert seen.position == SMALL + 1, "it got on by a batch, and begins anew all the same"
        _rested(desk)
    desk.work()
    seen = desk.see(load_id)
    assert (seen.state, seen.problem) == (LoadState.REFUSED, FileProblem.LOAD_FAILED)


def _rested(desk: StagingDesk) -> None:
    with desk.database.unit_of_work() as session:
        session.execute(
            update(RecordLoad)
            .where(RecordLoad.beat_at.is_not(None))
            .values(beat_at=database_clock(session).replace(year=2000))
        )


def test_refused_in_the_middle_keeps_what_was_loaded(
    desk: StagingDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_id = desk.ask(write_lines(tmp_path / "f.csv", people(100)), runs_by_itself=True)
    torn = Fails(at=2, error=FileRefused(FileProblem.TOO_MANY_ROWS, limit=7))
    monkeypatch.setattr(staged, "apply_batch", torn)
    with pytest.raises(FileRefused):
        run(desk, load_id)
    seen = desk.see(load_id)
    assert (seen.state, seen.problem, seen.batches) == (LoadState.REFUSED, "too_many_rows", 2)
    assert seen.problem_values == {"limit": 7}


def test_files_that_are_gone_empty_or_unfit_are_refused(desk: StagingDesk, tmp_path: Path) -> None:
    gone = desk.ask(write_lines(tmp_path / "f.csv", people(3)))
    spool_file(desk.folder, gone).unlink()
    empty = desk.ask(write_lines(tmp_path / "g.csv", []), runs_by_itself=True)
    (tmp_path / "h.csv").write_bytes(b"%PDF-1.4 no table")
    unfit = desk.ask(tmp_path / "h.csv")
    desk.work()
    told = {one: desk.see(one).problem for one in (gone, empty, unfit)}
    assert told == {gone: FileProblem.FILE_GONE, empty: FileProblem.NO_ROWS,
                    unfit: FileProblem.PDF}  # fmt: skip


def test_two_loads_at_once_give_what_one_after_another_gives(
    desk: StagingDesk, tmp_path: Path
) -> None:
    mine = write_lines(tmp_path / "f.csv", people(200))
    theirs = write_lines(tmp_path / "g.csv", people(200, first=101))
    wanted = _one_after_another(desk, mine, theirs)
    ids = [desk.ask(path, runs_by_itself=True) for path in (mine, theirs)]
    lanes = [threading.Thread(target=desk.work) for _ in ids]
    for lane in lanes:
        lane.start()
    for lane in lanes:
        lane.join()
    seen = [desk.see(one) for one in ids]
    assert [one.state for one in seen] == [LoadState.DONE] * 2
    assert [sum(one.counts.values()) for one in seen] == [200, 200]
    assert desk.picture() == wanted, "nobody was made twice"
    assert sum(one.counts["new"] for one in seen) == len(wanted)
    for path in (mine, theirs):
        again = run(desk, desk.ask(path, runs_by_itself=True))
        assert again.counts[Verdict.NEW] == 0
    assert desk.picture() == wanted


def _one_after_another(desk: StagingDesk, *paths: Path) -> list[Any]:
    """What these loads give without meeting each other; nothing of it remains."""
    with rehearsing(desk.database) as session:
        for path in paths:
            with read_table(path) as stream:
                load_rows(session, stream, FORMATS["clients"], unit_id=desk.unit_id,
                          sha256="0" * 64, actor=desk.actor, now=database_clock(session),
                          is_kept=False)  # fmt: skip
        return picture_of(session)


def test_doubts_that_the_rest_of_the_file_settles(
    desk: StagingDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = ["Иванов Пётр;89160000001;;", "Иванов Олег;89160000001;;K-02",
             *people(40, first=101), "Иванов Олег;;;K-02"]  # fmt: skip
    load_id = desk.ask(write_lines(tmp_path / "f.csv", lines))
    desk.work()
    checked = desk.see(load_id).checked
    assert checked is not None and checked[Verdict.DOUBTFUL] == 0
    with desk.database.reading() as session:
        [told] = session.scalars(select(LoadedRow).where(LoadedRow.row_no == 3)).all()
        assert (told.verdict, told.problems) == (Verdict.REFRESHED, None)
    desk.do(ask_run, load_id)
    with monkeypatch.context() as broken:
        # Three batches are loaded, the second look at doubts is broken off.
        broken.setattr(staged, "apply_batch", Fails(at=3, error=Stopping()))
        with pytest.raises(Stopping):
            desk.work()
    assert (desk.see(load_id).state, desk.see(load_id).batches) == (LoadState.LOADING, 3)
    desk.work()
    done = desk.see(load_id)
    assert (done.state, done.counts, done.batches) == (LoadState.DONE, checked, 4)
    picture = desk.picture()
    run(desk, desk.ask(tmp_path / "f.csv", runs_by_itself=True))
    assert desk.picture() == picture
