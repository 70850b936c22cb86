"""What stands in the cells."""

import zipfile
from datetime import date, datetime, time
from pathlib import Path

import xlsxwriter

from tests.corpus.cases import HEADINGS, IVANOV, case, numbered
from tests.corpus.workbook import book


@case(
    "phones as numbers, one of them with its digits lost in text",
    rows=[(2, "Иванов", "79161234567"), (3, "Петров", "7.91612E+10"), (4, "Юдин", "9161234567")],
)
def phones_as_numbers(path: Path) -> None:  # fmt: skip
    book(path, ("ФИО", "Телефон"), ("Иванов", 79161234567), ("Петров", "7.91612E+10"),
         ("Юдин", 9161234567.0))  # fmt: skip


@case(
    "dates as dates, as texts and as bare serial numbers",
    rows=[(2, "Иванов", "31.12.2026"), (3, "Петров", "31/12/26"), (4, "Юдин", "46387")],
)
def dates_of_all_sorts(path: Path) -> None:  # fmt: skip
    book(path, ("ФИО", "План ТО"), ("Иванов", date(2026, 12, 31)), ("Петров", "31/12/26"),
         ("Юдин", 46387))  # fmt: skip


@case("the date system of 1904, as Excel for Mac had it", rows=[(2, "Иванов", "31.12.2026")])
def dates_of_1904(path: Path) -> None:
    book(path, ("ФИО", "План ТО"), ("Иванов", date(2026, 12, 31)), options={"date_1904": True})


@case("moments, times of day and long durations",
      rows=[(2, "Иванов", "31.12.2026 10:30", "10:30", "26:15")])  # fmt: skip
def moments_and_times(path: Path) -> None:
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        formats = [workbook.add_format({"num_format": text})
                   for text in ("dd.mm.yyyy hh:mm", "hh:mm", "[h]:mm")]  # fmt: skip
        sheet.write_row(0, 0, ("ФИО", "Дата ТО", "Время", "Часы"))
        sheet.write(1, 0, "Иванов")
        sheet.write_datetime(1, 1, datetime(2026, 12, 31, 10, 30), formats[0])  # noqa: DTZ001
        sheet.write_datetime(1, 2, time(10, 30), formats[1])
        sheet.write_number(1, 3, 1.09375, formats[2])


@case("sums of money, percents, a sum that binary fractions blur",
      rows=[(2, "Иванов", "1234.5", "0.15", "0.3", "1 234,50 ₽")])  # fmt: skip
def money_and_percents(path: Path) -> None:
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ("ФИО", "Сумма", "Скидка", "Остаток", "Сумма текстом"))
        sheet.write_row(1, 0, ("Иванов",))
        sheet.write_number(1, 1, 1234.5, workbook.add_format({"num_format": "# ##0.00 ₽"}))
        sheet.write_number(1, 2, 0.15, workbook.add_format({"num_format": "0%"}))
        sheet.write_number(1, 3, 0.1 + 0.2)
        sheet.write_string(1, 4, "1 234,50 ₽")


@case("formulas are read by the value that was kept with them",
      rows=[(2, "Иванов Иван", "89161234567")])  # fmt: skip
def formulas(path: Path) -> None:
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ("ФИО", "Телефон"))
        sheet.write_formula(1, 0, '="Иванов "&"Иван"', None, "Иванов Иван")
        sheet.write_formula(1, 1, "=89161234567", None, 89161234567)


@case("errors of formulas are named, not taken for blank",
      rows=[(2, "Иванов", "89161234567", "#N/A"), (3, "#REF!", "89267654321", "")])  # fmt: skip
def error_cells(path: Path) -> None:
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_row(1, 0, ("Иванов", 89161234567))
        sheet.write_formula(1, 2, "=NA()", None, "#N/A")
        sheet.write_formula(2, 0, "=#REF!", None, "#REF!")
        sheet.write_number(2, 1, 89267654321)


@case("true and false", rows=[(2, "Иванов", "ИСТИНА"), (3, "Петров", "ЛОЖЬ")])
def booleans(path: Path) -> None:
    book(path, ("ФИО", "Не звонить"), ("Иванов", True), ("Петров", False))


@case("several phones, extensions and comments in one cell",
      rows=[(2, "Иванов", "8 916 123-45-67; 8(495)765-43-21 доб. 12 раб."),
            (3, "Петров", "89267654321\nжена 89031112233")])  # fmt: skip
def several_phones_in_a_cell(path: Path) -> None:
    book(path, ("ФИО", "Телефон"),
         ("Иванов", "8 916 123-45-67; 8(495)765-43-21 доб. 12 раб."),
         ("Петров", "89267654321\nжена 89031112233"))  # fmt: skip


@case("the name in three columns", rows=[(2, "Иванов", "Иван", "Иванович", "89161234567")],
      headings=("Фамилия", "Имя", "Отчество", "Телефон"))  # fmt: skip
def name_in_three_columns(path: Path) -> None:
    book(path, ("Фамилия", "Имя", "Отчество", "Телефон"),
         ("Иванов", "Иван", "Иванович", "89161234567"))  # fmt: skip


@case("a VIN with Cyrillic letters is passed on as it stands",
      rows=[(2, "Иванов", "89161234567", "ХТА21099043576182")])  # fmt: skip
def vin_with_cyrillic_letters(path: Path) -> None:
    book(path, HEADINGS, ("Иванов", "89161234567", "ХТА21099043576182"))


@case("a cell of 30,000 characters", count=1)
def endless_text(path: Path) -> None:
    book(path, (*HEADINGS, "Комментарий"), (*IVANOV, "а" * 30_000))


@case("text in several runs of formatting", rows=[(2, "Иванов Иван", "89161234567")])
def rich_text(path: Path) -> None:
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        thick = workbook.add_format({"bold": True})
        sheet.write_row(0, 0, ("ФИО", "Телефон"))
        sheet.write_rich_string(1, 0, "Иванов ", thick, "Иван")
        sheet.write_string(1, 1, "89161234567")


@case("texts in the cells themselves, not in the shared table", rows=numbered(2, IVANOV))
def inline_texts(path: Path) -> None:
    book(path, HEADINGS, IVANOV, options={"in_memory": True, "constant_memory": True})


@case("cells without addresses, as some programs write them",
      rows=[(2, "Иванов", "89161234567")])  # fmt: skip
def cells_without_addresses(path: Path) -> None:
    def cell(text: str) -> str:
        return f'<c t="inlineStr"><is><t>{text}</t></is></c>'

    rows = "".join(
        f"<row>{''.join(map(cell, texts))}</row>"
        for texts in (("ФИО", "Телефон"), ("Иванов", "89161234567"))
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    markup = f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'
    rewrite(path, {"xl/worksheets/sheet1.xml": markup})


@case("macros are there and never run", ".xlsm", rows=numbered(2, IVANOV))
def macros(path: Path) -> None:
    rewrite(path, {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" * 64})


def rewrite(path: Path, changed: dict[str, str | bytes]) -> None:
    """A workbook of one row with some parts changed or added."""
    plain = path.with_suffix(".plain")
    book(plain, HEADINGS, IVANOV)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            if info.filename not in changed:
                new.writestr(info.filename, old.read(info))
        for name, content in changed.items():
            new.writestr(name, content)
    plain.unlink()
