"""What the child answers, as bytes: JSON, and blocks of rows as bare texts. Nothing that executes.

A frame is its kind, its number of rows, the number of the first row, its bytes counted, and these
bytes. A block goes column by column (``importers.cell_texts``): how many there are, the kind and
the length of each, then their bytes; as JSON it took longer than the parsing. Rows that do not
follow each other, or differ in length, have a column of their numbers and one of their lengths
before the others.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from importers.blocks import Block
from importers.cell_texts import SEPARATOR, TEXTS, packed_cells, unpacked_cells
from importers.guard import MAX_COLUMNS
from importers.values import text_of

Rows = list[tuple[int, list[str]]]
"""(row number as a spreadsheet counts, the cells as texts)."""

LONGEST_ANSWER = 64 << 20
"""Bytes of one frame."""
_HEAD = struct.Struct("<cIII")
_COUNT = struct.Struct("<H")
_COLUMN = struct.Struct("<cI")
_MESSAGE, _BLOCK, _UNEVEN = b"M", b"B", b"U"
_MOST_ROWS = 1_024
_MOST_COLUMNS = MAX_COLUMNS + 3
"""With the row's number, its length, and the group that it belongs to."""
_LONG_BLOCK = 1 << 20
_LONGEST_TEXT = 4_000


class BrokenAnswer(Exception):
    """Bytes that our own child does not send."""


class TooLongAnswer(Exception):
    """More bytes than one frame may have."""


def packed_message(message: dict[str, Any]) -> bytes:
    """A frame with what JSON can say."""
    text = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
    return _framed(_MESSAGE, 0, 0, [text.encode("utf-8", "replace")])


def packed_block(block: Block) -> bytes:
    """A frame with these rows (at most 1,024), their cells as texts.

    Where they are strikingly long, endless texts are cut.
    """
    frame = _packed(block)
    if len(frame) < _LONG_BLOCK:
        return frame
    cut = [[text_of(cell)[:_LONGEST_TEXT] for cell in column] for column in block.columns]
    return _packed(replace(block, columns=cut))


def _packed(block: Block) -> bytes:
    count, first = len(block.numbers), block.numbers[0]
    columns = list(map(packed_cells, block.columns))
    is_even = block.lengths is None and isinstance(block.numbers, range)
    if not is_even:
        lengths = block.lengths or [len(columns)] * count
        told = (SEPARATOR.join(map(str, numbers)).encode() for numbers in (block.numbers, lengths))
        columns[:0] = [(TEXTS, numbers) for numbers in told]
    if None in columns:
        return packed_message({"rows": _rows_of(block)})
    packed = [column for column in columns if column is not None]
    head = [_COUNT.pack(len(packed)), *(_COLUMN.pack(kind, len(cells)) for kind, cells in packed)]
    kind = _BLOCK if is_even else _UNEVEN
    return _framed(kind, count, first, [*head, *(cells for _, cells in packed)])


def _rows_of(block: Block) -> Iterable[tuple[int, list[str]]]:
    lengths = block.lengths or [len(block.columns)] * len(block.numbers)
    rows = zip(block.numbers, zip(*block.columns, strict=True), lengths, strict=True)
    return [(number, list(map(text_of, cells[:length]))) for number, cells, length in rows]


def _framed(kind: bytes, rows: int, first: int, parts: list[bytes]) -> bytes:
    return b"".join([_HEAD.pack(kind, rows, first, sum(map(len, parts))), *parts])


def unpacked(received: bytearray) -> Iterator[dict[str, Any]]:
    """The whole frames at the beginning of ``received``, which are taken away from it.

    A block of rows is ``{"rows": …}``, as in a message. Raises BrokenAnswer, TooLongAnswer: what
    comes from a process that a file may have taken over is believed nothing.
    """
    while len(received) >= _HEAD.size:
        kind, count, first, size = _HEAD.unpack_from(received)
        if size > LONGEST_ANSWER:
            raise TooLongAnswer
        end = _HEAD.size + size
        if len(received) < end:
            return
        try:
            message = _unpacked(kind, count, first, bytes(received[_HEAD.size : end]))
        except (ValueError, TypeError, RecursionError, struct.error) as error:
            raise BrokenAnswer from error
        del received[:end]
        yield message


def _unpacked(kind: bytes, count: int, first: int, body: bytes) -> dict[str, Any]:
    if kind == _MESSAGE:
        return _message(body.decode())
    if not 0 < count <= _MOST_ROWS:
        raise BrokenAnswer
    columns = _columns(count, memoryview(body))
    return {"rows": _even(first, columns) if kind == _BLOCK else _uneven(columns)}


def _columns(count: int, body: memoryview) -> list[list[str]]:
    (width,) = _COUNT.unpack_from(body)
    if not 0 < width <= _MOST_COLUMNS:
        raise BrokenAnswer
    at = _COUNT.size + width * _COLUMN.size
    columns = []
    for kind, size in _COLUMN.iter_unpack(body[_COUNT.size : at]):
        columns.append(unpacked_cells(kind, count, body[at : at + size]))
        at += size
    if at != len(body):
        raise BrokenAnswer
    return columns


def _even(first: int, columns: list[list[str]]) -> Rows:
    return list(enumerate(map(list, zip(*columns, strict=True)), start=first))


def _uneven(columns: list[list[str]]) -> Rows:
    numbers, lengths, *cells = columns
    rows = zip(map(int, numbers), map(int, lengths), zip(*cells, strict=True), strict=True)
    return [(number, list(row[:length])) for number, length, row in rows]


def _message(text: str) -> dict[str, Any]:
    message = json.loads(text)
    if not isinstance(message, dict):
        raise BrokenAnswer
    if "rows" in message:
        message["rows"] = [(int(number), list(map(str, row))) for number, row in message["rows"]]
    return message
