"""Files that come by a folder: taken once, put aside with a result, nothing outside of it (A8)."""

import hashlib
import os
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from core.access import Actor
from core.clock import Clock
from core.db import Database
from core.journal import JournalEntry
from directory.staff.models import Role
from directory.units.models import Unit, UnitKind
from entrypoints.wiring import GRANTS
from importers.columns import map_columns
from importers.fields import Field
from importers.folders.models import FileNotice, FolderFile, FolderRun
from importers.folders.nightly import Schedule, look_at_night
from importers.folders.notices import file_notices_of, mark_file_notices
from importers.folders.taking import FolderPlace
from importers.folders.watching import look_at_watched
from importers.loads.asking import ask_load
from importers.loads.models import LoadState, RecordLoad
from importers.mappings import remember_mapping
from importers.models import ImportedFile
from tests.conftest import NOON
from tests.given import Given
from tests.workbooks import IVANOV, PETROVA, write_file
from webui.notifications import unseen

CLIENTS = ("ФИО", "Телефон", "Код клиента")
ROW = ("Иванов Иван", "8 916 123-45-67", "K-1")


def _noon(_session: Session) -> datetime:
    return NOON


class Watched:
    """A watched folder, the unit «sto» with its head, and whoever does the loads."""

    def __init__(self, database: Database, tmp_path: Path, clock: Clock = _noon) -> None:
        self.database, self.clock = database, clock
        self.root, self.spool = tmp_path / "in", tmp_path / "loads"
        self.root.mkdir()
        self.told: list[str] = []
        with database.unit_of_work() as session:
            given = Given(session)
            given.catalogue()
            unit = given.unit(kind=UnitKind.DEPARTMENT)
            unit.code = "sto"
            self.unit_id = unit.id
            self.head = given.employee("Глава", role=Role.HEAD, unit=unit).id
        self.place = FolderPlace(root=self.root, spool=self.spool, loader_of=self._loader)

    def _loader(self, _session: Session, unit: Unit) -> Actor | None:
        return self.actor if unit.id == self.unit_id else None

    @property
    def actor(self) -> Actor:
        return Actor(
            key=f"employee:{self.head}", employee_id=self.head,
            unit_ids=frozenset({self.unit_id}), permissions=GRANTS[Role.HEAD],
        )  # fmt: skip

    def put(self, path: str, *rows: tuple[str, ...], headings=CLIENTS) -> Path:  # type: ignore[no-untyped-def]
        full = self.root / path
        full.parent.mkdir(parents=True, exist_ok=True)
        return write_file(full, *(rows or (ROW,)), headings=headings)

    def look(self, pause=lambda _seconds: None) -> int:  # type: ignore[no-untyped-def]
        return look_at_watched(
            self.database, self.clock, place=self.place, tell=self._tell, pause=pause
        )

    def _tell(
        self, _session: Session, note: FolderFile, load: RecordLoad | None
    ) -> Mapping[str, bytes]:
        self.told.append(note.path)
        return {".result.txt": (load.state if load else note.problem or "kept").encode()}

    def finish(self, state: LoadState = LoadState.DONE, **counts: int) -> int:
        """Every load ends so."""
        with self.database.unit_of_work() as session:
            going = update(RecordLoad).where(RecordLoad.state == LoadState.LOOKING)
            ended = going.values(state=state, counts=counts, finished_at=NOON)
            return len(session.execute(ended.returning(RecordLoad.id)).all())

    def bring_in_the_browser(self, path: str) -> int:
        """A person has brought the content of this file and was asked about its columns."""
        content = self.put(path).read_bytes()
        with self.database.unit_of_work() as session:
            load = ask_load(
                session, name="list.xlsx", size=len(content),
                sha256=hashlib.sha256(content).hexdigest(), format="clients",
                unit_id=self.unit_id, actor=self.actor, now=NOON,
            ).load  # fmt: skip
            load.state = LoadState.COLUMNS
            return load.id

    def set_state(self, state: LoadState) -> None:
        """Every load is there."""
        with self.database.unit_of_work() as session:
            session.execute(update(RecordLoad).values(state=state))

    def loads(self) -> list[RecordLoad]:
        with self.database.reading() as session:
            return list(session.scalars(select(RecordLoad).order_by(RecordLoad.id)))

    def here(self) -> list[str]:
        return sorted(
            path.relative_to(self.root).as_posix()
            for path in self.root.rglob("*")
            if path.is_file()
        )

    def moved(self) -> list[str]:
        with self.database.reading() as session:
            return sorted(session.scalars(select(FolderFile.moved_to)))

    def notices(self) -> list[tuple[str, str]]:
        with self.database.reading() as session:
            return [(n.kind.value, n.name) for n in file_notices_of(session, actor=self.actor)]


