"""A file of vehicles with their owners, 20 columns, as the programs of dealers put it out."""

from datetime import date, timedelta
from pathlib import Path

from benchmarks.lead_file import FIRST, LAST, phone

_HEADINGS = (
    "Код клиента", "ФИО владельца", "Телефон", "Доп. телефон", "E-mail", "VIN", "Гос. номер",
    "Марка", "Модель", "Год выпуска", "Пробег, км", "Дата продажи", "Гарантия до", "Полис до",
    "Цвет", "Кузов", "Двигатель", "Коробка", "Менеджер", "Комментарий",
)  # fmt: skip
_TEXTS = ("белый", "седан", "1.6", "механика")


def write_record_file(path: Path, rows: int) -> None:
    """Write ``rows`` different vehicles, each with an owner, a phone and an address of its own."""
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"constant_memory": True}) as workbook:
        page = workbook.add_worksheet("Автомобили")
        day = workbook.add_format({"num_format": "dd.mm.yyyy"})
        page.write_row(0, 0, _HEADINGS)
        for number in range(1, rows + 1):
            sold = date(2015, 1, 1) + timedelta(days=number % 3_000)
            page.write_string(number, 0, f"К-{number:07}")
            page.write_string(number, 1, f"{LAST[number % 6]} {FIRST[number % 5]} Петрович")
            page.write_string(number, 2, phone(number))
            if number % 7 == 0:
                page.write_string(number, 3, phone(30_000_000 + number))
            page.write_string(number, 4, f"client{number}@example.org")
            page.write_string(number, 5, f"XTA{20000000000000 + number}")
            page.write_string(number, 6, f"А{number % 900 + 100}ВС{number // 900 % 200 + 1}")
            page.write_string(number, 7, "Lada")
            page.write_string(number, 8, "Vesta")
            page.write_number(number, 9, 2012 + number % 12)
            page.write_number(number, 10, 20_000 + number % 150_000)
            page.write_datetime(number, 11, sold, day)
            page.write_datetime(number, 12, sold + timedelta(days=1_095), day)
            page.write_datetime(number, 13, date(2026, 1, 1) + timedelta(days=number % 365), day)
            for at, text in enumerate(_TEXTS, 14):
                page.write_string(number, at, text)
            page.write_string(number, 18, f"Менеджер {number % 40}")
            page.write_string(number, 19, "звонить после 18:00" if number % 5 == 0 else "–")
