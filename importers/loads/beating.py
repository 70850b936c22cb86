"""Signs of life of a worker whose step takes long: opening a large file, copying a database."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import update

from core.db import Database, database_now
from importers.loads.models import RecordLoad

_EVERY = 20.0
"""Seconds; a third of ``workers.SILENCE``."""
log = logging.getLogger(__name__)


@contextmanager
def beating(database: Database, load: RecordLoad, worker: str) -> Iterator[None]:
    """Within the block the load is seen to be worked on, as long as the process lives.

    Whether the work gets on is another question: a job that hangs is ended by its ticker.
    """
    stop = threading.Event()

    def beat() -> None:
        while not stop.wait(_EVERY):
            try:
                with database.unit_of_work() as session:
                    session.execute(
                        update(RecordLoad)
                        .where(RecordLoad.id == load.id, RecordLoad.worker == worker)
                        .values(beat_at=database_now(session))
                        .execution_options(synchronize_session=False)
                    )
            except Exception as error:
                told = {"load": load.id, "error": type(error).__name__}
                log.warning("no sign of life could be given", extra=told)

    thread = threading.Thread(target=beat, name=f"load {load.id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