@pytest.fixture
def watched(database: Database, tmp_path: Path) -> Watched:
    return Watched(database, tmp_path)


def test_a_file_is_spooled_loaded_and_put_aside_with_its_result(watched: Watched) -> None:
    content = watched.put("sto/clients/list.xlsx").read_bytes()
    watched.look()
    [load] = watched.loads()
    assert (load.format, load.unit_id, load.name) == ("clients", watched.unit_id, "list.xlsx")
    assert load.runs_by_itself and load.size == len(content)
    assert (watched.spool / f"{load.id}.load").read_bytes() == content
    # As long as it is loaded it stays where it is, and is not asked for again.
    watched.look()
    assert len(watched.loads()) == 1 and watched.here() == ["sto/clients/list.xlsx"]
    watched.finish(new=1)
    watched.look()
    assert watched.here() == [
        "sto/clients/done/list.xlsx", "sto/clients/done/list.xlsx.result.txt",
    ]  # fmt: skip
    assert watched.notices() == []
    assert [path.name for path in watched.spool.iterdir()] == [f"{load.id}.load"]


def test_refused_and_doubtful_files_are_told_to_the_head(watched: Watched) -> None:
    watched.put("sto/vehicles/cars.xlsx")
    watched.look()
    watched.finish(LoadState.REFUSED)
    watched.look()
    watched.put("sto/clients/doubts.xlsx", PETROVA)
    watched.look()
    watched.finish(new=1, doubtful=2, invalid=1)
    watched.look()
    assert "sto/vehicles/refused/cars.xlsx" in watched.here()
    assert "sto/clients/done/doubts.xlsx" in watched.here()
    assert watched.notices() == [("file_doubts", "doubts.xlsx"), ("file_refused", "cars.xlsx")]
    with watched.database.unit_of_work() as session:
        count, newest = unseen(session, actor=watched.actor)
        assert count == 2
        mark_file_notices(session, up_to=newest, actor=watched.actor, now=NOON)
        assert unseen(session, actor=watched.actor) == (0, 0)


def test_the_same_file_put_there_again_is_loaded_again_beside_the_first(watched: Watched) -> None:
    for _ in range(2):
        watched.put("clients/list.xlsx")  # the only department needs no folder of its own
        watched.look()
        watched.finish(matched=1)
        watched.look()
    assert len(watched.loads()) == 2
    assert [name for name in watched.here() if name.endswith("xlsx")] == [
        "clients/done/list (2).xlsx", "clients/done/list.xlsx",
    ]  # fmt: skip


def test_clients_to_call_are_kept_and_whoever_forms_is_told(watched: Watched) -> None:
    full = watched.root / "sto/maintenance-due/list.xlsx"
    full.parent.mkdir(parents=True)
    write_file(full, IVANOV)
    watched.look()
    with watched.database.reading() as session:
        [file] = session.scalars(select(ImportedFile))
        assert file.loaded_by == watched.head
    assert watched.loads() == [] and "sto/maintenance-due/done/list.xlsx" in watched.here()
    assert watched.notices() == [("file_waits", "list.xlsx")]


RESULTS = ("Дата и время", "Телефон", "ФИО", "Итог звонка", "Оператор")
CALL = ("17.03.2026 10:50", "8 916 123-45-67", "Иванов Иван", "Записан", "Ира")
REFUSALS = ("Телефон", "ФИО", "Причина отказа", "Дата отказа")
REFUSAL = ("8 916 123-45-67", "Иванов Иван", "грубит", "01.03.2026")


@pytest.mark.parametrize(
    ("folder", "headings", "row", "looks_like"),
    [
        ("do-not-call", RESULTS, CALL, "results"),
        ("clients", RESULTS, CALL, "results"),
        ("clients", REFUSALS, REFUSAL, "do-not-call"),
        ("results", REFUSALS, REFUSAL, "do-not-call"),
    ],
)
def test_refusals_and_results_are_not_loaded_from_each_others_folders(
    watched: Watched,
    folder: str,
    headings: tuple[str, ...],
    row: tuple[str, ...],
    looks_like: str,
) -> None:
    watched.put(f"sto/{folder}/list.xlsx", row, headings=headings)
    watched.put(f"sto/{looks_like}/right.xlsx", row, headings=headings)
    watched.look()
    assert [(load.name, load.format) for load in watched.loads()] == [("right.xlsx", looks_like)]
    assert f"sto/{folder}/refused/list.xlsx" in watched.here()
    with watched.database.reading() as session:
        [notice] = file_notices_of(session, actor=watched.actor)
    assert (notice.kind.value, notice.problem) == ("file_refused", "other_kind")
    assert notice.problem_values == {"fits": [looks_like], "folder": folder}


