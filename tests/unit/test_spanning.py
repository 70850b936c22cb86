"""Cells over several columns and rows, in the first rows of a page and far below them."""

from importers.headings import Cell
from importers.spanning import LINES_HELD, SpanningCell, SpanningRows

CLIENT = [SpanningCell("Иванов", down=3), SpanningCell("89161234567", across=2, down=2)]
CARS = [SpanningCell("Vesta")], [SpanningCell("Granta")], [SpanningCell("1"), SpanningCell("Niva")]


def placed(rows_above: int) -> tuple[list[list[Cell]], SpanningRows]:
    """A client of three cars below so many rows."""
    spanning = SpanningRows()
    for _ in range(rows_above):
        spanning.placed([SpanningCell("x")])
    first, *others = CARS
    return [spanning.placed([*CLIENT, *first]), *map(spanning.placed, others)], spanning


def test_the_first_rows_tell_what_is_merged() -> None:
    rows, spanning = placed(0)
    assert rows == [
        ["Иванов", "89161234567", "", "Vesta"],
        ["", "", "", "Granta"],
        ["", "1", "Niva"],
    ]
    assert spanning.areas == [((0, 0), (2, 0)), ((0, 1), (1, 2))]


def test_far_below_each_row_gets_the_value() -> None:
    rows, spanning = placed(LINES_HELD)
    assert rows == [
        ["Иванов", "89161234567", "", "Vesta"],
        ["Иванов", "89161234567", "", "Granta"],
        ["Иванов", "1", "Niva"],
    ]
    assert spanning.areas == []


def test_a_blank_row_stays_blank() -> None:
    _, spanning = placed(LINES_HELD)
    spanning.placed([SpanningCell("Петров", down=2)])
    assert spanning.placed([]) == []


def test_a_cell_named_by_its_column_stands_there() -> None:
    row = SpanningRows().placed([SpanningCell("а"), SpanningCell("г", at=3), SpanningCell("д")])
    assert row == ["а", "", "", "г", "д"]
