"""A file of vehicles and their owners, 20 columns, loaded in batches, against calamine and COPY.

The bare twin reads the file with calamine and puts the very rows that ours wrote into the same
tables by COPY or ``executemany``: nothing is normalised, nobody is looked for, no batch is kept.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.company import found_company
from benchmarks.harness import Comparison, Goal, Line, Stopwatch, is_noisy, plain_line, ratio_line
from benchmarks.importing import Rows, bare_load, rows_of
from benchmarks.places import Place, fresh_place
from benchmarks.registry import Options
from benchmarks.wide_file import write_wide_file
from core.clock import database_clock

WRITTEN = (
    "clients", "client_units", "contact_points", "assets", "ownerships", "mileage_readings",
    "record_loads", "loaded_rows", "load_batches",
)  # fmt: skip
"""Tables that a load writes, each after those that it refers to."""


def run(options: Options) -> Iterator[Line]:
    """Every round in a fresh database; the first of ours provides the rows of the bare twin."""
    count = options.pick(5_000, 100_000)
    with tempfile.TemporaryDirectory(prefix="pzv-bench-") as folder:
        path = Path(folder) / "vehicles.xlsx"
        write_wide_file(path, count)
        for engine in options.engines:
            found, rows = Comparison(noisy=is_noisy()), Rows()
            for _ in range(options.pick(2, 3)):
                with fresh_place(engine) as place:
                    found.ours.append(_ours(place, path, count))
                    rows = rows or rows_of(place, WRITTEN)
                with fresh_place(engine) as place:
                    found.bare.append(bare_load(place, path, rows))
            yield ratio_line(found, bench="loads", engine=engine, size=count, goal=Goal(2.5),
                             measure="file → directory: time of bare")  # fmt: skip
            yield plain_line("loads", engine, count, "file → directory", "s",
                             [spent.wall for spent in found.ours],
                             rows_per_s=int(count / found.ours_wall))  # fmt: skip


def _ours(place: Place, path: Path, count: int) -> Any:
    from importers.loading import content_sum
    from importers.loads.asking import ask_load
    from importers.loads.staged import run_load
    from importers.loads.told import Verdict

    company = found_company(place)
    head, unit_id = company.head(), company.unit_ids[0]

    def step() -> None:
        with place.database.unit_of_work() as session:
            load = ask_load(
                session, name=path.name, size=path.stat().st_size, sha256=content_sum(path),
                format="vehicles", unit_id=unit_id, runs_by_itself=True, actor=head,
                now=database_clock(session),
            ).load  # fmt: skip
            load_id = load.id
        end = run_load(place.database, load_id, path, clock=database_clock, actor=head)
        if end.counts[Verdict.NEW] != count:
            raise AssertionError(f"{end.counts} instead of {count} new vehicles")

    return Stopwatch(place.server_cpu).time(step)
