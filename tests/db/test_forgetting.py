"""The personal data of files goes after a set time; what was made of it stays (A8)."""

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from core.db import Database
from core.journal import JournalEntry
from directory.staff.models import Role
from importers.files import DataForgotten, get_file, recent_files
from importers.folders import forgetting
from importers.folders.forgetting import forget_old_files
from importers.folders.models import FolderFile
from importers.formats.maintenance_due import MAINTENANCE_DUE
from importers.formings import formings_of
from importers.loading import load_file
from importers.loads.models import LoadBatch, LoadedRow, LoadState, RecordLoad
from importers.loads.spool import spool_file
from importers.loads.told import Verdict
from importers.models import ImportedFile, ImportedRow
from importers.preview import preview
from importers.running import form_from_file
from tests.conftest import NOON
from tests.given import Given
from tests.workbooks import IVANOV, PETROVA, write_file
from worklists.models.task import Task

AFTER = timedelta(days=90)
LATER = NOON + AFTER + timedelta(hours=1)
BAD = ("Сидоров", "12", "", "", "", "", "", "", "")


def _at(moment: datetime):  # type: ignore[no-untyped-def]
    return lambda _session: moment


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importers.folders.forgetting.BATCH", 2)


def test_a_file_of_clients_to_call_keeps_its_work_and_nothing_personal(
    database: Database, tmp_path: Path, small_batches: None
) -> None:
    path = write_file(tmp_path / "list.xlsx", IVANOV, PETROVA, BAD)
    with database.unit_of_work() as session:
        given = Given(session)
        given.catalogue()
        unit = given.unit()
        head = given.employee(unit=unit, role=Role.HEAD)
        actor = given.actor(head, role=Role.HEAD)
        about = {"name": "list.xlsx", "fmt": MAINTENANCE_DUE, "unit_id": unit.id, "actor": actor}
        file_id = load_file(session, path, now=NOON, **about).id
        form_from_file(
            session, file_id, row_ids=None, actor=actor, now=NOON, default_zone="Europe/Moscow"
        )
    forget = {"spool": tmp_path / "loads", "after": AFTER}
    early = _at(NOON + AFTER)
    assert forget_old_files(database, early, **forget) == 0
    assert forget_old_files(database, _at(LATER), **forget) == 1
    assert forget_old_files(database, _at(LATER), **forget) == 0
    with database.unit_of_work() as session:
        rows = session.scalars(select(ImportedRow).where(ImportedRow.file_id == file_id)).all()
        assert len(rows) == 3
        assert all(row.cells == [] and row.reading == {} for row in rows)
        told = [problem for row in rows for problem in row.problems]
        assert told and all(value == "" for _column, _code, value, _rejects in told)
        assert session.scalar(select(func.count()).select_from(Task)) == 2
        for use in (get_file, preview, form_from_file):
            extra = {"now": LATER} if use is not get_file else {}
            if use is form_from_file:
                extra |= {"row_ids": None, "default_zone": "Europe/Moscow"}
            with pytest.raises(DataForgotten):
                use(session, file_id, actor=actor, **extra)
        assert get_file(session, file_id, actor=actor, even_forgotten=True).forgotten_at == LATER
        assert recent_files(session, actor=actor)[0].rows == 3
        assert formings_of(session, file_id, actor=actor)
        entry = session.scalars(
            select(JournalEntry).where(JournalEntry.event == "FileForgotten")
        ).one()
        assert entry.details == {"rows": 3}
        # The same content is another file now.
        assert load_file(session, path, now=LATER, **about).id != file_id


