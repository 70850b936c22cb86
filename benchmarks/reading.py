"""Reading an importer's file behind its guard and child, against calamine alone."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.harness import Goal, Line, compare, ratio_line
from benchmarks.lead_file import write_lead_file
from benchmarks.registry import Options


def run(options: Options) -> Iterator[Line]:
    """Cells typed, phones normalised, problems told; the bare twin only makes Python values."""
    from importers.formats.catalogue import LEAD_FORMATS
    from importers.rows import read_leads

    count = options.pick(5_000, 100_000)
    with tempfile.TemporaryDirectory(prefix="pzv-bench-") as folder:
        path = Path(folder) / "leads.xlsx"
        write_lead_file(path, count)
        fmt = LEAD_FORMATS["maintenance-due"]
        found = compare(
            ours=lambda: _expect(count, len(read_leads(path, fmt).rows)),
            bare=lambda: _expect(count + 1, calamine_rows(path)),
            rounds=options.pick(3, 5),
        )
    yield ratio_line(found, bench="reading", engine="–", size=count, goal=Goal(1.2),
                     measure="file read: time of bare calamine",
                     rows_per_s=int(count / found.ours_wall))  # fmt: skip


def calamine_rows(path: Path) -> int:
    """Read every cell with calamine and throw it away; returns how many rows there were."""
    from python_calamine import CalamineWorkbook

    with CalamineWorkbook.from_path(path) as workbook:
        return sum(1 for _ in workbook.get_sheet_by_index(0).iter_rows())


def _expect(wanted: int, found: int) -> None:
    if wanted != found:
        raise AssertionError(f"{found} rows instead of {wanted}")
