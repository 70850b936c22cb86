"""How the words of enum members are kept.

Members of two ``StrEnum`` classes with the same text are equal and have the same hash, so a plain
dict would mix up ``Outcome.REFUSED`` and ``Finish.REFUSED``: words are kept per class.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any

Pairs = tuple[tuple[Enum, Any], ...]
"""A member and its words."""


def by_class(*sources: Pairs) -> Mapping[type[Enum], Mapping[Enum, Any]]:
    """All words, per enum class."""
    found: dict[type[Enum], dict[Enum, Any]] = {}
    for member, words in (pair for source in sources for pair in source):
        found.setdefault(type(member), {})[member] = words
    return found
