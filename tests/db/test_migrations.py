"""The migrations make exactly the tables that the code declares, on both engines."""

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy.exc import DatabaseError

from core.access import Actor
from core.db import Database
from core.journal import JournalEntry
from core.migrations import config_for, is_current
from tests.conftest import NOON


def test_the_newest_revision_is_what_the_models_say(database: Database) -> None:
    assert is_current(database)
    command.check(config_for(database))


def test_the_schema_can_be_taken_down_to_nothing(database: Database) -> None:
    command.downgrade(config_for(database), "base")
    assert set(sa.inspect(database.engine).get_table_names()) <= {"alembic_version"}


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
