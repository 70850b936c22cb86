"""What is wrong with a definition, each with its place: shown while editing, refused at saving."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from core.errors import NotFound
from selections.fields import SUBJECT_ENTITIES, Catalogue, Field, FieldType, Relation
from selections.rules import (
    Asked,
    Condition,
    Definition,
    Earlier,
    Found,
    FromToday,
    Group,
    Having,
    Newest,
    Operator,
    ParameterType,
    Path,
    Rule,
    Value,
    walk,
)
from selections.settling import Answers, day_from

FOUND = "found"
"""What a problem of another selection within the rule is named after while none is chosen."""


class Fault(StrEnum):
    """What may be wrong at a place of the rule."""

    EMPTY_GROUP = "empty_group"
    UNKNOWN_FIELD = "unknown_field"
    """A field or relation that is not there, or not there at this place."""
    UNKNOWN_OPERATOR = "unknown_operator"
    VALUE_MISSING = "value_missing"
    VALUE_OF_OTHER_TYPE = "value_of_other_type"
    TURNED_ROUND = "turned_round"
    """From is after until."""
    UNKNOWN_PARAMETER = "unknown_parameter"
    NO_ORDER = "no_order"
    """The newest of rows that have no day."""
    NO_ANCHOR = "no_anchor"
    """«Before that day» where there is no such day."""
    SELECTION_GONE = "selection_gone"
    CIRCLE = "circle"
    """The selection contains itself, perhaps through others."""


@dataclass(frozen=True)
class Problem:
    """One fault and where it stands."""

    path: Path
    fault: Fault
    name: str = ""
    """The field, relation, parameter or selection that is meant."""


DefinitionOf = Callable[[int], Definition]
"""The saved version of a selection. Raises NotFound."""

_TYPES: Mapping[FieldType, tuple[type, ...]] = {
    FieldType.TEXT: (str,),
    FieldType.NUMBER: (int,),
    FieldType.MONEY: (int, Decimal),
    FieldType.DAY: (date, FromToday, Earlier),
    FieldType.CHOICE: (str, int),
    FieldType.YES_NO: (bool,),
}
_PARAMETERS: Mapping[FieldType, frozenset[ParameterType]] = {
    FieldType.TEXT: frozenset({ParameterType.TEXT}),
    FieldType.NUMBER: frozenset({ParameterType.NUMBER}),
    FieldType.MONEY: frozenset({ParameterType.NUMBER}),
    FieldType.DAY: frozenset({ParameterType.DAY}),
    FieldType.CHOICE: frozenset(
        {ParameterType.UNIT, ParameterType.CENTRE, ParameterType.WORKSHOP, ParameterType.TEXT}
    ),
    FieldType.YES_NO: frozenset(),
}


def problems_of(
    definition: Definition,
    *,
    catalogue: Catalogue,
    today: date,
    definition_of: DefinitionOf,
    selection_id: int | None = None,
) -> list[Problem]:
    """All that is wrong with it, in the order of the tree; ``selection_id``: its own, if saved."""
    checker = _Checker(catalogue, definition, today)
    found = list(checker.rule(definition.rule, (), SUBJECT_ENTITIES[definition.subject], None))
    return found + list(_circles(definition, definition_of, selection_id))


def is_turned_round(values: tuple[Value, ...], answers: Answers, today: date) -> bool:
    """Whether the first of two ends that can be compared comes after the second."""
    if len(values) != 2:
        return False
    low, high = (_comparable(value, answers, today) for value in values)
    if low is None or high is None or isinstance(low, date) != isinstance(high, date):
        return False
    return bool(low > high)  # type: ignore[operator]


def _comparable(value: Value, answers: Answers, today: date) -> int | Decimal | date | None:
    if isinstance(value, Asked):
        given = answers.get(value.parameter)
        return None if given is None or isinstance(given, tuple) else _comparable(given, {}, today)
    if isinstance(value, FromToday):
        return day_from(today, value)
    return value if isinstance(value, int | Decimal | date) else None


class _Checker:
    def __init__(self, catalogue: Catalogue, definition: Definition, today: date) -> None:
        self.catalogue, self.today = catalogue, today
        self.parameters = {one.code: one.type for one in definition.parameters}

    def rule(
        self, rule: Rule, at: Path, scope: tuple[str, ...], within: Relation | None
    ) -> Iterator[Problem]:
        match rule:
            case Group():
                if not rule.items:
                    yield Problem(at, Fault.EMPTY_GROUP)
                yield from self._items(rule, at, scope, within)
            case Condition():
                yield from self._condition(rule, at, scope, within)
            case Having() | Newest():
                yield from self._relation(rule, at, scope)

    def _items(
        self, group: Group, at: Path, scope: tuple[str, ...], within: Relation | None
    ) -> Iterator[Problem]:
        for place, item in enumerate(group.items):
            yield from self.rule(item, (*at, place), scope, within)

    def _condition(
        self, condition: Condition, at: Path, scope: tuple[str, ...], within: Relation | None
    ) -> Iterator[Problem]:
        asked = self.catalogue.field(condition.field)
        if asked is None or condition.field.partition(".")[0] not in scope:
            yield Problem(at, Fault.UNKNOWN_FIELD, condition.field)
            return
        if condition.operator not in asked.allowed:
            yield Problem(at, Fault.UNKNOWN_OPERATOR, condition.field)
            return
        type_ = FieldType.NUMBER if condition.operator is Operator.COMING else asked.type
        yield from self._values(condition, at, type_, within)

    def _relation(
        self, rule: Having | Newest, at: Path, scope: tuple[str, ...]
    ) -> Iterator[Problem]:
        relation = self.catalogue.relation(rule.relation)
        if relation is None or rule.relation.partition(".")[0] not in scope:
            yield Problem(at, Fault.UNKNOWN_FIELD, rule.relation)
            return
        inner = (relation.target,)
        if isinstance(rule, Newest):
            if relation.day is None:
                yield Problem(at, Fault.NO_ORDER, rule.relation)
            yield from self._items(rule.among, (*at, 0), inner, relation)
            yield from self._items(rule.where, (*at, 1), inner, relation)
            return
        yield from self._measure(rule, at, relation)
        yield from self._items(rule.where, (*at, 0), inner, relation)

    def _measure(self, rule: Having, at: Path, relation: Relation) -> Iterator[Problem]:
        type_ = FieldType.NUMBER
        if rule.sum_of is not None:
            summed = self._sum(rule.sum_of, relation)
            if summed is None:
                yield Problem(at, Fault.UNKNOWN_FIELD, rule.sum_of)
                return
            type_ = summed.type
        if rule.operator not in (Operator.AT_LEAST, Operator.AT_MOST, Operator.BETWEEN):
            yield Problem(at, Fault.UNKNOWN_OPERATOR, rule.relation)
            return
        yield from self._values(rule, at, type_, None)

    def _sum(self, code: str, relation: Relation) -> Field | None:
        summed = self.catalogue.field(code)
        is_number = summed is not None and summed.type in (FieldType.NUMBER, FieldType.MONEY)
        return summed if is_number and code.partition(".")[0] == relation.target else None

    def _values(
        self, node: Condition | Having, at: Path, type_: FieldType, within: Relation | None
    ) -> Iterator[Problem]:
        wanted = _count_of(node.operator)
        name = node.field if isinstance(node, Condition) else node.relation
        if len(node.values) != wanted if wanted is not None else not node.values:
            yield Problem(at, Fault.VALUE_MISSING, name)
            return
        for value in node.values:
            fault = self._value(value, type_, within)
            if fault is not None:
                is_parameter = isinstance(value, Asked)
                yield Problem(at, fault, value.parameter if is_parameter else name)  # type: ignore[union-attr]
                return
        if node.operator is Operator.BETWEEN and is_turned_round(node.values, {}, self.today):
            yield Problem(at, Fault.TURNED_ROUND, name)

    def _value(self, value: Value, type_: FieldType, within: Relation | None) -> Fault | None:
        if isinstance(value, Asked):
            if value.parameter not in self.parameters:
                return Fault.UNKNOWN_PARAMETER
            fits = self.parameters[value.parameter] in _PARAMETERS[type_]
            return None if fits else Fault.VALUE_OF_OTHER_TYPE
        if isinstance(value, Earlier) and (within is None or within.anchor is None):
            return Fault.NO_ANCHOR
        if value == "":
            return Fault.VALUE_MISSING
        is_number = isinstance(value, bool) and type_ is not FieldType.YES_NO
        fits = isinstance(value, _TYPES[type_]) and not is_number
        return None if fits else Fault.VALUE_OF_OTHER_TYPE


def _count_of(operator: Operator) -> int | None:
    """How many values it takes; None: one or more."""
    match operator:
        case Operator.KNOWN | Operator.UNKNOWN:
            return 0
        case Operator.BETWEEN:
            return 2
        case Operator.ONE_OF | Operator.NONE_OF | Operator.CONTAINS:
            return None
    return 1


def _circles(
    definition: Definition, definition_of: DefinitionOf, selection_id: int | None
) -> Iterator[Problem]:
    for path, rule in walk(definition.rule):
        if isinstance(rule, Found):
            if not rule.selection_id:
                yield Problem(path, Fault.VALUE_MISSING, FOUND)
                continue
            above = frozenset() if selection_id is None else frozenset({selection_id})
            fault = _fault_of(rule.selection_id, definition_of, above)
            if fault is not None:
                yield Problem(path, fault, str(rule.selection_id))


def _fault_of(
    selection_id: int, definition_of: DefinitionOf, above: frozenset[int]
) -> Fault | None:
    if selection_id in above:
        return Fault.CIRCLE
    try:
        inner = definition_of(selection_id)
    except NotFound:
        return Fault.SELECTION_GONE
    for _path, rule in walk(inner.rule):
        if isinstance(rule, Found):
            fault = _fault_of(rule.selection_id, definition_of, above | {selection_id})
            if fault is not None:
                return fault
    return None
