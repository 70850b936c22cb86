"""Look at an uploaded file before any parser does: its content, never its name (promises P21, P22).

A legal workbook of 1.5 KB can abort a parser's whole process, so sizes, names, markup and cell
addresses are checked here by streaming over the bytes, in a few megabytes of memory.
"""

from __future__ import annotations

import re
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from importers.problems import FileProblem, FileRefused

MAX_ROWS = 300_000
MAX_COLUMNS = 300

_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CHUNK = 1 << 20
_LONGEST_TAG = 4 << 20
_WORKBOOK_PART = "xl/workbook.xml"

# A cell or row address beyond MAX_ROWS or MAX_COLUMNS («KN» is column 300). It matches nothing in a
# good file, which is what makes the scan cheap.
_BEYOND = (
    rb"[A-Za-z]{3,}\d"
    rb"|(?:[L-Zl-z][A-Za-z]|[Kk][O-Zo-z])\d"
    rb"|[A-Za-z]{0,2}0*(?:[1-9]\d{6}|[4-9]\d{5}|3(?!00000(?!\d))\d{5})"
)
_USUAL_BEYOND = re.compile(rb'r="(?:' + _BEYOND + rb")")
_ODD_BEYOND = re.compile(rb"r\s*=\s*[\"'](?:" + _BEYOND + rb")")
# Bytes that only an unusually written tag can hold; single ones first, they are found fastest.
_ODD_SPELLINGS = (b"'", b"\t", b"\n", b"\r", b" =", b"= ")
_ADDRESS = re.compile(rb"[A-Za-z]*\d+")


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes. The row and column limits are constants, compiled into the scan."""

    file_size: int = 20 << 20
    unpacked_size: int = 400 << 20
    parts: int = 2_000
    ratio: int = 200
    ratio_from: int = 8 << 20
    """Small parts may be packed as tightly as they like."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What the guard saw in a file that it let through."""

    unpacked_size: int
    parts_with_error_cells: frozenset[str]


def inspect_workbook(path: Path, limits: Limits | None = None) -> Inspection:
    """Let a harmless XLSX through; raise ``FileRefused``, and nothing else, for the rest."""
    check_container(path, limits)
    return scan_parts(path, limits)


def check_container(path: Path, limits: Limits | None = None) -> None:
    """The quick half: size, kind of file, names and declared sizes of its parts."""
    limits = limits or Limits()
    with _damage_refused():
        _check_envelope(path, limits)
        with zipfile.ZipFile(path) as archive:
            _check_directory(archive.infolist(), limits)


def scan_parts(path: Path, limits: Limits | None = None) -> Inspection:
    """The slow half: every byte unpacked and looked at, 0.1 s for 10 MB of XML."""
    with _damage_refused(), zipfile.ZipFile(path) as archive:
        return _scan(archive, archive.infolist(), limits or Limits())


@contextmanager
def _damage_refused() -> Iterator[None]:
    try:
        yield
    except FileRefused:
        raise
    except Exception as error:
        # zipfile answers hostile bytes with ValueError, UnicodeDecodeError, zlib.error and more.
        raise FileRefused(FileProblem.DAMAGED) from error


def _check_envelope(path: Path, limits: Limits) -> None:
    size = path.stat().st_size
    if size == 0:
        raise FileRefused(FileProblem.EMPTY_FILE)
    if size > limits.file_size:
        raise FileRefused(FileProblem.TOO_LARGE, size=size, limit=limits.file_size)
    with path.open("rb") as file:
        head = file.read(8)
        if head == _OLE_MAGIC:
            raise FileRefused(_kind_of_ole(file.read()))
    if head[:4] != b"PK\x03\x04":
        raise FileRefused(FileProblem.NOT_A_WORKBOOK)


def _kind_of_ole(rest: bytes) -> FileProblem:
    if "EncryptedPackage".encode("utf-16-le") in rest:
        return FileProblem.ENCRYPTED
    if any(name.encode("utf-16-le") in rest for name in ("Workbook", "Book")):
        return FileProblem.LEGACY_XLS
    return FileProblem.NOT_A_WORKBOOK


