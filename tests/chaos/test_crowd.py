"""Two hundred people press «Следующий клиент» in the same minute (P1, PostgreSQL)."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from core.db import Database, database_now
from tests.chaos.given import actor_for, check_exclusive, crowd
from tests.chaos.rush import CONNECTIONS, rush
from tests.chaos.test_queue import FULL
from worklists.events.queue import TaskTaken
from worklists.queue import take_next_task

pytestmark = pytest.mark.chaos


def test_two_hundred_claimers_share_no_task_and_no_client(
    database: Database, database_url: str, engine_name: str
) -> None:
    if engine_name != "postgresql":
        pytest.skip("SQLite has one writer: its claimers take turns by design")
    given = crowd(database, people=200, clients=5_000 if FULL else 600, each=2)
    seen = rush(database_url, given, processes=4, seed=1)
    happened = check_exclusive(database)
    assert happened["Completed"] == happened["TaskTaken"] == len(given.task_ids)
    print(f"{seen.waits} waits in {seen.looks} looks")


def test_more_threads_than_connections_wait_for_one_and_lose_nothing(
    database: Database, database_url: str, engine_name: str
) -> None:
    if engine_name != "postgresql":
        pytest.skip("SQLite has one writer: its claimers take turns by design")
    given = crowd(database, people=3 * CONNECTIONS, clients=200, each=2)
    rush(database_url, given, processes=1, threads=3 * CONNECTIONS, seed=2)
    happened = check_exclusive(database)
    assert happened["Completed"] == happened["TaskTaken"] == len(given.task_ids)


def test_a_claim_passes_by_a_client_whom_somebody_takes_this_instant(
    database: Database, engine_name: str
) -> None:
    """Or the unique index would make it wait for the other's transaction, however long that is."""
    if engine_name != "postgresql":
        pytest.skip("SQLite has one writer: its claimers take turns by design")
    given = crowd(database, people=2, clients=2, each=2)
    lease = timedelta(minutes=20)

    def take(session: Session, person: int) -> TaskTaken | None:
        actor = actor_for(given.people[person], given.unit_id)
        return take_next_task(session, actor=actor, now=database_now(session), lease=lease)

    with database.unit_of_work() as one:
        first = take(one, 0)
        with database.unit_of_work() as two:
            two.execute(text("SET LOCAL lock_timeout = '5s'"))
            second = take(two, 1)
    assert first is not None and second is not None
    assert first.client_id != second.client_id
