"""The directory of an OLE compound file: which streams stand at its top, nothing of their content.

XLS, DOC, PPT, MSI and encrypted XLSX are all such files; the names of their streams tell them
apart. Reading is bounded: a directory of at most a few thousand entries, chains of no more sectors.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER_SIZE = 512
_ENTRY_SIZE = 128
_MOST_ENTRIES = 4_096
_LAST_SECTOR = 0xFFFFFFFA
"""Numbers from here on are marks, not sectors."""


class NotCompound(ValueError):
    """The bytes are no compound file, or a torn one."""


def top_streams(path: Path) -> dict[str, int]:
    """The streams and storages below the root: name → where its first byte stands.

    Of a stream below 4 KB the place means nothing. Raises NotCompound.
    """
    with path.open("rb") as file:
        header = file.read(_HEADER_SIZE)
        if len(header) < _HEADER_SIZE or header[:8] != MAGIC:
            raise NotCompound
        (shift,) = struct.unpack_from("<H", header, 30)
        (first,) = struct.unpack_from("<I", header, 48)
        if shift not in (9, 12):
            raise NotCompound
        table = struct.unpack_from("<109I", header, 76)
        entries = b"".join(_sectors(file, first, table, 1 << shift))
    return {name: (sector + 1) << shift for name, sector in _children(entries)}


def _sectors(file: BinaryIO, first: int, table: tuple[int, ...], size: int) -> Iterator[bytes]:
    sector, in_table = first, size // 4
    for _ in range(_MOST_ENTRIES * _ENTRY_SIZE // size):
        if sector >= _LAST_SECTOR:
            return
        yield _read(file, (sector + 1) * size, size)
        block, at = divmod(sector, in_table)
        if block >= len(table) or table[block] >= _LAST_SECTOR:
            return  # its number stands beyond the first 7 MB: the root's children are seen by then
        place = (table[block] + 1) * size + 4 * at
        (sector,) = struct.unpack("<I", _read(file, place, 4).ljust(4, b"\xff"))


def _read(file: BinaryIO, at: int, size: int) -> bytes:
    file.seek(at)
    return file.read(size)


def _children(entries: bytes) -> Iterator[tuple[str, int]]:
    """The root's children with their first sectors: a binary tree by numbers of entries."""
    count = len(entries) // _ENTRY_SIZE
    if count == 0:
        raise NotCompound
    (child,) = struct.unpack_from("<I", entries, 76)
    waiting, seen = [child], set[int]()
    while waiting:
        number = waiting.pop()
        if number >= count or number in seen:
            continue
        seen.add(number)
        start = number * _ENTRY_SIZE
        (length,) = struct.unpack_from("<H", entries, start + 64)
        name = entries[start : start + max(min(length, 64) - 2, 0)]
        (sector,) = struct.unpack_from("<I", entries, start + 116)
        yield name.decode("utf-16-le", "replace"), sector
        waiting += struct.unpack_from("<II", entries, start + 68)
