"""VINs as they are typed."""

import pytest

from directory.assets.vin import VinProblem, read_vin


def test_case_blanks_and_dashes_do_not_matter() -> None:
    assert read_vin(" xweh-381a bk0 001234 ").vin == "XWEH381ABK0001234"


def test_cyrillic_look_alikes_are_mended_and_said() -> None:
    reading = read_vin("ХТА21099043576182")  # the first three letters are Cyrillic
    assert (reading.vin, reading.was_mended) == ("XTA21099043576182", True)
    assert not read_vin("XTA21099043576182").was_mended


@pytest.mark.parametrize(
    "named",
    ["VIN: ", "VIN ", "vin", "VIN:", "VIN № ", "VIN-код: ", "Вин ", "ВИН: ", "ВІН ", "VIN No. "],
)
def test_the_word_before_it_is_dropped(named: str) -> None:
    reading = read_vin(f"{named}XTA219079G0020506")
    assert (reading.vin, reading.was_mended) == ("XTA219079G0020506", False)
    short = read_vin(f"{named}XTA219079G002050")
    assert (short.problem, short.length) == (VinProblem.WRONG_LENGTH, 16)
    assert read_vin(named).problem is VinProblem.EMPTY


def test_a_missing_character_is_told_with_the_length() -> None:
    reading = read_vin("XTA2109904357618")
    assert (reading.vin, reading.problem, reading.length) == (None, VinProblem.WRONG_LENGTH, 16)


def test_letters_that_no_vin_has_are_refused() -> None:
    reading = read_vin("XTO21099I43576182")
    assert (reading.problem, reading.bad_characters) == (VinProblem.BAD_CHARACTER, "IO")
    assert read_vin(None).problem is VinProblem.EMPTY


def test_the_check_digit_informs_and_never_refuses() -> None:
    assert read_vin("1M8GDM9AXKP042788").check_digit_ok is True
    european = read_vin("WBA3A5C50CF256985"[:8] + "ZZZ" + "256985")
    assert (european.vin is not None, european.check_digit_ok) == (True, False)
