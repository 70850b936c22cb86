"""A time of the day up to 24:00, which an input of type time cannot say."""

import re
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import StringField, ValidationError

_CLOCK = re.compile(r"\s*(\d{1,2})(?:[:.](\d{2}))?\s*")
_DAY = 24 * 60


class ClockField(StringField):  # type: ignore[misc]  # the library has no types
    """«9», «9:30», «24:00»; ``minute``: minutes after midnight, when it was read."""

    def __init__(self, label: Any = None, validators: Any = None, **kw: Any) -> None:
        super().__init__(label, validators, **kw)
        self.minute = 0

    def pre_validate(self, form: Any) -> None:
        """Read the time; says how to write it when it cannot be read."""
        found = _CLOCK.fullmatch(self.data or "")
        minute = int(found[1]) * 60 + int(found[2] or 0) if found else -1
        if found is None or int(found[2] or 0) >= 60 or minute > _DAY:
            raise ValidationError(_l("Запишите время, например 9:00 или 24:00."))
        self.minute = minute
