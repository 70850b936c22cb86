"""Look at an uploaded file before any parser does: its content, never its name (promises P21, P22).

A legal workbook of 1.5 KB can abort a parser's whole process, so sizes, names, markup and cell
addresses are checked here by streaming over the bytes, in a few megabytes of memory. What has no
addresses that could be scanned (XLS, XLSB, ODS, CSV) is held to the same limits by the child.
"""

from __future__ import annotations

import re
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from string import ascii_letters

from importers.file_kinds import FileKind, kind_of
from importers.problems import FileProblem, FileRefused

MAX_ROWS = 1_048_576
"""As many as a sheet of Excel has."""
MAX_COLUMNS = 300
LARGE_SHEET = 150 << 20
"""Bytes of a sheet's XML from which on it is read as a stream, slower and in bounded memory."""

_CHUNK = 1 << 20
_LONGEST_TAG = 4 << 20
_MANIFEST = "META-INF/manifest.xml"

# An address that is not plainly within the limits: up to JZ (column 286), up to row 999,999. Most
# files have none, which is what makes the scan cheap.
_NOT_NEAR = re.compile(rb'r="(?!(?:[A-Ja-j]?[A-Za-z])?\d{1,6}")')
# One that may be beyond MAX_ROWS or MAX_COLUMNS («KN» is column 300); 7 digits are looked at again.
_BEYOND = rb"[A-Za-z]{3,}\d|(?:[L-Zl-z][A-Za-z]|[Kk][O-Zo-z])\d|[A-Za-z]{0,2}\d{7}"
_USUAL_BEYOND = re.compile(rb'r="(?:' + _BEYOND + rb")")
_ODD_BEYOND = re.compile(rb"r\s*=\s*[\"'](?:" + _BEYOND + rb")")
# Bytes that only an unusually written tag can hold; single ones first, they are found fastest.
_ODD_SPELLINGS = (b"'", b"\t", b"\n", b"\r", b" =", b"= ")
_LAST_COLUMN = "KN"
_ADDRESS = re.compile(rb"[A-Za-z]*\d+")
_NO_VALUE = (b"</f></c>", b"</f><v/></c>", b"</f><v></v></c>", b"</f><v /></c>")
_MARKS = (b' hidden="1"', b' hidden="true"')


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes. The row and column limits are constants, compiled into the scan."""

    file_size: int = 200 << 20
    unpacked_size: int = 4 << 30
    parts: int = 2_000
    ratio: int = 200
    ratio_from: int = 8 << 20
    """Small parts may be packed as tightly as they like."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the quick half saw. Sizes in bytes; ``unpacked_size`` as the archive declares it."""

    kind: FileKind
    size: int
    unpacked_size: int
    is_large: bool
    """A sheet is so large that it must be read as a stream."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What the guard saw in a file that it let through; sets of parts with sheets."""

    unpacked_size: int
    parts_with_error_cells: frozenset[str] = frozenset()
    parts_with_row_marks: frozenset[str] = frozenset()
    """Where rows or columns are hidden or have outline levels."""
    uncalculated: int = 0
    """Formulas that a program wrote without their values: such cells read as blank."""


def inspect_workbook(path: Path, limits: Limits | None = None) -> Inspection:
    """Let a harmless table through; raise ``FileRefused``, and nothing else, for the rest."""
    return scan_parts(path, check_container(path, limits).kind, limits)


def check_container(path: Path, limits: Limits | None = None) -> Envelope:
    """The quick half: size, kind of file, names and declared sizes of its parts."""
    limits = limits or Limits()
    with _damage_refused():
        size = path.stat().st_size
        if size > limits.file_size:
            raise FileRefused(FileProblem.TOO_LARGE, size=size, limit=limits.file_size)
        kind = kind_of(path)
        if not kind.is_archive:
            return Envelope(kind, size, size, is_large=False)
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
            _check_directory(infos, kind, limits)
            if kind is FileKind.ODS:
                _refuse_encrypted_parts(archive)
        sheets = [info.file_size for info in infos if _is_worksheet(info.filename, kind)]
        is_large = kind.is_sheet_xml and max(sheets) > LARGE_SHEET
        return Envelope(kind, size, sum(info.file_size for info in infos), is_large)


def scan_parts(path: Path, kind: FileKind, limits: Limits | None = None) -> Inspection:
    """The slow half: every byte unpacked and looked at, 0.1 s for 10 MB of XML."""
    if not kind.is_archive:
        return Inspection(path.stat().st_size)
    with _damage_refused(), zipfile.ZipFile(path) as archive:
        return _scan(archive, archive.infolist(), kind, limits or Limits())


@contextmanager
def _damage_refused() -> Iterator[None]:
    try:
        yield
    except FileRefused:
        raise
    except Exception as error:
        # zipfile answers hostile bytes with ValueError, UnicodeDecodeError, zlib.error and more.
        raise FileRefused(FileProblem.DAMAGED) from error


