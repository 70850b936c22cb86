"""Working hours as people write them: «9:00–13:00, 14–18», an empty text is a day off."""

import re
from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import StringField, ValidationError

from directory.calendars.working_time import BadHours, Hours, check_hours

_INTERVAL = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*[-–—]\s*(\d{1,2})(?:[:.](\d{2}))?")
_BETWEEN = re.compile(r"[,;\s]+")


def hours_read(text: str) -> Hours:
    """The intervals written in the text. Raises BadHours."""
    found: list[tuple[int, int]] = []
    at = 0
    for match in _INTERVAL.finditer(text):
        _only_separators(text[at : match.start()])
        at = match.end()
        found.append((_minute(match[1], match[2]), _minute(match[3], match[4])))
    _only_separators(text[at:])
    hours = tuple(found)
    check_hours(hours)
    return hours


def hours_written(hours: Sequence[Sequence[int]]) -> str:
    """«9:00–13:00, 14:00–18:00»; nothing for a day off."""
    return ", ".join(f"{_clock(start)}–{_clock(end)}" for start, end in hours)


class HoursField(StringField):  # type: ignore[misc]  # the library has no types
    """A line of working hours; ``hours`` is what was read."""

    def __init__(self, label: Any = None, validators: Any = None, **kw: Any) -> None:
        super().__init__(label, validators, **kw)
        self.hours: Hours = ()

    def pre_validate(self, form: Any) -> None:
        """Read the line; says how to write it when it cannot be read."""
        try:
            self.hours = hours_read(self.data or "")
        except BadHours as error:
            raise ValidationError(
                _l("Запишите по порядку и без наложений, например 9:00–13:00, 14:00–18:00.")
            ) from error


def _only_separators(text: str) -> None:
    if _BETWEEN.sub("", text):
        raise BadHours(text)


def _minute(hours: str, minutes: str | None) -> int:
    past = int(minutes or 0)
    if past >= 60:
        raise BadHours(minutes)
    return int(hours) * 60 + past


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02}"
