"""Refusals at the command line: a sentence and an exit code instead of a traceback."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from core.errors import NotFound, ProzvonError
from core.settings import SettingError

_MISSING = {"employee": "There is no such login"}


def told(command: Callable[..., Any]) -> Callable[..., Any]:
    """End with the refusal's sentence and exit code 1 instead of a traceback."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except SettingError as error:
            raise click.ClickException(str(error)) from None
        except ProzvonError as error:
            raise click.ClickException(_words(error)) from None

    return wrapped


def _words(error: ProzvonError) -> str:
    """English, as everything at the command line; what is written for people is in theirs."""
    if isinstance(error, NotFound) and error.what in _MISSING:
        return f"{_MISSING[error.what]}: {error.key}"
    from entrypoints.languages import in_language
    from webui.labels.words import sentence

    return in_language("en", lambda: sentence(error))
