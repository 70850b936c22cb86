"""Registration plates of Russia and Ukraine: one spelling to search and compare by."""

from __future__ import annotations

# The letters that both alphabets share; plates of both countries use only these.
_TO_LATIN = str.maketrans("АВЕІКМНОРСТУХ", "ABEIKMHOPCTYX")
_CLEANED = _TO_LATIN | str.maketrans(dict.fromkeys(" \t\r\n\u00a0\u202f-–—‐‑._|/\\*", ""))
_COUNTRY_MARKS = ("RUS", "PYC", "UA", "RU")


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
