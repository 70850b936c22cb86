"""An importer's file from the disk to work-lists, against calamine and the bare rows stored.

The bare twin reads the file with calamine and puts the very rows that ours wrote into the same
tables by COPY or ``executemany``: no phone is normalised, nobody is looked for.
"""

import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.company import found_company
from benchmarks.harness import Comparison, Goal, Line, Stopwatch, is_noisy, plain_line, ratio_line
from benchmarks.lead_file import write_lead_file
from benchmarks.places import Place, fresh_place
from benchmarks.reading import calamine_rows
from benchmarks.registry import Options
from core.clock import database_clock
from core.db import Base

WRITTEN = (
    "imported_files", "clients", "client_units", "contact_points", "assets", "ownerships",
    "mileage_readings", "imported_rows", "selection_runs", "leads", "work_lists", "tasks",
    "journal_entries",
)  # fmt: skip
"""Tables that the way of a file writes, each after those that it refers to."""
Rows = dict[str, tuple[list[str], list[tuple[Any, ...]]]]


def run(options: Options) -> Iterator[Line]:
    """Every round in a fresh database; the first of ours provides the rows of the bare twin."""
    count = options.pick(5_000, 100_000)
    with tempfile.TemporaryDirectory(prefix="pzv-bench-") as folder:
        path = Path(folder) / "leads.xlsx"
        write_lead_file(path, count)
        for engine in options.engines:
            found, steps = Comparison(noisy=is_noisy()), dict[str, list[float]]()
            rows: Rows = {}
            for _ in range(options.pick(2, 3)):
                with fresh_place(engine) as place:
                    found.ours.append(_ours(place, path, count, steps))
                    rows = rows or rows_of(place, WRITTEN)
                with fresh_place(engine) as place:
                    found.bare.append(bare_load(place, path, rows))
            told = {name: round(sorted(spent)[len(spent) // 2], 2) for name, spent in steps.items()}
            yield ratio_line(found, bench="importing", engine=engine, size=count, goal=Goal(2.5),
                             measure="file → work-lists: time of bare", **told)  # fmt: skip
            yield plain_line("importing", engine, count, "file → work-lists", "s",
                             [spent.wall for spent in found.ours],
                             Goal(15) if count == 100_000 else None,
                             rows_per_s=int(count / found.ours_wall))  # fmt: skip


def _ours(place: Place, path: Path, count: int, steps: dict[str, list[float]]) -> Any:
    from importers.formats.catalogue import LEAD_FORMATS
    from importers.loading import keep_file, read_file
    from importers.preview import preview
    from importers.running import form_from_file

    company = found_company(place)
    head, unit_id = company.head(), company.unit_ids[0]

    def clocked(name: str, began: float) -> float:
        now = time.perf_counter()
        steps.setdefault(name, []).append(now - began)
        return now

    def step() -> None:
        at = time.perf_counter()
        read = read_file(path, LEAD_FORMATS["maintenance-due"])
        at = clocked("read_s", at)
        with place.database.unit_of_work() as session:
            now = database_clock(session)
            kept = keep_file(session, read, name=path.name, unit_id=unit_id, actor=head, now=now)
            file_id = kept.file.id
        at = clocked("keep_s", at)
        del read, kept
        with place.database.reading() as session:
            preview(session, file_id, actor=head, now=database_clock(session))
        at = clocked("preview_s", at)
        with place.database.unit_of_work() as session:
            formed = form_from_file(
                session, file_id, row_ids=None, actor=head, now=database_clock(session),
                default_zone="Europe/Moscow",
            )  # fmt: skip
        clocked("form_s", at)
        if formed.tasks_new != count:
            raise AssertionError(f"{formed} instead of {count} tasks")

    return Stopwatch(place.server_cpu).time(step)


def rows_of(place: Place, tables: Sequence[str]) -> Rows:
    """Everything that was written there, as the driver gives it and takes it again."""
    rows: Rows = {}
    for table in tables:
        columns = [c.name for c in Base.metadata.tables[table].columns if c.computed is None]
        if place.is_postgresql:
            # JSON and moments as text: COPY takes them as they are.
            picked = ", ".join(f"{column}::text" for column in columns)
        else:
            picked = ", ".join(columns)
        found = place.bare.execute(f"SELECT {picked} FROM {table}").fetchall()
        rows[table] = (columns, [tuple(row) for row in found])
    return rows


def bare_load(place: Place, path: Path, rows: Rows) -> Any:
    """What calamine and the driver take to read the file and to put the rows into a new place."""
    found_company(place)
    place.settle()
    before = _entries(place)

    def step() -> None:
        calamine_rows(path)
        connection = place.bare
        if place.is_postgresql:
            with connection.cursor() as cursor:
                for table, (columns, values) in rows.items():
                    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
                    with cursor.copy(statement) as copy:
                        for row in _new(table, values, before):
                            copy.write_row(row)
            connection.commit()
            return
        connection.execute("BEGIN IMMEDIATE")
        for table, (columns, values) in rows.items():
            marks = ", ".join("?" * len(columns))
            statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"
            connection.executemany(statement, _new(table, values, before))
        connection.execute("COMMIT")

    return Stopwatch(place.server_cpu).time(step)


def _entries(place: Place) -> int:
    """The catalogue has journal entries of its own in every fresh database."""
    (last,) = place.bare.execute("SELECT COALESCE(max(id), 0) FROM journal_entries").fetchone()
    if place.is_postgresql:
        place.bare.commit()
    return int(last)


def _new(table: str, rows: Sequence[tuple[Any, ...]], entries: int) -> Sequence[tuple[Any, ...]]:
    if table != "journal_entries":
        return rows
    return [row for row in rows if int(row[0]) > entries]
