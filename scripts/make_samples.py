"""Write ``samples/``: importer's files as they really look, the same bytes on every run.

Run from the root: ``python -m scripts.make_samples [--to samples] [--known 0.5] [--seed 2026]``.
``--known``: the share of rows that are demo clients (``entrypoints.demo.identities``)
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter

from entrypoints.demo.identities import (
    DEMO_CLIENTS,
    SamplePerson,
    SampleVehicle,
    sample_person,
    sample_phone,
    sample_vehicle,
)
from scripts.sample_spelling import (
    midnight,
    national,
    spelled_plate,
    spelled_vin,
    write_day,
    write_phone,
)

_MONTH = date(2026, 11, 1)
_FIRST_NEW = 500_000
_COMPANIES = (
    "ООО «Стройтрест-7»",
    'ООО "Логистик Плюс"',
    "АО «Хлебозавод №3»",
    "ИП Гаврилов П. С.",
)
_DEALERS = ("Автоцентр Север", "Автоцентр Юг", "Автоцентр Запад")
_COMMENTS = ("звонить после 18:00", "просит СМС", "сменил адрес", "второй ключ не сдан", "")

_TO_WIDTHS = (5, 34, 22, 22, 26, 21, 13, 13, 18, 9, 12, 15, 17, 18, 24)
_LOST_WIDTHS = (10, 18, 14, 18, 24, 24, 20, 14, 12, 18, 14, 26)


def main() -> None:
    """Write all files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=Path("samples"))
    parser.add_argument("--known", type=float, default=0.5)
    parser.add_argument("--seed", type=int, default=2026)
    options = parser.parse_args()
    (options.to / "bad").mkdir(parents=True, exist_ok=True)
    write_maintenance_due(options.to / "to-2026-11.xlsx", options.seed, options.known)
    write_lost_clients(options.to / "lost-2026-11.xlsx", options.seed + 1, options.known)
    write_bad_files(options.to / "bad")


def chosen_numbers(seed: int, count: int, known: float) -> list[int]:
    """Client numbers: the share ``known`` of them demo clients, the others beyond the demo."""
    rng = random.Random(seed)
    demo = rng.sample(range(DEMO_CLIENTS), round(count * known))
    new = [_FIRST_NEW + seed * 1_000 + n for n in range(count - len(demo))]
    numbers = demo + [n % 1_000_000 for n in new]
    rng.shuffle(numbers)
    return numbers


def write_maintenance_due(path: Path, seed: int, known: float) -> None:
    """Title rows, a heading of two lines with merged groups, blank rows, a totals row, formulas."""
    rng = random.Random(seed)
    book, styles = _book(path)
    sheet = book.add_worksheet("ТО ноябрь")
    _set_widths(sheet, _TO_WIDTHS)
    sheet.merge_range(0, 0, 0, 14, "Клиенты, подлежащие ТО в ноябре 2026 г.", styles["title"])
    sheet.write(1, 0, "Сформировано импортёром 28.10.2026, строк: 118")
    _two_line_heading(sheet, styles)
    row = 5
    numbers = chosen_numbers(seed, 117, known)
    for position, n in enumerate([*numbers, numbers[3]], start=1):
        if position in (41, 83):
            row += 1  # a blank row between the pages of the importer's report
        _maintenance_row(sheet, styles, row, position, n, rng)
        row += 1
    sheet.write(row + 1, 0, "Итого:", styles["bold"])
    sheet.write_formula(row + 1, 1, f"=COUNTA(B6:B{row})", styles["bold"], 118)
    book.close()


def _two_line_heading(sheet: Any, styles: dict[str, Any]) -> None:
    head = styles["head"]
    for column, text in ((0, "№"), (13, "Дилер"), (14, "Комментарий")):
        sheet.merge_range(3, column, 4, column, text, head)
    for first, last, text in ((1, 4, "Клиент"), (5, 10, "Автомобиль"), (11, 12, "Обслуживание")):
        sheet.merge_range(3, first, 3, last, text, head)
    below = (
        "ФИО / наименование", "Телефон", "Доп. телефон", "E-mail", "VIN", "Гос. номер", "Марка",
        "Модель", "Год вып.", "Пробег, км", "Дата последнего ТО", "Рекомендуемая дата ТО",
    )  # fmt: skip
    for column, text in enumerate(below, start=1):
        sheet.write(4, column, text, head)


