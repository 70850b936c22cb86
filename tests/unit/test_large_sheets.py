"""A large XLSX read as a stream gives what calamine gives, in memory that does not grow with it."""

import re
import zipfile
from dataclasses import asdict
from pathlib import Path

import pytest

from importers import guard
from importers.child import ChildLimits
from importers.tables import read_table
from tests.corpus.cases import Case
from tests.corpus.catalogue import CASES
from tests.workbooks import IVANOV, write_file

NEED_LOOKS = {
    "two_line_header_merged", "three_line_header", "groups_in_bold", "groups_merged",
    "client_merged_over_two_cars", "endless_text",
}  # fmt: skip
"""Merged cells and bold text are not known of a sheet that is not held."""
SAME = [
    case for case in CASES
    if case.suffix == ".xlsx" and not case.refusal and case.name not in NEED_LOOKS
    and not case.name.startswith("xls_called")
]  # fmt: skip


@pytest.mark.parametrize("case", SAME, ids=lambda case: case.name)
def test_the_stream_reads_the_same(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "LARGE_SHEET", 1)
    with read_table(case.write(tmp_path), case.options) as table:
        rows = [
            (row_no, *_padded(cells, len(table.columns)))
            for batch in table.batches()
            for row_no, cells in batch
        ]
    assert rows == case.rows
    assert table.hidden_columns == case.hidden_columns
    assert {name: n for name, n in asdict(table.skipped).items() if n} == case.skipped


def _padded(cells: list[str], width: int) -> list[str]:
    return cells + [""] * (width - len(cells))


def test_batches_come_one_by_one_and_the_reader_waits(tmp_path: Path) -> None:
    path = write_file(tmp_path / "x.xlsx", *[IVANOV] * 3_000)
    with read_table(path, child_limits=ChildLimits(wall_seconds=20)) as table:
        batches = table.batches()
        first = next(batches)
        assert 0 < len(first) < 3_000
        assert first[0][0] == 2
        assert sum(len(batch) for batch in batches) == 3_000 - len(first)


def test_styles_that_openpyxl_refuses_are_no_obstacle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, odd = write_file(tmp_path / "good.xlsx", IVANOV), tmp_path / "odd.xlsx"
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(odd, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "xl/styles.xml":
                part = re.sub(rb"<fills.*</fills>", b'<fills count="1"><fill/></fills>', part)
            new.writestr(name, part)
    found = []
    for path in (good, odd):
        with read_table(path) as table:
            found.append(list(table.batches()))
        monkeypatch.setattr(guard, "LARGE_SHEET", 1)
    assert found[0] == found[1]
