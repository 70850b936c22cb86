"""The cells of one column as bytes and as texts again: what ``text_of`` says of each, much faster.

Texts go with separators between them. Numbers go as eight bytes each and are written out where the
bytes arrive: in the parent, which has the time.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from importers.values import text_of

SEPARATOR = "\x1f"
TEXTS, NUMBERS = b"t", b"n"
_SEPARATOR = SEPARATOR.encode()
_NUMBER_SIZE = struct.calcsize("d")
_MOST_KEPT = 50_000


class _Texts(dict[Any, str]):
    """The texts of values that repeat."""

    def __missing__(self, value: object) -> str:
        if len(self) > _MOST_KEPT:
            self.clear()
        text = self[value] = text_of(value)
        return text


_REPEATING = {kind: _Texts() for kind in (bool, date, datetime)}
"""By type: True and 1 are equal."""


def packed_cells(cells: Sequence[Any]) -> tuple[bytes, bytes] | None:
    """TEXTS or NUMBERS, and the bytes; None where a text holds a separator itself."""
    try:
        text = SEPARATOR.join(cells)
    except TypeError:  # not only texts
        kinds = set(map(type, cells))
        if kinds == {float}:
            return NUMBERS, struct.pack(f"{len(cells)}d", *cells)
        text = _joined(cells, kinds)
    packed = text.encode("utf-8", "replace")
    return (TEXTS, packed) if packed.count(_SEPARATOR) + 1 == len(cells) else None


def unpacked_cells(kind: bytes, count: int, packed: memoryview) -> list[str]:
    """The texts of so many cells. Raises ValueError where the bytes are not so many."""
    if kind == NUMBERS:
        if len(packed) != count * _NUMBER_SIZE:
            raise ValueError(len(packed))
        return _written(tuple(packed.cast("d")))
    text = str(packed, "utf-8")
    # Counted first: whoever sends millions of them must not get a list of as many.
    if text.count(SEPARATOR) + 1 != count:
        raise ValueError(count)
    return text.split(SEPARATOR)


def _joined(cells: Sequence[Any], kinds: set[type]) -> str:
    others = kinds - {str}
    kind = others.pop() if len(others) == 1 else object
    if kind is float:
        texts = [c if type(c) is str else f"{c:.15g}" if c else "0" for c in cells]
    elif kind in _REPEATING:
        kept = _REPEATING[kind]
        if str not in kinds:
            return SEPARATOR.join(map(kept.__getitem__, cells))
        texts = [c if type(c) is str else kept[c] for c in cells]
    else:
        texts = [c if type(c) is str else text_of(c) for c in cells]
    return SEPARATOR.join(texts)


def _written(numbers: tuple[float, ...]) -> list[str]:
    text = SEPARATOR.join(("%.15g",) * len(numbers)) % numbers
    # text_of has no minus before nothing.
    return list(map(text_of, numbers)) if "-0" in text else text.split(SEPARATOR)
