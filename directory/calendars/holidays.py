"""Production calendars: the holidays of a country and year, moved and shortened days.

The holidays come from the ``holidays`` library; which Saturdays are worked instead and which days
are shorter in Russia stands in ``data/russian_transfers.toml`` with its sources, because no library
knows the shortened ones. Nothing here is read before somebody installs a year.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

from core.errors import Invalid
from directory.calendars.models import DayKind, ProductionCalendar

FIRST_YEAR, LAST_YEAR = 2020, 2040
AN_HOUR = 60


class YearUnknown(Invalid):
    """Production calendars are known from 2020 to 2040."""

    field = "year"


@dataclass(frozen=True)
class ShippedDay:
    """A day of a production calendar."""

    on: date
    kind: DayKind
    note: str
    minutes_less: int = 0


def production_days(country: ProductionCalendar, year: int) -> list[ShippedDay]:
    """The days of the year that differ from a usual week, in order. Raises YearUnknown.

    A year whose transfers are not decreed yet has the holidays of the law only. Ukraine works on
    its holidays under martial law: they come as usual days with a name.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise YearUnknown(year)
    if country is ProductionCalendar.RUSSIA:
        found = [*_days_off(country, year, "ru"), *_russian_transfers(year)]
    else:
        found = [*_days_off(country, year, "uk"), *_worked_holidays(country, year)]
    return sorted(found, key=lambda day: day.on)


def transfers_known(year: int) -> bool:
    """Whether the moved and shortened days of Russia are known for the year."""
    return str(year) in _transfers()


def _days_off(country: ProductionCalendar, year: int, language: str) -> Iterator[ShippedDay]:
    for day, name in _holidays(country, year, language, "public").items():
        yield ShippedDay(day, DayKind.DAY_OFF, name)


def _worked_holidays(country: ProductionCalendar, year: int) -> Iterator[ShippedDay]:
    off = _holidays(country, year, "uk", "public")
    for day, name in _holidays(country, year, "uk", "workday").items():
        if day not in off:
            yield ShippedDay(day, DayKind.USUAL, name)


def _holidays(
    country: ProductionCalendar, year: int, language: str, category: str
) -> Mapping[date, str]:
    # Imported where used: only who installs a year needs it.
    from holidays import country_holidays

    found = country_holidays(country.value, years=year, language=language, categories=(category,))
    return {day: name for day, name in found.items() if day.year == year}


def _russian_transfers(year: int) -> Iterator[ShippedDay]:
    decreed = _transfers().get(str(year))
    if decreed is None:
        return
    moved_to = {date.fromisoformat(old): date.fromisoformat(new) for new, old in decreed["moved"]}
    worked = [date.fromisoformat(day) for day in decreed["worked"]]
    short = {date.fromisoformat(day) for day in decreed["shortened"]}
    for day in worked:
        note = f"Рабочий день вместо {moved_to[day]:%d.%m.%Y}"
        yield ShippedDay(day, DayKind.WORKING, note, AN_HOUR if day in short else 0)
    for day in sorted(short.difference(worked)):
        yield ShippedDay(day, DayKind.SHORTENED, "Сокращённый день", AN_HOUR)


def _transfers() -> Mapping[str, Any]:
    data = files("directory.calendars") / "data" / "russian_transfers.toml"
    return tomllib.loads(data.read_text(encoding="utf-8"))
