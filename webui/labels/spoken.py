"""``gettext`` and ``ngettext`` that say what they return: for modules that put words together."""

from typing import Any

import flask_babel


def gettext(text: str, /, **values: Any) -> str:
    """The text in the language of the page."""
    return str(flask_babel.gettext(text, **values))


def ngettext(one: str, many: str, num: int, /, **values: Any) -> str:
    """The form of the text that belongs to ``num``, which it may name ``%(num)s``."""
    return str(flask_babel.ngettext(one, many, num, **values))
