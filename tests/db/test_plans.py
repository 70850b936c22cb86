"""Queries of the hot paths walk their indexes on both engines, whatever stands in the tables."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, update
from sqlalchemy.orm import Session

from benchmarks.company import Company, found_company
from benchmarks.filling import fill_clients, fill_tasks
from benchmarks.places import Place
from core.access import Actor
from core.db import Database
from core.settings import Settings
from directory.clients.search import search_clients
from worklists.dispatch.untelling import untell_run
from worklists.lifecycle import OPEN, TaskState
from worklists.models.task import Task
from worklists.my_tasks import TaskFilter, available_tasks
from worklists.queue import take_next_task
from worklists.stages import BoardFilter, Stage, board
from worklists.sweeps import return_deferred
from worklists.team import team
from worklists.unit_work import calls_ended_with

ROWS = 20_000
BIG = (
    "tasks", "clients", "contact_points", "assets", "ownerships", "work_lists", "notifications",
)  # fmt: skip


@pytest.fixture
def place(database: Database, settings: Settings, engine_name: str) -> Iterator[Place]:
    place = Place(engine_name, settings, database)
    yield place
    place.bare.close()


@pytest.fixture
def company(place: Place) -> Company:
    found = found_company(place)
    fill_tasks(place, found, ROWS)
    return found


@pytest.fixture
def manager(place: Place, company: Company) -> Actor:
    return company.manager(place, company.unit_ids[0])


@contextmanager
def explaining(database: Database, *kinds: str) -> Iterator[list[str]]:
    """The plan of every statement of these kinds that is sent meanwhile."""
    plans: list[str] = []
    busy = False

    def explain(conn: Connection, _c: Any, statement: str, parameters: Any, *_: Any) -> None:
        nonlocal busy
        if not busy and statement.lstrip().upper().startswith(kinds):
            busy = True
            plans.append(_explained(conn, statement, parameters))
            busy = False

    event.listen(database.engine, "before_cursor_execute", explain)
    try:
        yield plans
    finally:
        event.remove(database.engine, "before_cursor_execute", explain)


def plans_of(database: Database, act: Callable[[Session], Any]) -> list[str]:
    """The plans of what the action sends; everything is undone."""
    with (
        explaining(database, "SELECT", "UPDATE", "WITH") as plans,
        database.writing_session() as session,
    ):
        act(session)
        session.rollback()
    return plans


def _explained(connection: Connection, statement: str, parameters: Any) -> str:
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return "\n".join(str(row[-1]) for row in rows)
    rows = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
    (plan,) = rows.scalars()
    return "\n".join(_nodes((plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"]))


def _nodes(node: dict[str, Any]) -> Iterator[str]:
    told = (node.get("Node Type"), node.get("Relation Name"), node.get("Index Name"))
    yield " ".join(part for part in told if part)
    for child in node.get("Plans", ()):
        yield from _nodes(child)


def walked_tables(plans: list[str]) -> set[str]:
    """Large tables that are read from end to end."""
    lines = [line for plan in plans for line in plan.splitlines()]
    found = set()
    for line in lines:
        words = line.split()
        if line.startswith("Seq Scan"):
            found.add(words[2])
        elif line.startswith("SCAN") and "INDEX" not in line:
            found.add(words[1].removesuffix(f"_{words[1].rpartition('_')[2]}")
                      if words[1].rpartition("_")[2].isdigit() else words[1])  # fmt: skip
    return found & set(BIG)


def index_used(plans: list[str], index: str) -> bool:
    return any(index in plan for plan in plans)


def test_a_claim_walks_the_queue(place: Place, company: Company, manager: Actor) -> None:
    plans = plans_of(
        place.database,
        lambda session: take_next_task(
            session, actor=manager, now=company.base, lease=timedelta(minutes=5)
        ),
    )
    assert index_used(plans, "ix_tasks_queue")
    assert walked_tables(plans) == set()


def test_the_sweep_of_deferred_tasks_walks_those_that_are_due(
    place: Place, company: Company
) -> None:
    late = company.base + timedelta(hours=1)
    with explaining(place.database, "SELECT TASKS.ID") as plans:
        return_deferred(place.database, lambda _session: late)
    assert index_used(plans, "ix_tasks_deferred")
    assert walked_tables(plans) == set()


@pytest.mark.parametrize("stage", list(Stage))
def test_a_column_of_the_board_walks_an_index(
    place: Place, company: Company, manager: Actor, stage: Stage
) -> None:
    plans = plans_of(
        place.database,
        lambda session: board(session, actor=manager, now=company.base, stages=[stage]),
    )
    assert walked_tables(plans) == set()
    if stage is Stage.NEW:
        assert index_used(plans, "ix_tasks_unit_state")


@pytest.mark.parametrize("stage", list(Stage))
def test_a_column_of_everybody_walks_an_index(
    place: Place, company: Company, manager: Actor, stage: Stage
) -> None:
    plans = plans_of(
        place.database,
        lambda session: board(
            session,
            actor=manager,
            now=company.base,
            narrowed=BoardFilter(of_everybody=True),
            stages=[stage],
        ),
    )
    assert walked_tables(plans) == set()


def test_the_team_walks_indexes(place: Place, company: Company, manager: Actor) -> None:
    day = {"day_began": company.base, "day_ends": company.base + timedelta(days=1)}
    plans = plans_of(
        place.database, lambda session: team(session, actor=manager, now=company.base, **day)
    )
    assert walked_tables(plans) == set()
    assert index_used(plans, "ix_tasks_performer")
    assert len(plans) == 1


def test_what_finishing_a_campaign_ends_is_counted_by_an_index(
    place: Place, company: Company
) -> None:
    closed = update(Task).where(Task.id % 20 != 0, Task.state.in_(OPEN))
    with place.database.writing_session() as session:  # after years little of it is open
        session.execute(closed.values(state=TaskState.DONE, closed_at=company.base))
        session.commit()
    place.bare.execute("ANALYZE")
    plans = plans_of(place.database, lambda session: calls_ended_with(session, 1))
    for index in ("ix_tasks_queue", "ix_tasks_deferred", "ix_tasks_leases"):
        assert index_used(plans, index)
    assert walked_tables(plans) == set()


def test_what_a_run_has_told_is_found_by_its_occasions(place: Place, company: Company) -> None:
    place.run(
        "INSERT INTO notifications (employee_id, kind, task_id, work_list_id, occasion, created_at,"
        " tasks) SELECT 1, 'task_given', id, work_list_id, 'given:' || id, due_at, 1 FROM tasks",
        "ANALYZE",
    )
    with (
        explaining(place.database, "DELETE", "UPDATE") as plans,
        place.database.writing_session() as session,
    ):
        untell_run(session, 1)
        session.rollback()
    assert len(plans) == 4 and walked_tables(plans) == set()


def test_tasks_to_take_are_found_by_an_index(
    place: Place, company: Company, manager: Actor
) -> None:
    wanted = TaskFilter(since=company.base - timedelta(days=7), until=company.base)
    plans = plans_of(
        place.database, lambda session: available_tasks(session, wanted, actor=manager)
    )
    assert walked_tables(plans) == set()


@pytest.mark.parametrize(
    ("typed", "index"),
    [
        ("+79100000777", "ix_contact_points_value"),
        ("0000777", "ix_contact_points_reversed"),
        ("орлова мария", "ix_clients_name_norm"),
        ("XTA10000000000777", "vin"),
    ],
)
def test_a_search_walks_an_index(place: Place, typed: str, index: str) -> None:
    company = found_company(place)
    fill_clients(place, company, ROWS)
    place.settle()
    manager = company.manager(place, company.unit_ids[0])
    plans = plans_of(place.database, lambda session: search_clients(session, typed, actor=manager))
    assert index_used(plans, index)
    assert walked_tables(plans) == set()
