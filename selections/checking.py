"""What is wrong with a definition, each with its place: shown while editing, refused at saving."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from core.errors import NotFound
from selections.composing import DefinitionOf, asked_around, uses_of
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
    Path,
    Rule,
    Value,
    walk,
)
from selections.settling import Answers, day_from, in_order
from selections.values import Meant, is_answer, is_value, may_ask, meant_by

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
    SELECTION_FAULTY = "selection_faulty"
    """Something is wrong in the rule or in a default of the selection that is meant."""
    QUESTION_OPEN = "question_open"
    """That selection must be told something that the one around it does not ask for sure."""


@dataclass(frozen=True)
class Problem:
    """One fault and where it stands."""

    path: Path
    fault: Fault
    name: str = ""
    """The field, relation, parameter or selection that is meant."""


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
    within = _Within(catalogue, today, definition_of)
    return found + list(within.problems(definition, selection_id))


def is_turned_round(values: tuple[Value, ...], answers: Answers, today: date) -> bool:
    """Whether the first of two ends that can be compared comes after the second."""
    if len(values) != 2:
        return False
    low, high = (_comparable(value, answers, today) for value in in_order(values))
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
        meant = meant_by(asked, condition.operator)
        yield from self._values(condition, at, meant, within)

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
        summed = None
        if rule.sum_of is not None:
            summed = self._sum(rule.sum_of, relation)
            if summed is None:
                yield Problem(at, Fault.UNKNOWN_FIELD, rule.sum_of)
                return
        if rule.operator not in (Operator.AT_LEAST, Operator.AT_MOST, Operator.BETWEEN):
            yield Problem(at, Fault.UNKNOWN_OPERATOR, rule.relation)
            return
        yield from self._values(rule, at, meant_by(summed, rule.operator), None)

    def _sum(self, code: str, relation: Relation) -> Field | None:
        summed = self.catalogue.field(code)
        is_number = summed is not None and summed.type in (FieldType.NUMBER, FieldType.MONEY)
        return summed if is_number and code.partition(".")[0] == relation.target else None

    def _values(
        self, node: Condition | Having, at: Path, meant: Meant, within: Relation | None
    ) -> Iterator[Problem]:
        wanted = _count_of(node.operator)
        name = node.field if isinstance(node, Condition) else node.relation
        if len(node.values) != wanted if wanted is not None else not node.values:
            yield Problem(at, Fault.VALUE_MISSING, name)
            return
        for value in node.values:
            fault = self._value(value, meant, within)
            if fault is not None:
                is_parameter = isinstance(value, Asked)
                yield Problem(at, fault, value.parameter if is_parameter else name)  # type: ignore[union-attr]
                return
        if node.operator is Operator.BETWEEN and is_turned_round(node.values, {}, self.today):
            yield Problem(at, Fault.TURNED_ROUND, name)

    def _value(self, value: Value, meant: Meant, within: Relation | None) -> Fault | None:
        if isinstance(value, Asked):
            if value.parameter not in self.parameters:
                return Fault.UNKNOWN_PARAMETER
            fits = may_ask(self.parameters[value.parameter], meant)
            return None if fits else Fault.VALUE_OF_OTHER_TYPE
        if isinstance(value, Earlier) and (within is None or within.anchor is None):
            return Fault.NO_ANCHOR
        if value == "":
            return Fault.VALUE_MISSING
        return None if is_value(value, meant) else Fault.VALUE_OF_OTHER_TYPE


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


@dataclass(frozen=True)
class _Within:
    """What is wrong with the selections within a rule."""

    catalogue: Catalogue
    today: date
    definition_of: DefinitionOf

    def problems(self, definition: Definition, selection_id: int | None) -> Iterator[Problem]:
        above = frozenset() if selection_id is None else frozenset({selection_id})
        for path, rule in walk(definition.rule):
            if isinstance(rule, Found) and not rule.selection_id:
                yield Problem(path, Fault.VALUE_MISSING, FOUND)
            elif isinstance(rule, Found):
                fault, name = self._fault(rule.selection_id, definition, above)
                if fault is not None:
                    yield Problem(path, fault, name or str(rule.selection_id))

    def _fault(
        self, selection_id: int, around: Definition, above: frozenset[int]
    ) -> tuple[Fault | None, str]:
        """The first fault of a selection within another, and the question that is meant."""
        if selection_id in above:
            return Fault.CIRCLE, ""
        try:
            inner = self.definition_of(selection_id)
        except NotFound:
            return Fault.SELECTION_GONE, ""
        for _path, rule in walk(inner.rule):
            if isinstance(rule, Found):
                found = self._fault(rule.selection_id, inner, above | {selection_id})
                if found[0] is not None:
                    return found
        if self._is_faulty(inner):
            return Fault.SELECTION_FAULTY, ""
        return _open_question(around, inner)

    def _is_faulty(self, inner: Definition) -> bool:
        rule, scope = inner.rule, SUBJECT_ENTITIES[inner.subject]
        checker = _Checker(self.catalogue, inner, self.today)
        if next(checker.rule(rule, (), scope, None), None) is not None:
            return True
        uses = uses_of(inner, catalogue=self.catalogue, definition_of=self.definition_of)
        return any(
            not is_answer(one.default, one.type, uses.get(one.code, ()))
            for one in inner.parameters
            if one.default is not None and one.default != ""
        )


def _open_question(around: Definition, inner: Definition) -> tuple[Fault | None, str]:
    """A question that must be answered, and that neither a default nor the rule around answers."""
    for one in inner.parameters:
        outer = asked_around(around, one)
        is_told = outer is not None and outer.is_required
        if one.is_required and one.default in (None, "") and not is_told:
            return Fault.QUESTION_OPEN, one.label or one.code
    return None, ""
