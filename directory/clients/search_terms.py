"""What a text typed into the search box may mean: phone, VIN, plate, name or e-mail. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum

from directory.assets.plates import plate_norm
from directory.assets.vin import VIN_LENGTH, read_vin
from directory.clients.names import name_norm
from directory.clients.phones import normalise_phone

SHORTEST_PHONE = 4
SHORTEST_NAME = 2
SHORTEST_VIN_TAIL = 4
_LONGEST_TEXT = 200
_PHONE_SHAPED = re.compile(r"[\d\s()+.,‐‑–—−-]+")
_PLATE_SHAPED = re.compile(r"[A-Z0-9]{4,10}")
_KNOWN_PLATE = re.compile(r"[A-Z]{1,2}\d{3,4}([A-Z]{1,2}\d{0,3})?|\d{3,5}[A-Z]{1,2}\d{0,3}")
_PLATE_NUMBER = re.compile(r"\d{4}")
"""Four digits without letters are a whole number only on plates of Ukraine, and of motorcycles."""


class SearchKind(StrEnum):
    """What the text was taken for in the first place."""

    PHONE = "phone"
    NAME = "name"
    VIN = "vin"
    PLATE = "plate"
    EMAIL = "email"
    TOO_SHORT = "too_short"


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchTerms:
    """Every reading of the text that is worth a look; ``kind`` is the likeliest."""

    kind: SearchKind
    phones: tuple[str, ...] = ()
    """Whole numbers, E.164."""
    phone_prefixes: tuple[str, ...] = ()
    phone_tail: str | None = None
    email: str | None = None
    vin: str | None = None
    vin_tail: str | None = None
    plate: str | None = None
    """A plate or its beginning."""
    plate_rest: str | None = None
    """A part that begins with the plate's first digit."""
    words: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name as ``clients.name_norm`` would begin."""
        return " ".join(self.words)


def read_terms(text: str) -> SearchTerms:
    """Read what was typed. Never raises; a text too short to search for says so."""
    text = text[:_LONGEST_TEXT].replace("\x00", " ").strip()
    if "@" in text:
        return SearchTerms(kind=SearchKind.EMAIL, email=text.lower())
    vin = read_vin(text).vin
    if vin is not None:
        return SearchTerms(kind=SearchKind.VIN, vin=vin)
    if _PHONE_SHAPED.fullmatch(text):
        return _read_digits(text)
    return _read_letters(text)


def _read_digits(text: str) -> SearchTerms:
    digits = "".join(filter(str.isdigit, text))
    if len(digits) < SHORTEST_PHONE:
        return SearchTerms(kind=SearchKind.TOO_SHORT)
    phones = tuple(phone.e164 for phone in normalise_phone(text).numbers)
    return SearchTerms(
        kind=SearchKind.PHONE,
        phones=phones,
        phone_prefixes=() if phones else _prefixes(digits, has_plus=text.startswith("+")),
        phone_tail=digits[-10:],
        vin_tail=_vin_tail(digits),
        plate_rest=digits if _PLATE_NUMBER.fullmatch(digits) else None,
    )


def _prefixes(digits: str, *, has_plus: bool) -> tuple[str, ...]:
    """Beginnings of E.164 that the digits may stand for, the likeliest first."""
    if has_plus:
        return (f"+{digits}",)
    if digits.startswith("8"):
        return (f"+7{digits[1:]}", f"+7{digits}")
    if digits.startswith("0"):
        return (f"+38{digits}",)
    if digits.startswith(("7", "380")):
        return (f"+{digits}", f"+7{digits}")
    return (f"+7{digits}", f"+{digits}")


def _read_letters(text: str) -> SearchTerms:
    plate = plate_norm(text)
    is_plate = _may_be_plate(plate)
    has_digits = any(map(str.isdigit, text))
    tail = _vin_tail(text) if has_digits and len(text.split()) == 1 else None
    phones = () if is_plate or tail else normalise_phone(text).numbers
    words = tuple(name_norm(text).split())
    kind = SearchKind.NAME
    if is_plate and _KNOWN_PLATE.fullmatch(plate):
        kind = SearchKind.PLATE
    elif tail:
        kind = SearchKind.VIN
    elif len("".join(words)) < SHORTEST_NAME:
        return SearchTerms(kind=SearchKind.TOO_SHORT)
    return SearchTerms(
        kind=kind,
        phones=tuple(phone.e164 for phone in phones),
        vin_tail=tail,
        plate=plate if is_plate else None,
        plate_rest=plate if is_plate and plate[0].isdigit() else None,
        words=words,
    )


def _may_be_plate(norm: str) -> bool:
    digits = sum(map(str.isdigit, norm))
    return _PLATE_SHAPED.fullmatch(norm) is not None and 3 <= digits < len(norm)


def _vin_tail(text: str) -> str | None:
    """The end of a VIN, mended as a whole VIN would be; None when it cannot be one."""
    bare = "".join(filter(str.isalnum, text))
    if not SHORTEST_VIN_TAIL <= len(bare) < VIN_LENGTH:
        return None
    vin = read_vin(bare.rjust(VIN_LENGTH, "0")).vin
    return vin[-len(bare) :] if vin else None
