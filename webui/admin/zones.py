"""Time zones to choose from: those of the countries the product speaks to, then all others."""

from typing import Any
from zoneinfo import available_timezones

from flask_babel import gettext as _
from wtforms.fields import SelectChoice

_NEAR = (
    "Europe/Kaliningrad", "Europe/Moscow", "Europe/Samara", "Europe/Saratov", "Europe/Volgograd",
    "Asia/Yekaterinburg", "Asia/Omsk", "Asia/Novosibirsk", "Asia/Krasnoyarsk", "Asia/Irkutsk",
    "Asia/Yakutsk", "Asia/Vladivostok", "Asia/Magadan", "Asia/Sakhalin", "Asia/Kamchatka",
    "Europe/Kyiv", "Europe/Minsk", "Asia/Almaty", "Asia/Tashkent", "Asia/Bishkek", "Asia/Tbilisi",
    "Asia/Yerevan", "Asia/Baku",
)  # fmt: skip


def zone_choices(blank: Any) -> list[SelectChoice]:
    """Options of a time zone; ``blank`` is the wording of the empty one."""
    near = [SelectChoice(name, name, optgroup=str(_("Частые"))) for name in _NEAR]
    places = sorted(zone for zone in available_timezones() if _is_a_place(zone))
    others = [
        SelectChoice(name, name, optgroup=str(_("Остальные")))
        for name in places
        if name not in _NEAR
    ]
    return [SelectChoice("", blank), *near, *others]


def _is_a_place(zone: str) -> bool:
    return "/" in zone and not zone.startswith(("Etc/", "SystemV/", "US/", "posix/", "right/"))
