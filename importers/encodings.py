"""Which encoding a text file is written in: marks, strict UTF-8, zero bytes, then the letters.

The old Russian code pages share every byte, so only the text can tell: how usual its letters and
pairs of letters are in Russian and Ukrainian, and whether its words begin with capitals.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from pathlib import Path

from importers.file_kinds import wide_order
from importers.problems import FileProblem, FileRefused

_CHUNK = 1 << 20
_SAMPLE = 1 << 16
"""Bytes of words beyond ASCII; more of them say nothing new."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CODE_PAGES = ("cp1251", "cp866", "koi8_u", "cp1125", "mac_cyrillic")
"""In the order in which equal scores are taken. KOI8-U reads all letters of KOI8-R."""

_ISO = "iso8859-5"
"""Only where a file says so: hardly anybody writes it."""
_ONE_BYTE = re.compile(r"cp125\d|cp866|iso8859-\d+")
_LATIN = re.compile(rb"[A-Za-z]")

_WIDE = re.compile(rb"[\x80-\xff]")
_LONGEST_START = 40
# Without a bound, a megabyte of plain letters would be walked once for each of them.
_WIDE_WORD = re.compile(rb"[A-Za-z]{0,%d}[\x80-\xff][A-Za-z\x80-\xff]*" % _LONGEST_START)
# Of 10,000 letters of Russian and Ukrainian texts and names.
_USUAL = dict(
    zip(
        "оаеинтсрвлкмдпуяыьгзбчйхжшюцщэфъёіїєґ",
        (1000, 900, 800, 750, 650, 550, 500, 520, 500, 450, 380, 330, 290, 250, 250, 190, 130,
         140, 180, 170, 160, 140, 120, 95, 80, 70, 60, 60, 30, 25, 45, 5, 10, 120, 25, 20, 4),
        strict=True,
    )
)  # fmt: skip
_PAIRS_IN_ROW = (
    "ов ев ин ва на ен ко ст но ро ра ни ль ер ан ор то ел ре ла ле ли ич вн ви ми ол ма ри та те "
    "ос ал ка не во ом по ет го де ны од пр ск кс се па иц ий ая ой ый ия си др нд ат да до мо фо "
    "ам ар он ук чу юк ак сь ьк як ій ів із ія ії ві ро мі лі ьо"
)
_PAIRS = frozenset(_PAIRS_IN_ROW.split())
_SIGNS = frozenset("«»№–—…°“”„’\u00a0")
_UNUSUAL = 12.0
_HEAD_START = {"cp1251": 1.0, "mac_cyrillic": -15.0}
"""Nearly all such files have the first; the other shares its small letters and is very rare."""
_TOLD_START = 20.0
_BAD_SHAPE = 25.0


def encoding_of(path: Path, told: str = "") -> str:
    """A codec's name. Raises FileRefused for what is no text: zero bytes that are no UTF-16.

    ``told``: what the file says itself; it decides where the letters leave it open.
    """
    with path.open("rb") as file:
        head = file.read(4096)
        for mark, name in _MARKS:
            if head.startswith(mark):
                return name
        if order := wide_order(head):
            return order
        file.seek(0)
        decoder, is_utf8 = codecs.getincrementaldecoder("utf-8")(), True
        words, size = list[bytes](), 0
        while chunk := file.read(_CHUNK):
            if b"\0" in chunk:
                raise FileRefused(FileProblem.NOT_A_WORKBOOK)
            if chunk.isascii():
                continue
            if size < _SAMPLE:
                # A piece of each megabyte, from its first such word on.
                first = _WIDE.search(chunk)
                start = max(first.start() - _LONGEST_START, 0) if first else 0
                found = _WIDE_WORD.findall(chunk, start, start + _SAMPLE)
                words += found
                size += sum(map(len, found))
            if is_utf8:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    is_utf8 = False
    if is_utf8 or _is_torn_utf8(words):
        return "utf-8"
    page = _code_page_told(told)
    if page not in (None, *CODE_PAGES, _ISO) and _is_western(words):
        return str(page)
    return code_page_of(b" ".join(words), page)


def code_page_of(sample: bytes, told: str | None = None) -> str:
    """The code page in which the sample reads most like Russian or Ukrainian.

    ``told``: the one that the file names itself.
    """
    pages = (*CODE_PAGES, _ISO) if told == _ISO else CODE_PAGES
    scores = {page: _score(sample.decode(page, "replace")) for page in pages}
    start = _HEAD_START | ({told: _TOLD_START} if told is not None else {})
    return max(pages, key=lambda page: scores[page] + start.get(page, 0.0))


def _code_page_told(told: str) -> str | None:
    """The code page of one byte a letter that is meant; None: it is none."""
    try:
        name = codecs.lookup(told).name if told else ""
    except LookupError:
        return None
    if name in ("koi8-r", "koi8-u", "mac-cyrillic"):
        return "mac_cyrillic" if name == "mac-cyrillic" else "koi8_u"
    return name if _ONE_BYTE.fullmatch(name) else None


def _is_western(words: list[bytes]) -> bool:
    """Whether other letters stand in words of Latin ones: «Müller», not «Иванов» in Cyrillic."""
    mixed = sum(bool(_LATIN.search(word)) for word in words)
    return mixed * 2 > len(words)


def _is_torn_utf8(words: list[bytes]) -> bool:
    """UTF-8 with a few bytes lost, as a file cut by its size: hardly any word fails."""
    broken = 0
    for word in words:
        try:
            word.decode()
        except UnicodeDecodeError:
            broken += 1
    return bool(words) and broken <= max(1, len(words) // 200) and broken < len(words) / 2


def _score(text: str) -> float:
    """Higher is likelier; the mean over letters would favour code pages that lose letters."""
    score = 0.0
    for word, seen in Counter(text.split()).items():
        score += min(seen, 5) * _score_of_word(word)
    return score


def _score_of_word(word: str) -> float:
    score = 0.0
    lower = word.lower()
    for letter in lower:
        if letter in _USUAL:
            score += _USUAL[letter] / 200
        elif letter > "\x7f" and letter not in _SIGNS:
            score -= _UNUSUAL
    score += 2.0 * sum(lower[at : at + 2] in _PAIRS for at in range(len(lower) - 1))
    letters = "".join(filter(str.isalpha, word))
    if len(letters) > 1 and not (letters.islower() or letters.isupper() or letters.istitle()):
        score -= _BAD_SHAPE
    return score
