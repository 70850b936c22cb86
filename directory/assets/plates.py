"""Registration plates of Russia and Ukraine: one spelling to compare by, one to show."""

from __future__ import annotations

import re
from functools import lru_cache

# The letters that both alphabets share; plates of both countries use only these.
_TO_LATIN = str.maketrans("АВЕІКМНОРСТУХ", "ABEIKMHOPCTYX")
_CLEANED = _TO_LATIN | str.maketrans(dict.fromkeys(" \t\r\n\u00a0\u202f-–—‐‑._|/\\*", ""))
_TO_CYRILLIC = str.maketrans("ABEKMHOPCTYX", "АВЕКМНОРСТУХ")
_RUSSIAN = re.compile(r"([ABEKMHOPCTYX]\d{3}[ABEKMHOPCTYX]{2})(\d{2,3})")
_UKRAINIAN = re.compile(r"([A-Z]{2})(\d{4})([A-Z]{2})")
_NBSP = "\u00a0"
_COUNTRY_MARKS = ("RUS", "PYC", "UA", "RU")


@lru_cache(maxsize=16_384)
def plate_norm(text: str) -> str:
    """Upper case, Latin letters, no blanks or dashes, no country mark at the end.

    «о 777 оо 77 rus» becomes O777OO77.
    """
    norm = text.upper().translate(_CLEANED)
    if norm[-1:].isdigit():
        return norm
    for mark in _COUNTRY_MARKS:
        # A Ukrainian plate may itself end in two letters: AA1234UA stays whole.
        rest = norm.removesuffix(mark)
        if rest != norm and rest[-1:].isdigit() and len(rest) >= 8:
            return rest
    return norm


def plate_shown(text: str | None) -> str:
    """The plate as it stands on the vehicle, however it was typed: «К360СС 55», «AA 1234 BB».

    Russian ones in Cyrillic letters with the region set apart; what is neither stays as typed, in
    upper case. Blanks within do not break. None gives an empty string.
    """
    norm = plate_norm(text or "")
    if russian := _RUSSIAN.fullmatch(norm):
        return russian[1].translate(_TO_CYRILLIC) + _NBSP + russian[2]
    if ukrainian := _UKRAINIAN.fullmatch(norm):
        return _NBSP.join(ukrainian.groups())
    return " ".join((text or "").upper().split())


def vehicle_words(make: str | None, model: str | None, plate: str | None = None) -> str:
    """A vehicle in a list: make, model and plate, as far as they are known."""
    return " ".join(part for part in (make, model, plate_shown(plate)) if part)