def _maintenance_row(
    sheet: Any, styles: dict[str, Any], row: int, position: int, n: int, rng: random.Random
) -> None:
    person, vehicle = sample_person(n), sample_vehicle(n)
    name = person.full_name if position % 29 else _COMPANIES[position // 29 % len(_COMPANIES)]
    sheet.write(row, 0, position)
    sheet.write(row, 1, name.upper() if position % 17 == 0 else name)
    write_phone(sheet, row, 2, sample_phone(n), position)
    if position % 6 == 0:
        write_phone(sheet, row, 3, sample_phone(900_000 + position), position // 6)
    if position % 4 == 0:
        sheet.write_string(row, 4, f"client{n}@example.com")
    sheet.write(row, 5, spelled_vin(vehicle, position))
    sheet.write(row, 6, spelled_plate(vehicle, position))
    sheet.write(row, 7, vehicle.make)
    sheet.write(row, 8, vehicle.model)
    sheet.write(row, 9, vehicle.year if position % 5 else f"{vehicle.year} г.")
    mileage = rng.randrange(14_000, 190_000)
    sheet.write(row, 10, mileage if position % 4 else f"{mileage:,} км".replace(",", " "))
    last_visit = _MONTH - timedelta(days=rng.randrange(330, 400))
    write_day(sheet, styles, row, 11, last_visit, position)
    planned = _MONTH + timedelta(days=rng.randrange(30))
    if position % 7 == 0:
        days = (planned - last_visit).days
        formula = f"=L{row + 1}+{days}"
        serial = (planned - date(1899, 12, 30)).days
        write_day(sheet, styles, row, 11, last_visit, 0)
        sheet.write_formula(row, 12, formula, styles["day"], serial)
    else:
        write_day(sheet, styles, row, 12, planned, position + 1)
    sheet.write(row, 13, _DEALERS[position % 3])
    sheet.write(row, 14, _COMMENTS[position % len(_COMMENTS)])


def write_lost_clients(path: Path, seed: int, known: float) -> None:
    """A sheet of explanations first; names in three columns, make and model in one."""
    rng = random.Random(seed)
    book, styles = _book(path)
    notes = book.add_worksheet("Описание")
    notes.write(0, 0, "Потерянные клиенты: не были на сервисе более 18 месяцев")
    notes.write(1, 0, "Вопросы: отдел послепродажного обслуживания")
    sheet = book.add_worksheet("Данные")
    _set_widths(sheet, _LOST_WIDTHS)
    headings = (
        "Код клиента", "Фамилия", "Имя", "Отчество", "Мобильный телефон", "Телефон 2", "VIN-код",
        "Госномер", "Марка/модель", "Дата последнего визита", "Пробег", "Примечание",
    )  # fmt: skip
    for column, heading in enumerate(headings):
        sheet.write(2, column, heading, styles["head"])
    numbers = chosen_numbers(seed, 79, known)
    row = 3
    for position, n in enumerate([*numbers, numbers[10]], start=1):
        if position == 45:
            for column, heading in enumerate(headings):  # the next page repeats its headings
                sheet.write(row, column, heading, styles["head"])
            row += 1
        _lost_row(sheet, styles, row, position, n, rng)
        row += 1
    sheet.write(row, 0, "Всего", styles["bold"])
    sheet.write(row, 1, 80, styles["bold"])
    book.close()


def _lost_row(
    sheet: Any, styles: dict[str, Any], row: int, position: int, n: int, rng: random.Random
) -> None:
    person, vehicle = sample_person(n), sample_vehicle(n)
    sheet.write(row, 0, f"IMP-{n:06}")
    sheet.write(row, 1, person.last_name)
    sheet.write(row, 2, person.first_name)
    sheet.write(row, 3, person.patronymic if position % 8 else "")
    if position % 11 == 0:
        both = f"{national(sample_phone(n))}, {national(sample_phone(950_000 + position))}"
        sheet.write(row, 4, both)
    elif position == 5:
        sheet.write(row, 4, "нет")  # only the VIN is left to find the client by
    else:
        write_phone(sheet, row, 4, sample_phone(n), position + 2)
    if position % 9 == 0:
        sheet.write(
            row, 5, "12345" if position == 27 else national(sample_phone(970_000 + position))
        )
    sheet.write(row, 6, vehicle.vin[:16] if position == 33 else spelled_vin(vehicle, position + 3))
    sheet.write(row, 7, spelled_plate(vehicle, position))
    sheet.write(row, 8, f"{vehicle.make} {vehicle.model}")
    last_visit = date(2025, 4, 1) - timedelta(days=rng.randrange(700))
    if position == 21:
        sheet.write(row, 9, "31.02.2025")
    else:
        write_day(sheet, styles, row, 9, last_visit, position)
    sheet.write(row, 10, rng.randrange(20_000, 220_000))
    sheet.write(row, 11, _COMMENTS[(position + 1) % len(_COMMENTS)])


def write_bad_files(folder: Path) -> None:
    """One small file for each kind of bad input that a person must be told about."""
    headings = ("ФИО", "Телефон", "VIN", "Дата план ТО")
    clients = [
        (sample_person(n), sample_phone(n), sample_vehicle(n)) for n in range(600_000, 600_005)
    ]
    good = date(2026, 11, 20)

    def write(
        name: str, make_row: Callable[[SamplePerson, str, SampleVehicle], Sequence[Any]]
    ) -> None:
        _plain_file(folder / name, headings, [make_row(*client) for client in clients])

    write("vin-16-characters.xlsx", lambda p, _phone, v: (p.full_name, "", v.vin[:16], good))
    write("date-31-02.xlsx", lambda p, phone, v: (p.full_name, phone, v.vin, "31.02.2026"))
    write("phones-5-digits.xlsx", lambda p, phone, _v: (p.full_name, phone[-5:], "", good))
    _plain_file(
        folder / "missing-columns.xlsx",
        ("ФИО", "Марка", "Модель", "Город"),
        [(person.full_name, car.make, car.model, "Омск") for person, _, car in clients],
    )
    _plain_file(folder / "empty-sheet.xlsx", (), [])
    # What a password makes of a workbook: an OLE container that names its encrypted stream.
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(1024, b"\0")
    names = "EncryptionInfo\0EncryptedPackage\0".encode("utf-16-le")
    (folder / "encrypted.xlsx").write_bytes(ole + names.ljust(1024, b"\0"))


def _plain_file(path: Path, headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    book, styles = _book(path)
    sheet = book.add_worksheet("Лист1")
    for column, heading in enumerate(headings):
        sheet.write(0, column, heading, styles["head"])
    for index, cells in enumerate(rows, start=1):
        for column, cell in enumerate(cells):
            if isinstance(cell, date):
                sheet.write_datetime(index, column, midnight(cell), styles["day"])
            else:
                sheet.write_string(index, column, cell)
    book.close()


def _book(path: Path) -> tuple[Any, dict[str, Any]]:
    book = xlsxwriter.Workbook(str(path))
    # Without a fixed moment the bytes would differ on every run.
    book.set_properties({"created": datetime(2026, 10, 28, 9, 0, tzinfo=UTC), "author": "Импортёр"})
    styles = {
        "title": book.add_format({"bold": True, "font_size": 14, "align": "center"}),
        "head": book.add_format(
            {"bold": True, "border": 1, "bg_color": "#DDE6F0", "text_wrap": True, "align": "center"}
        ),
        "bold": book.add_format({"bold": True}),
        "day": book.add_format({"num_format": "dd.mm.yyyy"}),
    }
    return book, styles


def _set_widths(sheet: Any, widths: Sequence[int]) -> None:
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)


if __name__ == "__main__":
    main()
