"""Two hundred people reach for the next client at once (PostgreSQL): truth, waits, times.

No think time: the load of some ten thousand people who talk for a minute. They stand in line for
the 64 threads of four processes, as requests do; most of a claim's time here is that line and the
machine's cores. What counts is that nobody waits on the lock of another.
"""

from collections.abc import Iterator

from benchmarks.harness import Goal, Line, percentile, plain_line
from benchmarks.places import fresh_place
from benchmarks.registry import Options
from tests.chaos.given import check_exclusive, crowd
from tests.chaos.rush import rush

PEOPLE, PROCESSES, EACH = 200, 4, 2


def run(options: Options) -> Iterator[Line]:
    """Take and complete until nothing is left; two tasks of a client lie side by side."""
    if "postgresql" not in options.engines:
        return
    tasks = options.pick(2_000, 10_000)
    with fresh_place("postgresql") as place:
        given = crowd(place.database, people=PEOPLE, clients=tasks // EACH, each=EACH)
        place.settle()
        seen = rush(place.settings.database_url, given, processes=PROCESSES, seed=1)
        happened = check_exclusive(place.database)  # raises when two held a task or a client

    def line(measure: str, unit: str, value: float, goal: Goal | None = None) -> Line:
        return plain_line("crowds", "postgresql", tasks, measure, unit, [value], goal)

    yield line("tasks completed, 200 claimers", "", float(happened["Completed"]))
    yield line("claimed and completed", "per s", happened["Completed"] / seen.seconds)
    yield line("claim p50, the line included", "ms",
               percentile(list(seen.claims), 0.5) * 1e3)  # fmt: skip
    yield line("claim p99, the line included", "ms",
               percentile(list(seen.claims), 0.99) * 1e3)  # fmt: skip
    yield line("sessions found waiting on another's lock, per look", "",
               seen.waits / seen.looks, Goal(0.1))  # fmt: skip
