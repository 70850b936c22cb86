"""Single cells into days, numbers and texts. No inference beyond the column's meaning."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache

from importers.problems import RowProblemCode

ERROR_TEXTS = frozenset(
    (
        *("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"),
        *("#Н/Д", "#ССЫЛКА!", "#ЗНАЧ!", "#ДЕЛ/0!", "#ИМЯ?", "#ПУСТО!", "#ЧИСЛО!"),
        *("#ПЕРЕНОС!", "#ВЫЧИСЛ!", "#GETTING_DATA", "Err:502", "Err:504", "Err:508", "Err:509"),
    )
)
_EXCEL_EPOCH = date(1899, 12, 30)
_FIRST_DAY, _LAST_DAY = date(1950, 1, 1), date(2100, 12, 31)
_SERIALS = range(18_264, 73_416)  # the same two days as Excel counts them

_TIME_OF_DAY = re.compile(r"[ t,]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?z?$")
_BY_NUMBERS = re.compile(r"(\d{1,2})([./\-\s])(\d{1,2})[./\-\s](\d{4}|\d{2})")
_IN_SLASHES = re.compile(r"\s*(\d{1,2})/(\d{1,2})/(?=\d{2})")
_ISO = re.compile(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})|(\d{4})(\d{2})(\d{2})")
_BY_WORD = re.compile(r"(?:(\d{1,2})[\s.\-]+)?([^\W\d_]{3,})[\s.,\-]*'?(\d{4}|\d{2})")
_MONTH_ONLY = re.compile(r"(\d{1,2})[./\-](\d{4})")
_YEAR_MARK = re.compile(r"\s*(?:г|р|года?|року|рік)\.?$")
_SERIAL_TEXT = re.compile(r"\d{5}(?:[.,]\d+)?")
_MONTHS = {
    stem: number
    for number, stems in enumerate(
        (
            *("янв січ jan", "фев лют feb", "мар бер mar", "апр кві apr", "май мая тра may"),
            *("июн чер jun", "июл лип jul", "авг сер aug", "сен вер sep", "окт жов oct"),
            *("ноя лис nov", "дек гру dec"),
        ),
        start=1,
    )
    for stem in stems.split()
}
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_ANY_DIGIT = re.compile(r"\d")
_THOUSANDS = re.compile(r"\s*(?:тыс|тис|т\.|k\b|к\b)")
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
_GROUPED = re.compile(r"(?<=\d)[\s\u00a0\u202f'’](?=\d{3}(?!\d))|(?<=\d)[.,](?=\d{3}(?!\d))")
_FILLER_KM = frozenset({111_111, 123_456, 999_999})
_MOST_KM = 1_500_000
"""Hardly any vehicle goes that far."""
_BLANKS = re.compile(r"[\s'’]+")
_AMOUNT = re.compile(
    r"(?:(?:около|ок|примерно|прим|приблизительно)\b\.?\s?|[~≈]\s?)?"
    r"(?:(?P<minus>[-–—−])|(?P<open>\()|\+)?\s?(?:[₽$€₴₸£]|руб\.?|usd|eur|uah|rub|kzt|byn)?\s?"
    r"(?P<digits>\d+(?:[\s'’]\d{3})*(?:[.,]\d+)*)"
    r"(?:[.,][-–—=]{1,2}|=|[-=]00)?"
    r"\s?(?:(?P<thousand>тыс\.?|тис\.?|т\.?|k|к)|(?P<million>млн\.?|mln|m))?"
    r"\s?(?:[₽$€₴₸£%]|р(?:уб(?:л\w+)?)?\.?|грн\.?|гривен\w*|тенге|usd|eur|uah|rub|kzt|byn"
    r"|шт\.?|ед\.?|раз\w?)?"
    r"\s?(?:(?P<kopecks>\d{2})\s?коп\w*\.?)?\)?"
)
_GROUPS = re.compile(r"\d{1,3}(?:[.,]\d{3})*")
"""Digits in threes."""


def text_of(cell: object) -> str:
    """A workbook's cell as a person sees it in a Russian workbook: 31.12.2024, 125000.

    Typed cells become texts that the readers below read back without loss: a real date is written
    day first with four digits of the year, a whole number without a fraction.
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float):
        # A spreadsheet counts with 15 digits and shows no more of them.
        is_whole = cell.is_integer() and abs(cell) < 1e15
        return str(int(cell)) if is_whole else f"{cell:.15g}"
    if isinstance(cell, bool):
        return "ИСТИНА" if cell else "ЛОЖЬ"
    if isinstance(cell, date):
        return _text_of_moment(cell)
    if isinstance(cell, time):
        return f"{cell:%H:%M:%S}".removesuffix(":00")
    if isinstance(cell, timedelta):
        return _text_of_duration(cell)
    return str(cell)


