"""Bring the schema to the newest revision, or tell whether it is there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from core.db import Database

_SCRIPTS = Path(__file__).resolve().parent.parent / "migrations"


def config_for(database: Database) -> Config:
    """Alembic's configuration for this database."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["engine"] = database.engine
    return config


def upgrade(database: Database, revision: str = "head") -> None:
    """Apply the migrations that are missing; nothing happens when there are none."""
    command.upgrade(config_for(database), revision)


def is_current(database: Database) -> bool:
    """Whether the schema is at the newest revision."""
    newest = ScriptDirectory.from_config(config_for(database)).get_current_head()
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == newest
