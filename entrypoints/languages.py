"""Words of the pages outside of a request: the command line and what it writes."""

from collections.abc import Callable
from typing import TypeVar

from flask import Flask
from flask_babel import Babel, force_locale

Told = TypeVar("Told")


def in_language(locale: str, say: Callable[[], Told]) -> Told:
    """What ``say`` returns when words are asked for in this language (``ru``, ``uk``, ``en``)."""
    app = Flask("webui")
    Babel(app)
    with app.app_context(), force_locale(locale):
        return say()
