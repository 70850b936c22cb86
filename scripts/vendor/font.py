"""The Inter subset: Latin, Russian, Ukrainian, currency signs and arrows in one variable file."""

from __future__ import annotations

from pathlib import Path

SOURCE = "variable/InterVariable.woff2"
_FEATURES = ["kern", "mark", "mkmk", "ccmp", "locl", "calt", "tnum", "case", "zero", "ss03"]
_RANGES = (
    (0x20, 0x7E),
    (0xA0, 0xFF),
    (0x400, 0x45F),
    (0x490, 0x491),
    (0x2009, 0x200A),
    (0x2013, 0x2022),
    (0x2039, 0x203A),
    (0x2190, 0x2193),
    (0x2264, 0x2265),
)
# Stock subsets leave out the rouble, the hryvnia and the minus sign.
_SINGLE = (0x2011, 0x2026, 0x202F, 0x20AC, 0x20B4, 0x20BD, 0x2116, 0x21B5, 0x2212, 0x2248, 0x301)


def build_subset(source: Path, target: Path) -> None:
    """Write the woff2 subset of `source` to `target` (weights 400-700, text optical size)."""
    from fontTools import subset
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer

    options = subset.Options()
    options.layout_features = _FEATURES
    wanted = [code for first, last in _RANGES for code in range(first, last + 1)]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[*wanted, *_SINGLE])
    font = TTFont(source)
    subsetter.subset(font)
    font = instancer.instantiateVariableFont(font, {"wght": (400, 700), "opsz": 14})
    font.flavor = "woff2"
    font.recalcTimestamp = False  # the same input gives the same bytes, so the lock stays true
    font.save(target)