def test_what_people_said_of_such_headings_counts_more_than_the_headings(
    watched: Watched,
) -> None:
    columns = map_columns([(one,) for one in RESULTS])
    fields = (None, Field.PHONE, Field.NAME, None, None)
    with watched.database.unit_of_work() as session:
        remember_mapping(session, watched.unit_id, "do-not-call", columns, fields,
                         actor=watched.actor, now=NOON)  # fmt: skip
    watched.put("sto/do-not-call/list.xlsx", CALL, headings=RESULTS)
    watched.look()
    assert [load.format for load in watched.loads()] == ["do-not-call"]


def test_content_that_waits_in_the_browser_is_told_with_its_load(watched: Watched) -> None:
    load_id = watched.bring_in_the_browser("sto/clients/list.xlsx")
    watched.look()
    assert "sto/clients/refused/list.xlsx" in watched.here()
    assert [load.id for load in watched.loads()] == [load_id]
    with watched.database.reading() as session:
        [notice] = file_notices_of(session, actor=watched.actor)
    assert (notice.problem, notice.problem_values) == ("in_browser", {"load": load_id})
    assert notice.load_id == load_id
    # Whoever has said yes is not asked for anything: the file is told with that load's end.
    watched.set_state(LoadState.LOADING)
    watched.put("sto/clients/list.xlsx")
    watched.look()
    assert "sto/clients/list.xlsx" in watched.here()
    watched.set_state(LoadState.DONE)
    watched.look()
    assert "sto/clients/done/list.xlsx" in watched.here()


def test_content_whose_load_was_taken_back_meanwhile_is_not_told_as_loaded(
    watched: Watched,
) -> None:
    watched.bring_in_the_browser("sto/clients/list.xlsx")
    watched.set_state(LoadState.UNDOING)
    watched.look()
    assert watched.here() == ["sto/clients/list.xlsx"]
    watched.set_state(LoadState.TAKEN_BACK)
    watched.look()
    assert "sto/clients/refused/list.xlsx" in watched.here()
    assert watched.notices() == [("file_refused", "list.xlsx")]


def test_what_is_being_written_or_lies_elsewhere_is_left_or_told(
    watched: Watched, tmp_path: Path
) -> None:
    growing = watched.put("sto/clients/growing.xlsx")
    for name in ("a.xlsx.part", "~$b.xlsx", ".c.xlsx", "d.tmp"):
        watched.put(f"sto/clients/{name}")
    watched.put("sto/other/unknown.xlsx")
    watched.put("lost.xlsx")
    (watched.root / "sto/clients" / os.fsdecode(b"\xff.xlsx")).write_bytes(b"no text")

    def grow(_seconds: float) -> None:
        with growing.open("ab") as file:
            file.write(b"more")

    watched.look(pause=grow)
    assert watched.loads() == []
    assert "refused/lost.xlsx" in watched.here()  # told, and not left in silence
    assert "sto/other/unknown.xlsx" in watched.here()
    watched.look()
    assert [load.name for load in watched.loads()] == ["growing.xlsx"]


def test_with_a_second_department_the_folders_of_the_only_one_are_told_of(
    watched: Watched,
) -> None:
    watched.put("clients/first.xlsx")
    watched.look()
    assert [load.unit_id for load in watched.loads()] == [watched.unit_id]
    with watched.database.unit_of_work() as session:
        Given(session).unit("Второе", kind=UnitKind.DEPARTMENT).code = "second"
    watched.put("clients/second.xlsx")
    watched.look()
    assert "clients/refused/second.xlsx" in watched.here()
    assert "unit_not_told" in (watched.root / "clients/refused/second.xlsx.result.txt").read_text()
    watched.finish(new=1)
    watched.look()
    assert "clients/done/first.xlsx" in watched.here()


