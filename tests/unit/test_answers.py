"""What the child answers: every cell comes through as its text, and nonsense is refused as such."""

import struct
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from importers.answers import BrokenAnswer, TooLongAnswer, packed_block, packed_message, unpacked
from importers.blocks import Block, Row
from importers.tables import read_table
from importers.values import text_of
from tests.corpus.cases import HEADINGS
from tests.workbooks import write_file

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=5) | st.just("a\x1fb")
CELLS = (
    st.just("")
    | TEXTS
    | st.floats()
    | st.sampled_from((0.0, -0.0, -0.4, 1e15, 1.0, True, False))
    | st.dates(date(1900, 1, 1))
    | st.datetimes(datetime(1900, 1, 1))  # noqa: DTZ001 (as in workbooks)
    | st.times()
    | st.timedeltas(timedelta(0))
)
COLUMNS = st.lists(st.one_of(CELLS, TEXTS, st.floats()), min_size=1, max_size=6)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 2**20), COLUMNS), min_size=1, max_size=20))
def test_every_cell_comes_through_as_its_text(rows: list[Row]) -> None:
    (message,) = unpacked(bytearray(packed_block(Block.of(rows))))
    assert message["rows"] == [(row_no, list(map(text_of, cells))) for row_no, cells in rows]


@settings(deadline=None)
@given(st.integers(1, 9), st.integers(1, 2**20), CELLS | TEXTS, CELLS)
def test_rows_that_follow_each_other_are_told_by_the_first(
    count: int, first: int, one: object, other: object
) -> None:
    columns = [(one,) * count, (other,) * count]
    frame = packed_block(Block(range(first, first + count), columns))  # type: ignore[arg-type]
    (message,) = unpacked(bytearray(frame))
    expected = [text_of(one), text_of(other)]
    assert message["rows"] == [(row_no, expected) for row_no in range(first, first + count)]


def test_an_endless_text_is_cut_in_a_long_block_only() -> None:
    rows: list[Row] = [(2, ["короткий", "x" * 5_000]), (3, ["y" * (1 << 20), time(10, 30)])]
    (message,) = unpacked(bytearray(packed_block(Block.of(rows[:1]))))
    assert message["rows"] == [(2, ["короткий", "x" * 5_000])]
    (message,) = unpacked(bytearray(packed_block(Block.of(rows))))
    assert message["rows"] == [(2, ["короткий", "x" * 4_000]), (3, ["y" * 4_000, "10:30"])]


def test_a_frame_may_come_in_pieces() -> None:
    frames = packed_message({"table": "ТО"}) + packed_message({"end": {}})
    received = bytearray()
    told: list[dict[str, object]] = []
    for at in range(len(frames)):
        received += frames[at : at + 1]
        told += unpacked(received)
    assert told == [{"table": "ТО"}, {"end": {}}]
    assert not received


def _head(kind: bytes, count: int, size: int) -> bytes:
    return kind + b"".join(part.to_bytes(4, "little") for part in (count, 1, size))


def _block(kind: bytes, count: int, *columns: tuple[bytes, bytes]) -> bytes:
    sizes = b"".join(of + len(cells).to_bytes(4, "little") for of, cells in columns)
    body = len(columns).to_bytes(2, "little") + sizes + b"".join(cells for _, cells in columns)
    return _head(kind, count, len(body)) + body


def test_a_block_is_told_column_by_column() -> None:
    frame = _block(b"B", 2, (b"t", b"a\x1fb"), (b"n", struct.pack("2d", 1, -0.5)))
    assert list(unpacked(bytearray(frame))) == [{"rows": [(1, ["a", "1"]), (2, ["b", "-0.5"])]}]


@pytest.mark.parametrize(
    "frame",
    [
        _head(b"M", 0, 2) + b"[]",
        _head(b"M", 0, 3) + b"{\xff}",
        _head(b"M", 0, 100_000) + b"[" * 100_000,
        _head(b"M", 0, 14) + b'{"rows":[[{}]]',
        _head(b"M", 0, 10) + b'{"rows":1}',
        _head(b"M", 0, 17) + b'{"rows":[[[],2]]}',
        _block(b"B", 2, (b"t", b"a\x1fb\x1fc")),
        _block(b"B", 0, (b"t", b"a")),
        _block(b"B", 1 << 31, (b"t", b"a")),
        _block(b"B", 1, (b"t", b"\x1f" * 1_000)),
        _block(b"B", 1, (b"n", b"1234567")),
        _block(b"B", 2, (b"n", b"12345678")),
        _block(b"B", 1, *[(b"t", b"a")] * 400),
        _block(b"B", 1),
        _head(b"B", 1, 9) + b"\x01\0t\x01\0\0\0a?",
        _block(b"U", 2, (b"t", b"1\x1f2")),
        _block(b"U", 1, (b"t", b"x"), (b"t", b"1"), (b"t", b"a")),
    ],
)
def test_nonsense_is_refused(frame: bytes) -> None:
    with pytest.raises(BrokenAnswer):
        list(unpacked(bytearray(frame)))


def test_more_than_a_frame_may_have_is_refused_before_it_comes() -> None:
    with pytest.raises(TooLongAnswer):
        list(unpacked(bytearray(_head(b"M", 0, 65 << 20))))


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_told_or_refused(body: bytes) -> None:
    for kind in (b"M", b"B", b"U"):
        try:
            told = list(unpacked(bytearray(_head(kind, 2, len(body)) + body)))
        except BrokenAnswer:
            continue
        assert all(type(message) is dict for message in told)


def test_what_is_no_data_is_found_far_down_too(tmp_path: Path) -> None:
    """Most blocks go through at a glance; one with a total in it must not."""
    rows: list[tuple[object, ...]] = [
        (f"Иванов {number}", f"+7926{number:07}", f"XTA{number:014}", "Тверь", "да")
        for number in range(1_500)
    ]
    rows[600] = (" Итого:", 12_345.5, "", "", "")
    rows[700] = ()
    rows[800] = (*HEADINGS, "Город", "Да")
    rows[1_400] = ("Петров", "", "", "", "")
    path = write_file(tmp_path / "x.xlsx", *rows, headings=(*HEADINGS, "Город", "Да"))
    with read_table(path) as table:
        found = [row_no for batch in table.batches() for row_no, _ in batch]
    assert found == [at + 2 for at in range(1_500) if at not in (600, 700, 800)]
    skipped = table.skipped
    assert (skipped.totals, skipped.blank, skipped.repeated_headings) == (1, 1, 1)
