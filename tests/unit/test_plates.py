"""Plates: Cyrillic and Latin spellings meet."""

import pytest

from directory.assets.plates import plate_norm, plate_shown


@pytest.mark.parametrize(
    ("typed", "norm"),
    [
        ("о 777 оо 77", "O777OO77"),
        ("O777OO 77 RUS", "O777OO77"),
        ("А123ВС 777 рус", "A123BC777"),
        ("АА 1234 ІВ", "AA1234IB"),
        ("АА1234UA", "AA1234UA"),
        ("", ""),
    ],
)
def test_spellings_of_one_plate_meet(typed: str, norm: str) -> None:
    assert plate_norm(typed) == norm


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("к 360 сс 55", "К360СС\u00a055"),
        ("К771ВЕ 66", "К771ВЕ\u00a066"),
        ("P531AX150RUS", "Р531АХ\u00a0150"),
        ("аа 1234 вв", "AA\u00a01234\u00a0BB"),
        ("моторола 7", "МОТОРОЛА 7"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_plate_is_shown_in_one_way(typed: str | None, shown: str) -> None:
    assert plate_shown(typed) == shown
