"""A server that was restarted is found again without anybody noticing."""

import time

from sqlalchemy import text

from core.db import Database, is_postgresql
from core.settings import Settings


def test_idle_connections_that_died_are_replaced(database: Database, settings: Settings) -> None:
    with database.reading() as first, database.reading() as second:
        if not is_postgresql(first):
            return
        idle = {session.scalar(text("SELECT pg_backend_pid()")) for session in (first, second)}
    time.sleep(0.6)
    killer = Database.connect(settings)
    with killer.reading() as session:
        for pid in idle:
            # With a patience it returns when the other has really ended.
            ended = text("SELECT pg_terminate_backend(:pid, 20000)")
            assert session.scalar(ended, {"pid": pid})
    killer.dispose()
    for _ in range(2):
        with database.unit_of_work() as session:
            assert session.scalar(text("SELECT pg_backend_pid()")) not in idle
