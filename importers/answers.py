"""What the child answers, as bytes: JSON, and blocks of rows as bare texts. Nothing that executes.

A frame is its kind, its number of rows, the number of the first row, its bytes counted, and these
bytes. The texts of a block stand column by column with separators between them: as JSON they took
longer than the parsing. Rows that do not follow each other, or differ in length, have a column of
their numbers and one of their lengths before the others.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from importers.blocks import Block
from importers.cell_texts import SEPARATOR, joined_texts
from importers.guard import MAX_COLUMNS
from importers.values import text_of

Rows = list[tuple[int, list[str]]]
"""(row number as a spreadsheet counts, the cells as texts)."""

LONGEST_ANSWER = 64 << 20
"""Bytes of one frame."""
_HEAD = struct.Struct("<cIII")
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
    return _framed(_MESSAGE, 0, 0, json.dumps(message, ensure_ascii=False, separators=(",", ":")))


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
    texts = list(map(joined_texts, block.columns))
    is_even = block.lengths is None and isinstance(block.numbers, range)
    if not is_even:
        lengths = block.lengths or [len(texts)] * count
        texts[:0] = [SEPARATOR.join(map(str, numbers)) for numbers in (block.numbers, lengths)]
    text = SEPARATOR.join(texts)
    if text.count(SEPARATOR) + 1 == len(texts) * count:
        return _framed(_BLOCK if is_even else _UNEVEN, count, first, text)
    # A cell holds a separator itself.
    return packed_message({"rows": _rows_of(block)})


def _rows_of(block: Block) -> Iterable[tuple[int, list[str]]]:
    lengths = block.lengths or [len(block.columns)] * len(block.numbers)
    rows = zip(block.numbers, zip(*block.columns, strict=True), lengths, strict=True)
    return [(number, list(map(text_of, cells[:length]))) for number, cells, length in rows]


def _framed(kind: bytes, rows: int, first: int, text: str) -> bytes:
    body = text.encode("utf-8", "replace")
    return _HEAD.pack(kind, rows, first, len(body)) + body


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
            text = received[_HEAD.size : end].decode()
            if kind == _MESSAGE:
                message = _message(text)
            else:
                message = {
                    "rows": _even(count, first, text) if kind == _BLOCK else _uneven(count, text)
                }
        except (ValueError, TypeError, RecursionError) as error:
            raise BrokenAnswer from error
        del received[:end]
        yield message


def _columns(count: int, text: str) -> list[list[str]]:
    if not 0 < count <= _MOST_ROWS or text.count(SEPARATOR) >= count * _MOST_COLUMNS:
        raise BrokenAnswer
    texts = text.split(SEPARATOR)
    return [texts[at : at + count] for at in range(0, len(texts), count)]


def _even(count: int, first: int, text: str) -> Rows:
    rows = map(list, zip(*_columns(count, text), strict=True))
    return list(zip(range(first, first + count), rows, strict=True))


def _uneven(count: int, text: str) -> Rows:
    numbers, lengths, *columns = _columns(count, text)
    rows = zip(map(int, numbers), map(int, lengths), zip(*columns, strict=True), strict=True)
    return [(number, list(cells[:length])) for number, length, cells in rows]


def _message(text: str) -> dict[str, Any]:
    message = json.loads(text)
    if not isinstance(message, dict):
        raise BrokenAnswer
    if "rows" in message:
        message["rows"] = [(int(number), list(map(str, row))) for number, row in message["rows"]]
    return message
