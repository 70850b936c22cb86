"""What a spreadsheet writes as CSV is read back, whatever stands in the cells."""

import csv
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from importers.delimited import dialect_of, read_delimited

HEADINGS = ["ФИО", "Телефон", "Комментарий"]
CELL = st.text(alphabet="иванова 12;,|\t\"'\n", max_size=12).map(str.strip)
ROWS = st.lists(st.tuples(CELL, CELL, CELL).map(list), min_size=1, max_size=12)
SEPARATORS = st.sampled_from(";,\t|")
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1251", "cp866", "koi8-r"])


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=ROWS, separator=SEPARATORS, encoding=ENCODINGS)
def test_csv_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], separator: str, encoding: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=separator, quoting=csv.QUOTE_ALL)
        writer.writerows([HEADINGS, *rows])
    assert dialect_of(path).separator == separator
    assert list(read_delimited(path)) == [HEADINGS, *rows]


@given(content=st.binary(min_size=1, max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    from importers.problems import FileRefused

    path: Path = tmp_path_factory.getbasetemp() / "any.bin"
    path.write_bytes(content)
    try:
        rows = list(read_delimited(path))
    except FileRefused:
        return
    assert all(type(cell) is str for row in rows for cell in row)
