"""Phone numbers as people type them, turned into E.164.

Two speeds (performance.md §9): a translation table with the rules of Russian and Ukrainian numbers
answers usual input in microseconds; ``phonenumbers`` is asked only about what they do not know.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from directory.clients.phone_words import count_digits, is_hours, split_words


class PhoneProblem(StrEnum):
    """Why a cell, or a part of it, is not a phone number."""

    EMPTY = "empty"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    NOT_A_NUMBER = "not_a_number"
    DIGITS_LOST = "digits_lost"
    """A spreadsheet shortened it (7.9E+10); what was lost cannot be guessed."""
    UNKNOWN = "unknown"
    """The length is right, but no numbering plan has such a number."""


@dataclass(frozen=True, slots=True)
class Phone:
    """One number: ``e164``, the extension to dial after it, what was written beside it."""

    e164: str
    extension: str | None = None
    note: str | None = None

    @property
    def label(self) -> str:
        """What a contact point says beside the number: «мама доб. 12»; "" for a bare one."""
        extension = f"доб. {self.extension}" if self.extension else None
        return " ".join(filter(None, (self.note, extension)))


@dataclass(frozen=True, slots=True)
class PhoneReading:
    """All numbers found in one text. A ``problem`` beside numbers: one of two was unreadable."""

    numbers: tuple[Phone, ...] = ()
    problem: PhoneProblem | None = None


_DELETED = str.maketrans(
    dict.fromkeys("+-()[]. \t\u00a0\u2007\u2009\u202f\u2010\u2011\u2012\u2013\u2014\u2212_", "")
)
_EMPTY = PhoneReading(problem=PhoneProblem.EMPTY)
_SEPARATORS = re.compile(r"[,;/|\\\n\r]+|\s+(?:и|або|или|та|and|or)\s+")
_EXTENSION = re.compile(
    r"[\s(.,]*(?:доб(?:авочный|ав)?|внутр?(?:енний)?|вн|ext|extension|#)[\s.:#]*(\d{1,6})\s*\)?",
    re.IGNORECASE,
)
_JOINED_EXTENSION = re.compile(r"[,;\n\r]\s*(?=(?:доб|вн|ext|#))", re.IGNORECASE)
_ROUNDED = re.compile(r"(\d(?:[.,]\d+)?)[eEеЕ]\+?(\d{1,2})")
_FRACTION = re.compile(r"(\+?\d[\d\s]{8,18}\d)[.,]0{1,4}")
"""A number that a table of numbers wrote: «89161234567,0»."""
_UKRAINIAN_CODES = frozenset(
    f"{code:02}"
    for code in range(31, 100)
    # Gaps in the plan of Ukraine; everything else is a region or a mobile network.
    if code not in (40, 42, 45, 49, 58, 59, 60, 71, 72, 74, 76, 78, 79, *range(81, 89))
)
_MAX_TEXT = 200
_FEWEST_DIGITS = 7


def normalise_phone(raw: object, *, region: str = "RU") -> PhoneReading:
    """Read every number in ``raw`` (text, or a number from a spreadsheet cell).

    ``region`` (ISO 3166) is the country a number without a country code belongs to. Never raises.
    """
    if raw is None or raw == "":
        return _EMPTY
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        return PhoneReading(problem=PhoneProblem.NOT_A_NUMBER)
    text = raw if isinstance(raw, str) else _text_of(raw)
    if text[-2:] == ".0":
        text = text[:-2]
    # A quick answer for the bulk of all input; what it does not know falls through.
    digits = text if text.isdigit() else text.translate(_DELETED)
    if digits.isdigit() and digits.isascii():
        e164 = _by_rule(digits, region, has_plus="+" in text)
        if e164 is not None:
            return PhoneReading((Phone(e164),))
    return _read_slowly(text, region)


def _text_of(number: float) -> str:
    if isinstance(number, float) and number.is_integer():
        return str(int(number))
    return str(number)


def _by_rule(digits: str, region: str, *, has_plus: bool) -> str | None:
    """E.164 by length and first digits alone, or None where only a full numbering plan can tell."""
    length, first = len(digits), digits[:1]
    if length == 11:
        has_trunk = first == "8" and not has_plus and region == "RU"
        if (first == "7" or has_trunk) and _is_russian(digits[1:]):
            return "+7" + digits[1:]
        if digits[:2] == "80" and region == "UA" and digits[2:4] in _UKRAINIAN_CODES:
            return "+38" + digits[1:]
    elif length == 10 and not has_plus:
        if region == "RU" and _is_russian(digits):
            return "+7" + digits
        if first == "0" and region in ("RU", "UA") and digits[1:3] in _UKRAINIAN_CODES:
            return "+38" + digits
    elif length == 12:
        if digits[:3] == "380" and digits[3:5] in _UKRAINIAN_CODES:
            return "+" + digits
    elif length == 9 and region == "UA" and not has_plus and digits[:2] in _UKRAINIAN_CODES:
        return "+380" + digits
    return None


def _is_russian(national: str) -> bool:
    # No area code begins with 89: such ten digits are a mobile with its 8 and one digit missing.
    return national[0] in "3489" and national[:2] != "89"


def _read_slowly(text: str, region: str) -> PhoneReading:
    cut = text[_MAX_TEXT:]
    text = unicodedata.normalize("NFKC", text[:_MAX_TEXT]).strip()
    if not text:
        return _EMPTY
    rounded = _ROUNDED.fullmatch(text)
    if rounded is not None:
        return _read_rounded(rounded, region)
    fraction = _FRACTION.fullmatch(text)
    if fraction is not None:
        return normalise_phone(fraction[1], region=region)
    numbers: list[Phone] = []
    # Numbers beyond what is looked at are not passed over in silence.
    problem = PhoneProblem.NOT_A_NUMBER if count_digits(cut) >= _FEWEST_DIGITS else None
    waiting = list(_pieces(text))[::-1]
    while waiting:
        piece = waiting.pop()
        if numbers and is_hours(piece):
            numbers[-1] = _with_note(numbers[-1], piece)
            continue
        phone, trouble, rest = _read_piece(piece, region)
        if rest:
            waiting.append(rest)
        if phone is not None and phone.e164 not in {known.e164 for known in numbers}:
            numbers.append(phone)
        problem = problem or trouble
    if not numbers and problem is None:
        problem = PhoneProblem.NOT_A_NUMBER  # separators only
    return PhoneReading(tuple(numbers), problem)


def _with_note(phone: Phone, text: str) -> Phone:
    told = text.strip(" .,:;()")
    return replace(phone, note=f"{phone.note}, {told}" if phone.note else told)


def _read_rounded(match: re.Match[str], region: str) -> PhoneReading:
    mantissa, exponent = match[1].replace(",", "."), int(match[2])
    value = Decimal(mantissa).scaleb(exponent)
    # A last digit that is missing cannot be known to be a nought.
    if exponent > 15 or len(mantissa) - 2 < exponent:
        return PhoneReading(problem=PhoneProblem.DIGITS_LOST)
    return normalise_phone(str(int(value)), region=region)


def _pieces(text: str) -> Iterator[str]:
    """Split a text that holds several numbers; keep one number with odd separators whole."""
    text = _JOINED_EXTENSION.sub(" ", text)
    parts = [part for part in _SEPARATORS.split(text) if part.strip()]
    if len(parts) > 1 and max(count_digits(part) for part in parts) < 6:
        parts = [" ".join(parts)]
    for part in parts:
        digits = part.translate(_DELETED)
        half = len(digits) // 2
        glued = digits.isdigit() and (
            (len(digits) == 22 and digits[0] in "78" and digits[half] in "78")
            or (len(digits) == 20 and digits[0] == digits[half] == "9")
        )
        yield from (digits[:half], digits[half:]) if glued else (part,)


def _read_piece(piece: str, region: str) -> tuple[Phone | None, PhoneProblem | None, str]:
    """A number or why there is none, and what stands behind it if that may be another one."""
    extension = None
    found = _EXTENSION.search(piece)
    if found is not None and count_digits(piece[: found.start()]) >= 7:
        extension = found[1]
        piece = piece[: found.start()] + " " + piece[found.end() :]
    bare, note, rest = split_words(piece)
    digits = "".join(filter(str.isdigit, bare))
    if not digits:
        return None, PhoneProblem.NOT_A_NUMBER, rest
    e164 = _by_rule(digits, region, has_plus="+" in bare) or _by_plan(bare, digits, region)
    if e164 is not None:
        return Phone(e164, extension, note), None, rest
    return None, _why_not(digits), rest


def _by_plan(text: str, digits: str, region: str) -> str | None:
    """Ask the full numbering plans; a hundred times dearer than the rules above."""
    if not 9 <= len(digits) <= 15:
        return None
    if digits.startswith("00"):
        return _by_rule(digits[2:], region, has_plus=True) or _valid("+" + digits[2:], None)
    if "+" in text:
        by_country = _valid("+" + digits, None)
        if by_country is None and digits[:2] == "89" and len(digits) == 11:
            return "+7" + digits[1:]  # «+8 916 …»: the trunk prefix taken for a country code
        return by_country
    return _valid(digits, region) or (_valid("+" + digits, None) if len(digits) > 10 else None)


def _valid(text: str, region: str | None) -> str | None:
    # Imported where used: it costs a tenth of a second that most processes never need.
    import phonenumbers

    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _why_not(digits: str) -> PhoneProblem:
    if len(digits) < 10:
        return PhoneProblem.TOO_SHORT
    if len(digits) > 15 or (digits[0] in "78" and len(digits) > 11):
        return PhoneProblem.TOO_LONG
    return PhoneProblem.UNKNOWN


# Area codes of land lines, longest prefix wins. Mobiles say nothing about the place, and
# phonenumbers is wrong by an hour about Kaliningrad (promises.md §0.9).
_ZONES = {
    "Europe/Kaliningrad": "401",
    "Europe/Moscow": "47 48 49 81 82 831 834 835 836 841 843 847 855 856 857 86 87",
    "Europe/Simferopol": "365 869",
    "Europe/Kirov": "833",
    "Europe/Volgograd": "844",
    "Europe/Saratov": "845",
    "Europe/Astrakhan": "851",
    "Europe/Ulyanovsk": "842",
    "Europe/Samara": "846 848 341",
    "Asia/Yekaterinburg": "342 343 345 346 347 349 351 352 353",
    "Asia/Omsk": "381",
    "Asia/Novosibirsk": "383",
    "Asia/Tomsk": "382",
    "Asia/Barnaul": "385 388",
    "Asia/Novokuznetsk": "384",
    "Asia/Krasnoyarsk": "390 391 394",
    "Asia/Irkutsk": "395 301",
    "Asia/Chita": "302",
    "Asia/Yakutsk": "411 416",
    "Asia/Vladivostok": "421 423 426",
    "Asia/Sakhalin": "424",
    "Asia/Magadan": "413",
    "Asia/Kamchatka": "415",
    "Asia/Anadyr": "427",
    # Kazakhstan has one clock since 2024-03-01; its mobiles have it too.
    "Asia/Almaty": "7 336",
}
_ZONE_OF_COUNTRY = {
    "380": "Europe/Kyiv",
    "375": "Europe/Minsk",
    "373": "Europe/Chisinau",
    "374": "Asia/Yerevan",
    "992": "Asia/Dushanbe",
    "993": "Asia/Ashgabat",
    "994": "Asia/Baku",
    "995": "Asia/Tbilisi",
    "996": "Asia/Bishkek",
    "998": "Asia/Tashkent",
}
"""Countries with one clock, mobiles included."""
_ZONE_BY_CODE = {code: zone for zone, codes in _ZONES.items() for code in codes.split()}


def phone_prefix_zone(e164: str) -> str | None:
    """IANA zone that the number's prefix proves, else None (Russian mobiles, other countries)."""
    if not e164.startswith("+7"):
        return _ZONE_OF_COUNTRY.get(e164[1:4])
    national = e164[2:]
    for length in (3, 2, 1):
        zone = _ZONE_BY_CODE.get(national[:length])
        if zone is not None:
            return zone
    return None
