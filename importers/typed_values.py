"""Cells of records: amounts of money, moments, birthdays, tax numbers, numbers of work orders."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal

from importers.problems import RowProblemCode
from importers.values import read_amount, read_day

_THOUSANDS = re.compile(r"(?<![\d.,])(\d{1,3}),(?=\d{3}(?!\d|[.,]))")
"""«1,234»: money has two decimals or none."""
_LARGEST = Decimal(10) ** 10
_CENT = Decimal("0.01")
_TIME = re.compile(
    r"[\sT,]+(\d{1,2})[:.](\d{2})(?::\d{2}(?:\.\d+)?)?\s*(am|pm)?z?\s*$", re.IGNORECASE
)
_CLOCK_DAY = re.compile(r"[\d./\-]*")
_OF_A_DAY = re.compile(r"0?[.,]\d+")
_MINUTES = 24 * 60
_EARLY_YEAR = re.compile(r"(?<!\d)(?:18\d|19[0-4])\d(?!\d)")
_NO_BIRTHDAY = re.compile(r"\s*(?:0?1[./]0?1[./]1900|3[01][./]12[./]1899)(?!\d)")
_SHORT_YEAR = re.compile(r"(?<!\d)\d{1,2}[./\-]\d{1,2}[./\-](\d{2})(?!\d)")
_CYCLE = 56
"""The Gregorian calendar repeats its leap years within these years."""
_OLD_ENOUGH = 2020
"""A birth year of two digits that would be this or a later one is of the last century."""
_TAX_LENGTHS = (8, 10, 12)
_LONGEST_ORDER = 300
# Possessive: it is asked of any cell of any file, and must not try one in a thousand ways.
_ORDER = re.compile(
    r"^(?:сводный\s+)?(?:заказ[\s\-]*наряд\w*|наряд[\s\-]*заказ|наряд[\s\-]*замовлення|документ|"
    r"ремонтный\s+заказ|заказ\s+клиента|реализация[^№\d]*+|акт[^№\d]*+|work\s+order|repair\s+order)"
    r"\s*(?:№|N|#|no\.?)?\s*(?P<number>[^\s\d]*+\d\S*+)"
    r"(?:\s+(?:от|від|of|dated)\s+(?P<day>\d{1,2}[./\-]\d{1,2}[./\-]\d{2,4}).*)?$",
    re.IGNORECASE,
)


def read_price(text: str) -> Decimal | RowProblemCode:
    """Money of a record, as ``read_amount`` reads it, to the hundredth; not below nothing."""
    amount = read_amount(_THOUSANDS.sub(r"\1", text, count=1))
    if isinstance(amount, RowProblemCode):
        return amount
    return amount.quantize(_CENT) if 0 <= amount < _LARGEST else RowProblemCode.OUT_OF_RANGE


def read_moment(text: str) -> datetime | RowProblemCode:
    """A day with its time of day, as the clock on the wall showed it; midnight without a time.

    Naive: the time zone is that of the unit, which the reader of a file does not know.
    """
    text = text[:60].strip()
    found = _TIME.search(text)
    day = read_day(text[: found.start()] if found else text)
    if isinstance(day, RowProblemCode):
        return day
    if found is None:
        return datetime.combine(day, time())
    at = _time_of(found)
    return datetime.combine(day, at) if at is not None else RowProblemCode.NO_SUCH_DATE


def read_next(text: str) -> datetime | date | RowProblemCode:
    """A day to come back on, with its time of day where one is told: naive, as ``read_moment``."""
    moment = read_moment(text)
    is_day = not isinstance(moment, RowProblemCode) and moment.time() == time()
    return moment.date() if is_day and isinstance(moment, datetime) else moment


def read_clock(text: str) -> time | RowProblemCode:
    """A time of day beside the day: «9:05», «09:05:30», «2:05 pm», Excel's part of a day.

    The day that programs write before a bare time («30.12.1899 09:05») says nothing.
    """
    text = text[:60].strip()
    if _OF_A_DAY.fullmatch(text):
        hour, minute = divmod(round(float(text.replace(",", ".")) * _MINUTES), 60)
        return time(hour, minute) if hour < 24 else RowProblemCode.NOT_A_TIME
    found = _TIME.search(f" {text}")
    if found is None or not _CLOCK_DAY.fullmatch(f" {text}"[: found.start()].strip()):
        return RowProblemCode.NOT_A_TIME
    return _time_of(found) or RowProblemCode.NOT_A_TIME


def _time_of(found: re.Match[str]) -> time | None:
    hour, minute = int(found[1]), int(found[2])
    if found[3]:
        hour = hour % 12 + (12 if found[3].lower() == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def read_birthday(text: str) -> date | RowProblemCode:
    """A day of birth: also before 1950, and «12.03.45» is not in the future.

    Excel's first day stands for none: programs write it where they know no day.
    """
    text = text[:60]
    if _NO_BIRTHDAY.match(text):
        return RowProblemCode.OUT_OF_RANGE
    early = _EARLY_YEAR.search(text)
    if early is not None:
        year = int(early[0])
        later = f"{text[: early.start()]}{year + _CYCLE}{text[early.end() :]}"
        day = read_day(later)
        if isinstance(day, RowProblemCode):
            return day
        try:
            return day.replace(year=year)
        except ValueError:
            return RowProblemCode.NO_SUCH_DATE
    day = read_day(text)
    if isinstance(day, date) and day.year >= _OLD_ENOUGH and _SHORT_YEAR.search(text):
        return read_birthday(day.replace(year=day.year - 100).isoformat())
    return day


def read_tax_id(text: str) -> str | RowProblemCode:
    """ИНН, ІПН, ЄДРПОУ: digits; a leading zero that Excel took away is put back."""
    digits = re.sub(r"[\s\u00a0\-]", "", text.split("/")[0].split("\\")[0])
    digits = re.sub(r"^\D+", "", digits)
    if not digits.isdecimal() or not digits.isascii():
        return RowProblemCode.NOT_A_NUMBER
    if len(digits) + 1 in _TAX_LENGTHS and len(digits) > 8:
        digits = "0" + digits
    return digits if len(digits) in _TAX_LENGTHS else RowProblemCode.OUT_OF_RANGE


def read_order(text: str) -> tuple[str, date | None]:
    """The number of a work order, and its day where 1C puts both into one cell.

    «Заказ-наряд СЦ00001234 от 12.03.2025 10:00:00» is («СЦ00001234», 12 March 2025).
    """
    text = " ".join(text[:_LONGEST_ORDER].split())
    found = _ORDER.match(text)
    if found is None:
        return text[:100], None
    day = read_day(found["day"]) if found["day"] else None
    return found["number"][:100], day if isinstance(day, date) else None


def told_value(value: object) -> str:
    """A read value as it may stand in a cell; days as people write them."""
    if isinstance(value, datetime):
        return f"{value:%d.%m.%Y %H:%M}" if value.time() != time() else f"{value:%d.%m.%Y}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return f"{value:%d.%m.%Y}" if isinstance(value, date) else str(value)
