"""A file of twenty columns and any length, as Excel writes it: shared texts, numbers, real dates.

Written by hand: a million rows of it would take a writer of workbooks many minutes.
"""

import tempfile
import zipfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from string import ascii_uppercase
from typing import IO

from benchmarks.lead_file import phone_as_typed

_HEADINGS = (
    "Код клиента", "ФИО / наименование", "Телефон", "Доп. телефон", "E-mail", "Город", "VIN",
    "Гос. номер", "Марка", "Модель", "Год вып.", "Пробег, км", "Дата последнего ТО",
    "Рекомендуемая дата ТО", "Дилер", "Вид работ", "Сумма", "Нормо-часы", "Менеджер", "Комментарий",
)  # fmt: skip
_COLUMNS = ascii_uppercase[: len(_HEADINGS)]
_LAST = ("Иванов", "Петров", "Сидоренко", "Кузнецова", "Ткач", "Орлова")
_FIRST = ("Иван", "Мария", "Олег", "Анна", "Сергей")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PARTS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/xl/workbook.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        '<Override PartName="/xl/worksheets/sheet1.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
        '<Override PartName="/xl/styles.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>'
        '<Override PartName="/xl/sharedStrings.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
    ),
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="rId1" Target="xl/workbook.xml" Type='
        '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/>'
        "</Relationships>"
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r='
        '"http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
        '<sheets><sheet name="ТО" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        + "".join(
            f'<Relationship Id="rId{number}" Target="{part}" Type='
            f'"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"/>'
            for number, (part, kind) in enumerate(
                (
                    ("worksheets/sheet1.xml", "worksheet"),
                    ("styles.xml", "styles"),
                    ("sharedStrings.xml", "sharedStrings"),
                ),
                start=1,
            )
        )
        + "</Relationships>"
    ),
    "xl/styles.xml": (
        f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts>'
        '<fills count="1"><fill><patternFill/></fill></fills><borders count="1"><border/></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0"/></cellStyleXfs><cellXfs count="2">'
        '<xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>'
    ),
}


def write_wide_file(path: Path, rows: int) -> None:
    """Write ``rows`` different clients with a vehicle, in some seconds for each 100,000."""
    with (
        tempfile.TemporaryFile() as texts,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive,
    ):
        for name, text in _PARTS.items():
            archive.writestr(name, text)
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'<worksheet xmlns="{_MAIN}"><sheetData>'.encode())
            for line in _lines(rows, texts):
                sheet.write(line.encode())
            sheet.write(b"</sheetData></worksheet>")
        texts.seek(0)
        with archive.open("xl/sharedStrings.xml", "w", force_zip64=True) as shared:
            shared.write(f'<sst xmlns="{_MAIN}">'.encode())
            while chunk := texts.read(1 << 20):
                shared.write(chunk)
            shared.write(b"</sst>")


def _lines(rows: int, texts: IO[bytes]) -> Iterator[str]:
    known: dict[str, int] = {}
    numbers = count()
    for row_no, (cells, own) in enumerate(_cells(rows), start=1):
        told = []
        for at, (column, cell) in enumerate(zip(_COLUMNS, cells, strict=True)):
            if cell == "":
                continue
            if isinstance(cell, str):
                number = known.get(cell)
                if number is None:
                    number = next(numbers)
                    texts.write(f"<si><t>{cell}</t></si>".encode())
                    if at not in own:
                        known[cell] = number
                told.append(f'<c r="{column}{row_no}" t="s"><v>{number}</v></c>')
            else:
                style = ' s="1"' if row_no > 1 and at in _DAYS else ""
                told.append(f'<c r="{column}{row_no}"{style}><v>{cell}</v></c>')
        yield f'<row r="{row_no}">{"".join(told)}</row>'


_DAYS = (12, 13)
_OWN = frozenset({0, 2, 3, 4, 6})
"""Columns whose texts do not repeat."""


def _cells(rows: int) -> Iterator[tuple[tuple[str | float, ...], frozenset[int]]]:
    yield _HEADINGS, frozenset()
    for n in range(1, rows + 1):
        day = 45_658 + n % 400
        yield (
            (
                f"К-{n:07}", f"{_LAST[n % 6]} {_FIRST[n % 5]} Петрович", phone_as_typed(n),
                phone_as_typed(n + 5_000_000) if n % 3 == 0 else "",
                f"client{n}@example.com" if n % 2 else "", ("Москва", "Тверь", "Казань")[n % 3],
                f"XTA{20_000_000_000_000 + n}", f"А{n % 900 + 100}ВС{n // 900 % 200 + 1}",
                ("Lada", "Kia", "Toyota")[n % 3], ("Vesta", "Rio", "Camry")[n % 3],
                2012 + n % 12, 20_000 + n % 150_000, day, day + 365, "Автоцентр Север",
                ("ТО-1", "ТО-2", "Замена масла и фильтров")[n % 3], n % 20_000 * 1.25 + 500,
                n % 80 / 10, ("Орлов П.", "Белова И.")[n % 2],
                "звонить после 18:00" if n % 5 == 0 else "постоянный клиент",
            ),
            _OWN,
        )  # fmt: skip
