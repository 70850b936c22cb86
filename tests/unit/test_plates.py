"""Plates: Cyrillic and Latin spellings meet."""

import pytest

from directory.assets.plates import plate_norm


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
