"""XLSX files for the corpus, with what XlsxWriter can make dirty."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter


def book(
    path: Path,
    *rows: Sequence[Any],
    merged: Sequence[str] = (),
    bold: Sequence[int] = (),
    levels: Mapping[int, int] | None = None,
    hidden: Sequence[int] = (),
    hidden_columns: str = "",
    sheet: str = "Лист1",
    before: Sequence[str] = (),
    options: Mapping[str, Any] | None = None,
) -> None:
    """One table. Rows in ``bold``, ``levels`` and ``hidden`` count from 1; formulas begin with «=».

    ``before``: sheets that stand before it, with a line of text each.
    """
    with xlsxwriter.Workbook(path, dict(options or {})) as workbook:
        for name in before:
            workbook.add_worksheet(name).write(0, 0, "Пояснения к файлу")
        target = workbook.add_worksheet(sheet)
        fill(workbook, target, rows, bold=bold)
        for area in merged:
            target.merge_range(area, _at(rows, area))
        for row_no in {*(levels or {}), *hidden}:
            target.set_row(
                row_no - 1, None, None,
                {"level": (levels or {}).get(row_no, 0), "hidden": row_no in hidden},
            )  # fmt: skip
        if hidden_columns:
            target.set_column(hidden_columns, None, None, {"hidden": True})


def fill(
    workbook: Any, target: Any, rows: Sequence[Sequence[Any]], bold: Sequence[int] = ()
) -> None:
    """Write the rows from A1 on; dates get a date format."""
    day, thick = workbook.add_format({"num_format": "dd.mm.yyyy"}), workbook.add_format({"bold": 1})
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            if isinstance(value, date):
                target.write_datetime(row, column, value, day)
            elif value not in (None, ""):
                target.write(row, column, value, thick if row + 1 in bold else None)


def _at(rows: Sequence[Sequence[Any]], area: str) -> Any:
    first = area.partition(":")[0]
    return rows[int(first[1:]) - 1][ord(first[0]) - ord("A")]
