"""Many cells of one column into texts at once: what ``text_of`` says of each, much faster."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from importers.values import text_of

SEPARATOR = "\x1f"
_MOST_KEPT = 50_000


class _Texts(dict[Any, str]):
    """The texts of values that repeat."""

    def __missing__(self, value: object) -> str:
        if len(self) > _MOST_KEPT:
            self.clear()
        text = self[value] = text_of(value)
        return text


_REPEATING = {kind: _Texts() for kind in (bool, float, date, datetime)}
"""By type: True and 1 are equal."""


def joined_texts(cells: Sequence[Any]) -> str:
    """The texts of the cells with separators between them.

    A text that holds a separator itself looks like two: whoever joins counts the separators.
    """
    try:
        return SEPARATOR.join(cells)
    except TypeError:  # not only texts
        return _joined(cells, set(map(type, cells)))


def _joined(cells: Sequence[Any], kinds: set[type]) -> str:
    if kinds == {float}:
        if len(set(cells)) * 2 < len(cells):
            return SEPARATOR.join(map(_REPEATING[float].__getitem__, cells))
        text = SEPARATOR.join(("%.15g",) * len(cells)) % tuple(cells)
        if "-0" not in text:  # text_of has no minus before nothing
            return text
    kinds.discard(str)
    kind = kinds.pop() if len(kinds) == 1 else object
    if kind is float:
        texts = [c if type(c) is str else f"{c:.15g}" if c else "0" for c in cells]
    elif kind in _REPEATING:
        kept = _REPEATING[kind]
        texts = [c if type(c) is str else kept[c] for c in cells]
    else:
        texts = [c if type(c) is str else text_of(c) for c in cells]
    return SEPARATOR.join(texts)