def test_no_link_is_followed_and_no_name_leads_outside(watched: Watched, tmp_path: Path) -> None:
    secret = write_file(tmp_path / "secret.xlsx", ROW, headings=CLIENTS)
    folder = watched.root / "sto" / "clients"
    folder.mkdir(parents=True)
    (folder / "link.xlsx").symlink_to(secret)
    os.mkfifo(folder / "pipe.xlsx")
    outside = tmp_path / "outside"
    outside.mkdir()
    write_file(outside / "far.xlsx", ROW, headings=CLIENTS)
    (watched.root / "sto" / "vehicles").symlink_to(outside)
    (folder / "refused").symlink_to(outside)
    with watched.database.unit_of_work() as session:
        Given(session).unit(kind=UnitKind.DEPARTMENT).code = "../outside"
    watched.put("sto/clients/x..%2f..%2fx;rm -rf $HOME.xlsx")
    watched.look()
    assert [load.name for load in watched.loads()] == ["x..%2f..%2fx;rm -rf $HOME.xlsx"]
    watched.finish(LoadState.REFUSED)
    watched.look()  # its folder is a link: nothing is put there, and it is tried again
    assert [path.name for path in outside.iterdir()] == ["far.xlsx"]
    assert secret.exists() and (folder / "link.xlsx").is_symlink()


