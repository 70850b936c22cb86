"""The migrations make exactly the tables that the code declares, on both engines."""

import json

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy.exc import DatabaseError

from campaigns.catalogue import install_catalogue
from campaigns.models import ContactCap
from core.access import Actor
from core.db import Base, Database
from core.journal import JournalEntry
from core.migrations import config_for, is_current, upgrade
from directory.clients.models import Client
from importers.loads.models import LoadedRow, LoadState, RecordLoad
from importers.models import ImportedFile
from tests.conftest import NOON
from tests.given import Given
from tests.merging_given import Doubles
from tests.queue_given import Place
from worklists.lifecycle import TaskState
from worklists.models.attempt import ServiceRequestState
from worklists.models.task import Finish, TaskKind

# SQLite's indexes of expressions are not compared: the second test looks for them by name.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index"),
    pytest.mark.filterwarnings("ignore:autogenerate skipping .*expression-based index"),
]


def test_the_newest_revision_is_what_the_models_say(database: Database) -> None:
    assert is_current(database)
    command.check(config_for(database))


def test_every_index_that_the_models_name_is_there(database: Database) -> None:
    query = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'index'",
        "postgresql": "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()",
    }[database.engine.dialect.name]
    there = {name for (name,) in _all(database, query)}
    named = {str(index.name) for table in Base.metadata.tables.values() for index in table.indexes}
    assert named - there == set()


def test_the_schema_can_be_taken_down_to_nothing(database: Database) -> None:
    command.downgrade(config_for(database), "base")
    assert set(sa.inspect(database.engine).get_table_names()) <= {"alembic_version"}


def _all(database: Database, query: str) -> list[tuple[object, ...]]:
    with database.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query))]


_EFFECTS = (
    "SELECT c.code, v.effects FROM result_code_versions v "
    "JOIN result_codes c ON c.id = v.result_code_id ORDER BY c.code, v.number"
)
_TASKS = "SELECT id, state, finish, due_at, version FROM tasks ORDER BY id"


def test_what_results_cause_survives_the_way_down_and_up_again(database: Database) -> None:
    """0011 on a filled database: what flags said becomes effects, and the other way round."""
    with database.unit_of_work() as session:
        install_catalogue(session, now=NOON)
    before = _all(database, _EFFECTS)
    command.downgrade(config_for(database), "0010")
    flags = (
        "SELECT count(*) FROM result_code_versions WHERE refusal IS NOT NULL OR fault IS NOT NULL"
    )
    assert _all(database, flags) != [(0,)]
    with database.engine.begin() as connection:
        connection.execute(
            sa.text(
                "UPDATE result_code_versions SET refusal = 'purpose', created_by = 'employee:1' "
                "WHERE result_code_id = (SELECT id FROM result_codes WHERE code = 'complaint')"
            )
        )
    upgrade(database)
    after = dict(_all(database, _EFFECTS))
    assert set(after) == {code for code, _ in before}
    kinds = {code: [one["kind"] for one in _read(effects)] for code, effects in after.items()}
    assert kinds["complaint"] == ["block"]
    no_answer = [code for code, found in kinds.items() if found[:1] == ["retry"]]
    assert no_answer
    command.check(config_for(database))


def test_lives_of_tasks_come_to_a_filled_database_and_leave_it(database: Database) -> None:
    """0012 to 0016: rows stay, new columns say «as before»; back again no ending is new."""
    with database.unit_of_work() as session:
        place = Place(session)
        tasks = [place.task(), place.task(kind=TaskKind.CALLBACK), place.task()]
        tasks[2].state, tasks[2].finish = TaskState.CANCELLED, Finish.EXPIRED
        tasks[2].closed_at = NOON
        session.add(ContactCap(most=1, days=7, is_household=True))
    caps = "SELECT most, days FROM contact_caps ORDER BY days"
    command.downgrade(config_for(database), "0011")
    assert _all(database, caps) == [(3, 1), (7, 7)]
    assert [row[2] for row in _all(database, _TASKS)] == [None, None, "cancelled"]
    old = _all(database, _TASKS)
    upgrade(database)
    assert _all(database, _TASKS) == old
    assert _all(database, caps) == [(3, 1), (7, 7)]
    new = "missed_callback, missed_after_minutes, version, opens_after_days, expires_after_days"
    assert _all(database, f"SELECT {new} FROM campaigns") == [("keep", 60, 1, None, None)]
    lives = "SELECT DISTINCT opens_at, expires_at, missed_at, missed_times FROM tasks"
    assert _all(database, lives) == [(None, None, None, 0)]
    with database.unit_of_work() as session:
        session.add_all([ContactCap(most=2, days=3), ContactCap(most=1, days=3, is_household=True)])
    with pytest.raises(DatabaseError), database.unit_of_work() as session:
        session.add(ContactCap(most=5, days=3))
    command.check(config_for(database))


