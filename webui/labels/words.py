"""``label(member)`` and ``sentence(error)``: the only way from a value to words."""

from collections.abc import Callable, Mapping
from enum import Enum
from functools import lru_cache
from typing import Any

from flask_babel import lazy_gettext as _l

from core.errors import NotFound, NotPermitted, ProzvonError
from webui.labels import (
    asked,
    calendars,
    clients,
    dispatch,
    doubts,
    effects,
    escalation,
    file_columns,
    files,
    forecasts,
    keys,
    merging,
    notices,
    rule_changes,
    rules,
    selections,
    service,
    staff,
    taking_back,
    tasks,
    work,
)
from webui.labels.pairs import by_class
from webui.wording import language

LABELS = by_class(
    work.LABELS,
    clients.LABELS,
    merging.LABELS,
    tasks.LABELS,
    files.LABELS,
    file_columns.LABELS,
    taking_back.LABELS,
    calendars.LABELS,
    notices.LABELS,
    dispatch.LABELS,
    doubts.LABELS,
    effects.LABELS,
    keys.LABELS,
    escalation.LABELS,
    service.LABELS,
    asked.LABELS,
    forecasts.LABELS,
    rules.LABELS,
    rule_changes.LABELS,
    selections.LABELS,
)
"""Enum class to the words of its members."""

SENTENCES: Mapping[type[ProzvonError], Callable[[Any], Any]] = {
    NotFound: lambda _e: _l("Такой страницы нет, или она относится к другому подразделению."),
    NotPermitted: lambda _e: _l("Для этого у вашей роли нет права. Обратитесь к администратору."),
    **work.SENTENCES,
    **clients.SENTENCES,
    **merging.SENTENCES,
    **staff.SENTENCES,
    **tasks.SENTENCES,
    **files.SENTENCES,
    **file_columns.SENTENCES,
    **taking_back.SENTENCES,
    **calendars.SENTENCES,
    **notices.SENTENCES,
    **dispatch.SENTENCES,
    **doubts.SENTENCES,
    **effects.SENTENCES,
    **keys.SENTENCES,
    **escalation.SENTENCES,
    **service.SENTENCES,
    **asked.SENTENCES,
    **selections.SENTENCES,
}


def label(member: Enum) -> str:
    """The wording of an enum member in the user's language."""
    return _words(language(), type(member), member)


@lru_cache(maxsize=2048)
def _words(_language: str, kind: type[Enum], member: Enum) -> str:
    return str(LABELS[kind][member])


def sentence(error: ProzvonError) -> str:
    """What the refusal means and what to do, in the user's language."""
    for kind in type(error).__mro__:
        if kind in SENTENCES:
            return str(SENTENCES[kind](error))
    raise KeyError(type(error))