def _check_directory(infos: list[zipfile.ZipInfo], kind: FileKind, limits: Limits) -> None:
    if len(infos) > limits.parts:
        raise FileRefused(FileProblem.TOO_MANY_PARTS, count=len(infos), limit=limits.parts)
    names = [info.filename for info in infos]
    # Two parts of one name: the guard would read the one, the parser the other.
    if len({name.casefold() for name in names}) != len(names) or not all(map(_is_safe, infos)):
        raise FileRefused(FileProblem.UNSAFE_NAMES)
    if any(info.flag_bits & 1 for info in infos):
        raise FileRefused(FileProblem.ENCRYPTED)
    if not any(_is_worksheet(name, kind) for name in names):
        raise FileRefused(FileProblem.NO_WORKSHEET)
    _check_sizes(infos, limits)


def _refuse_encrypted_parts(archive: zipfile.ZipFile) -> None:
    info = next((info for info in archive.infolist() if info.filename == _MANIFEST), None)
    if info is None:
        return
    with archive.open(info) as stream:
        if b"encryption-data" in stream.read(_CHUNK):
            raise FileRefused(FileProblem.ENCRYPTED)


def _is_safe(info: zipfile.ZipInfo) -> bool:
    name = info.filename
    is_link = stat.S_ISLNK(info.external_attr >> 16)
    is_inside = not name.startswith("/") and ".." not in PurePosixPath(name).parts
    return is_inside and not is_link and not set(name) & {"\\", ":", "\0"}


def _is_worksheet(name: str, kind: FileKind) -> bool:
    if kind is FileKind.ODS:
        return name == "content.xml"
    ending = ".bin" if kind is FileKind.XLSB else ".xml"
    return name.startswith("xl/worksheets/") and name.endswith(ending)


def _check_sizes(infos: list[zipfile.ZipInfo], limits: Limits) -> None:
    size = sum(info.file_size for info in infos)
    if size > limits.unpacked_size:
        raise FileRefused(FileProblem.UNPACKED_TOO_LARGE, size=size, limit=limits.unpacked_size)
    for info in infos:
        ratio = info.file_size // max(info.compress_size, 1)
        if info.file_size > limits.ratio_from and ratio > limits.ratio:
            raise FileRefused(FileProblem.PACKED_TOO_TIGHTLY, ratio=ratio, limit=limits.ratio)


def _scan(
    archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo], kind: FileKind, limits: Limits
) -> Inspection:
    unpacked, uncalculated = 0, 0
    with_errors, with_marks = set[str](), set[str]()
    for info in infos:
        name = info.filename
        is_markup = name.casefold().endswith((".xml", ".rels", ".vml", ".rdf"))
        has_cells = (
            kind.is_sheet_xml
            and is_markup
            and not name.endswith(("/sharedStrings.xml", "/styles.xml"))
        )
        rows = 0
        # A search for several bytes takes ten times as long as one for a single byte: first things
        # first, and nothing is looked for twice.
        for block in markup_blocks(archive, info):
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
                # Neither mark nor error without an «e», no formula without an «f».
                if b"e" in block:
                    if name not in with_errors and _has_errors(block):
                        with_errors.add(name)
                    if name not in with_marks and _has_marks(block):
                        with_marks.add(name)
                if b"f" in block and b"</f>" in block:
                    uncalculated += sum(map(block.count, _NO_VALUE))
        if rows > MAX_ROWS:
            raise FileRefused(FileProblem.TOO_MANY_ROWS, limit=MAX_ROWS)
    return Inspection(unpacked, frozenset(with_errors), frozenset(with_marks), uncalculated)


def markup_blocks(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
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
    if is_wide or (b"!" in block and (b"<!DOCTYPE" in block or b"<!ENTITY" in block)):
        raise FileRefused(FileProblem.FORBIDDEN_MARKUP)


def _has_errors(block: bytes) -> bool:
    return b't="e"' in block or (b"'" in block and b"t='e'" in block)


def _has_marks(block: bytes) -> bool:
    if b' outlineLevel="' in block:
        return True
    return b' hidden="' in block and any(mark in block for mark in _MARKS)


def _refuse_far_cells(block: bytes) -> None:
    is_odd = any(spelling in block for spelling in _ODD_SPELLINGS)
    if not is_odd and _NOT_NEAR.search(block) is None:
        return
    for match in (_ODD_BEYOND if is_odd else _USUAL_BEYOND).finditer(block):
        at = match.start()
        address = _ADDRESS.search(block, at + 2)
        cell = address[0].decode() if address else ""
        column, row = cell.rstrip("0123456789"), cell.lstrip(ascii_letters)
        # Three letters, or two beyond KN: the column; else the row.
        has_far_row = int(row or 0) > MAX_ROWS
        if not has_far_row and _is_near(column):
            continue
        is_in_tag = block.rfind(b"<", 0, at) > block.rfind(b">", 0, at)
        if is_in_tag and block[at - 1 : at].isspace():
            if has_far_row:
                raise FileRefused(FileProblem.TOO_MANY_ROWS, limit=MAX_ROWS, cell=cell[:20])
            raise FileRefused(FileProblem.TOO_MANY_COLUMNS, limit=MAX_COLUMNS, cell=cell[:20])


def _is_near(column: str) -> bool:
    return len(column) < 2 or (len(column) == 2 and column.upper() <= _LAST_COLUMN)