def test_what_came_of_bookings_and_requests_is_told_in_older_words(database: Database) -> None:
    """0015 and 0014 back on a filled database: the older version reads every row."""
    with database.unit_of_work() as session:
        given = Given(session)
        person, workshop = given.employee(), given.workshop()
        tasks = [given.task(state=TaskState.CANCELLED) for _ in range(2)]
        tasks[0].finish = Finish.RETURNED
        for state in ServiceRequestState:
            given.booking(tasks[1], workshop, person, state=state)
    endings = _all(database, _TASKS)
    command.downgrade(config_for(database), "0013")
    assert [row[2] for row in _all(database, _TASKS)] == ["cancelled", "goal_reached"]
    states = "SELECT state FROM service_requests ORDER BY id"
    assert [row[0] for row in _all(database, states)] == [
        "requested", "requested", "cancelled", "cancelled",
    ]  # fmt: skip
    upgrade(database)
    assert [row[:2] for row in _all(database, _TASKS)] == [row[:2] for row in endings]
    command.check(config_for(database))


def test_merges_leave_a_filled_database_and_come_again(database: Database) -> None:
    """0022 back on a filled database: an ending is told in older words."""
    with database.unit_of_work() as session:
        two = Doubles(Given(session))
        two.busy_double()
        two.merge()
    clients = "SELECT id, name FROM clients ORDER BY id"
    before = _all(database, clients)
    assert ("duplicate",) in _all(database, "SELECT DISTINCT finish FROM tasks")
    command.downgrade(config_for(database), "0021")
    endings = _all(database, "SELECT DISTINCT finish FROM tasks")
    assert ("repeat",) in endings and ("duplicate",) not in endings
    upgrade(database)
    assert _all(database, clients) == before
    command.check(config_for(database))


def _read(effects: object) -> list[dict[str, object]]:
    """JSON of a statement of our own: text on SQLite."""
    return json.loads(effects) if isinstance(effects, str) else effects  # type: ignore[return-value]


@pytest.mark.parametrize(
    "change", ["UPDATE journal_entries SET at = at", "DELETE FROM journal_entries"]
)
def test_the_journal_cannot_be_rewritten(database: Database, change: str) -> None:
    with database.unit_of_work() as session:
        session.add(
            JournalEntry(at=NOON, actor=Actor(key="scheduler").key, subject="task", subject_id=1,
                         event="Tested", details={})
        )  # fmt: skip
    with pytest.raises(DatabaseError, match="append-only"), database.unit_of_work() as session:
        session.execute(sa.text(change))


def test_files_of_before_get_columns_and_keep_the_rest(database: Database) -> None:
    """0023 on a filled database: files stay, their columns are not known; and back again."""
    with database.unit_of_work() as session:
        given = Given(session)
        unit = given.unit()
        given.imported_file(unit, given.employee(unit=unit))
    files = "SELECT id, name, sha256 FROM imported_files"
    before = _all(database, files)
    command.downgrade(config_for(database), "0022")
    assert _all(database, files) == before != []
    upgrade(database)
    assert _all(database, files) == before
    with database.reading() as session:
        assert [file.columns for file in session.scalars(sa.select(ImportedFile))] == [[]]


