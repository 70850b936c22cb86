"""Databases for the tests: each test of ``session`` or ``database`` runs on both engines.

``session``: one outer transaction that is rolled back, for use-cases.
``database``: a migrated database of the test's own, for what commits, forks or serves pages.
"""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from core.db import Database
from core.migrations import upgrade
from core.settings import Settings
from tests import postgres

NOON = datetime(2026, 3, 18, 9, 0, tzinfo=UTC)
"""Wednesday noon in Moscow: inside every calling window."""
TOMORROW = NOON + timedelta(days=1)
ENGINES = ("sqlite", "postgresql")


def settings_for(url: str, var_dir: Path) -> Settings:
    """Settings of a test: the given database, a fixed secret."""
    return Settings(database_url=url, var_dir=var_dir, secret_key="for tests only")


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    with postgres.server() as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    database = Database.connect(settings_for(f"sqlite:///{path}", path.parent))
    upgrade(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
    database.dispose()
    return path


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> Iterator[str]:
    """The name of a migrated PostgreSQL database to copy."""
    with postgres.database(postgresql_server) as url:
        database = Database.connect(settings_for(url, Path("/nonexistent")))
        upgrade(database)
        database.dispose()
        yield url.split("/")[3].split("?")[0]


@pytest.fixture(params=ENGINES)
def engine_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def database_url(engine_name: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """URL of a migrated, empty database of this test's own."""
    if engine_name == "sqlite":
        path = tmp_path / "test.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    template = request.getfixturevalue("postgresql_template")
    server = request.getfixturevalue("postgresql_server")
    with postgres.database(server, template=template) as url:
        yield url


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return settings_for(database_url, tmp_path)


@pytest.fixture
def database(settings: Settings) -> Iterator[Database]:
    database = Database.connect(settings)
    yield database
    database.dispose()


@pytest.fixture(scope="session", params=ENGINES)
def shared_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    """One database per engine for all tests that roll back."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("shared") / "shared.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        database = Database.connect(settings_for(f"sqlite:///{path}", path.parent))
        yield database
        database.dispose()
        return
    server = request.getfixturevalue("postgresql_server")
    template = request.getfixturevalue("postgresql_template")
    with postgres.database(server, template=template) as url:
        database = Database.connect(settings_for(url, Path("/nonexistent")))
        yield database
        database.dispose()


@pytest.fixture
def session(shared_database: Database) -> Iterator[Session]:
    """A session whose every change, its own commits included, is undone after the test."""
    with shared_database.engine.connect() as connection, connection.begin() as outer:
        with Session(
            connection, join_transaction_mode="create_savepoint", expire_on_commit=False
        ) as session:
            yield session
        outer.rollback()