def _check_directory(infos: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(infos) > limits.parts:
        raise FileRefused(FileProblem.TOO_MANY_PARTS, count=len(infos), limit=limits.parts)
    names = [info.filename for info in infos]
    # Two parts of one name: the guard would read the one, the parser the other.
    if len({name.casefold() for name in names}) != len(names) or not all(map(_is_safe, infos)):
        raise FileRefused(FileProblem.UNSAFE_NAMES)
    if any(info.flag_bits & 1 for info in infos):
        raise FileRefused(FileProblem.ENCRYPTED)
    if _WORKBOOK_PART not in names:
        raise FileRefused(FileProblem.NOT_A_WORKBOOK)
    if any(PurePosixPath(name).name.casefold() == "vbaproject.bin" for name in names):
        raise FileRefused(FileProblem.HAS_MACROS)
    if not any(map(_is_worksheet, names)):
        raise FileRefused(FileProblem.NO_WORKSHEET)
    _check_sizes(infos, limits)


def _is_safe(info: zipfile.ZipInfo) -> bool:
    name = info.filename
    is_link = stat.S_ISLNK(info.external_attr >> 16)
    is_inside = not name.startswith("/") and ".." not in PurePosixPath(name).parts
    return is_inside and not is_link and not set(name) & {"\\", ":", "\0"}


def _is_worksheet(name: str) -> bool:
    return name.startswith("xl/worksheets/") and name.endswith(".xml")


def _check_sizes(infos: list[zipfile.ZipInfo], limits: Limits) -> None:
    size = sum(info.file_size for info in infos)
    if size > limits.unpacked_size:
        raise FileRefused(FileProblem.UNPACKED_TOO_LARGE, size=size, limit=limits.unpacked_size)
    for info in infos:
        ratio = info.file_size // max(info.compress_size, 1)
        if info.file_size > limits.ratio_from and ratio > limits.ratio:
            raise FileRefused(FileProblem.PACKED_TOO_TIGHTLY, ratio=ratio, limit=limits.ratio)


def _scan(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo], limits: Limits) -> Inspection:
    unpacked, with_errors = 0, set()
    for info in infos:
        name = info.filename
        is_markup = name.casefold().endswith((".xml", ".rels", ".vml"))
        has_cells = is_markup and not name.endswith(("/sharedStrings.xml", "/styles.xml"))
        rows = 0
        for block in _blocks(archive, info):
            unpacked += len(block)
            if unpacked > limits.unpacked_size:
                raise FileRefused(
                    FileProblem.UNPACKED_TOO_LARGE, size=unpacked, limit=limits.unpacked_size
                )
            if is_markup:
                _refuse_declarations(block)
            if has_cells:
                _refuse_far_cells(block)
                rows += block.count(b"<row")
                if b't="e"' in block or b"t='e'" in block:
                    with_errors.add(name)
        if rows > MAX_ROWS:
            raise FileRefused(FileProblem.TOO_MANY_ROWS, limit=MAX_ROWS)
    return Inspection(unpacked, frozenset(with_errors))


def _blocks(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """The part's bytes, cut behind a ">" so that no tag is torn apart."""
    rest = b""
    with archive.open(info) as stream:
        while chunk := stream.read(_CHUNK):
            block = rest + chunk
            cut = block.rfind(b">") + 1 or (len(block) if len(block) > _LONGEST_TAG else 0)
            rest = block[cut:]
            if cut:
                yield block[:cut]
    if rest:
        yield rest


def _refuse_declarations(block: bytes) -> None:
    is_wide = block[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in block[:4]
    if is_wide or b"<!DOCTYPE" in block or b"<!ENTITY" in block:
        raise FileRefused(FileProblem.FORBIDDEN_MARKUP)


def _refuse_far_cells(block: bytes) -> None:
    is_odd = any(spelling in block for spelling in _ODD_SPELLINGS)
    for match in (_ODD_BEYOND if is_odd else _USUAL_BEYOND).finditer(block):
        at = match.start()
        is_in_tag = block.rfind(b"<", 0, at) > block.rfind(b">", 0, at)
        if is_in_tag and block[at - 1 : at].isspace():
            address = _ADDRESS.search(block, at + 2)
            cell = address[0][:20].decode() if address else ""
            # Three letters, or two beyond KN: the column; else the row.
            if len(cell.rstrip("0123456789")) > 1 and not _has_far_row(cell):
                raise FileRefused(FileProblem.TOO_MANY_COLUMNS, limit=MAX_COLUMNS, cell=cell)
            raise FileRefused(FileProblem.TOO_MANY_ROWS, limit=MAX_ROWS, cell=cell)


def _has_far_row(cell: str) -> bool:
    return int(cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") or 0) > MAX_ROWS