def _text_of_duration(duration: timedelta) -> str:
    minutes, seconds = divmod(round(duration.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}" + (f":{seconds:02}" if seconds else "")


@lru_cache(maxsize=4096)
def _text_of_moment(moment: date) -> str:
    if isinstance(moment, datetime) and moment.time() != time.min:
        return f"{moment:%d.%m.%Y %H:%M}"
    return f"{moment.day:02}.{moment.month:02}.{moment.year:04}"


@lru_cache(maxsize=4096)
def read_day(text: str) -> date | RowProblemCode:
    """A day from any usual spelling or an Excel serial number; else the problem. Never blank."""
    return _day_of_text(text[:60])


@lru_cache(maxsize=4096)
def names_only_month(text: str) -> bool:
    """Whether a readable day is told by its month alone: «дек. 2027», «12.2027»."""
    text = _plain(text[:60])
    by_word = _BY_WORD.fullmatch(text)
    return by_word[1] is None if by_word else _MONTH_ONLY.fullmatch(text) is not None


def read_last_day(text: str) -> date | RowProblemCode:
    """A day until which something holds: what is told by its month holds until the month ends."""
    day = read_day(text)
    if isinstance(day, RowProblemCode) or not names_only_month(text):
        return day
    return day.replace(day=monthrange(day.year, day.month)[1])


def is_month_first(cells: Iterable[str]) -> bool:
    """Whether some of these days can only be read with the month first, and none day first."""
    found = [(int(one[1]), int(one[2])) for one in map(_IN_SLASHES.match, cells) if one]
    return any(second > 12 >= first for first, second in found) and all(
        first <= 12 for first, _ in found
    )


def day_first(text: str) -> str:
    """«03/25/2024» as we write it: 25/03/2024. Anything else as it is."""
    return _IN_SLASHES.sub(r"\2/\1/", text, count=1)


def is_to_come(day: date, today: date) -> bool:
    """Whether the day is still ahead: not yet tomorrow, which it may be elsewhere already."""
    return day > today + timedelta(days=1)


def _in_range(day: date) -> date | RowProblemCode:
    return day if _FIRST_DAY <= day <= _LAST_DAY else RowProblemCode.OUT_OF_RANGE


def _day_of_serial(serial: float) -> date | RowProblemCode:
    if int(serial) in _SERIALS:
        return _EXCEL_EPOCH + timedelta(days=int(serial))
    if 19_500_101 <= serial <= 21_001_231:
        return _day_of_text(str(int(serial)))
    return RowProblemCode.NOT_A_DATE


def _day_of_text(text: str) -> date | RowProblemCode:
    text = _plain(text)
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


def _plain(text: str) -> str:
    """A spelling of a day without its time of day and the word for «year»."""
    text = _TIME_OF_DAY.sub("", _YEAR_MARK.sub("", " ".join(text.casefold().split())))
    return text.strip(" .,")


def _full_year(digits: str) -> int:
    year = int(digits)
    if len(digits) > 2:
        return year
    return 2000 + year if year < 70 else 1900 + year


def read_kilometres(text: str) -> int | RowProblemCode:
    """«125 000 км», «125 тыс. км», «125000.0»: whole kilometres."""
    if text.isdecimal() and len(text) < 9:
        return _bounded(int(text), 0, 3_000_000)
    text = _GROUPED.sub("", text[:60].casefold())
    match = _NUMBER.search(text)
    if match is None or _ANY_DIGIT.search(text, match.end()):
        return RowProblemCode.NOT_A_NUMBER
    factor = 1000 if _THOUSANDS.match(text, match.end()) else 1
    return _bounded(float(match[0].replace(",", ".")) * factor, 0, 3_000_000)


def is_filler_km(km: int) -> bool:
    """Whether somebody who did not know the mileage may have typed that: 999999, 123456."""
    return km in _FILLER_KM or km > _MOST_KM


@lru_cache(maxsize=512)
def read_year(text: str) -> int | RowProblemCode:
    """A year of manufacture: 2015, «2015 г.», or the year of a date."""
    if len(text) == 4 and text.isdecimal():
        return _bounded(int(text), 1950, 2100)
    match = _YEAR.search(text[:40])
    return _bounded(int(match[0]), 1950, 2100) if match else RowProblemCode.NOT_A_NUMBER


def read_amount(text: str) -> Decimal | RowProblemCode:
    """A sum or another number: «1 234,50 ₽», «1,234.50», «(120)», «2,5 тыс. руб.», «15 %»,
    «8т.р.», «ок. 3500», «12000,-».

    Percents are what stands there (15), as are currencies: which one, the column says.
    """
    folded = " ".join(text[:60].casefold().split())
    match = _AMOUNT.fullmatch(folded)
    if match is None:
        return RowProblemCode.NOT_A_NUMBER
    digits = _plain_digits(_BLANKS.sub("", match["digits"]))
    if digits is None:
        return RowProblemCode.NOT_A_NUMBER
    if folded.startswith(("$", "£")) and _GROUPS.fullmatch(digits):
        digits = _ungrouped(digits)
    if match["kopecks"] and "." not in digits:
        digits = f"{digits}.{match['kopecks']}"
    factor = 1_000_000 if match["million"] else 1000 if match["thousand"] else 1
    amount = Decimal(digits) * factor
    return -amount if match["minus"] or match["open"] else amount


def _plain_digits(digits: str) -> str | None:
    """«1.234,50», «1,234.50», «1234,5» as Decimal reads them; None for what is neither."""
    marks = [mark for mark in digits if mark in ".,"]
    if len(set(marks)) == 2:
        # Both: the last one divides the fraction and stands once.
        if marks.count(marks[-1]) > 1:
            return None
        whole, _, fraction = digits.rpartition(marks[-1])
        return f"{_ungrouped(whole)}.{fraction}" if _GROUPS.fullmatch(whole) else None
    if len(marks) > 1:
        return _ungrouped(digits) if _GROUPS.fullmatch(digits) else None
    return digits.replace(",", ".")


def _ungrouped(digits: str) -> str:
    return digits.replace(",", "").replace(".", "")


def _bounded(value: float, low: int, high: int) -> int | RowProblemCode:
    return int(value) if low <= value <= high else RowProblemCode.OUT_OF_RANGE
