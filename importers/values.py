"""Single cells into days, numbers and texts. No inference beyond the column's meaning."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import lru_cache

from importers.problems import RowProblemCode

ERROR_TEXTS = frozenset(
    "#N/A #REF! #VALUE! #DIV/0! #NAME? #NULL! #NUM! #SPILL! #CALC! #GETTING_DATA".split(" ")
)
_EXCEL_EPOCH = date(1899, 12, 30)
_FIRST_DAY, _LAST_DAY = date(1950, 1, 1), date(2100, 12, 31)
_SERIALS = range(18_264, 73_416)  # the same two days as Excel counts them

_TIME_OF_DAY = re.compile(r"[ T,]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?$")
_BY_NUMBERS = re.compile(r"(\d{1,2})([./\-\s])(\d{1,2})[./\-\s](\d{4}|\d{2})")
_ISO = re.compile(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})|(\d{4})(\d{2})(\d{2})")
_BY_WORD = re.compile(r"(?:(\d{1,2})[\s.\-]+)?([^\W\d_]{3,})[\s.,\-]*'?(\d{4}|\d{2})")
_MONTH_ONLY = re.compile(r"(\d{1,2})[./\-](\d{4})")
_YEAR_MARK = re.compile(r"\s*(?:г|р|год|року|рік)\.?$")
_SERIAL_TEXT = re.compile(r"\d{5}(?:[.,]\d+)?")
_MONTHS = {
    stem: number
    for number, stems in enumerate(
        "янв січ jan|фев лют feb|мар бер mar|апр кві apr|май мая тра may|июн чер jun|"
        "июл лип jul|авг сер aug|сен вер sep|окт жов oct|ноя лис nov|дек гру dec".split("|"),
        start=1,
    )
    for stem in stems.split()
}
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
_GROUPED = re.compile(r"(?<=\d)[\s\u00a0\u202f'’](?=\d{3}(?!\d))|(?<=\d)[.,](?=\d{3}(?!\d))")


def text_of(cell: object) -> str:
    """The cell as a person sees it in a Russian workbook: 31.12.2024, 125000."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return f"{cell:%d.%m.%Y %H:%M}" if cell.time() else f"{cell:%d.%m.%Y}"
    if isinstance(cell, date):
        return f"{cell:%d.%m.%Y}"
    return str(cell)


def clean_text(cell: object) -> str:
    """Text with single spaces and nothing around."""
    return " ".join(text_of(cell).split())


def read_day(cell: object) -> date | RowProblemCode:
    """A day from a real date, an Excel serial number or a text; else the problem. Never blank."""
    if isinstance(cell, datetime):
        return _in_range(cell.date())
    if isinstance(cell, date):
        return _in_range(cell)
    if isinstance(cell, bool):
        return RowProblemCode.NOT_A_DATE
    if isinstance(cell, int | float):
        return _day_of_serial(float(cell))
    return _day_of_text(text_of(cell)[:60])


def _in_range(day: date) -> date | RowProblemCode:
    return day if _FIRST_DAY <= day <= _LAST_DAY else RowProblemCode.OUT_OF_RANGE


def _day_of_serial(serial: float) -> date | RowProblemCode:
    if int(serial) in _SERIALS:
        return _EXCEL_EPOCH + timedelta(days=int(serial))
    if 19_500_101 <= serial <= 21_001_231:
        return _day_of_text(str(int(serial)))
    return RowProblemCode.NOT_A_DATE


@lru_cache(maxsize=4096)
def _day_of_text(text: str) -> date | RowProblemCode:
    text = _TIME_OF_DAY.sub("", _YEAR_MARK.sub("", " ".join(text.casefold().split())))
    text = text.strip(" .,")
    if match := _ISO.fullmatch(text):
        year, month, day = (int(part) for part in match.groups() if part)
    elif match := _BY_NUMBERS.fullmatch(text):
        day, month, year = int(match[1]), int(match[3]), _full_year(match[4])
        if match[2] == "/" and month > 12 >= day:
            day, month = month, day  # 12/31/24: only one reading is a day
    elif match := _BY_WORD.fullmatch(text):
        month = _MONTHS.get(match[2][:3], 0)
        if not month:
            return RowProblemCode.NOT_A_DATE
        # «дек.24» names a month; work begins on its first day.
        day, year = int(match[1] or 1), _full_year(match[3])
    elif match := _MONTH_ONLY.fullmatch(text):
        day, month, year = 1, int(match[1]), int(match[2])
    elif _SERIAL_TEXT.fullmatch(text):
        return _day_of_serial(float(text.replace(",", ".")))
    else:
        return RowProblemCode.NOT_A_DATE
    try:
        return _in_range(date(year, month, day))
    except ValueError:
        return RowProblemCode.NO_SUCH_DATE


def _full_year(digits: str) -> int:
    year = int(digits)
    if len(digits) > 2:
        return year
    return 2000 + year if year < 70 else 1900 + year


def read_kilometres(cell: object) -> int | RowProblemCode:
    """«125 000 км», «125 тыс. км», 125000.0: whole kilometres."""
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        return _bounded(float(cell), 0, 3_000_000)
    text = _GROUPED.sub("", text_of(cell)[:60].casefold())
    match = _NUMBER.search(text)
    if match is None or isinstance(cell, bool | date):
        return RowProblemCode.NOT_A_NUMBER
    rest = text[match.end() :]
    if re.search(r"\d", rest):
        return RowProblemCode.NOT_A_NUMBER
    thousands = 1000 if re.match(r"\s*(?:тыс|тис|т\.|k\b|к\b)", rest) else 1
    return _bounded(float(match[0].replace(",", ".")) * thousands, 0, 3_000_000)


def read_year(cell: object) -> int | RowProblemCode:
    """A year of manufacture: 2015, «2015 г.», or the year of a date."""
    if isinstance(cell, date):
        return cell.year
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        return _bounded(float(cell), 1950, 2100)
    match = re.search(r"(?<!\d)\d{4}(?!\d)", text_of(cell)[:40])
    if match is None:
        return RowProblemCode.NOT_A_NUMBER
    return _bounded(float(match[0]), 1950, 2100)


def _bounded(value: float, low: int, high: int) -> int | RowProblemCode:
    return int(value) if low <= value <= high else RowProblemCode.OUT_OF_RANGE
