"""What an uploaded document is, judged by its bytes alone; what is not on the list is refused.

Names and declared types are never looked at. Markup that a browser would run (HTML, SVG) is not on
the list at all; pictures and PDF are walked through before they may be shown in a page.
"""

import re
import struct
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import PurePosixPath

from worklists.card.models import DocumentKind

MOST_PIXELS = 50_000_000
"""A small file can unfold into a picture that no browser holds in memory."""
LONGEST_SIDE = 20_000
_MOST_PARTS = 5_000
_MOST_UNPACKED = 400 << 20

_OOXML = {
    "word/document.xml": DocumentKind.DOCX,
    "xl/workbook.xml": DocumentKind.XLSX,
    "ppt/presentation.xml": DocumentKind.PPTX,
}
_ODF = {
    b"application/vnd.oasis.opendocument.text": DocumentKind.ODT,
    b"application/vnd.oasis.opendocument.spreadsheet": DocumentKind.ODS,
}
_ACTIVE_PARTS = ("vbaproject.bin", "vbadata.xml")
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_MARKUP = re.compile(
    rb"<\s*(?:!doctype|html|head|body|script|svg|iframe|\?xml|object|embed|meta|style)",
    re.IGNORECASE,
)


def kind_of(content: bytes) -> DocumentKind | None:
    """The kind of this content, or None for everything that is not on the list."""
    try:
        return next(_guesses(content), None)
    except (ValueError, struct.error, IndexError, zipfile.BadZipFile, OSError, EOFError,
            RuntimeError, NotImplementedError, UnicodeError, OverflowError):  # fmt: skip
        return None


def _guesses(content: bytes) -> Iterator[DocumentKind]:
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        if _is_whole_png(content):
            yield DocumentKind.PNG
    elif content.startswith(b"\xff\xd8\xff"):
        if _is_whole_jpeg(content):
            yield DocumentKind.JPEG
    elif content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        if _is_whole_webp(content):
            yield DocumentKind.WEBP
    elif content.startswith(b"%PDF-"):
        if b"%%EOF" in content[-2048:]:
            yield DocumentKind.PDF
    elif content.startswith(b"PK\x03\x04"):
        kind = _kind_of_archive(content)
        if kind is not None:
            yield kind
    elif _is_plain_text(content):
        yield DocumentKind.TEXT


def _fits(width: int, height: int) -> bool:
    return 0 < width <= LONGEST_SIDE and 0 < height <= LONGEST_SIDE and (
        width * height <= MOST_PIXELS
    )  # fmt: skip


def _is_whole_png(content: bytes) -> bool:
    """Signature, header first, nothing behind the end mark (where other formats hide)."""
    at, first = 8, True
    while at + 12 <= len(content):
        length, name = struct.unpack(">I4s", content[at : at + 8])
        if first:
            if name != b"IHDR" or length != 13:
                return False
            if not _fits(*struct.unpack(">II", content[at + 8 : at + 16])):
                return False
            first = False
        at += 12 + length
        if name == b"IEND":
            return bool(at == len(content))
    return False


def _is_whole_jpeg(content: bytes) -> bool:
    """Segments up to the scan, a sane size among them, and the end mark near the end."""
    at, has_size = 2, False
    while at + 4 <= len(content):
        if content[at] != 0xFF:
            return False
        mark = content[at + 1]
        if mark == 0xFF:
            at += 1
            continue
        (length,) = struct.unpack(">H", content[at + 2 : at + 4])
        if 0xC0 <= mark <= 0xCF and mark not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            has_size = _fits(width, height)
        if mark == 0xDA:
            # Cameras and messengers put some bytes behind the end mark.
            return bool(has_size and content.rfind(b"\xff\xd9") > at)
        at += 2 + length
    return False


def _is_whole_webp(content: bytes) -> bool:
    (length,) = struct.unpack("<I", content[4:8])
    if length + 8 > len(content) or len(content) > length + 9:
        return False
    form = content[12:16]
    if form == b"VP8X":
        width = 1 + int.from_bytes(content[24:27], "little")
        return _fits(width, 1 + int.from_bytes(content[27:30], "little"))
    if form == b"VP8L":
        bits = int.from_bytes(content[21:25], "little")
        return _fits(1 + (bits & 0x3FFF), 1 + ((bits >> 14) & 0x3FFF))
    if form == b"VP8 ":
        width, height = struct.unpack("<HH", content[26:30])
        return _fits(width & 0x3FFF, height & 0x3FFF)
    return False


def _kind_of_archive(content: bytes) -> DocumentKind | None:
    """An office document: never with macros, never with names that lead elsewhere."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        infos = archive.infolist()
        names = [info.filename for info in infos]
        if len(infos) > _MOST_PARTS or sum(info.file_size for info in infos) > _MOST_UNPACKED:
            return None
        if any(info.flag_bits & 1 for info in infos) or not all(map(_is_inside, names)):
            return None
        plain = {PurePosixPath(name).name.casefold() for name in names}
        if plain & set(_ACTIVE_PARTS) or any(name.startswith("Basic/") for name in names):
            return None
        if "[Content_Types].xml" in names:
            return next((kind for part, kind in _OOXML.items() if part in names), None)
        if names[:1] == ["mimetype"] and infos[0].file_size < 200:
            return _ODF.get(archive.read(infos[0]))
    return None


def _is_inside(name: str) -> bool:
    is_plain = not set(name) & {"\\", ":", "\0"}
    return is_plain and not name.startswith("/") and ".." not in PurePosixPath(name).parts


def _is_plain_text(content: bytes) -> bool:
    """Text in UTF-8 or in Windows Cyrillic, without control characters and without markup."""
    body = content.removeprefix(b"\xef\xbb\xbf")
    if not body.strip() or _CONTROL.search(body) or _MARKUP.search(body):
        return False
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return _looks_cyrillic(body)
    return True


def _looks_cyrillic(body: bytes) -> bool:
    text = body.decode("cp1251")
    letters = sum(char.isalpha() or char.isspace() or char.isdigit() for char in text)
    return letters >= 0.6 * len(text)
