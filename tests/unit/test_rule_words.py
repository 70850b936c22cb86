"""A rule in words, and what differs between two versions of one."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from flask import Flask, g

from selections.checking import Fault, Problem, problems_of
from selections.rules import (
    Asked,
    Condition,
    Definition,
    Earlier,
    Found,
    FromToday,
    Group,
    Having,
    Join,
    Newest,
    Operator,
    Parameter,
    ParameterType,
    Rule,
    Span,
    Value,
)
from tests.conftest import NOON, settings_for
from webui import i18n
from webui.labels.rule_changes import Change, ChangeKind, changes
from webui.labels.rule_fields import FIELDS, RELATIONS
from webui.labels.rule_sentences import Names, rule_words
from webui.labels.rules import fault_words
from webui.labels.selection_kinds import KINDS as KIND_WORDS
from worklists.selection_fields import CATALOGUE
from worklists.selection_kinds import KINDS

NAMES = Names(
    CATALOGUE,
    {
        ("vehicle.make", "Kia"): "Kia",
        ("vehicle.make", "Hyundai"): "Hyundai",
        ("visit.workshop", "3"): "Цех № 3",
        ("visit.unit", "7"): "Север",
        ("recommendation.status", "open"): "Открыта",
        ("recommendation.status", "declined"): "Отклонена",
    },
    {5: "Наши клиенты"},
)
VISITED = Newest(
    "vehicle.visits",
    Group(Join.ALL, (Condition("visit.workshop", Operator.ONE_OF, (3,)),)),
    Group(
        Join.ALL,
        (
            Condition(
                "visit.done_on",
                Operator.BETWEEN,
                (FromToday(-18, Span.MONTH), FromToday(-12, Span.MONTH)),
            ),
            Having("visit.earlier", values=(2,)),
        ),
    ),
)
OPEN = Having(
    "vehicle.recommendations",
    Group(Join.ALL, (Condition("recommendation.status", Operator.ONE_OF, ("open",)),)),
)
MAKES = Condition("vehicle.make", Operator.ONE_OF, ("Kia", "Hyundai"))
LOST = Definition(rule=Group(Join.ALL, (MAKES, VISITED, OPEN)))


@pytest.fixture(autouse=True)
def page() -> Iterator[None]:
    app = Flask("webui")
    i18n.install(app, settings_for("", Path()))
    with app.test_request_context("/"):
        g.now = NOON
        yield


def said(*items: Rule, parameters: tuple[Parameter, ...] = ()) -> str:
    return rule_words(Definition(rule=Group(Join.ALL, items), parameters=parameters), NAMES)


def visited(operator: Operator, *values: Value) -> str:
    where = Group(Join.ALL, (Condition("visit.done_on", operator, values),))
    return said(Having("vehicle.visits", where))


def test_a_rule_reads_as_a_sentence() -> None:
    assert rule_words(LOST, NAMES) == (
        "марка Kia или Hyundai; последний заезд в цех «Цех № 3» от 18 до 12 месяцев назад, "
        "до него не меньше 2 заездов; есть открытая рекомендация"
    )


@pytest.mark.parametrize(
    ("operator", "values", "words"),
    [
        (
            Operator.BETWEEN,
            (FromToday(-60, Span.DAY), FromToday(0, Span.DAY)),
            "за последние 60 дней",
        ),
        (Operator.BETWEEN, (date(2026, 1, 1), date(2026, 3, 1)), "с 1 января по 1 марта"),
        (Operator.AT_LEAST, (FromToday(-3, Span.YEAR),), "за последние 3 года"),
        (Operator.AT_MOST, (FromToday(-12, Span.MONTH),), "12 месяцев назад или раньше"),
        (Operator.AT_LEAST, (Asked("period_from"),), "не раньше [начало периода?]"),
        (Operator.AT_LEAST, ("",), "…"),
    ],
)
def test_days_read_as_people_say_them(
    operator: Operator, values: tuple[Value, ...], words: str
) -> None:
    assert visited(operator, *values) == f"есть заезд {words}"


def test_counts_sums_and_their_absence() -> None:
    paid = Having(
        "vehicle.visits", operator=Operator.AT_LEAST, values=(50_000,), sum_of="visit.total"
    )
    assert said(paid) == "сумма заказ-наряда по заездам всего не меньше 50\u00a0000 ₽"
    assert said(replace(OPEN, operator=Operator.AT_MOST, values=(0,))) == (
        "нет открытых рекомендаций"
    )
    expected = Condition("booking.state", Operator.ONE_OF, ("requested",))
    ahead = Condition("booking.wanted_on", Operator.AT_LEAST, (FromToday(0, Span.DAY),))
    booked = Having("vehicle.bookings", Group(Join.ALL, (expected, ahead)))
    assert said(booked) == "автомобиль записан на сервис сегодня или позже"
    assert said(replace(booked, operator=Operator.AT_MOST, values=(0,))) == (
        "автомобиль не записан на сервис сегодня или позже"
    )
    assert said(Having("vehicle.bookings")) == "есть запись автомобиля на сервис"
    before = Condition("visit.done_on", Operator.AT_LEAST, (Earlier(3, Span.YEAR),))
    assert said(Having("visit.earlier", Group(Join.ALL, (before,)), values=(5,))) == (
        "до него не меньше 5 заездов за 3 года"
    )


def test_groups_keep_their_brackets_and_what_is_unknown_is_named() -> None:
    old = Condition("vehicle.year", Operator.AT_MOST, (2015,))
    phone = Condition("client.has_phone", Operator.IS, (False,))
    assert said(Group(Join.ANY, (old, MAKES)), phone, Found(5)) == (
        "(год выпуска не больше 2015 или марка Kia или Hyundai); нет телефона; "
        "входит в выборку «Наши клиенты»"
    )
    assert said(Group(Join.NONE, (old, phone))) == (
        "ни одно из: год выпуска не больше 2015; нет телефона"
    )
    assert "vehicle.colour" in said(Condition("vehicle.colour", Operator.ONE_OF, ("red",)))
    assert said() == "все клиенты подразделения"


def test_two_versions_differ_in_words() -> None:
    wider = replace(MAKES, values=("Kia",))
    asked = Parameter("workshop", ParameterType.WORKSHOP)
    after = replace(LOST, rule=Group(Join.ALL, (wider, VISITED)), parameters=(asked,), sample=100)
    assert changes(LOST, after, NAMES) == [
        Change(ChangeKind.CHANGED, "все найденные", "случайные 100"),
        Change(ChangeKind.CHANGED, "марка Kia или Hyundai", "марка Kia"),
        Change(ChangeKind.REMOVED, "есть открытая рекомендация", ""),
        Change(ChangeKind.ADDED, "", "вопрос при запуске «Цех», ответ обязателен"),
    ]
    assert changes(LOST, LOST, NAMES) == []


def test_everything_that_may_be_asked_and_be_wrong_has_words() -> None:
    for entity in CATALOGUE.entities.values():
        assert set(entity.fields) <= set(FIELDS)
        assert set(entity.relations) <= set(RELATIONS)
    for fault in Fault:
        assert "%(" not in fault_words(Problem((0,), fault, "vehicle.make"))
    empty = Definition(rule=Group(Join.ALL, (replace(MAKES, values=()),)))
    found = problems_of(empty, catalogue=CATALOGUE, today=date(2026, 3, 18), definition_of=_none)
    assert [fault_words(one) for one in found] == ["«Марка»: укажите значение."]


def test_every_kind_that_ships_reads_as_a_sentence() -> None:
    assert list(KIND_WORDS) == [kind.code for kind in KINDS]
    for kind in KINDS:
        words = rule_words(kind.definition, NAMES)
        assert "…" not in words and "которого больше нет" not in words
        assert not re.search(r"[a-z]+\\.[a-z]", words), words
        assert "вопрос «" not in words


def _none(_id: int) -> Definition:
    raise AssertionError
