"""Large files of clients to call, read by the background: one file or none at all (A8)."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.clock import database_clock
from core.db import Database
from core.journal import JournalEntry
from importers import judged_rows, lead_rows, loading
from importers.folders.models import FileNotice, NoticeKind
from importers.formats.catalogue import LEAD_FORMATS
from importers.loading import keep_file, read_file
from importers.loads import reading
from importers.loads.asking import ask_end
from importers.loads.models import LoadState, RecordLoad
from importers.loads.spool import spool_file
from importers.loads.working import work_on_loads
from importers.models import ImportedFile, ImportedRow
from importers.problems import FileProblem
from tests.given import Given
from tests.staged_given import StagingDesk, people, write_lines

FORMAT = "maintenance-due"
ROWS = 2_000


@pytest.fixture
def desk(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StagingDesk:
    monkeypatch.setattr(reading, "_EVERY", 0)
    # As with a million rows: neither the read rows nor the judged ones stay in memory.
    monkeypatch.setattr(lead_rows, "FEW", 300)
    monkeypatch.setattr(lead_rows, "CHUNK", 700)
    monkeypatch.setattr(judged_rows, "_IN_MEMORY", 1 << 10)
    return StagingDesk(database, tmp_path)


class Watched:
    """The clock of a worker: at each look it notes how far the load is, and may do something."""

    def __init__(self, desk: StagingDesk, load_id: int, *, at: int = 0, do: Any = None) -> None:
        self.desk, self.load_id, self.seen = desk, load_id, list[tuple[int, int | None]]()
        self._at, self._do = at, do

    def __call__(self, session: Session) -> datetime:
        seen = session.execute(
            select(RecordLoad.position, RecordLoad.lines).where(RecordLoad.id == self.load_id)
        ).one()
        self.seen.append((seen[0], seen[1]))
        if self._do is not None and seen[0] > self._at:
            do, self._do = self._do, None
            do(session)
        return database_clock(session)

    def work(self) -> int:
        return work_on_loads(self.desk.database, self, folder=self.desk.folder)


def count(desk: StagingDesk, table: Any, *which: Any) -> int:
    with desk.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table).where(*which)) or 0


def kept(desk: StagingDesk, file_id: int) -> list[tuple[Any, ...]]:
    """The rows of a file with all that was told of them."""
    told = (ImportedRow.row_no, ImportedRow.cells, ImportedRow.reading, ImportedRow.problems,
            ImportedRow.fate, ImportedRow.duplicate_of, ImportedRow.client_id)  # fmt: skip
    with desk.database.reading() as session:
        rows = session.execute(select(*told).where(ImportedRow.file_id == file_id))
        return sorted(map(tuple, rows), key=lambda row: row[0])


def rested(desk: StagingDesk) -> None:
    with desk.database.unit_of_work() as session:
        long_ago = database_clock(session).replace(year=2000)
        session.execute(
            update(RecordLoad).where(RecordLoad.beat_at.is_not(None)).values(beat_at=long_ago)
        )


def test_it_ends_as_the_file_that_is_read_at_once(desk: StagingDesk, tmp_path: Path) -> None:
    path = write_lines(tmp_path / "f.csv", people(ROWS))
    with desk.database.unit_of_work() as session:
        given = Given(session)
        other = given.unit()
        actor = given.manager(other)
        read = read_file(path, LEAD_FORMATS[FORMAT])
        at_once = keep_file(session, read, name="f", unit_id=other.id, actor=actor,
                            now=database_clock(session)).file.id  # fmt: skip
    load_id = desk.ask(path, format=FORMAT)
    assert desk.see(load_id).state is LoadState.READING
    watched = Watched(desk, load_id)
    assert watched.work() == 1 and watched.work() == 0
    done = desk.see(load_id)
    assert (done.state, done.batches, done.counts) == (LoadState.DONE, 0, {})
    assert (done.position, done.lines) == (ROWS, ROWS)
    steps = [position for position, _ in watched.seen]
    assert steps == sorted(steps) and len({one for one in steps if 0 < one < ROWS}) > 4
    assert {lines for position, lines in watched.seen if 0 < position < ROWS} == {ROWS}
    assert done.imported_file_id is not None
    assert kept(desk, done.imported_file_id) == kept(desk, at_once)
    assert not spool_file(desk.folder, load_id).exists(), "its cells are kept with its rows"
    with desk.database.reading() as session:
        notice = session.scalars(select(FileNotice)).one()
        assert (notice.kind, notice.imported_file_id) == (NoticeKind.READ, done.imported_file_id)
        assert notice.employee_id == desk.actor.employee_id

    again = desk.ask(path, format=FORMAT)
    assert again != load_id and desk.work() == 1
    assert desk.see(again).imported_file_id == done.imported_file_id, "known by its content"
    assert count(desk, ImportedFile, ImportedFile.unit_id == desk.unit_id) == 1
    assert count(desk, JournalEntry, JournalEntry.event == "FileLoaded") == 2


@pytest.mark.parametrize("at", [0, ROWS * 6 // 10], ids=["reading", "matching"])
def test_cancelled_between_two_blocks(desk: StagingDesk, tmp_path: Path, at: int) -> None:
    load_id = desk.ask(write_lines(tmp_path / "f.csv", people(ROWS)), format=FORMAT)

    def end(session: Session) -> None:
        # As ``ask_end`` does while somebody is at work; here in the very transaction of the note.
        session.execute(update(RecordLoad).values(wants_end=True))

    watched = Watched(desk, load_id, at=at, do=end)
    assert watched.work() == 1
    seen = desk.see(load_id)
    assert (seen.state, seen.worker, seen.wants_end) == (LoadState.CANCELLED, None, False)
    assert at < seen.position < ROWS
    assert count(desk, ImportedFile) == count(desk, ImportedRow) == count(desk, FileNotice) == 0
    assert spool_file(desk.folder, load_id).exists(), "it may be read anew"
    waiting = desk.ask(tmp_path / "f.csv", format=FORMAT)
    desk.do(ask_end, waiting)
    assert desk.see(waiting).state is LoadState.CANCELLED and desk.work() == 0


def _failing(keep: Callable[..., Any]) -> Callable[..., Any]:
    def fail(*given: Any, **named: Any) -> Any:
        keep(*given, **named)
        raise RuntimeError("the rows are there, and nobody has committed them")

    return fail


def test_a_failure_leaves_nothing_and_is_given_up_in_the_end(
    desk: StagingDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_lines(tmp_path / "f.csv", people(ROWS))
    load_id = desk.ask(path, format=FORMAT)
    with monkeypatch.context() as broken:
        broken.setattr(reading, "keep_judged", _failing(loading.keep_judged))
        for attempt in (1, 2, 3):
            assert desk.work() == 1 and desk.work() == 0, "it rests"
            assert (desk.see(load_id).attempts, count(desk, ImportedRow)) == (attempt, 0)
            rested(desk)
    assert desk.work() == 1
    seen = desk.see(load_id)
    assert (seen.state, seen.problem) == (LoadState.REFUSED, FileProblem.LOAD_FAILED)
    assert count(desk, FileNotice, FileNotice.kind == NoticeKind.NOT_READ) == 1
    assert count(desk, ImportedFile) == 0
    again = desk.ask(path, format=FORMAT)
    assert desk.work() == 1 and desk.see(again).state is LoadState.DONE
    assert (count(desk, ImportedFile), count(desk, ImportedRow)) == (1, ROWS)


def test_whoever_was_taken_over_keeps_nothing(
    desk: StagingDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_id = desk.ask(write_lines(tmp_path / "f.csv", people(ROWS)), format=FORMAT)

    def steal(*given: Any, **named: Any) -> loading.Judged:
        judged = loading.judge_file(*given, **named)
        with desk.database.unit_of_work() as session:
            session.execute(update(RecordLoad).values(worker="elsewhere:1:a"))
        return judged

    with monkeypatch.context() as stolen:
        stolen.setattr(reading, "judge_file", steal)
        assert desk.work() == 0
    assert desk.see(load_id).worker == "elsewhere:1:a" and count(desk, ImportedFile) == 0
    rested(desk)
    assert desk.work() == 1
    assert (count(desk, ImportedFile), count(desk, ImportedRow)) == (1, ROWS)


def test_what_cannot_be_read_is_told_to_whoever_asked(desk: StagingDesk, tmp_path: Path) -> None:
    (tmp_path / "h.csv").write_bytes(b"%PDF-1.4 no table")
    load_id = desk.ask(tmp_path / "h.csv", format=FORMAT)
    assert desk.work() == 1
    assert desk.see(load_id).problem == FileProblem.PDF
    with desk.database.reading() as session:
        notice = session.scalars(select(FileNotice)).one()
    assert (notice.kind, notice.problem) == (NoticeKind.NOT_READ, FileProblem.PDF)
    assert (notice.load_id, notice.name) == (load_id, "h.csv")
