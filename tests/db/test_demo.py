"""The demo data keeps every rule, is the same each time, and never mixes with what is there."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import migrations.tables  # noqa: F401
from campaigns.models import Outcome
from core.db import Base, Database
from core.journal import JournalEntry
from core.migrations import upgrade
from directory.assets.models import Asset, MileageReading, MileageSource, Ownership
from directory.clients.models import Client, ContactPoint
from directory.clients.phones import normalise_phone
from directory.staff.models import Employee
from directory.units.models import Unit, UnitKind, UnitPath
from directory.visits.models import Visit, VisitLine, VisitStatus
from entrypoints.demo.identities import sample_phone, sample_vin
from entrypoints.demo.loading import DemoAlreadyThere, demo_logins, is_empty, load_demo
from tests import postgres
from tests.conftest import ENGINES, NOON, settings_for
from worklists.lifecycle import CLOSED, OPEN, TRANSITIONS, TaskState
from worklists.models.attempt import Attempt, Notification
from worklists.models.task import PHONING, Finish, Task, TaskKind
from worklists.models.work_list import Involvement, WorkList

SCALE = 0.04
PASSWORD = "three blind mice 1"


@pytest.fixture(scope="module", params=ENGINES)
def demo(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    """A loaded database; the tests of this module only read it."""
    home: Path = tmp_path_factory.mktemp("demo")
    if request.param == "sqlite":
        database = Database.connect(settings_for(f"sqlite:///{home / 'demo.db'}", home))
        upgrade(database)
        load_demo(database, lambda _: NOON, scale=SCALE, password=PASSWORD)
        yield database
        database.dispose()
        return
    with postgres.database(request.getfixturevalue("postgresql_server")) as url:
        database = Database.connect(settings_for(url, home))
        upgrade(database)
        load_demo(database, lambda _: NOON, scale=SCALE, password=PASSWORD)
        yield database
        database.dispose()


@pytest.fixture
def reading(demo: Database):  # type: ignore[no-untyped-def]
    with demo.reading() as session:
        yield session


def _tasks(session: Session) -> Sequence[Task]:
    return session.scalars(select(Task).order_by(Task.id)).all()


def test_work_is_there_in_every_state_and_with_every_outcome(reading: Session) -> None:
    tasks = _tasks(reading)
    assert {task.state for task in tasks} == set(TaskState)
    assert {task.kind for task in tasks} == set(TaskKind)
    assert {task.outcome for task in tasks if task.outcome} == set(Outcome)
    finishes = {task.finish for task in tasks if task.finish}
    unseen = {Finish.CANCELLED, Finish.RETURNED, Finish.EXPIRED, Finish.MISSED, Finish.DUPLICATE}
    assert finishes >= set(Finish) - unseen
    centres = set(reading.scalars(select(Unit.id).where(Unit.kind == UnitKind.CENTRE)))
    for state in (TaskState.PLANNED, TaskState.DEFERRED, TaskState.ON_CONTROL, TaskState.DONE):
        lists = {task.work_list_id for task in tasks if task.state is state}
        found = select(WorkList.centre_id).where(WorkList.id.in_(lists))
        assert set(reading.scalars(found)) == centres


def test_a_work_list_is_open_while_it_has_an_open_task(reading: Session) -> None:
    of: dict[int, list[Task]] = defaultdict(list)
    for task in _tasks(reading):
        of[task.work_list_id].append(task)
    taken = set()
    for work_list in reading.scalars(select(WorkList)):
        tasks = of[work_list.id]
        assert tasks
        assert all(task.created_at >= work_list.opened_at for task in tasks)
        assert {(t.unit_id, t.client_id) for t in tasks} == {
            (work_list.unit_id, work_list.client_id)
        }
        if any(task.state in OPEN for task in tasks):
            assert work_list.closed_at is None
            assert (work_list.unit_id, work_list.client_id) not in taken
            taken.add((work_list.unit_id, work_list.client_id))
        else:
            assert work_list.closed_at == max(t.closed_at for t in tasks if t.closed_at)


def test_closed_work_lists_of_a_client_do_not_overlap(reading: Session) -> None:
    of: dict[tuple[int, int], list[WorkList]] = defaultdict(list)
    for work_list in reading.scalars(select(WorkList).order_by(WorkList.opened_at)):
        of[work_list.unit_id, work_list.client_id].append(work_list)
    pairs = [pair for lists in of.values() for pair in pairwise(lists)]
    assert pairs
    assert all(a.closed_at is not None and a.closed_at <= b.opened_at for a, b in pairs)


def test_the_journal_tells_how_each_task_came_to_its_state(reading: Session) -> None:
    of: dict[int, list[JournalEntry]] = defaultdict(list)
    rows = reading.scalars(
        select(JournalEntry).where(JournalEntry.subject == "task").order_by(JournalEntry.id)
    )
    for entry in rows:
        of[entry.subject_id].append(entry)
    allowed = {(origin, target) for (origin, _), target in TRANSITIONS.items()}
    for task in _tasks(reading):
        entries = of[task.id]
        assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)
        assert entries[-1].at <= NOON
        steps = [entry for entry in entries if entry.to_state]
        assert (steps[0].from_state, steps[0].to_state) == (None, TaskState.PLANNED)
        assert steps[0].at == task.created_at
        for earlier, later in pairwise(steps):
            assert later.from_state == earlier.to_state
            assert (TaskState(str(later.from_state)), TaskState(str(later.to_state))) in allowed
        assert steps[-1].to_state == task.state
        takes = [entry for entry in entries if entry.event == "TaskTaken"]
        assert len(takes) == task.claim_token
        assert len([e for e in entries if e.event == "TaskReturned"]) == task.occurrence


def test_attempts_belong_to_their_tasks(reading: Session) -> None:
    of: dict[int, list[Attempt]] = defaultdict(list)
    for attempt in reading.scalars(select(Attempt).order_by(Attempt.at, Attempt.id)):
        of[attempt.task_id].append(attempt)
    for task in _tasks(reading):
        attempts = of[task.id]
        assert len(attempts) == task.attempts
        if attempts:
            last = attempts[-1]
            assert (last.outcome, last.result_version_id) == (task.outcome, task.result_version_id)
            assert (last.unit_id, last.client_id) == (task.unit_id, task.client_id)
        for attempt in attempts:
            assert attempt.at < NOON
            assert attempt.outcome is not Outcome.INTERVIEW or attempt.result_version_id


def test_clients_are_called_within_their_hours(reading: Session) -> None:
    rows = reading.execute(
        select(Attempt.at, Task.time_zone)
        .join(Task, Task.id == Attempt.task_id)
        .where(Task.kind.in_(PHONING))
    )
    for at, zone in rows:
        local = at.astimezone(ZoneInfo(zone))
        assert local.weekday() < 6
        assert 9 <= local.hour < 21, local


def test_times_of_open_tasks_fit_their_state(reading: Session) -> None:
    for task in _tasks(reading):
        assert task.created_at <= task.due_at
        assert (task.closed_at is not None) == (task.state in CLOSED)
        if task.state is TaskState.DEFERRED:
            assert task.due_at > NOON
        if task.state is TaskState.IN_WORK:
            assert task.lease_until is not None
            assert NOON < task.lease_until <= NOON + timedelta(seconds=300)
        else:
            assert task.lease_until is None
    held = [task for task in _tasks(reading) if task.state is TaskState.IN_WORK]
    assert len({task.performer_id for task in held}) == len(held)


def test_involved_units_know_the_origin(reading: Session) -> None:
    involvements = reading.scalars(select(Involvement)).all()
    assert any(one.finished_at for one in involvements)
    assert any(one.finished_at is None for one in involvements)
    told = dict(
        reading.execute(
            select(Notification.occasion, Notification.task_id).where(
                Notification.kind == "involvement_done"
            )
        ).all()
    )  # type: ignore[arg-type]
    for one in involvements:
        job, work_list = (
            reading.get_one(Task, one.to_task_id),
            reading.get_one(WorkList, one.to_work_list_id),
        )
        assert work_list.origin_id == one.from_work_list_id
        occasion = f"involvement:{one.id}"
        assert (one.finished_at is not None) == (job.state in CLOSED) == (occasion in told)
        assert told.get(occasion, one.from_task_id) == one.from_task_id, "the asker sees their own"


def test_vehicles_and_visits_are_lifelike(reading: Session) -> None:
    day = NOON.date()
    covers = select(func.count(Asset.warranty_until), func.count(Asset.insured_until))
    warranted, insured = reading.execute(covers).one()
    vehicles = reading.scalar(select(func.count()).select_from(Asset)) or 0
    assert 0 < warranted < vehicles / 2 < insured < vehicles
    present = select(Ownership.asset_id).where(Ownership.until_on.is_(None))
    assert reading.scalar(select(func.count()).select_from(present.subquery())) > 0
    visits = reading.scalars(select(Visit)).all()
    assert len(visits) == round(150_000 * SCALE)
    assert all(v.opened_on <= day and (v.done_on is None or v.done_on <= day) for v in visits)
    assert all((v.done_on is not None) == (v.status is VisitStatus.DONE) for v in visits)
    totals = dict(
        reading.execute(
            select(VisitLine.visit_id, func.sum(VisitLine.total)).group_by(VisitLine.visit_id)
        ).all()
    )  # type: ignore[arg-type]
    assert all(totals[visit.id] == visit.total for visit in visits)
    shown = {(v.asset_id, v.done_on or v.opened_on) for v in visits}
    of_visits = select(MileageReading).where(MileageReading.source == MileageSource.VISIT)
    assert all((r.asset_id, r.read_on) in shown for r in reading.scalars(of_visits))
    grows = backwards = 0
    last: dict[int, int] = {}
    for visit in sorted(visits, key=lambda one: (one.opened_on, one.id)):
        if visit.mileage_km:
            is_lower = visit.mileage_km < last.get(visit.asset_id, 0)
            grows, backwards = grows + (not is_lower), backwards + is_lower
            last[visit.asset_id] = visit.mileage_km
    assert 0 < backwards < grows * 0.02


def test_the_first_clients_are_those_of_the_sample_files(reading: Session) -> None:
    for number in (1, 7, 300):
        asset = reading.scalars(select(Asset).where(Asset.vin == sample_vin(number))).one()
        owner = reading.scalars(
            select(Ownership.client_id).where(Ownership.asset_id == asset.id)
        ).one()
        assert owner == number
        phones = reading.scalars(
            select(ContactPoint.value).where(ContactPoint.client_id == number)
        ).all()
        assert sample_phone(number) in phones


def test_phones_say_what_they_are(reading: Session) -> None:
    rows = reading.scalars(select(ContactPoint).where(ContactPoint.kind == "phone")).all()
    assert {row.state for row in rows} == {"confirmed", "unconfirmed", "wrong"}
    assert any(row.do_not_contact for row in rows)
    for row in rows:
        read = [number.e164 for number in normalise_phone(row.typed).numbers]
        assert read == ([row.value] if row.is_valid else [])


def test_every_login_is_there_and_has_a_place(reading: Session) -> None:
    assert {one.login for one in demo_logins()} == set(reading.scalars(select(Employee.login)))
    units = reading.scalar(select(func.count()).select_from(Unit))
    themselves = select(func.count()).select_from(UnitPath).where(UnitPath.depth == 0)
    assert reading.scalar(themselves) == units == 22


def test_new_rows_go_on_after_the_loaded_ones(demo: Database) -> None:
    with demo.reading() as session:
        before = session.scalar(select(func.max(Client.id)))
        session.add(late := Client(name="Новый", name_norm="новый", created_at=NOON))
        session.flush()
        assert late.id > (before or 0)


def test_a_second_load_is_refused(demo: Database) -> None:
    assert not is_empty(demo)
    with pytest.raises(DemoAlreadyThere):
        load_demo(demo, lambda _: NOON, scale=SCALE, password=PASSWORD)


def test_the_same_day_gives_the_same_data(tmp_path: Path) -> None:
    told: list[str] = []
    for name in ("first", "second"):
        database = Database.connect(settings_for(f"sqlite:///{tmp_path / name}.db", tmp_path))
        upgrade(database)
        assert is_empty(database)
        phases: list[tuple[str, int, int]] = []
        load_demo(
            database,
            lambda _: NOON,
            progress=lambda *phase, phases=phases: phases.append(phase),  # type: ignore[misc]
            scale=0.01,
            password=PASSWORD,
        )
        assert [done for _, done, _ in phases] == list(range(phases[-1][2] + 1))
        told.append(_checksum(database))
        database.dispose()
    assert told[0] == told[1]


@pytest.mark.parametrize("hour", [1, 15, 22])
def test_it_can_be_loaded_at_any_hour_of_any_day(tmp_path: Path, hour: int) -> None:
    for day in (13, 15):  # a Friday and a Sunday
        at = datetime(2026, 3, day, hour, 40, tzinfo=UTC)
        path = tmp_path / f"{day}.db"
        database = Database.connect(settings_for(f"sqlite:///{path}", tmp_path))
        upgrade(database)
        assert load_demo(database, lambda _, at=at: at, scale=0.01, password=PASSWORD).tasks > 100  # type: ignore[misc]
        database.dispose()


def _checksum(database: Database) -> str:
    digest = hashlib.sha256()
    with database.reading() as session:
        for table in Base.metadata.sorted_tables:
            columns = [column for column in table.c if column.name != "password_hash"]
            rows = session.execute(select(*columns).order_by(*table.primary_key))
            for row in rows:
                digest.update(repr(tuple(row)).encode())
    return digest.hexdigest()
