"""A file as a stream: what is told before the rows, and what a person may choose."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter
from openpyxl import Workbook

from importers.columns import Field
from importers.file_kinds import FileKind
from importers.options import ReadOptions
from importers.problems import FileProblem, FileRefused, RowProblemCode
from importers.tables import read_table
from importers.values import read_amount, text_of
from tests.corpus.cases import HEADINGS, IVANOV, PETROV
from tests.corpus.workbook import fill


@pytest.fixture
def three_sheets(tmp_path: Path) -> Path:
    """A title, a list and a hidden list with more columns."""
    path = tmp_path / "three.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        fill(workbook, workbook.add_worksheet("Титул"), [("О файле",)])
        fill(workbook, workbook.add_worksheet("Список"), [(), HEADINGS, IVANOV])
        hidden = workbook.add_worksheet("Архив")
        fill(workbook, hidden, [(*HEADINGS, "Пробег"), (*PETROV, 1000)])
        hidden.hide()
    return path


def test_every_sheet_is_told_with_what_its_headings_say(three_sheets: Path) -> None:
    with read_table(three_sheets) as table:
        assert (table.kind, table.sheet, table.heading_line) == (FileKind.XLSX, "Список", 2)
        told = [(sheet.name, sheet.is_hidden, sheet.score, sheet.line) for sheet in table.sheets]
        assert told == [
            ("Титул", False, 0, 1),
            ("Список", False, 3, 2),
            ("Архив", True, None, None),
        ]
        assert table.sheets[1].headings == HEADINGS
        assert [column.field for column in table.columns] == [Field.NAME, Field.PHONE, Field.VIN]


def test_a_hidden_sheet_may_be_chosen(three_sheets: Path) -> None:
    with read_table(three_sheets, ReadOptions(sheet="Архив")) as table:
        assert [cells for batch in table.batches() for _, cells in batch] == [[*PETROV, "1000"]]
    for unknown in ("Нет такого", "Нет\0такого"):
        options = ReadOptions(sheet=unknown)
        with pytest.raises(FileRefused) as refused, read_table(three_sheets, options):
            pass
        assert refused.value.code is FileProblem.NO_ROWS


def test_headings_beyond_the_file_are_no_table(three_sheets: Path) -> None:
    options = ReadOptions(sheet="Список", heading_line=500, heading_lines=2)
    with pytest.raises(FileRefused) as refused, read_table(three_sheets, options):
        pass
    assert refused.value.code is FileProblem.NO_ROWS


def test_formulas_without_a_value_are_counted(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("ФИО", "Телефон"), ("Иванов", "=A1"), ("Петров", "=A1&A2")):
        sheet.append(row)
    book.save(tmp_path / "formulas.xlsx")
    with read_table(tmp_path / "formulas.xlsx") as table:
        assert table.uncalculated == 2
        assert [cells for batch in table.batches() for _, cells in batch] == [
            ["Иванов", ""], ["Петров", ""]
        ]  # fmt: skip


def test_a_file_that_is_not_there_is_a_refusal(tmp_path: Path) -> None:
    with pytest.raises(FileRefused), read_table(tmp_path / "missing.csv"):
        pass


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (79161234567.0, "79161234567"),
        (0.1 + 0.2, "0.3"),
        (1.2345678901234567e19, "1.23456789012346e+19"),
        (True, "ИСТИНА"),
        (False, "ЛОЖЬ"),
        (time(10, 30), "10:30"),
        (time(10, 30, 5), "10:30:05"),
        (timedelta(hours=26, minutes=15), "26:15"),
        (date(2026, 1, 2), "02.01.2026"),
        (datetime(2026, 1, 2), "02.01.2026"),  # noqa: DTZ001 (as in workbooks)
        (datetime(2026, 1, 2, 10, 30), "02.01.2026 10:30"),  # noqa: DTZ001
    ],
)
def test_a_cell_is_text_as_a_person_sees_it(cell: object, text: str) -> None:
    assert text_of(cell) == text


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1 234,50 ₽", "1234.50"),
        ("1\u00a0234,5", "1234.5"),
        ("1,234.50", "1234.50"),
        ("1.234,50 грн", "1234.50"),
        ("1.234.567", "1234567"),
        ("-1 234,50 руб.", "-1234.50"),
        ("(120)", "-120"),
        ("2,5 тыс. руб.", "2500"),
        ("1 млн", "1000000"),
        ("15 %", "15"),
        ("100 руб. 50 коп.", "100.50"),
        ("$1,000", "1000"),
        ("1234.5", "1234.5"),
        ("12 шт.", "12"),
        ("8т.р.", "8000"),
        ("8,5 т. р.", "8500"),
        ("ок. 3500", "3500"),
        ("около 3 500 руб.", "3500"),
        ("~3500", "3500"),
        ("12000,-", "12000"),
        ("12 000.- руб.", "12000"),
        ("12 000=", "12000"),
        ("12 000-00", "12000"),
    ],
)
def test_a_sum_is_read_in_every_spelling(text: str, amount: str) -> None:
    assert read_amount(text) == Decimal(amount)


@pytest.mark.parametrize(
    "text",
    ["", "много", "10-20", "7 800 / 18 850", "ок", "5-", "1.2.3", "8 916 123-45-67", "12 мая"],
)
def test_what_is_no_sum_is_told(text: str) -> None:
    assert read_amount(text) is RowProblemCode.NOT_A_NUMBER
