"""An importer's file of any length: names, phones in several notations, VINs, dates, mileage."""

from datetime import date, timedelta
from pathlib import Path

_HEADINGS = (
    "ФИО / наименование", "Телефон", "Доп. телефон", "E-mail", "VIN", "Гос. номер", "Марка",
    "Модель", "Год вып.", "Пробег, км", "Дата последнего ТО", "Рекомендуемая дата ТО", "Дилер",
    "Комментарий",
)  # fmt: skip
_LAST = ("Иванов", "Петров", "Сидоренко", "Кузнецова", "Ткач", "Орлова")
_FIRST = ("Иван", "Мария", "Олег", "Анна", "Сергей")


def write_lead_file(path: Path, rows: int) -> None:
    """Write ``rows`` different clients, every one with a phone and a vehicle of their own."""
    import xlsxwriter

    with xlsxwriter.Workbook(path) as workbook:
        page = workbook.add_worksheet("ТО")
        day = workbook.add_format({"num_format": "dd.mm.yyyy"})
        page.write_row(0, 0, _HEADINGS)
        for number in range(1, rows + 1):
            last = date(2025, 1, 1) + timedelta(days=number % 400)
            page.write_string(number, 0, f"{_LAST[number % 6]} {_FIRST[number % 5]} Петрович")
            page.write_string(number, 1, phone_as_typed(number))
            page.write_string(number, 4, f"XTA{20000000000000 + number}")
            page.write_string(number, 5, f"А{number % 900 + 100}ВС{number // 900 % 200 + 1}")
            page.write_string(number, 6, "Lada")
            page.write_string(number, 7, "Vesta")
            page.write_number(number, 8, 2012 + number % 12)
            page.write_number(number, 9, 20_000 + number % 150_000)
            page.write_datetime(number, 10, last, day)
            page.write_datetime(number, 11, last + timedelta(days=365), day)
            page.write_string(number, 12, "Автоцентр Север")
            if number % 5 == 0:
                page.write_string(number, 13, "звонить после 18:00")


def phone_as_typed(number: int) -> str:
    """A mobile number of its own for each, in one of the notations that files have."""
    digits = f"9{200000000 + number}"
    match number % 4:
        case 0:
            return f"+7{digits}"
        case 1:
            return f"8 ({digits[:3]}) {digits[3:6]}-{digits[6:8]}-{digits[8:]}"
        case 2:
            return f"7{digits}"
        case _:
            return digits
