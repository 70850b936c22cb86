"""Vehicle identification numbers (ISO 3779): 17 characters, no I, O or Q."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

VIN_LENGTH = 17


class VinProblem(StrEnum):
    """Why a text is not a VIN."""

    EMPTY = "empty"
    WRONG_LENGTH = "wrong_length"
    BAD_CHARACTER = "bad_character"


@dataclass(frozen=True, slots=True)
class VinReading:
    """What was read. ``was_mended``: look-alike letters were replaced, a person should look.

    ``check_digit_ok`` is information only: vehicles made for Europe do not carry the check digit.
    """

    vin: str | None
    problem: VinProblem | None = None
    was_mended: bool = False
    length: int = VIN_LENGTH
    bad_characters: str = ""

    @property
    def check_digit_ok(self) -> bool | None:
        """Whether position 9 fits the rest; None without a VIN."""
        return None if self.vin is None else self.vin[8] == check_digit(self.vin)


_DROPPED = str.maketrans(dict.fromkeys(" \t\r\n\u00a0\u202f-–—‐‑._*", ""))
_NAMED = re.compile(
    r"\s*(?:VIN|ВИН|ВІН)(?:[\s-]*(?:КОД|НОМЕР|CODE|NUMBER)\b)?\s*(?:[№#]|N[O0]?[.:°º])?[\s:=.;-]*"
)
"""«VIN: …», «Вин № …». No VIN begins with these letters: none has an I."""
# Written out as pairs because the two columns look the same.
_LOOK_ALIKES = str.maketrans("АВЕКМНОРСТУХІ", "ABEKMHOPCTYXI")
_ALLOWED = frozenset("0123456789ABCDEFGHJKLMNPRSTUVWXYZ")
_VALUES = dict(
    zip(
        "0123456789ABCDEFGHJKLMNPRSTUVWXYZ",
        map(int, "012345678912345678123457923456789"),
        strict=True,
    )
)
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def is_vin(text: str) -> bool:
    """Whether it is a VIN as it stands, as nearly all are in files: nothing to mend."""
    return len(text) == VIN_LENGTH and _ALLOWED.issuperset(text)


def read_vin(raw: object) -> VinReading:
    """Read a VIN as typed: case, blanks and dashes do not matter, Cyrillic look-alikes are mended.

    The word «VIN» before it is dropped.

    I, O and Q are refused and not guessed at: a wrong guess would be another person's vehicle.
    """
    if type(raw) is str and is_vin(raw):
        return VinReading(raw)
    text = _text_of(raw).upper()
    named = _NAMED.match(text)
    text = text[named.end() if named else 0 :].translate(_DROPPED)
    if not text:
        return VinReading(None, VinProblem.EMPTY, length=0)
    vin = text.translate(_LOOK_ALIKES) if not text.isascii() else text
    was_mended = vin != text
    if len(vin) != VIN_LENGTH:
        return VinReading(None, VinProblem.WRONG_LENGTH, was_mended, length=len(vin))
    if not _ALLOWED.issuperset(vin):
        bad = "".join(sorted(set(vin) - _ALLOWED))
        return VinReading(None, VinProblem.BAD_CHARACTER, was_mended, bad_characters=bad)
    return VinReading(vin, None, was_mended)


def check_digit(vin: str) -> str:
    """The character that position 9 must hold in North America and China."""
    total = sum(
        _VALUES[character] * weight for character, weight in zip(vin, _WEIGHTS, strict=True)
    )
    return "0123456789X"[total % 11]


def _text_of(raw: object) -> str:
    if raw is None:
        return ""
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    return str(raw)
