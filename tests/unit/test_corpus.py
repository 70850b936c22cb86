"""Every dirty file of the corpus is read as it must be, or refused as what it is."""

from dataclasses import asdict
from pathlib import Path

import pytest

from importers.problems import FileRefused
from importers.tables import read_table
from tests.corpus.build import main
from tests.corpus.cases import Case
from tests.corpus.catalogue import CASES


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_dirty_file_gives_what_it_must(case: Case, tmp_path: Path) -> None:
    path = case.write(tmp_path)
    if case.refusal is not None:
        with pytest.raises(FileRefused) as refused, read_table(path, case.options) as table:
            list(table.batches())
        assert refused.value.code is case.refusal
        return
    with read_table(path, case.options) as table:
        rows = [(row_no, *cells) for batch in table.batches() for row_no, cells in batch]
    if case.rows is not None:
        assert rows == case.rows
    if case.count is not None:
        assert len(rows) == case.count
    assert {name: n for name, n in asdict(table.skipped).items() if n} == case.skipped
    if case.headings is not None:
        assert tuple(column.heading for column in table.columns) == case.headings
    if case.sheet is not None:
        assert table.sheet == case.sheet
    assert table.hidden_columns == case.hidden_columns
    assert [path] == list(tmp_path.iterdir())


def test_the_corpus_is_large_and_can_be_written(tmp_path: Path) -> None:
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)
    assert all(case.wrong and (case.refusal or case.rows or case.count) for case in CASES)
    assert main([str(tmp_path)]) == 0
    assert len(list(tmp_path.iterdir())) == len(CASES)
