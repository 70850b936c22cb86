"""The database for one command: connected, and let go of at the end."""

from collections.abc import Iterator
from contextlib import contextmanager

from core.db import Database
from core.settings import Settings


@contextmanager
def connected(settings: Settings | None = None) -> Iterator[Database]:
    """The installation's database (that of the environment), closed afterwards."""
    database = Database.connect(settings or Settings.from_environment())
    try:
        yield database
    finally:
        database.dispose()
