"""What a call came to, in somebody's words, in three languages."""

import pytest

from campaigns.models import Outcome
from campaigns.result_codes import CodeChoice
from campaigns.shipped import REASONS, RESULTS
from importers.columns import heading_norm
from importers.result_words import _SPELLINGS, Meaning, ResultWords, Unclear

ALL = (*RESULTS, *REASONS)


def words(*left_out: str) -> ResultWords:
    """Those of a campaign that offers the shipped results, but for these."""
    return ResultWords(
        (CodeChoice(result_code_id=at, version_id=at, code=one.code, outcome=one.outcome,
                    name=one.names["ru"]), one.names.values())
        for at, one in enumerate(ALL, start=1)
        if one.code not in left_out
    )  # fmt: skip


SHIPPED = words()


@pytest.mark.parametrize(
    ("cell", "outcome", "code"),
    [
        ("Не дозвонились", Outcome.NO_ANSWER, None),
        ("НЕДОЗВОН (3 раза)", Outcome.NO_ANSWER, None),
        ("не дозвонились, занято", Outcome.NO_ANSWER, "busy"),
        ("Занято", Outcome.NO_ANSWER, "busy"),
        ("Абонент вне зоны", Outcome.NO_ANSWER, "unreachable"),
        ("не бере трубку", Outcome.NO_ANSWER, "no_pick_up"),
        ("no answer", Outcome.NO_ANSWER, "no_pick_up"),
        ("no_pick_up", Outcome.NO_ANSWER, "no_pick_up"),
        ("Отказ", Outcome.REFUSED, None),
        ("Дозвонились. Отказ, дорого", Outcome.REFUSED, None),
        ("отказ, больше не звонить", Outcome.REFUSED, "refuses_all"),
        ("Відмовився", Outcome.REFUSED, None),
        ("Записан на 20.03", Outcome.INTERVIEW, "booked_in_call"),
        ("Клиент записан", Outcome.INTERVIEW, "booked_in_call"),
        ("Клиент записан на сервис", Outcome.INTERVIEW, "booked"),
        ("дозвонились - перезвонить позже", Outcome.INTERVIEW, "think_call_later"),
        ("Передзвонити", Outcome.INTERVIEW, "think_call_later"),
        ("callback", Outcome.INTERVIEW, "think_call_later"),
        ("Жалоба на мойку", Outcome.INTERVIEW, "complaint"),
        ("Не тот номер", Outcome.BAD_DATA, "wrong_person"),
        ("wrong number", Outcome.BAD_DATA, "wrong_person"),
        ("Машина продана", Outcome.BAD_DATA, "car_sold"),
        ("Уже обслужен (дата, пробег)", Outcome.INTERVIEW, "already_serviced"),
    ],
)
def test_words_stand_for_a_result(cell: str, outcome: Outcome, code: str | None) -> None:
    found = SHIPPED.read(cell)
    assert isinstance(found, Meaning) and found.outcome is outcome
    assert (found.code.code if found.code else None) == code


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("Дозвонились", "Жалоба"),
        ("записан, машина продана", "Автомобиль продан"),
        ("не дозвонился до клиента, но записан", "Клиент записан на сервис во время звонка"),
        ("дозвонились, не отвечает", "Нет ответа"),
        ("перезвонит", "Подумает, перезвонить позже"),
        ("???", "Жалоба"),
        ("не записан", "Клиент записан на сервис во время звонка"),
    ],
)
def test_what_is_not_clear_names_what_may_be_meant(cell: str, meant: str) -> None:
    found = SHIPPED.read(cell)
    assert isinstance(found, Unclear) and meant in found.meant


def test_a_result_that_is_not_offered_is_not_replaced_by_less() -> None:
    few = words("busy", "refuses_all", "car_sold")
    assert few.read("занято") == Meaning(Outcome.NO_ANSWER, None)
    assert isinstance(few.read("больше не звонить"), Unclear)
    assert isinstance(few.read("машина продана"), Unclear)


def test_no_spelling_stands_twice() -> None:
    told = [heading_norm(one) for spelled in _SPELLINGS.values() for one in spelled.split("|")]
    assert sorted(told) == sorted(set(told)) and "" not in told
    assert {code for _, code in _SPELLINGS} - {""} <= {one.code for one in ALL}
