"""What a text in the search box is taken for."""

import pytest

from directory.clients.keyboard import other_layouts
from directory.clients.search_terms import SearchKind, read_terms


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", SearchKind.TOO_SHORT),
        ("  ", SearchKind.TOO_SHORT),
        ("12", SearchKind.TOO_SHORT),
        ("и", SearchKind.TOO_SHORT),
        ("4567", SearchKind.PHONE),
        ("8 (916) 123-45-67", SearchKind.PHONE),
        ("+380 67 123 45 67", SearchKind.PHONE),
        ("иванов", SearchKind.NAME),
        ("ООО «Альфа-2»", SearchKind.NAME),
        ("а123вс77", SearchKind.PLATE),
        ("АА 1234 ВВ", SearchKind.PLATE),
        ("XTA210990Y1234567", SearchKind.VIN),
        ("хта210990у1234567", SearchKind.VIN),
        ("Y1234567", SearchKind.VIN),
        ("a@b.ru", SearchKind.EMAIL),
        ("\x00\x00", SearchKind.TOO_SHORT),
        ("%' OR 1=1 --", SearchKind.NAME),
    ],
)
def test_the_likeliest_meaning_is_named(text: str, kind: SearchKind) -> None:
    assert read_terms(text).kind is kind


def test_a_whole_phone_is_read_in_any_notation() -> None:
    for text in ("8 (916) 123-45-67", "+7 916 1234567", "9161234567", "тел. 8-916-123-45-67"):
        assert read_terms(text).phones == ("+79161234567",)


def test_a_beginning_is_tried_with_the_country_that_it_lacks() -> None:
    assert read_terms("8916123").phone_prefixes[0] == "+7916123"
    assert read_terms("916123").phone_prefixes[0] == "+7916123"
    assert read_terms("067123").phone_prefixes == ("+38067123",)


def test_four_signs_may_also_be_the_end_of_a_vin() -> None:
    assert read_terms("123456").vin_tail == "123456"
    assert read_terms("1234").vin_tail == "1234"
    assert read_terms("у234").vin_tail == "Y234"
    assert read_terms("123").vin_tail is None


def test_a_plate_may_be_typed_from_its_first_digit_on() -> None:
    assert read_terms("123вс 77").plate_rest == "123BC77"
    assert read_terms("1234").plate_rest == "1234"
    assert read_terms("12345").plate_rest is None
    assert read_terms("а123").plate == "A123"
    assert read_terms("а123").kind is SearchKind.PLATE


def test_a_text_in_two_alphabets_was_not_typed_in_a_wrong_layout() -> None:
    assert other_layouts("иванoв") == other_layouts("123") == ()
    assert other_layouts("bdfyjd") == ("иванов",)
    assert other_layouts("sdfy") == ("ыван", "іван")


def test_a_very_long_text_is_cut_and_not_refused() -> None:
    assert read_terms("иванов " * 10_000).kind is SearchKind.NAME
