"""Small importer's files for tests."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

HEADINGS = ("ФИО", "Телефон", "VIN", "Госномер", "Марка", "Модель", "Дата последнего ТО",
            "Рекомендуемая дата ТО", "Пробег")  # fmt: skip
IVANOV = ("Иванов Иван Иванович", "8 (916) 123-45-67", "XTA21901234567890", "А123ВС77", "LADA",
          "Vesta", "01.02.2025", "01.02.2026", "45 000")  # fmt: skip
PETROVA = ("Петрова Анна", "+7 903 765-43-21", "", "В777ОР99", "Kia", "Rio", "", "", "")


def write_file(
    path: Path, *rows: Sequence[Any], headings: Sequence[str] = HEADINGS, title: str = ""
) -> Path:
    """An XLSX file with these rows under the headings."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Лист1")
        first = 0
        if title:
            sheet.write(0, 0, title)
            first = 2
        for number, row in enumerate((headings, *rows), start=first):
            for column, value in enumerate(row):
                sheet.write(number, column, value)
    return path
