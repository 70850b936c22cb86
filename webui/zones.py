"""Time zones in the words of the person: «Москва (UTC+3)»; the usual ones first, then all others.

The order inside a group is that of the alphabet (in Russia from west to east), so that a city is
reached by typing its first letters in the list.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.core import get_global
from flask import g
from flask_babel import get_locale
from flask_babel import gettext as _
from wtforms.fields import SelectChoice

from directory.clients.names import name_norm

_RUSSIA = (
    "Europe/Kaliningrad", "Europe/Moscow", "Europe/Volgograd", "Europe/Samara", "Europe/Saratov",
    "Asia/Yekaterinburg", "Asia/Omsk", "Asia/Novosibirsk", "Asia/Barnaul", "Asia/Krasnoyarsk",
    "Asia/Irkutsk", "Asia/Chita", "Asia/Yakutsk", "Asia/Vladivostok", "Asia/Magadan",
    "Asia/Sakhalin", "Asia/Kamchatka",
)  # fmt: skip
_UKRAINE = ("Europe/Kyiv",)
_NEIGHBOURS = (
    "Europe/Minsk", "Asia/Almaty", "Asia/Tashkent", "Asia/Bishkek", "Asia/Dushanbe",
    "Asia/Ashgabat", "Asia/Tbilisi", "Asia/Yerevan", "Asia/Baku", "Europe/Chisinau",
    "Europe/Warsaw", "Europe/Vilnius", "Europe/Riga", "Europe/Tallinn", "Europe/Helsinki",
    "Europe/Bucharest", "Europe/Bratislava", "Europe/Budapest", "Europe/Istanbul",
)  # fmt: skip
_OLD_NAMES = {
    "Europe/Kyiv": "Europe/Kiev",
    "Asia/Kolkata": "Asia/Calcutta",
    "Asia/Kathmandu": "Asia/Katmandu",
    "Asia/Ho_Chi_Minh": "Asia/Saigon",
    "Asia/Yangon": "Asia/Rangoon",
    "Africa/Asmara": "Africa/Asmera",
    "America/Nuuk": "America/Godthab",
    "America/Atikokan": "America/Coral_Harbour",
    "America/Argentina/Buenos_Aires": "America/Buenos_Aires",
    "America/Argentina/Catamarca": "America/Catamarca",
    "America/Argentina/Cordoba": "America/Cordoba",
    "America/Argentina/Jujuy": "America/Jujuy",
    "America/Argentina/Mendoza": "America/Mendoza",
    "America/Indiana/Indianapolis": "America/Indianapolis",
    "America/Kentucky/Louisville": "America/Louisville",
    "Atlantic/Faroe": "Atlantic/Faeroe",
    "Pacific/Chuuk": "Pacific/Truk",
    "Pacific/Kanton": "Pacific/Enderbury",
    "Pacific/Pohnpei": "Pacific/Ponape",
}
"""Names under which the translations know a zone that was renamed since."""


def zone_name(zone: str) -> str:
    """The zone as a person says it, with its present distance from UTC; an unknown one as it is."""
    if zone not in available_timezones():
        return zone
    return f"{_city(zone, _locale())} ({_offset(zone, g.now)})"


def zone_choices(blank: Any, current: str | None = None) -> list[SelectChoice]:
    """Options of a time zone; ``blank`` words the empty one, ``current`` is always among them."""
    groups = {
        str(_("Россия")): [(zone, zone_name(zone)) for zone in _RUSSIA],
        str(_("Украина")): [(zone, zone_name(zone)) for zone in _UKRAINE],
        str(_("Соседние страны")): _by_name(_NEIGHBOURS),
        str(_("Остальной мир")): _by_name(_others()),
    }
    options = [SelectChoice("", blank)]
    known = {zone for group in groups.values() for zone, _name in group}
    if current and current not in known:
        options.append(SelectChoice(current, zone_name(current)))
    for words, group in groups.items():
        options += [SelectChoice(zone, name, optgroup=words) for zone, name in group]
    return options


def _by_name(zones: Iterable[str]) -> list[tuple[str, str]]:
    """With the country, since not everybody knows where Пуэрто-Айсен lies; one of each name."""
    named: dict[str, str] = {}
    for zone in zones:
        named.setdefault(_place(zone, _locale()), zone)
    ordered = sorted(named.items(), key=lambda pair: name_norm(pair[0]))
    return [(zone, f"{place} ({_offset(zone, g.now)})") for place, zone in ordered]


def _others() -> Iterator[str]:
    """Every other zone under the one name that is in use today."""
    usual = {*_RUSSIA, *_UKRAINE, *_NEIGHBOURS, *_OLD_NAMES.values()}
    aliases = get_global("zone_aliases")
    for zone in sorted(available_timezones()):
        is_place = zone in get_global("zone_territories") and "/" in zone and zone[:4] != "Etc/"
        if is_place and zone not in usual and zone not in aliases:
            yield zone


def _place(zone: str, locale: Locale) -> str:
    """«Париж, Франция»."""
    territory = get_global("zone_territories").get(zone, "")
    country = locale.territories.get(territory, "")
    city = _city(zone, locale)
    return f"{city}, {country}" if country and country != city else city


def _city(zone: str, locale: Locale) -> str:
    for name in (zone, _OLD_NAMES.get(zone, zone)):
        city = locale.time_zones.get(name, {}).get("city")
        if city:
            return str(city)
    return zone.rpartition("/")[2].replace("_", " ")


def _offset(zone: str, now: datetime) -> str:
    """«UTC+5:30» at this moment."""
    distance = _distance(zone, now.replace(minute=0, second=0, microsecond=0))
    hours, rest = divmod(abs(distance) // timedelta(minutes=1), 60)
    sign = "−" if distance < timedelta() else "+"
    return f"UTC{sign}{hours}" + (f":{rest:02}" if rest else "")


@lru_cache(maxsize=1024)
def _distance(zone: str, now: datetime) -> timedelta:
    return now.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()


def _locale() -> Locale:
    found: Locale | None = get_locale()
    assert found is not None  # every page has a language
    return found
