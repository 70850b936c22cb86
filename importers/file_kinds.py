"""What a file is by its content, never by its name: a web page may well be called .xls."""

from __future__ import annotations

import codecs
import re
import struct
import zipfile
from enum import StrEnum
from pathlib import Path

from importers.compound import MAGIC, NotCompound, top_streams
from importers.problems import FileProblem, FileRefused

_HEAD_SIZE = 4_096
_TORN_SIZE = 1 << 20
_LOCKED_NAME = "EncryptedPackage".encode("utf-16-le")
_FILEPASS = 0x2F
_RECORDS_LOOKED_AT = 8
_ODS_TYPES = (
    b"application/vnd.oasis.opendocument.spreadsheet",
    b"application/vnd.oasis.opendocument.spreadsheet-template",
)
_BIFF_STARTS = (b"\x09\x08\x10\x00", b"\x09\x08\x08\x00", b"\x09\x04\x06\x00", b"\x09\x02\x06\x00")
"""An XLS of the nineties is a bare stream of records, without an OLE file around it."""


class FileKind(StrEnum):
    """A kind of table that can be read."""

    XLSX = "xlsx"
    XLSM = "xlsm"
    XLSB = "xlsb"
    XLS = "xls"
    ODS = "ods"
    DELIMITED = "delimited"
    """CSV, TSV and their kin."""
    WEB_PAGE = "web_page"
    """A table in HTML; many programs write it and call it .xls."""
    XML_SPREADSHEET = "xml_spreadsheet"
    """«Таблица XML 2003»."""

    @property
    def is_sheet_xml(self) -> bool:
        """Whether the sheets stand in the file as XML with addresses that the guard can scan."""
        return self in (FileKind.XLSX, FileKind.XLSM)

    @property
    def is_archive(self) -> bool:
        """Whether it is a ZIP of parts."""
        return self.is_sheet_xml or self in (FileKind.XLSB, FileKind.ODS)


