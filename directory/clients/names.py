"""Names of clients: one spelling to compare by, and a guess at the kind of client."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum


class ClientKindGuess(StrEnum):
    """What a name looks like; the person who sees it may know better."""

    PERSON = "person"
    SOLE_PROPRIETOR = "sole_proprietor"
    LEGAL_ENTITY = "legal_entity"


_UNSEEN = dict.fromkeys(
    (*"\u00ad\u2060\ufeff", *map(chr, range(0x200B, 0x2010)), *map(chr, range(0x202A, 0x202F)),
     *map(chr, range(0x2066, 0x206A))), ""
)  # fmt: skip
"""Soft hyphens, spaces without width, marks of direction: nobody sees them."""
_UNIFIED = str.maketrans(
    dict.fromkeys("«»„“”‟″❝❞＂", '"')
    | dict.fromkeys("‘’‚‛ʼ′`´", "'")
    | dict.fromkeys("‐‑‒–—―−", "-")
    | {"ё": "е"}
    | _UNSEEN
)
_TO_UNIFY = re.compile(f"[{re.escape(''.join(map(chr, _UNIFIED)))}]")
"""Looking for them is cheaper than translating a name that has none."""

_LOOKALIKES = str.maketrans("ABCEHKMOPTXYaceopxyi", "АВСЕНКМОРТХУасеорхуі")
_HAS_LATIN = re.compile(r"[A-Za-z]")
_WORD = re.compile(r"[^\W\d_]+")

_LEGAL_FORMS = (
    "ооо|оао|зао|пао|нао|ао|гуп|муп|фгуп|фгбу|гбу|мбу|мку|гку|фку|ано|нко|тсж|снт|пк|спк|кфх|"
    "тов|тзов|пп|прат|пат|ат|дп|кп|осбб|llc|ltd|inc|gmbh|jsc|ojsc|plc|"
    "общество с ограниченной ответственностью|акционерное общество|публичное акционерное общество|"
    "товариство з обмеженою відповідальністю|акціонерне товариство|приватне підприємство|"
    "администрация|министерство|управление|завод"
)
_SOLE_FORMS = (
    "ип|ипбоюл|пбоюл|чп|фоп|спд|индивидуальный предприниматель|"
    "фізична особа[- ]підприємець|глава кфх"
)
_LEGAL = re.compile(rf"(?:^|[\s\",(])(?:{_LEGAL_FORMS})(?=$|[\s\",).])")
_SOLE = re.compile(rf"^\W*(?:{_SOLE_FORMS})(?=[\s.\"])|[\s,(](?:{_SOLE_FORMS})\W*$")


_TO_DROP = re.compile(f"[{''.join(_UNSEEN)}]")


def without_unseen(text: str) -> str:
    """The text without the characters that nobody sees, as web pages and messengers put them."""
    return _TO_DROP.sub("", text)


def without_lookalikes(name: str) -> str:
    """«Пeтрoв» typed with Latin letters among the Cyrillic ones: all Cyrillic, as it is meant."""
    if name.isascii() or not _HAS_LATIN.search(name):
        return name
    return _WORD.sub(lambda word: _in_cyrillic(word[0]), name)


def _in_cyrillic(word: str) -> str:
    cyrillic = word.translate(_LOOKALIKES)
    is_mixed = bool(_HAS_LATIN.search(word)) and not word.isascii()
    return cyrillic if is_mixed and not _HAS_LATIN.search(cyrillic) else word


def name_norm(text: str) -> str:
    """The form that spellings of one name share: case, ё, spaces, quotes, dashes, NFC."""
    folded = unicodedata.normalize("NFC", text).casefold()
    if _TO_UNIFY.search(folded):
        folded = folded.translate(_UNIFIED)
    return " ".join(folded.split())


_FORM_WORDS = frozenset(re.split(r"[|\s]", f"{_LEGAL_FORMS}|{_SOLE_FORMS}|фізична"))


def looks_like_legal_entity(name: str) -> ClientKindGuess:
    """Guess the kind of client by the legal form written in the name."""
    # Most names are «Иванов Иван Иванович»: no need to search those.
    if name.istitle() and '"' not in name and _FORM_WORDS.isdisjoint(name.casefold().split()):
        return ClientKindGuess.PERSON
    norm = name_norm(name)
    if _SOLE.search(norm):
        return ClientKindGuess.SOLE_PROPRIETOR
    if _LEGAL.search(norm):
        return ClientKindGuess.LEGAL_ENTITY
    return ClientKindGuess.PERSON
