"""What stands beside a phone number: labels, whose it is, when to call. Words, told from digits."""

from __future__ import annotations

import re

LABELS = re.compile(
    r"\b(?:тел(?:ефон)?|моб(?:ильный|ільний)?|сот(?:овый)?|дом(?:ашний)?|раб(?:очий)?|phone|mobile|tel)\b[.:]*",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[^\W\d_][^\d]*")
_SURE = r"\d{1,2}:\d\d(?!\d)"
# «по 8 921 444-55-66» is no hour: three digits behind it belong to a number.
_LIKELY = r"\d{1,2}(?:[.\-]\d\d)?(?![\d:])(?!\s*[-.(]?\s*\d{3})"
_HOURS = re.compile(
    r"(?<!\w)(?:(?:после|до|со?|от|во?|ко?|по|позже|раньше|около|із?|з|від|після|о|"
    rf"after|before|until|till|from|to|at)\s*(?:{_SURE}|{_LIKELY})|{_SURE})",
    re.IGNORECASE,
)
_WITH_CODE = 10
_FEWEST_DIGITS = 7
"""Words behind so many digits stand behind the number, and so do the digits among them."""


def split_words(piece: str) -> tuple[str, str | None, str]:
    """The digits of the number with their punctuation, the words beside it, and the rest.

    The rest begins with a word and has enough digits for another number; mostly it is empty.
    Digits of hours («после 18:00», «с 10 до 19») and digits behind words are never the number's.
    """
    text = LABELS.sub(" ", piece)
    # Hours count as words of the same length, so that places stay what they are.
    masked = _HOURS.sub(lambda hours: "x" * len(hours[0]), text)
    notes: list[str] = []
    number, behind = "", 0
    for words in _WORDS.finditer(masked):
        number += masked[behind : words.start()] + " "
        behind = words.end()
        if count_digits(number) >= _fewest(number):
            if count_digits(masked[words.start() :]) >= _FEWEST_DIGITS:
                return number, _joined(notes), text[words.start() :]
            return number, _joined([*notes, text[words.start() :]]), ""
        notes.append(text[words.start() : behind])
    return number + masked[behind:], _joined(notes), ""


def _fewest(number: str) -> int:
    """How many digits make it whole: one that begins with a code has more («8-921-444х55х66»)."""
    return _WITH_CODE if number.lstrip(" (")[:1] in ("+", "7", "8", "0") else _FEWEST_DIGITS


def is_hours(piece: str) -> bool:
    """Whether the text says hours and has no other digits: «до 20»."""
    without, found = _HOURS.subn(" ", piece)
    return found > 0 and count_digits(without) == 0


def count_digits(text: str) -> int:
    """How many digits a text has."""
    return sum(map(str.isdigit, text))


def _joined(notes: list[str]) -> str | None:
    words = (note.strip(" .,:;()[]-–—+\t") for note in notes)
    return " ".join(word for word in words if word) or None
