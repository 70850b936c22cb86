"""Whether a cell names somebody by itself: a readable phone, VIN or e-mail, whatever stands beside.

Light on purpose: the child that parses asks it about the first lines of each file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from directory.assets.vin import read_vin
from directory.clients.phones import normalise_phone

_MAY_BE_PHONE = re.compile(r"\+?\d[\d\s().\-\u2010-\u2014]{7,}\d")
_BEGINS_WITH_DAY = re.compile(
    r"\d{1,2}[./\-]\d{1,2}[./\-](?:19|20)?\d{2}(?!\d)|(?:19|20)\d\d[.\-]\d"
)
_EMAIL = re.compile(r"[^\s@,;<>]+@[^\s@,;<>]+\.[^\s@,;<>.]{2,}")
_LONGEST = 1_000
"""Who is named farther on is not looked for: cells may be endless."""
_VIN_LETTERS = 17
_FEWEST_DIGITS = 3
"""A VIN of letters alone is a word."""


def holds_contact(text: str) -> bool:
    """Whether somebody can be found by this cell: no heading says such a thing."""
    if len(text) < 5:
        return False
    text = text[:_LONGEST]
    return bool(found_emails(text)) or _holds_vin(text) or _holds_phone(text)


def found_emails(text: str) -> list[str]:
    """The e-mail addresses that the cell holds, as they are written there, each once."""
    if "@" not in text:
        return []
    found: dict[str, str] = {}
    for one in _EMAIL.findall(text[:_LONGEST]):
        found.setdefault(one.lower(), one)
    return list(found.values())


def hold_contact(line: Iterable[object]) -> bool:
    """Whether one of the cells does, be they texts or numbers."""
    return any(holds_contact(_digits_of(cell)) for cell in line if cell != "")


def _digits_of(cell: object) -> str:
    if isinstance(cell, str):
        return cell
    # A phone may be a number; a day or a time is none.
    is_number = isinstance(cell, int | float) and not isinstance(cell, bool)
    return str(cell).removesuffix(".0") if is_number else ""


def _holds_phone(text: str) -> bool:
    return any(map(_is_phone, _MAY_BE_PHONE.finditer(text)))


def _is_phone(found: re.Match[str]) -> bool:
    run = found[0]
    if sum(map(str.isdigit, run)) < 10 or _BEGINS_WITH_DAY.match(run):
        return False
    return bool(normalise_phone(run).numbers)


def _holds_vin(text: str) -> bool:
    return any(
        len(word) >= _VIN_LETTERS
        and sum(map(str.isdigit, word)) >= _FEWEST_DIGITS
        and any(map(str.isalpha, word))
        and read_vin(word).vin is not None
        for word in (text, *re.split(r"[\s,;:()]+", text))
    )