_MARKS: tuple[tuple[bytes, FileProblem], ...] = (
    (b"%PDF-", FileProblem.PDF),
    (b"\x89PNG", FileProblem.PICTURE),
    (b"\xff\xd8\xff", FileProblem.PICTURE),
    (b"GIF8", FileProblem.PICTURE),
    (b"BM", FileProblem.PICTURE),
    (b"II*\0", FileProblem.PICTURE),
    (b"MM\0*", FileProblem.PICTURE),
    (b"RIFF", FileProblem.PICTURE),
    (b"\0\0\0\x18ftyp", FileProblem.PICTURE),
    (b"\0\0\0\x24ftyp", FileProblem.PICTURE),
    (b"Rar!", FileProblem.ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", FileProblem.ARCHIVE),
    (b"\x1f\x8b", FileProblem.ARCHIVE),
    (b"BZh", FileProblem.ARCHIVE),
    (b"\xfd7zXZ\0", FileProblem.ARCHIVE),
    (b"{\\rtf", FileProblem.DOCUMENT),
)
# Possessive: what hostile bytes make a pattern try again and again would be tried in a web process.
_MARKUP = re.compile(
    rb"\s*+(?:<!--(?:(?!-->).)*+-->\s*+)*+<(?P<name>\?xml|!doctype|[a-z][\w:-]*+)[\s>/]",
    re.I | re.S,
)
_PAGE_TAGS = frozenset(
    b"!doctype html head body meta title style script link table thead tbody tr td th div span "
    b"font center form p br b i u h1 h2 h3 h4".split()
)
_TABLE = re.compile(rb"<table[\s>]", re.I)
_CELL = re.compile(rb"<t[dh][\s>]", re.I)
_XML_SPREADSHEET = b"urn:schemas-microsoft-com:office:spreadsheet"
_LONGEST_TITLE = 1_000
_WORKBOOK = re.compile(rb"<(?:\w{1,30}:)?Workbook[\s>]")
_MAIL_OF_PAGES = re.compile(rb"\s*(?:MIME-Version|From|Content-Type|Message-ID):", re.I)
_JSON = re.compile(rb"(?:\xef\xbb\xbf)?\s*+[\[{]\s*+(?:[\[{]\s*+)?\"[^\"]{1,200}\"\s*+[:,]")
_CONTROLS = re.compile(rb"[\0-\x08\x0e-\x19\x1c-\x1f]")


def kind_of(path: Path) -> FileKind:
    """The kind of table. Raises ``FileRefused`` naming what the file is instead, and OSError."""
    with path.open("rb") as file:
        head = file.read(_HEAD_SIZE)
    if not head:
        raise FileRefused(FileProblem.EMPTY_FILE)
    if head.startswith(MAGIC):
        return _kind_of_compound(path)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _kind_of_archive(path)
    if head.startswith(_BIFF_STARTS):
        return FileKind.XLS
    for mark, problem in _MARKS:
        if head.startswith(mark) and not (mark == b"BM" and b"\0" not in head[:64]):
            raise FileRefused(problem)
    markup = _kind_of_markup(head)
    if markup is None and (_JSON.match(head) or not _is_text(head)):
        raise FileRefused(FileProblem.NOT_A_WORKBOOK)
    return markup or FileKind.DELIMITED


def _kind_of_compound(path: Path) -> FileKind:
    try:
        streams = top_streams(path)
    except NotCompound as error:
        with path.open("rb") as file:
            is_locked = _LOCKED_NAME in file.read(_TORN_SIZE)
        if is_locked:
            raise FileRefused(FileProblem.ENCRYPTED) from error
        raise FileRefused(FileProblem.DAMAGED) from error
    if "EncryptedPackage" in streams:
        raise FileRefused(FileProblem.ENCRYPTED)
    for name in ("Workbook", "Book"):
        if name in streams:
            _refuse_password(path, streams[name])
            return FileKind.XLS
    if streams.keys() & {"WordDocument", "PowerPoint Document"}:
        raise FileRefused(FileProblem.DOCUMENT)
    raise FileRefused(FileProblem.NOT_A_WORKBOOK)


def _refuse_password(path: Path, start: int) -> None:
    """FILEPASS stands among the first records of an XLS."""
    with path.open("rb") as file:
        file.seek(start)
        records = file.read(_HEAD_SIZE)
    at = 0
    for _ in range(_RECORDS_LOOKED_AT):
        if at + 4 > len(records):
            return
        kind, size = struct.unpack_from("<HH", records, at)
        if kind == _FILEPASS:
            raise FileRefused(FileProblem.ENCRYPTED)
        at += 4 + size


def _kind_of_archive(path: Path) -> FileKind:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = {info.filename: info for info in archive.infolist()}
            mimetype = infos.get("mimetype")
            is_short = mimetype is not None and mimetype.file_size < 200
            # An encrypted part cannot be read; the guard says so of the archive as a whole.
            told = archive.read("mimetype") if is_short and not _is_locked(mimetype) else b""
    except Exception as error:
        # zipfile answers hostile bytes with ValueError, UnicodeDecodeError, zlib.error and more.
        raise FileRefused(FileProblem.DAMAGED) from error
    names = {name.casefold() for name in infos}
    if "xl/workbook.xml" in names:
        has_macros = any(name.rpartition("/")[2] == "vbaproject.bin" for name in names)
        return FileKind.XLSM if has_macros else FileKind.XLSX
    if "xl/workbook.bin" in names:
        return FileKind.XLSB
    if told.strip() in _ODS_TYPES:
        return FileKind.ODS
    is_office = told.startswith(b"application/vnd.oasis") or "[content_types].xml" in names
    if is_office or any(name.startswith(("word/", "ppt/")) for name in names):
        raise FileRefused(FileProblem.DOCUMENT)
    raise FileRefused(FileProblem.ARCHIVE)


def _is_locked(info: zipfile.ZipInfo | None) -> bool:
    return info is not None and bool(info.flag_bits & 1)


def _kind_of_markup(head: bytes) -> FileKind | None:
    """The kind of a text in angle brackets; None: it is none."""
    text = _bare(head)
    if _MAIL_OF_PAGES.match(text) and b"\n" in text and b";" in text:
        raise FileRefused(FileProblem.WEB_PAGE)  # «Веб-страница в одном файле»
    table = _TABLE.search(text)
    has_table = table is not None and _CELL.search(text, table.end()) is not None
    start = _MARKUP.match(text)
    if start is None:
        # Some programs write a warning or a title before their table.
        is_titled = table is not None and has_table and table.start() < _LONGEST_TITLE
        return FileKind.WEB_PAGE if is_titled else None
    if _XML_SPREADSHEET in text and _WORKBOOK.search(text):
        return FileKind.XML_SPREADSHEET
    name = start["name"].lower()
    if name == b"?xml" and not has_table and b"<html" not in text.lower():
        raise FileRefused(FileProblem.XML_DATA)
    # «<ФИО>;<PHONE>» is how somebody writes headings.
    is_page = has_table or name in (b"?xml", *_PAGE_TAGS) or b"</" in text
    return FileKind.WEB_PAGE if is_page else None


def _bare(head: bytes) -> bytes:
    """The beginning of a text as single bytes, without marks and blanks before it."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"<\0" in head[:8]:
        head = head.replace(b"\0", b"").lstrip(b"\xff\xfe")
    bare = head.lstrip()
    while bare.startswith(codecs.BOM_UTF8):
        bare = bare.removeprefix(codecs.BOM_UTF8).lstrip()
    return bare


def _is_text(head: bytes) -> bool:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or wide_order(head):
        return True
    return not _CONTROLS.search(head)


def wide_order(head: bytes) -> str | None:
    """«utf-16-le» or «utf-16-be» where zero bytes show it without a mark, else None.

    A table has digits, separators and line ends: in UTF-16 each has one zero byte, always on the
    same side.
    """
    zeros = (head[0::2].count(0), head[1::2].count(0))
    pairs = max(len(head) // 2, 1)
    for order, many, few in (("utf-16-le", zeros[1], zeros[0]), ("utf-16-be", *zeros)):
        if many * 20 >= pairs and not few:
            return order
    return None
