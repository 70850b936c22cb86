"""The table is found wherever it stands; row numbers are Excel's."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from importers.columns import Field
from importers.formats.maintenance_due import MAINTENANCE_DUE
from importers.problems import FileProblem, FileRefused, RowProblemCode
from importers.rows import ReadResult, read_leads

HEADINGS = ("ФИО", "Телефон", "VIN", "План ТО")
IVANOV = ("Иванов Иван", "89161234567", "XTA21099043576182", "15.11.2026")


def read(
    folder: Path, *lines: Sequence[object], merged: Sequence[str] = (), sheets: int = 1
) -> ReadResult:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for _ in range(1, sheets):
        sheet.append(["Пояснения к файлу"])
        sheet = book.create_sheet()
    for row_no, line in enumerate(lines, start=1):
        for column, cell in enumerate(line, start=1):
            if cell not in (None, ""):
                sheet.cell(row_no, column, cell)  # type: ignore[arg-type]
    for area in merged:
        sheet.merge_cells(area)
    path = folder / "file.xlsx"
    book.save(path)
    return read_leads(path, MAINTENANCE_DUE)


def test_title_rows_blank_rows_and_totals_are_not_data(tmp_path: Path) -> None:
    result = read(
        tmp_path,
        ("Клиенты на ТО, телефон для справок 8 495 123-45-67",),
        (),
        HEADINGS,
        IVANOV,
        (),
        ("Петров Пётр", 89267654321, "", date(2026, 11, 20)),
        HEADINGS,
        ("Сидоров", "89031112233", "", ""),
        ("Итого: 3",),
        merged=["A1:D1"],
    )
    assert [row.row_no for row in result.rows] == [4, 6, 8]
    assert [row.name for row in result.rows] == ["Иванов Иван", "Петров Пётр", "Сидоров"]
    assert result.rows[1].phones[0].e164 == "+79267654321"
    assert result.rows[1].planned_on == date(2026, 11, 20)
    skipped = result.skipped
    assert (skipped.blank, skipped.totals, skipped.repeated_headings) == (1, 1, 1)
    assert result.header == list(HEADINGS)


def test_a_merged_heading_of_two_lines_is_joined(tmp_path: Path) -> None:
    result = read(
        tmp_path,
        ("№", "Клиент", "", "Автомобиль", "", "Дата", ""),
        ("", "ФИО", "Телефон", "VIN", "Марка", "последнего ТО", "план ТО"),
        (1, *IVANOV[:3], "Kia", "01.11.2025", "01.11.2026"),
        merged=["A1:A2", "B1:C1", "D1:E1", "F1:G1"],
    )
    (lead,) = result.rows
    assert (lead.row_no, lead.name, lead.make) == (3, "Иванов Иван", "Kia")
    assert (lead.last_visit_on, lead.planned_on) == (date(2025, 11, 1), date(2026, 11, 1))
    assert result.header[5] == "Дата последнего ТО"


def test_the_table_may_begin_in_any_column_and_on_any_sheet(tmp_path: Path) -> None:
    result = read(tmp_path, (), ("", "", *HEADINGS), ("", "", *IVANOV), sheets=3)
    assert result.sheet == "Sheet2"
    assert [column.field for column in result.columns[:3]] == [None, None, Field.NAME]
    assert (result.rows[0].row_no, result.rows[0].name) == (3, "Иванов Иван")


def test_an_error_in_a_cell_is_told_and_not_taken_for_blank(tmp_path: Path) -> None:
    result = read(tmp_path, HEADINGS, IVANOV, ("Петров", "89267654321", "#N/A", ""))
    assert result.rows[0].warnings == ()
    (warning,) = result.rows[1].warnings
    assert (warning.column, warning.code, warning.value) == (
        "VIN",
        RowProblemCode.ERROR_IN_CELL,
        "#N/A",
    )


def test_a_sheet_without_rows_is_refused(tmp_path: Path) -> None:
    for lines in ((), (HEADINGS,), (HEADINGS, (), ("Итого",))):
        with pytest.raises(FileRefused) as refused:
            read(tmp_path, *lines)
        assert refused.value.code is FileProblem.NO_ROWS


def test_missing_columns_are_told_by_name(tmp_path: Path) -> None:
    with pytest.raises(FileRefused) as refused:
        read(tmp_path, ("Город", "ФИО"), ("Омск", "Иванов"))
    assert refused.value.values == {"missing": [["phone", "vin"]], "found": ["Город", "ФИО"]}
