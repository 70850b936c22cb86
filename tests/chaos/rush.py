"""A crowd of claimers at once: how long each claim took, and who waited on whose lock."""

import json
import threading
import time
from dataclasses import dataclass

import psycopg
from sqlalchemy.engine import make_url

from tests.chaos.children import children
from tests.chaos.given import Crowd

_WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND wait_event_type = 'Lock'"
    " AND wait_event IN ('transactionid', 'tuple', 'relation', 'advisory')"
)
_LOOK_EVERY = 0.02
CONNECTIONS = 16
"""That the pool of a process has: so many threads a server gives it."""


@dataclass(frozen=True, kw_only=True)
class Rush:
    """What was seen of the crowd."""

    seconds: float
    claims: tuple[float, ...]
    """Seconds of each claim, the wait for a thread and its connection included."""
    looks: int
    waits: int
    """Sessions that were found waiting on the lock of another, over all looks."""


def rush(url: str, given: Crowd, *, processes: int, threads: int = CONNECTIONS, seed: int) -> Rush:
    """All people of the crowd take and complete tasks until none is left (PostgreSQL only).

    ``threads``: of each process; with more of them than connections they wait for one another.
    """
    stop, looks = threading.Event(), list[int]()
    watcher = threading.Thread(target=_watch, args=(url, stop, looks))
    with children(url, seed) as family:
        crowds = [
            family.start(
                "rush",
                unit=given.unit_id,
                people=list(given.people[i::processes]),
                threads=threads,
            )
            for i in range(processes)
        ]
        for child in crowds:  # all are connected
            assert child.stdout is not None
            child.stdout.readline()
        watcher.start()
        began = time.monotonic()
        for child in crowds:
            assert child.stdin is not None
            child.stdin.write("go\n")
            child.stdin.flush()
        said = [child.communicate()[0] for child in crowds]
        seconds = time.monotonic() - began
        stop.set()
        watcher.join()
        family.check()
    claims = tuple(one for text in said for one in json.loads(text))
    return Rush(seconds=seconds, claims=claims, looks=len(looks), waits=sum(looks))


def _watch(url: str, stop: threading.Event, looks: list[int]) -> None:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        while not stop.wait(_LOOK_EVERY):
            row = connection.execute(_WAITING).fetchone()
            looks.append(int(row[0]) if row else 0)
