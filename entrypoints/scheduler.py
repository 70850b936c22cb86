"""The ticker: calls the sweeps at their intervals and has no memory of its own.

Any number of them may run on any number of machines: what makes a sweep happen once is in the
database (P5). A ticker that hangs ends itself, so that whoever supervises it starts a new one.
"""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from types import FrameType

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.orm import Session

from core import logs
from core.clock import Clock, database_clock
from core.db import Database
from core.schedule import Job, Stopping
from core.settings import Settings
from entrypoints.folders import folder_jobs
from entrypoints.wiring import jobs_of

PATIENCE_SECONDS = 60.0
"""How long a job may give no sign of life beyond its interval."""
HUNG = 70
"""Exit code of a ticker that gave up on itself."""

log = logging.getLogger(__name__)


class Heart:
    """When each job last gave a sign of life, in seconds of the monotonic clock."""

    def __init__(self, jobs: Iterable[Job], *, patience: float = PATIENCE_SECONDS) -> None:
        started = time.monotonic()
        self._patience = {
            job.name: (job.every + job.longest).total_seconds() + patience for job in jobs
        }
        self._beats = dict.fromkeys(self._patience, started)

    def beat(self, name: str) -> None:
        """The job is alive."""
        self._beats[name] = time.monotonic()

    def silent(self) -> list[str]:
        """The jobs that have given no sign of life for too long."""
        now = time.monotonic()
        return [name for name, at in self._beats.items() if now - at > self._patience[name]]


def run_scheduler(
    database: Database,
    clock: Clock,
    jobs: Iterable[Job],
    stop: threading.Event,
    *,
    patience: float = PATIENCE_SECONDS,
    give_up: Callable[[int], object] = os._exit,
) -> None:
    """Run the jobs at their intervals until ``stop`` is set; each at once, then every so often.

    A failing job is logged and tried again at its next tick. When a job gives no sign of life for
    ``patience`` seconds beyond its interval, ``give_up(HUNG)`` ends the process.
    """
    jobs = tuple(jobs)
    heart = Heart(jobs, patience=patience)
    scheduler = BackgroundScheduler(
        timezone=UTC,
        executors={"default": ThreadPoolExecutor(max(1, len(jobs)))},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for job in jobs:
        scheduler.add_job(
            _tick,
            "interval",
            seconds=job.every.total_seconds(),
            next_run_time=datetime.now(UTC),
            args=(job, database, clock, heart, stop),
            id=job.name,
        )
    # A tick that falls into the one before is left out and says nothing: the sweep catches up.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    scheduler.start()
    log.info("scheduler started", extra={"jobs": len(jobs)})
    while not stop.wait(min(1.0, patience / 4)):
        if silent := heart.silent():
            log.critical("scheduler hangs", extra={"jobs": silent})
            give_up(HUNG)
            break
    scheduler.shutdown(wait=stop.is_set())
    log.info("scheduler stopped")


def _tick(job: Job, database: Database, clock: Clock, heart: Heart, stop: threading.Event) -> None:
    """One look of one job; no error leaves it."""

    def beating(session: Session) -> datetime:
        if stop.is_set():
            raise Stopping
        heart.beat(job.name)
        return clock(session)

    began = time.monotonic()
    try:
        handled = job.run(database, beating)
    except Stopping:
        return
    except Exception:
        log.exception("job failed", extra={"job": job.name})
    else:
        level = logging.INFO if handled else logging.DEBUG
        seconds = round(time.monotonic() - began, 3)
        log.log(level, "job done", extra={"job": job.name, "handled": handled, "seconds": seconds})
    heart.beat(job.name)


def serve_sweeps(settings: Settings) -> None:
    """Run the sweeps in this process until SIGTERM or SIGINT."""
    logs.set_up(as_json=settings.json_logs)
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    database = Database.connect(settings)
    try:
        jobs = (*jobs_of(settings), *folder_jobs(settings))
        run_scheduler(database, database_clock, jobs, stop)
    finally:
        database.dispose()


if __name__ == "__main__":
    serve_sweeps(Settings.from_environment())