@pytest.mark.parametrize("step", range(1, 9))
def test_killed_at_any_step_it_is_one_load_put_aside_once(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    watched.put("sto/clients/list.xlsx")
    steps = 0

    class Killed(BaseException):
        """The process is gone."""

    def dying(act):  # type: ignore[no-untyped-def]
        def acted(*args, **options):  # type: ignore[no-untyped-def]
            nonlocal steps
            steps += 1
            if steps == step:
                raise Killed
            done = act(*args, **options)
            steps += 1
            if steps == step:
                raise Killed
            return done

        return acted

    for where, name in (
        ("importers.folders.taking", "ask_load"),
        ("importers.loads.spool", "keep_file"),
        ("importers.folders.watching", "put_aside"),
        ("importers.folders.watching", "settle"),
    ):
        module = __import__(where, fromlist=[name])
        monkeypatch.setattr(module, name, dying(getattr(module, name)))
    for _ in range(4):
        try:
            watched.look()
            watched.finish(new=1)
        except Killed:
            continue
    assert len(watched.loads()) == 1
    assert watched.here() == [
        "sto/clients/done/list.xlsx", "sto/clients/done/list.xlsx.result.txt",
    ]  # fmt: skip
    # Else it would never be forgotten.
    assert watched.moved() == ["sto/clients/done/list.xlsx"]


@pytest.mark.parametrize("act", ["content_of", "put_aside"])
def test_a_second_scheduler_puts_it_aside_at_the_same_place(
    watched: Watched, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    watched.put("sto/clients/list.xlsx")
    watched.look()
    watched.finish(new=1)
    with watched.database.unit_of_work() as session:
        # Promised to a file that is not there yet; shares of Windows do not know case.
        session.add(
            FolderFile(path="sto/clients/LIST.xlsx", sha256="0", format="clients", is_new=True,
                       found_at=NOON, settled_at=NOON, moved_to="sto/clients/done/LIST.xlsx")
        )  # fmt: skip
    module = __import__("importers.folders.watching", fromlist=[act])
    real, others = getattr(module, act), iter([watched.look])

    def late(*args, **options):  # type: ignore[no-untyped-def]
        found = real(*args, **options) if act == "content_of" else None
        if other := next(others, None):
            other()
        return found or real(*args, **options)

    monkeypatch.setattr(module, act, late)
    watched.look()
    watched.look()
    place = "sto/clients/done/list (2).xlsx"
    assert watched.here() == [place, f"{place}.result.txt"]
    assert watched.moved() == ["sto/clients/done/LIST.xlsx", place]


def test_a_name_that_got_other_content_meanwhile_is_another_file(watched: Watched) -> None:
    watched.put("sto/clients/list.xlsx")
    watched.look()
    watched.put("sto/clients/list.xlsx", ("Петрова Анна", "8 903 765-43-21", "K-2"))
    watched.finish(new=1)
    watched.look()
    assert "sto/clients/list.xlsx" in watched.here()
    watched.look()
    assert len(watched.loads()) == 2


def test_an_oversized_file_is_refused_unread(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importers.folders.taking.Limits", lambda: type("L", (), {"file_size": 9}))
    watched.put("sto/clients/large.xlsx")
    watched.look()
    assert "sto/clients/refused/large.xlsx" in watched.here()
    assert watched.notices() == [("file_refused", "large.xlsx")]


# The folder of 1C


SCHEDULE = Schedule(at=time(3), zone="Europe/Moscow")
VISITS = ("Номер", "Дата", "VIN", "Сумма")
VEHICLES = ("VIN", "Марка", "Модель")


class Nightly(Watched):
    """The same, as a folder of 1C."""

    def __init__(self, database: Database, tmp_path: Path) -> None:
        super().__init__(database, tmp_path, self._now)
        self.now = datetime(2026, 3, 18, 1, 0, tzinfo=UTC)  # 4 in the morning there

    def _now(self, _session: Session) -> datetime:
        return self.now

    def night(self) -> int:
        return look_at_night(
            self.database, self.clock, place=self.place, schedule=SCHEDULE, pause=lambda _s: None
        )

    def fill(self) -> None:
        self.put("orders.xlsx", ("1", "01.03.2026", "XTA21901234567890", "100"), headings=VISITS)
        self.put("sto/cars.xlsx", ("XTA21901234567890", "LADA", "Vesta"), headings=VEHICLES)
        self.put("Контрагенты.xlsx")
        self.put("stock.xlsx", ("1", "2"), headings=("Артикул", "Остаток"))


@pytest.fixture
def nightly(database: Database, tmp_path: Path) -> Nightly:
    return Nightly(database, tmp_path)


def test_files_of_1c_are_loaded_in_their_order_and_told_once(nightly: Nightly) -> None:
    nightly.fill()
    before = nightly.here()
    asked = []
    for _ in range(3):
        assert nightly.night() == 0
        nightly.night()  # another scheduler
        asked.append(nightly.loads()[-1].format)
        assert nightly.finish(new=5, doubtful=1) == 1
    assert asked == ["clients", "vehicles", "visits"]
    assert nightly.night() == 1 and nightly.night() == 0
    assert nightly.here() == before
    with nightly.database.reading() as session:
        [entry] = session.scalars(
            select(JournalEntry).where(JournalEntry.event == "FolderSynchronised")
        )
        assert entry.details == {
            "loaded": 3, "known": 0, "refused": 1, "rows": 18, "doubtful": 3, "invalid": 0,
        }  # fmt: skip
        [notice] = session.scalars(select(FileNotice))
        assert notice.kind.value == "night_loaded" and notice.employee_id == nightly.head


def test_the_next_night_loads_only_what_changed(nightly: Nightly) -> None:
    nightly.fill()
    for _ in range(4):
        nightly.night()
        nightly.finish(new=1)
    nightly.put("Контрагенты.xlsx", ("Петрова Анна", "8 903 765-43-21", "K-2"))
    # What a person has taken back is not brought again.
    with nightly.database.unit_of_work() as session:
        taken = update(RecordLoad).where(RecordLoad.format == "vehicles")
        session.execute(taken.values(state=LoadState.TAKEN_BACK))
    nightly.now += timedelta(days=1)
    for _ in range(4):
        nightly.night()
        nightly.finish(new=1)
    assert [load.format for load in nightly.loads()] == ["clients", "vehicles", "visits", "clients"]
    with nightly.database.reading() as session:
        entries = session.scalars(
            select(JournalEntry)
            .where(JournalEntry.event == "FolderSynchronised")
            .order_by(JournalEntry.id)
        ).all()
        assert [(e.details["loaded"], e.details["known"]) for e in entries] == [(3, 0), (1, 2)]


def test_what_waits_in_the_browser_is_not_known_but_told(nightly: Nightly) -> None:
    load_id = nightly.bring_in_the_browser("Контрагенты.xlsx")
    assert nightly.night() == 1
    with nightly.database.reading() as session:
        [entry] = session.scalars(
            select(JournalEntry).where(JournalEntry.event == "FolderSynchronised")
        )
        assert (entry.details["known"], entry.details["refused"]) == (0, 1)
        [notice] = file_notices_of(session, actor=nightly.actor)
    assert notice.problem_values == {"waiting": [load_id]}
    # Stopped there it is a person's decision; loaded there it is known.
    nightly.set_state(LoadState.DONE)
    nightly.now += timedelta(days=1)
    assert nightly.night() == 1
    with nightly.database.reading() as session:
        notes = session.scalars(select(FolderFile).order_by(FolderFile.id)).all()
    assert [(note.is_new, note.problem) for note in notes] == [(False, "in_browser"), (False, "")]


def test_it_is_done_once_a_night_at_its_time(nightly: Nightly) -> None:
    nightly.now = datetime(2026, 3, 17, 23, 30, tzinfo=UTC)  # half past two there
    assert nightly.night() == 0
    nightly.now += timedelta(minutes=30)
    assert nightly.night() == 1  # an empty folder is over at once
    nightly.now += timedelta(hours=20)
    assert nightly.night() == 0
    nightly.now += timedelta(hours=1)  # after midnight, before three
    assert nightly.night() == 0
    with nightly.database.reading() as session:
        assert session.scalars(select(FolderRun.key)).all() == ["night:2026-03-18"]


def test_a_folder_that_is_not_there_does_not_use_the_night_up(nightly: Nightly) -> None:
    nightly.root.rmdir()
    assert nightly.night() == 0
    nightly.root.mkdir()
    assert nightly.night() == 1
