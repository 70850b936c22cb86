"""Two hundred people press «Следующий клиент» in the same minute (P1, PostgreSQL)."""

import pytest

from core.db import Database
from tests.chaos.given import check_exclusive, crowd
from tests.chaos.rush import rush
from tests.chaos.test_queue import FULL

pytestmark = pytest.mark.chaos


def test_two_hundred_claimers_share_no_client_and_wait_on_nobody(
    database: Database, database_url: str, engine_name: str
) -> None:
    if engine_name != "postgresql":
        pytest.skip("SQLite has one writer: its claimers take turns by design")
    given = crowd(database, people=200, clients=5_000 if FULL else 600, each=2)
    seen = rush(database_url, given, processes=4, seed=1)
    happened = check_exclusive(database)
    assert happened["Completed"] == happened["TaskTaken"] == len(given.task_ids)
    # One who looked at a row that was taken a moment before keeps it locked for the rest of that
    # claim: a few. Were the unique index to decide who phones a client, half of all would wait.
    assert seen.looks > 10
    assert seen.waits < seen.looks / 5