def test_from_the_first_row_on_a_file_that_is_being_forgotten_is_not_there(
    database: Database, tmp_path: Path, small_batches: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_file(tmp_path / "list.xlsx", IVANOV, PETROVA, BAD)
    with database.unit_of_work() as session:
        given = Given(session)
        given.catalogue()
        unit = given.unit()
        actor = given.actor(given.employee(unit=unit, role=Role.HEAD), role=Role.HEAD)
        about = {"name": "list.xlsx", "fmt": MAINTENANCE_DUE, "unit_id": unit.id, "actor": actor}
        file_id = load_file(session, path, now=NOON, **about).id
    batches = 0

    class Killed(BaseException):
        """The process is gone."""

    def dying(*about):  # type: ignore[no-untyped-def]
        nonlocal batches
        batches += 1
        if batches == 2:
            raise Killed
        return empty(*about)

    empty = forgetting._empty_imported
    monkeypatch.setattr(forgetting, "_empty_imported", dying)
    forget = {"spool": tmp_path / "loads", "after": AFTER}
    with pytest.raises(Killed):
        forget_old_files(database, _at(LATER), **forget)
    with database.unit_of_work() as session:
        with pytest.raises(DataForgotten):
            get_file(session, file_id, actor=actor)
        # Whoever brings the same content meanwhile does not get what is left of it.
        assert load_file(session, path, now=LATER, **about).id != file_id
    later = LATER + timedelta(hours=6)
    assert forget_old_files(database, _at(later), **forget) == 1
    assert forget_old_files(database, _at(later), **forget) == 0
    with database.unit_of_work() as session:
        rows = session.scalars(select(ImportedRow).where(ImportedRow.file_id == file_id)).all()
        assert [row.cells for row in rows] == [[]] * 3
        assert get_file(session, file_id, actor=actor, even_forgotten=True).forgotten_at == LATER
        forgotten = select(JournalEntry).where(JournalEntry.event == "FileForgotten")
        assert len(session.scalars(forgotten).all()) == 1


def test_a_file_that_was_forgotten_while_it_was_waited_for_forms_nothing(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = Given(session)
    given.catalogue()
    unit = given.unit()
    actor = given.actor(given.employee(unit=unit, role=Role.HEAD), role=Role.HEAD)
    path = write_file(tmp_path / "list.xlsx", IVANOV)
    file = load_file(
        session, path, name="list.xlsx", fmt=MAINTENANCE_DUE, unit_id=unit.id, actor=actor, now=NOON
    )

    def forgotten_meanwhile(session: Session, _name: str) -> None:
        by_another = update(ImportedFile).values(forgotten_at=LATER)
        session.execute(by_another.execution_options(synchronize_session=False))

    monkeypatch.setattr("importers.running.exclusively", forgotten_meanwhile)
    with pytest.raises(DataForgotten):
        form_from_file(
            session, file.id, row_ids=None, actor=actor, now=LATER, default_zone="Europe/Moscow"
        )


def _load(session: Session, unit_id: int, state: LoadState, *, at: datetime = NOON) -> int:
    load = RecordLoad(
        unit_id=unit_id, format="clients", name="x.xlsx", size=1, sha256=f"{state}{at}",
        state=state, asked_by="employee:1", asked_at=at, sample=[[2, ["Иванов"]]],
        finished_at=at if state is LoadState.DONE else None, counts={"new": 3},
    )  # fmt: skip
    session.add(load)
    session.flush()
    for row_no in (2, 3, 4, 5, 6):
        problems = [["Телефон", "phone_too_short", "12"]] if row_no == 3 else None
        session.add(
            LoadedRow(load_id=load.id, row_no=row_no, verdict=Verdict.NEW, problems=problems,
                      cells=["Иванов"] if row_no < 5 else None, client_id=7)
        )  # fmt: skip
    filled = {"clients": [[7, {"note": ""}, {"note": "брат"}]]}
    session.add(LoadBatch(load_id=load.id, batch_no=1, last_row=6, added={"clients": [7]},
                          filled=filled))  # fmt: skip
    return load.id


def test_a_load_keeps_its_counts_and_ids(
    database: Database, tmp_path: Path, small_batches: None
) -> None:
    spool = tmp_path / "loads"
    spool.mkdir()
    with database.unit_of_work() as session:
        unit_id = Given(session).unit().id
        done = _load(session, unit_id, LoadState.DONE)
        waiting = _load(session, unit_id, LoadState.CHECKED)
        at_work = _load(session, unit_id, LoadState.LOADING)
        young = _load(session, unit_id, LoadState.DONE, at=NOON + timedelta(days=2))
    for load_id in (done, waiting, at_work, young):
        spool_file(spool, load_id).write_bytes(b"x")
    for abandoned in (spool / "incoming-1", spool_file(spool, 999_999)):
        abandoned.write_bytes(b"x")
        os.utime(abandoned, (NOON.timestamp(), NOON.timestamp()))
    assert forget_old_files(database, _at(LATER), spool=spool, after=AFTER) == 2
    left = [spool_file(spool, load_id).name for load_id in (at_work, young)]
    assert sorted(path.name for path in spool.iterdir()) == sorted(left)
    with database.reading() as session:
        loads = {load.id: load for load in session.scalars(select(RecordLoad))}
        assert loads[done].sample == [] and loads[done].forgotten_at == LATER
        assert loads[done].counts == {"new": 3} and loads[done].state is LoadState.DONE
        # Nobody can look at what waits any more.
        assert loads[waiting].state is LoadState.CANCELLED
        assert loads[at_work].forgotten_at is None and loads[young].forgotten_at is None
        rows = session.scalars(
            select(LoadedRow).where(LoadedRow.load_id == done).order_by(LoadedRow.row_no)
        ).all()
        assert [row.cells for row in rows] == [None] * 5
        assert [row.client_id for row in rows] == [7] * 5
        assert rows[1].problems == [["Телефон", "phone_too_short", ""]]
        batch = session.get_one(LoadBatch, (done, 1))
        assert (batch.added, batch.filled) == ({"clients": [7]}, {})
        kept = session.get_one(LoadBatch, (young, 1))
        assert kept.filled


def test_what_was_put_aside_goes_too_and_nothing_else(database: Database, tmp_path: Path) -> None:
    root = tmp_path / "in"
    aside = root / "sto" / "clients" / "done"
    aside.mkdir(parents=True)
    for name in ("a.xlsx", "a.xlsx.result.txt", "a.xlsx.result.xlsx", "b.xlsx", "of people.txt"):
        (aside / name).write_bytes(b"x")
    with database.unit_of_work() as session:
        unit_id = Given(session).unit().id
        for name, at in (("a", NOON), ("b", NOON + timedelta(days=1))):
            session.add(
                FolderFile(path=f"sto/clients/{name}.xlsx", sha256="0", unit_id=unit_id,
                           format="clients", is_new=True, found_at=at, settled_at=at,
                           moved_to=f"sto/clients/done/{name}.xlsx")
            )  # fmt: skip
    spool = tmp_path / "loads"
    elsewhere = root.rename(tmp_path / "not mounted")
    assert forget_old_files(database, _at(LATER), spool=spool, after=AFTER, watched=root) == 0
    elsewhere.rename(root)
    assert forget_old_files(database, _at(LATER), spool=spool, after=AFTER, watched=root) == 1
    assert sorted(path.name for path in aside.iterdir()) == ["b.xlsx", "of people.txt"]
