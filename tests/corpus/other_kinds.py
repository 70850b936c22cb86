"""XLS, XLSB, ODS, and tables that are named otherwise than they are."""

from datetime import date
from pathlib import Path

from tests.corpus.cases import HEADINGS, IVANOV, PETROV, case, numbered
from tests.corpus.workbook import book
from tests.old_workbooks import ods, xls, xlsb

_TYPED = ((*HEADINGS, "План ТО", "Пробег"), ("Иванов", 89161234567, IVANOV[2], date(2026, 11, 15),
                                             125000.5))  # fmt: skip
_READ = [(2, "Иванов", "89161234567", IVANOV[2], "15.11.2026", "125000.5")]


@case("an old XLS", ".xls", rows=_READ)
def old_xls(path: Path) -> None:
    path.write_bytes(xls(_TYPED))


@case("an old XLS with the dates of 1904", ".xls", rows=_READ)
def old_xls_of_1904(path: Path) -> None:
    path.write_bytes(xls(_TYPED, is_1904=True))


@case("an old XLS with a title and merged headings", ".xls",
      rows=[(4, *IVANOV)], headings=("Клиент ФИО", "Клиент Телефон", "VIN"))  # fmt: skip
def old_xls_merged(path: Path) -> None:
    rows = [("Отчёт",), ("Клиент", "", "VIN"), ("ФИО", "Телефон", ""), IVANOV]
    path.write_bytes(xls(rows, merged=[(1, 1, 0, 1), (1, 2, 2, 2)]))


@case("a binary workbook", ".xlsb", rows=_READ)
def binary_workbook(path: Path) -> None:
    path.write_bytes(xlsb(_TYPED))


@case("LibreOffice, with a million repeated blank rows at the end", ".ods", rows=_READ)
def libre_office(path: Path) -> None:
    path.write_bytes(ods(_TYPED))


@case("LibreOffice, a row that stands three times as one", ".ods",
      rows=[(2, *IVANOV), (3, "x", "", ""), (4, "x", "", ""), (5, "x", "", "")])  # fmt: skip
def libre_office_repeated_rows(path: Path) -> None:
    cell = '<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell>'
    row = f'<table:table-row table:number-rows-repeated="3">{cell}</table:table-row>'
    path.write_bytes(ods([HEADINGS, IVANOV], after=row))


@case("an XLSX called .xls", ".xls", rows=numbered(2, IVANOV))
def xlsx_called_xls(path: Path) -> None:
    plain = path.with_suffix(".xlsx")
    book(plain, HEADINGS, IVANOV)
    plain.rename(path)


@case("an XLS called .xlsx", ".xlsx", rows=numbered(2, IVANOV, PETROV))
def xls_called_xlsx(path: Path) -> None:
    path.write_bytes(xls([HEADINGS, IVANOV, PETROV]))


@case("an XLSX called .csv", ".csv", rows=numbered(2, IVANOV))
def xlsx_called_csv(path: Path) -> None:
    plain = path.with_suffix(".xlsx")
    book(plain, HEADINGS, IVANOV)
    plain.rename(path)
