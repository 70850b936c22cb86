"""Random rules over a catalogue: every field, operator and relation, with values that meet."""

from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from core.days import FIRST_DAY, LAST_DAY
from selections.fields import (
    SUBJECT_ENTITIES,
    Catalogue,
    Field,
    FieldType,
    Offers,
    Relation,
)
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
    Subject,
    Value,
)
from tests.properties.rule_days import PURPOSES, TODAY, UNITS, WORKSHOPS
from tests.properties.rule_work import CAMPAIGNS, RESULTS
from tests.properties.rule_world import MAKES, WORKS

PARAMETERS = (
    Parameter("from", ParameterType.DAY, is_required=False),
    Parameter("until", ParameterType.DAY, is_required=False),
    Parameter("workshop", ParameterType.WORKSHOP, is_required=False),
    Parameter("times", ParameterType.NUMBER, is_required=False),
    Parameter("days", ParameterType.NUMBER, is_required=False),
)
_SPANS = st.sampled_from(Span)
_DAYS = st.one_of(
    st.sampled_from((date(2025, 3, 18), date(2024, 9, 18), date(2025, 9, 18), TODAY)),
    st.sampled_from((FIRST_DAY, LAST_DAY, FromToday(150, Span.YEAR), FromToday(-150, Span.YEAR))),
    st.builds(FromToday, st.sampled_from((-36, -18, -12, -6, -1, 0, 1, 30)), _SPANS),
    st.sampled_from((Asked("from"), Asked("until"))),
)
_NUMBERS = st.one_of(
    st.sampled_from((0, 1, 2, 3, 6, 2020, 15_000, 2**31 - 1)), st.just(Asked("times"))
)
_TEXTS = st.sampled_from((*MAKES[:3], "Rio", "то", "масла", "Иванов", "ромашка", "XTA"))
_VINS = ("xta 0000-0000-0000-03", "XTA00000000000007")
_MONEY = st.one_of(st.sampled_from((0, 5000, 10**12)), st.sampled_from((Decimal("1000.50"),)))


def definitions(
    catalogue: Catalogue, found: dict[int, Definition]
) -> st.SearchStrategy[Definition]:
    """Definitions that use everything the catalogue has."""
    return st.sampled_from(Subject).flatmap(
        lambda subject: st.builds(
            Definition,
            subject=st.just(subject),
            rule=_groups(catalogue, SUBJECT_ENTITIES[subject], None, 3, tuple(found)),
            parameters=st.just(PARAMETERS),
            sample=st.sampled_from((None, None, None, 1, 5)),
        )
    )


def answers() -> st.SearchStrategy[dict[str, Any]]:
    """Some answered, some not."""
    return st.fixed_dictionaries(
        {},
        optional={
            "from": st.sampled_from((date(2024, 9, 18), FromToday(-18, Span.MONTH))),
            "until": st.sampled_from((date(2025, 9, 19), FromToday(-6, Span.MONTH))),
            "workshop": st.sampled_from((3, (3, 6), 4)),
            "times": st.sampled_from((0, 1, 2, 2**31 - 1)),
            "days": st.sampled_from((0, 29, 10_000)),
        },
    )


def _groups(
    catalogue: Catalogue,
    scope: tuple[str, ...],
    within: Relation | None,
    depth: int,
    selections: tuple[int, ...] = (),
) -> st.SearchStrategy[Group]:
    nodes = [_conditions(catalogue, scope, within)]
    if depth:
        nodes.append(_groups(catalogue, scope, within, depth - 1, selections))
        relations = catalogue.relations_of(scope)
        if relations:
            nodes.append(
                st.sampled_from(relations).flatmap(lambda one: _related(catalogue, one, depth - 1))
            )
        if selections:
            nodes.append(st.builds(Found, st.sampled_from(selections)))
    items = st.lists(st.one_of(nodes), min_size=1, max_size=3 if depth > 1 else 2).map(tuple)
    return st.builds(Group, st.sampled_from(Join), items)


def _related(catalogue: Catalogue, relation: Relation, depth: int) -> st.SearchStrategy[Rule]:
    inner = (relation.target,)
    some = st.one_of(st.just(Group(Join.ALL)), _groups(catalogue, inner, relation, depth))
    summed = [
        one.code
        for one in catalogue.fields_of(inner)
        if one.type in (FieldType.MONEY, FieldType.NUMBER)
    ]
    counted = st.one_of(
        st.tuples(st.just(Operator.AT_LEAST), _NUMBERS.map(lambda n: (n,))),
        st.tuples(st.just(Operator.AT_MOST), _NUMBERS.map(lambda n: (n,))),
        st.just((Operator.BETWEEN, (1, 2))),
    )
    having = st.builds(
        lambda where, measure, sum_of: Having(relation.code, where, *measure, sum_of),
        some, counted, st.sampled_from((None, None, *summed)),
    )  # fmt: skip
    if relation.day is None:
        return having
    return st.one_of(having, st.builds(Newest, st.just(relation.code), some, some))


def _conditions(
    catalogue: Catalogue, scope: tuple[str, ...], within: Relation | None
) -> st.SearchStrategy[Condition]:
    fields = catalogue.fields_of(scope)
    return st.sampled_from(fields).flatmap(
        lambda asked: st.sampled_from(asked.allowed).flatmap(
            lambda operator: st.builds(
                Condition, st.just(asked.code), st.just(operator), _values(asked, operator, within)
            )
        )
    )