def test_files_of_before_are_told_nothing_of_their_sheets(database: Database) -> None:
    """0024 on a filled database: files stay, where their tables stood is not known; and back."""
    with database.unit_of_work() as session:
        given = Given(session)
        unit = given.unit()
        given.imported_file(unit, given.employee(unit=unit))
    command.downgrade(config_for(database), "0023")
    upgrade(database)
    with database.reading() as session:
        file = session.scalars(sa.select(ImportedFile)).one()
        assert (file.sheet, file.place, file.skipped) == ("", {}, {})
    command.check(config_for(database))


def test_plans_of_before_name_no_unit_for_their_lists(database: Database) -> None:
    """0025 on a filled database: plans and their runs stay; and back again."""
    with database.unit_of_work() as session:
        given = Given(session)
        task, person = given.task(), given.employee()
        plan = given.selection_plan(given.selection(given.unit(), person), task, person)
        run = given.run(given.unit())
        run.plan_id = plan.id
    told = "SELECT p.id, p.unit_id, r.id FROM selection_plans p JOIN selection_runs r"
    told += " ON r.plan_id = p.id"
    before = _all(database, told)
    command.downgrade(config_for(database), "0024")
    assert _all(database, told) == before != []
    upgrade(database)
    assert _all(database, told) == before


def test_files_that_were_loaded_again_are_there_once_without_0028(database: Database) -> None:
    with database.unit_of_work() as session:
        given = Given(session)
        unit = given.unit()
        person = given.employee("Менеджер", unit=unit)
        ids = [given.record_load(unit, person).id for _ in range(3)]
        given.record_load(given.unit("Другой"), person)
        session.get_one(RecordLoad, ids[2]).state = LoadState.LOADING
    told = "SELECT state FROM record_loads ORDER BY id"
    command.downgrade(config_for(database), "0027")
    assert _all(database, told) == [("cancelled",), ("cancelled",), ("loading",), ("done",)]
    upgrade(database)
    command.check(config_for(database))


def test_rows_in_doubt_and_decisions_of_before_stay_without_a_cause(database: Database) -> None:
    """0034 on a filled database, and back again."""
    with database.unit_of_work() as session:
        given = Given(session)
        unit = given.unit()
        load = given.record_load(unit, given.employee("Менеджер", unit=unit))
        given.load_decision(load).together = 1
        session.get_one(LoadedRow, (load.id, 2)).cause = "other_name:phone:name"
    told = "SELECT r.row_no, r.verdict, d.id, d.choice FROM loaded_rows r JOIN load_decisions d"
    told += " ON d.load_id = r.load_id"
    before = _all(database, told)
    command.downgrade(config_for(database), "0033")
    assert _all(database, told) == before != []
    upgrade(database)
    command.check(config_for(database))
    assert _all(database, told) == before
    new = "SELECT r.cause, d.together FROM loaded_rows r CROSS JOIN load_decisions d"
    assert _all(database, new) == [(None, None)]


def test_numbers_of_a_filled_database_are_not_used_again(database: Database) -> None:
    """0027 changes a declaration only: rows, indexes, triggers and references stay."""
    with database.unit_of_work() as session:
        place = Place(session)
        for _ in range(3):
            place.task()
        last = place.add(Client(name="Иванов", name_norm="иванов", created_at=NOON)).id
    command.downgrade(config_for(database), "0026")
    before = _all(database, "SELECT id, state FROM tasks ORDER BY id")
    upgrade(database)
    command.check(config_for(database))
    assert _all(database, "SELECT id, state FROM tasks ORDER BY id") == before
    if database.engine.dialect.name == "sqlite":
        assert _all(database, "PRAGMA integrity_check") == [("ok",)]
        assert _all(database, "PRAGMA foreign_key_check") == []
        declared = dict(_all(database, "SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
        for table in Base.metadata.sorted_tables:
            if table.dialect_options["sqlite"]["autoincrement"]:
                assert "AUTOINCREMENT" in str(declared[table.name]), table.name
        match = "SELECT count(*) FROM clients_trigrams WHERE clients_trigrams MATCH 'ван'"
        assert _all(database, match) == [(1,)]
    with database.unit_of_work() as session:
        session.execute(sa.text(f"DELETE FROM clients WHERE id = {last}"))
        late = Client(name="Петров", name_norm="петров", created_at=NOON)
        session.add(late)
        session.flush()
        assert late.id > last
