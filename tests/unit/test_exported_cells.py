"""Cells of exported workbooks hold the text that was given, whatever it looks like (P23)."""

from pathlib import Path
from zoneinfo import ZoneInfo

from openpyxl import load_workbook

from webui.exports.workbook import Column, Link, write_workbook

MARKUP = "<r><t>& what is no markup</r>"
TOLD = {
    "Обычный текст": "Обычный текст",
    "А123ВС\u00a077\x07": "А123ВС 77",
    "x" * 40_000: "x" * 32_767,
    "=1+1": "=1+1",
    "  @SUM(A1)": "  @SUM(A1)",
    " пробел": " пробел",
    MARKUP: f"{MARKUP} ",
}


def test_text_stays_text(tmp_path: Path) -> None:
    path = tmp_path / "cells.xlsx"
    rows = [[given, Link("http://localhost/clients/1", given)] for given in TOLD]
    rows.insert(0, ["", None])
    assert write_workbook(path, "x", [Column("A"), Column("B")], rows, ZoneInfo("UTC")) == len(rows)
    _head, blank, *lines = load_workbook(path).worksheets[0].iter_rows()
    assert blank[0].value is None and blank[1].value is None
    assert [line[0].value for line in lines] == list(TOLD.values())
    assert [line[1].value for line in lines] == list(TOLD.values())
    assert {line[0].data_type for line in lines} == {"s"}
    marked = [line[0].value for line in lines if line[0].quotePrefix]
    assert marked == ["=1+1", "  @SUM(A1)"]
    assert lines[0][1].hyperlink is not None
