"""The rules of thumb and the full numbering plans agree about every number both can read."""

import zoneinfo

import phonenumbers
from hypothesis import given, settings
from hypothesis import strategies as st

from directory.clients import phones
from directory.clients.phones import normalise_phone

DIGITS = "0123456789"


def _by_the_plan(text: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@settings(deadline=None)
@given(
    prefix=st.sampled_from(["+7", "8", "7", "+380", "380", "0", "80", "+", "00", ""]),
    digits=st.text(DIGITS, min_size=8, max_size=12),
    gaps=st.lists(st.sampled_from(["", "", "", " ", "-", " ("]), min_size=12, max_size=12),
    region=st.sampled_from(["RU", "UA"]),
)
def test_where_both_answer_the_answer_is_the_same(
    prefix: str, digits: str, gaps: list[str], region: str
) -> None:
    text = prefix + "".join(gap + digit for gap, digit in zip(gaps, digits, strict=False))
    ours, plan = normalise_phone(text, region=region).numbers, _by_the_plan(text, region)
    if len(ours) == 1 and plan is not None:
        assert ours[0].e164 == plan


@settings(deadline=None)
@given(raw=st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), st.text(max_size=60)))
def test_no_input_whatever_raises(raw: object) -> None:
    reading = normalise_phone(raw)
    assert reading.numbers or reading.problem


def test_every_zone_exists() -> None:
    for zone in set(phones._ZONES):
        zoneinfo.ZoneInfo(zone)