def _values(
    asked: Field, operator: Operator, within: Relation | None
) -> st.SearchStrategy[tuple[Value, ...]]:
    if operator in (Operator.KNOWN, Operator.UNKNOWN):
        return st.just(())
    if operator is Operator.COMING:
        return st.sampled_from(((0,), (29,), (300,), (400,), (10_000,), (Asked("days"),)))
    one = _value(asked, within)
    if operator is Operator.BETWEEN:
        return st.tuples(one, one)
    if operator in (Operator.ONE_OF, Operator.NONE_OF, Operator.CONTAINS):
        return st.lists(one, min_size=1, max_size=3).map(tuple)
    return st.tuples(one)


def _value(asked: Field, within: Relation | None) -> st.SearchStrategy[Any]:
    match asked.type:
        case FieldType.DAY:
            if within is None or within.anchor is None:
                return _DAYS
            amounts = st.sampled_from((0, 1, 6, 12, 13, 36, 150))
            return st.one_of(_DAYS, st.builds(Earlier, amounts, _SPANS))
        case FieldType.NUMBER:
            return _NUMBERS
        case FieldType.MONEY:
            return _MONEY
        case FieldType.YES_NO:
            return st.booleans()
        case FieldType.CHOICE:
            return _choice(asked)
        case FieldType.TEXT:
            if asked.code == "vehicle.vin":
                return _TEXTS | st.sampled_from(_VINS)
            return _TEXTS if asked.code != "visit_line.name" else st.sampled_from(WORKS)


def _choice(asked: Field) -> st.SearchStrategy[Any]:
    match asked.offers:
        case Offers.ENUM:
            assert asked.members is not None
            return st.sampled_from([member.value for member in asked.members])
        case Offers.PURPOSES:
            return st.sampled_from(PURPOSES)
        case Offers.CAMPAIGNS:
            return st.sampled_from(tuple(CAMPAIGNS))
        case Offers.RESULTS:
            return st.sampled_from(RESULTS)
        case Offers.WORKSHOPS:
            return st.one_of(st.sampled_from(WORKSHOPS), st.just(Asked("workshop")))
    return st.sampled_from(tuple(UNITS))


SUB_SELECTIONS = {
    1: Definition(
        subject=Subject.VEHICLE,
        rule=Group(
            Join.ALL,
            (
                Newest(
                    "vehicle.visits",
                    where=Group(Join.ALL, (Condition("visit.workshop", Operator.ONE_OF, (3,)),)),
                ),
            ),
        ),
    ),
    2: Definition(
        subject=Subject.CLIENT,
        rule=Group(
            Join.ANY,
            (
                Condition("client.has_phone", Operator.IS, (True,)),
                Having("client.vehicles", Group(Join.NONE, (Found(1),))),
            ),
        ),
        sample=9,
    ),
    3: Definition(
        rule=Group(
            Join.ALL,
            (
                Having(
                    "vehicle.visits",
                    Group(
                        Join.ALL,
                        (
                            Condition(
                                "visit.done_on", Operator.BETWEEN, (Asked("from"), Asked("until"))
                            ),
                            Condition("visit.mileage_km", Operator.AT_LEAST, (Asked("times"),)),
                        ),
                    ),
                ),
            ),
        ),
        parameters=(
            Parameter("from", ParameterType.DAY, default=FromToday(-18, Span.MONTH)),
            Parameter("until", ParameterType.DAY, default=date(2025, 9, 18), is_required=False),
            Parameter("times", ParameterType.NUMBER, default=20_000),
        ),
    ),
    4: Definition(
        subject=Subject.CLIENT,
        rule=Group(
            Join.ALL,
            (
                Condition("client.name", Operator.CONTAINS, (Asked("from"),)),
                Having("client.vehicles", Group(Join.ALL, (Found(3),))),
            ),
        ),
        parameters=(
            Parameter("from", ParameterType.TEXT, default="Иванов"),
            Parameter("times", ParameterType.NUMBER, is_required=False),
        ),
    ),
}
"""Selections that others may contain; the second has a sample, the third and the fourth ask
questions of the same names as those around them, the fourth one of another type."""
BEYOND: tuple[Value, ...] = (
    date(1, 1, 1), date(1899, 12, 31), date(2201, 1, 1), date(9999, 12, 31),
    FromToday(10_000, Span.YEAR), FromToday(-10_000, Span.YEAR), Earlier(10_000, Span.YEAR),
    -1, 2**31, -(2**31), 99_999_999_999, -(10**9), 10**13, Decimal("1e40"), Decimal("1.5"),
    "x", True,
)  # fmt: skip
"""Values that nobody means, or that belong to fields of another type."""


def beyond(catalogue: Catalogue) -> st.SearchStrategy[Definition]:
    """One condition on any field or number of rows, with a value that nobody means."""
    value = st.sampled_from(BEYOND)
    fields = [
        (code, one, operator)
        for code in ("client", "vehicle", "visit")
        for one in catalogue.entities[code].fields.values()
        for operator in one.allowed
        if operator not in (Operator.KNOWN, Operator.UNKNOWN)
    ]

    def condition(of: tuple[str, Field, Operator]) -> st.SearchStrategy[Rule]:
        code, asked, operator = of
        values = st.tuples(value, value) if operator is Operator.BETWEEN else st.tuples(value)
        made = st.builds(Condition, st.just(asked.code), st.just(operator), values)
        if code != "visit":
            return made
        # Inside «visits before it», where a day may be so far before another.
        return made.map(lambda one: _inside("vehicle.visits", _inside("visit.earlier", one)))

    summed = st.sampled_from((None, "visit.mileage_km", "visit.total"))
    counted = st.builds(
        lambda one, sum_of: Having("vehicle.visits", values=(one,), sum_of=sum_of), value, summed
    )
    rule = st.one_of(*[st.sampled_from(fields).flatmap(condition)] * 3, counted)
    return rule.map(lambda one: Definition(rule=Group(Join.ALL, (one,))))


def _inside(relation: str, rule: Rule) -> Rule:
    return Having(relation, Group(Join.ALL, (rule,)))
