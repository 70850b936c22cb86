"""The many ways in which people spell phones, dates, VINs and plates in a workbook."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from entrypoints.demo.identities import SampleVehicle

_LOOK_ALIKES = str.maketrans("ABEKMHPCTX", "АВЕКМНРСТХ")
_MONTHS = (
    *("января", "февраля", "марта", "апреля", "мая", "июня", "июля"),
    *("августа", "сентября", "октября", "ноября", "декабря"),
)


def write_phone(sheet: Any, row: int, column: int, e164: str, position: int) -> None:
    """Write the phone in one of ten notations, a bare number among them."""
    digits = e164[1:]
    if position % 10 == 3:
        sheet.write_number(row, column, int(digits))
        return
    a, b, c, d = digits[1:4], digits[4:7], digits[7:9], digits[9:]
    spellings = (
        e164, f"8 ({a}) {b}-{c}-{d}", f"+7 {a} {b}-{c}-{d}", "", f"8{digits[1:]}", digits[1:],
        f"8-{a}-{b}-{c}-{d}", f"+7({a}){b}{c}{d} (супруга)", f"моб. 8 {a} {b} {c} {d}",
        f"{digits}.0",
    )  # fmt: skip
    sheet.write_string(row, column, spellings[position % 10])


def national(e164: str) -> str:
    """8 916 123-45-67."""
    return f"8 {e164[2:5]} {e164[5:8]}-{e164[8:10]}-{e164[10:]}"


def spelled_vin(vehicle: SampleVehicle, position: int) -> str:
    """Now and then with Cyrillic look-alikes, or in lower case."""
    if position % 13 == 0:
        return vehicle.vin[:3].translate(_LOOK_ALIKES) + vehicle.vin[3:]
    return vehicle.vin.lower() if position % 10 == 7 else vehicle.vin


def spelled_plate(vehicle: SampleVehicle, position: int) -> str:
    """As on paper, with blanks and in lower case, or with the country."""
    plate = vehicle.plate
    if position % 3 == 0:
        return f"{plate[0]} {plate[1:4]} {plate[4:6]} {plate[6:]}".lower()
    return f"{plate}RUS" if position % 10 == 1 else plate


def write_day(
    sheet: Any, styles: dict[str, Any], row: int, column: int, day: date, position: int
) -> None:
    """Write the day as a date or as one of four texts."""
    match position % 6:
        case 1:
            sheet.write_string(row, column, f"{day:%d.%m.%Y}")
        case 2:
            sheet.write_string(row, column, f"{day:%Y-%m-%d}")
        case 3:
            sheet.write_string(row, column, f"{day.day} {_MONTHS[day.month - 1]} {day.year}")
        case 4:
            sheet.write_string(row, column, f"{day:%d/%m/%y}")
        case _:
            sheet.write_datetime(row, column, midnight(day), styles["day"])


def midnight(day: date) -> datetime:
    """The day as a workbook wants it."""
    # A workbook knows no time zones.
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001
