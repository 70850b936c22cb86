"""Reading a file of 20 columns behind its guard and child, against calamine alone (``iter_rows``).

«rows as texts» is ``read_table``: guard, expendable child, table found, every row handed out;
«typed rows» is ``read_leads`` on top of it: phones normalised, days and numbers read, problems
told. The guard and the reader work beside the child, on a second core if one is free; where none
is, the ratio comes near that of ``ours_cpu_s`` to ``bare_cpu_s``.
"""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from benchmarks.harness import (
    Goal,
    Line,
    compare,
    plain_line,
    ratio_line,
    wait_for_ending_children,
)
from benchmarks.registry import Options, Size
from benchmarks.wide_file import write_wide_file

_MOST_MIB = 1024
"""The child's limit; the parent's share of it is some 30 MiB."""


def run(options: Options) -> Iterator[Line]:
    """The two readers against the bare one; at full size the memory of a million rows too."""
    from importers.formats.catalogue import LEAD_FORMATS
    from importers.rows import read_leads

    count = options.pick(5_000, 100_000)
    fmt = LEAD_FORMATS["maintenance-due"]
    with tempfile.TemporaryDirectory(prefix="pzv-bench-") as folder:
        path = Path(folder) / "wide.xlsx"
        write_wide_file(path, count)
        readers: tuple[tuple[str, Callable[[], int], Goal | None], ...] = (
            ("rows as texts", lambda: _rows_as_texts(path), Goal(1.2) if count > 5_000 else None),
            ("typed rows", lambda: len(read_leads(path, fmt).rows), None),
        )
        for name, read, goal in readers:
            found = compare(
                ours=partial(_expect_of, count, read),
                bare=lambda: _expect(count + 1, calamine_rows(path)),
                rounds=options.pick(3, 5),
            )
            yield ratio_line(found, bench="reading", engine="–", size=count, goal=goal,
                             measure=f"{name}: time of bare calamine",
                             rows_per_s=int(count / found.ours_wall))  # fmt: skip
        yield from _memory(path, count)
        if options.size is Size.FULL:
            write_wide_file(path, 1_000_000)
            yield from _memory(path, 1_000_000)


def calamine_rows(path: Path) -> int:
    """Read every cell with calamine and throw it away; returns how many rows there were."""
    from python_calamine import CalamineWorkbook

    with CalamineWorkbook.from_path(path) as workbook:
        return sum(1 for _ in workbook.get_sheet_by_index(0).iter_rows())


def _rows_as_texts(path: Path) -> int:
    from importers.tables import read_table

    with read_table(path) as table:
        return sum(map(len, table.batches()))


def _memory(path: Path, rows: int) -> Iterator[Line]:
    """The largest memory of a process that takes the rows batch by batch, and of its child."""
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.reading", str(path)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    found, seconds, parent, child = map(float, told.stdout.split())
    _expect(rows, int(found))
    yield plain_line("reading", "–", rows, "rows as texts: memory of the parent", "MiB", [parent],
                     Goal(64), seconds=round(seconds, 1))  # fmt: skip
    yield plain_line(
        "reading", "–", rows, "rows as texts: memory of the child", "MiB", [child], Goal(_MOST_MIB)
    )


def _expect_of(wanted: int, read: Callable[[], int]) -> None:
    _expect(wanted, read())


def _expect(wanted: int, found: int) -> None:
    if wanted != found:
        raise AssertionError(f"{found} rows instead of {wanted}")


def _main(path: Path) -> None:
    from resource import RUSAGE_CHILDREN, getrusage
    from time import perf_counter

    started = perf_counter()
    rows = _rows_as_texts(path)
    seconds = perf_counter() - started
    wait_for_ending_children()
    # What getrusage tells of a process includes the one that started it.
    own = next(
        int(line.split()[1])
        for line in Path("/proc/self/status").read_text().splitlines()
        if line.startswith("VmHWM")
    )
    child = getrusage(RUSAGE_CHILDREN).ru_maxrss
    print(rows, seconds, own / 1024, child / 1024)


if __name__ == "__main__":
    _main(Path(sys.argv[1]))
