"""A vehicle told in one cell: «Kia Rio, VIN XWEPH81A6M0990001, г/н А001АА777». Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from directory.assets.vin import read_vin

_VIN = re.compile(
    r"(?:(?<!\w)(?:vin|вин|він)(?:[\s-]*(?:код|номер|code|number|no))?\s*[№#:.=]*\s*)?"
    r"(?<![^\W_])(?P<vin>[^\W_]{17})(?![^\W_])",
    re.IGNORECASE,
)
_LETTER, _PAIR = "[ABEKMHOPCTYXАВЕКМНОРСТУХ]", "[ABEIKMHOPCTXАВЕІКМНОРСТХ]{2}"
_PLATE = re.compile(
    r"(?:(?<!\w)(?:г\s?[/.]?\s?н\.?|г\s?[/.]?\s?р\s?[/.]?\s?з\.?|гос\w*\.?(?:\s?(?:номер|знак|№))?"
    r"|держ\w*\.?(?:\s?номер)?|номер)\s*[:№]?\s*)?"
    rf"(?<![^\W_])(?P<plate>{_LETTER}\s?\d{{3}}\s?{_LETTER}{{2}}\s?\d{{2,3}}|{_PAIR}\d{{4}}{_PAIR})"
    r"(?:\s?rus)?(?![^\W_])",
    re.IGNORECASE,
)
_FEWEST_DIGITS = 3
"""A VIN of letters alone is a word."""
_LONGEST = 300
_AROUND = " \t\r\n,;:/|()[]-–—"


@dataclass(frozen=True, slots=True)
class VehicleText:
    """What a cell says of a vehicle; ``words``: what is neither VIN nor plate."""

    words: str | None
    vin: str | None = None
    plate: str | None = None
    was_mended: bool = False
    """Look-alike letters of the VIN were replaced."""


def vehicle_of(text: str) -> VehicleText:
    """The VIN and the plate that stand in the text. Of several of a kind none is taken."""
    # Models repeat in a file; endless cells are not kept.
    return _repeating(text) if len(text) <= _LONGEST else _looked_at(text)


def _looked_at(text: str) -> VehicleText:
    looked_at = text[:_LONGEST]
    vins = [found for found in _VIN.finditer(looked_at) if _is_vin(found["vin"])]
    plates = list(_PLATE.finditer(looked_at))
    found = [marks[0] for marks in (vins, plates) if len(marks) == 1]
    if not found:
        return VehicleText(text)
    reading = read_vin(vins[0]["vin"]) if len(vins) == 1 else None
    return VehicleText(
        _without(text, [mark.span() for mark in found]),
        reading.vin if reading is not None else None,
        plates[0]["plate"] if len(plates) == 1 else None,
        reading is not None and reading.was_mended,
    )


_repeating = lru_cache(maxsize=4_096)(_looked_at)


def _is_vin(word: str) -> bool:
    has_both = sum(map(str.isdigit, word)) >= _FEWEST_DIGITS and any(map(str.isalpha, word))
    return has_both and read_vin(word).vin is not None


def _without(text: str, spans: list[tuple[int, int]]) -> str | None:
    parts, behind = [], 0
    for start, end in sorted(spans):
        parts.append(text[behind:start])
        behind = end
    words = (part.strip(_AROUND) for part in (*parts, text[behind:]))
    return " ".join(word for word in words if word) or None
