"""Eight claimers of one unit, as production has them (two processes, four threads each).

Truth first: no task may be handed out twice. Then rate and waiting times against one bare UPDATE.

The twin knows its lane beforehand and writes no journal row. On SQLite it also takes no turns: one
lucky thread goes on and on while another sleeps up to a second (its p99), which flatters its rate.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from math import log10
from multiprocessing import get_context
from pathlib import Path
from queue import Empty
from statistics import median
from typing import Any

from benchmarks.company import Company, found_company
from benchmarks.filling import Shape, fill_tasks
from benchmarks.harness import Goal, Line, percentile, plain_line
from benchmarks.places import Place, bare_connection, fresh_place
from benchmarks.registry import Options, Size
from core.access import Actor
from core.clock import database_clock
from core.db import Database
from core.settings import Settings

PROCESSES, THREADS, ROUNDS = 2, 4, 3
LEASE = timedelta(minutes=20)
_GIVEN_BACK = (
    "UPDATE tasks SET state = 'planned', performer_id = NULL, lease_until = NULL, taken_at = NULL,"
    " claim_token = 0 WHERE state = 'in_work'"
)
Claim = Callable[[], int | None]

BARE = {
    "postgresql": (
        "UPDATE tasks SET state = 'in_work', performer_id = %s, lease_until = %s, taken_at = %s,"
        " claim_token = claim_token + 1 WHERE id = (SELECT id FROM tasks WHERE unit_id = %s"
        " AND performer_id IS NULL AND kind = 'call' AND campaign_id = %s"
        " AND time_zone = 'Europe/Moscow' AND priority = 5 AND state = 'planned' AND due_at <= %s"
        " ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id"
    ),
}
BARE["sqlite"] = BARE["postgresql"].replace("%s", "?").replace(" FOR UPDATE SKIP LOCKED", "")


def run(options: Options) -> Iterator[Line]:
    """``take_next_task`` in a transaction of its own each, at growing sizes."""
    sizes = (options.pick(20_000, 100_000), *([1_000_000] if options.size is Size.FULL else []))
    seconds = options.pick(1, 3)
    for engine in options.engines:
        fast: dict[int, float] = {}
        for size in sizes:
            with fresh_place(engine) as place:
                company = found_company(place)
                fill_tasks(place, company, size, Shape.QUEUE)
                bare, ours = _rounds(place, company, seconds)
            fast[size] = percentile(ours.latencies, 0.5)
            yield from _lines(engine, size, bare, ours)
        if len(sizes) > 1:
            slope = log10(fast[sizes[-1]] / fast[sizes[0]]) / log10(sizes[-1] / sizes[0])
            yield plain_line("claims", engine, sizes[-1], "claim: growth exponent of p50", "",
                             [slope], Goal(0.15))  # fmt: skip


class Claimed:
    """What the claimers of one kind got, over all rounds."""

    def __init__(self) -> None:
        self.rates: list[float] = []
        self.latencies: list[float] = []
        self.claims = self.twice = 0

    def add(self, rate: float, latencies: list[float], ids: list[int]) -> None:
        self.rates.append(rate)
        self.latencies += latencies
        self.claims += len(ids)
        self.twice += len(ids) - len(set(ids))


def _rounds(place: Place, company: Company, seconds: float) -> tuple[Claimed, Claimed]:
    """Bare and ours in turn, each from a full queue; within a round nothing may come twice."""
    bare, ours = Claimed(), Claimed()
    for _ in range(ROUNDS):
        for kind, found in (("bare", bare), ("ours", ours)):
            place.run(_GIVEN_BACK)
            place.settle()
            found.add(*_all_claimers(place, company, kind, seconds))
    return bare, ours


def _all_claimers(
    place: Place, company: Company, kind: str, seconds: float
) -> tuple[float, list[float], list[int]]:
    context = get_context("spawn")
    start, answers = context.Barrier(PROCESSES), context.Queue()
    unit_id = company.unit_ids[0]
    workers = [
        context.Process(
            target=claim_for_a_while,
            args=(kind, place.settings.database_url, company.campaign_ids[0],
                  [company.manager(place, unit_id, number * THREADS + thread)
                   for thread in range(THREADS)], seconds, start, answers),
        )
        for number in range(PROCESSES)
    ]  # fmt: skip
    for worker in workers:
        worker.start()
    found: list[tuple[list[float], list[int], float]] = []
    while len(found) < len(workers):
        with suppress(Empty):
            found.append(answers.get(timeout=1))
        if any(worker.exitcode for worker in workers):
            raise RuntimeError("a claimer broke down")
    for worker in workers:
        worker.join()
    latencies = [one for answer in found for one in answer[0]]
    ids = [one for answer in found for one in answer[1]]
    return len(ids) / max(answer[2] for answer in found), latencies, ids


def claim_for_a_while(
    kind: str, url: str, campaign_id: int, people: list[Actor], seconds: float, start: Any,
    answers: Any,
) -> None:  # fmt: skip
    """One process: threads that claim until the time is over."""
    settings = Settings(database_url=url, var_dir=Path("/nonexistent"), secret_key="x")
    database = Database.connect(settings)
    claims = [
        _ours(database, person) if kind == "ours" else _bare(url, campaign_id, person)
        for person in people
    ]
    for claim in claims:
        claim()  # statements are compiled, connections open
    start.wait(timeout=60)
    began = time.perf_counter()
    with ThreadPoolExecutor(len(claims)) as pool:
        found = list(pool.map(lambda claim: _until(began + seconds, claim), claims))
    took = time.perf_counter() - began
    answers.put(([t for one in found for t in one[0]], [i for one in found for i in one[1]], took))
    database.dispose()


def _until(end: float, claim: Claim) -> tuple[list[float], list[int]]:
    latencies, ids = [], []
    while (began := time.perf_counter()) < end:
        found = claim()
        latencies.append(time.perf_counter() - began)
        if found is not None:
            ids.append(found)
    return latencies, ids


def _ours(database: Database, person: Actor) -> Claim:
    from worklists.queue import take_next_task

    def claim() -> int | None:
        with database.unit_of_work() as session:
            taken = take_next_task(session, actor=person, now=database_clock(session), lease=LEASE)
            return taken.task_id if taken is not None else None

    return claim


def _bare(url: str, campaign_id: int, person: Actor) -> Claim:
    engine = "postgresql" if url.startswith("postgresql") else "sqlite"
    connection = bare_connection(url)
    (unit_id,) = person.unit_ids

    def moment(at: datetime) -> Any:
        return at if engine == "postgresql" else f"{at:%Y-%m-%d %H:%M:%S.%f}"

    def claim() -> int | None:
        now = datetime.now(UTC)
        values = (
            person.person,
            moment(now + LEASE),
            moment(now),
            unit_id,
            campaign_id,
            moment(now),
        )
        found = connection.execute(BARE[engine], values).fetchone()
        with suppress(Exception):
            connection.commit()
        return int(found[0]) if found is not None else None

    return claim


def _lines(engine: str, size: int, bare: Claimed, ours: Claimed) -> Iterator[Line]:
    shares = [one / other for one, other in zip(ours.rates, bare.rates, strict=True)]
    waits = {
        f"{name}_{label}_ms": round(percentile(found.latencies, share) * 1e3, 2)
        for name, found in (("ours", ours), ("bare", bare))
        for label, share in (("p50", 0.5), ("p99", 0.99))
    }
    yield plain_line("claims", engine, size, "claims/s: share of bare, 8 claimers", "x", shares,
                     Goal(0.5, "at least"), ours_per_s=int(median(ours.rates)),
                     bare_per_s=int(median(bare.rates)), **waits)  # fmt: skip
    yield plain_line("claims", engine, size, "claim p99, 8 claimers", "ms",
                     [percentile(ours.latencies, 0.99) * 1e3], Goal(25),
                     longest_ms=int(max(ours.latencies) * 1e3))  # fmt: skip
    yield plain_line("claims", engine, size, "tasks handed out twice", "",
                     [float(bare.twice + ours.twice)], Goal(0),
                     claims=bare.claims + ours.claims)  # fmt: skip
