"""A definition as JSON and back: versioned, and checked piece by piece when read (rule 17).

What cannot be read is refused with the place where it stands; a field or relation that is not
known any more is not this module's business but that of ``checking``.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar

from core.days import sane_day
from core.errors import Refused
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
from selections.values import FURTHEST, MOST_NUMBER

VERSION = 1
DEEPEST = 12
"""Groups and relations in one another."""
LARGEST_SAMPLE = 10_000_000
MOST_NODES = 300
MOST_VALUES = 5_000
"""In one condition: a list of VINs."""
LONGEST_TEXT = 500
Member = TypeVar("Member", bound=StrEnum)


class DefinitionUnreadable(Refused):
    """The JSON is no definition; ``where`` is the way to the piece that cannot be read."""

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where


class DefinitionTooNew(Refused):
    """A later release of the program wrote it."""

    def __init__(self, version: int) -> None:
        super().__init__(version)
        self.version = version


def to_wire(definition: Definition) -> dict[str, Any]:
    """The definition as JSON values."""
    return {
        "version": VERSION,
        "subject": definition.subject.value,
        "rule": _rule_out(definition.rule),
        "parameters": [_parameter_out(one) for one in definition.parameters],
        "sample": definition.sample,
        "columns": list(definition.columns),
    }


def from_wire(wire: Any) -> Definition:
    """The definition. Raises DefinitionUnreadable, DefinitionTooNew."""
    reader = _Reader()
    parts = reader.mapping(wire, "")
    version = parts.get("version")
    if not isinstance(version, int) or version < 1:
        raise DefinitionUnreadable("version")
    if version > VERSION:
        raise DefinitionTooNew(version)
    rule = reader.rule(parts.get("rule"), "rule", 0)
    if not isinstance(rule, Group):
        raise DefinitionUnreadable("rule")
    sample = parts.get("sample")
    if sample is not None and not (_is_whole(sample) and 0 < sample <= LARGEST_SAMPLE):
        raise DefinitionUnreadable("sample")
    return Definition(
        subject=reader.member(Subject, parts.get("subject"), "subject"),
        rule=rule,
        parameters=tuple(reader.each(parts.get("parameters", []), "parameters", reader.parameter)),
        sample=sample,
        columns=tuple(reader.each(parts.get("columns", []), "columns", reader.text)),
    )


def value_to_wire(value: Value) -> Any:
    """One value as JSON: constants carry their type where JSON has none."""
    match value:
        case FromToday():
            return {"from_today": value.amount, "span": value.span.value}
        case Earlier():
            return {"earlier": value.amount, "span": value.span.value}
        case Asked():
            return {"asked": value.parameter}
        case Decimal():
            return {"number": str(value)}
        case date():
            return {"day": value.isoformat()}
    return value


def value_from_wire(wire: Any) -> Value:
    """The value. Raises DefinitionUnreadable."""
    return _Reader().value(wire, "")


def _rule_out(rule: Rule) -> dict[str, Any]:
    match rule:
        case Group():
            return {"join": rule.join.value, "items": [_rule_out(item) for item in rule.items]}
        case Condition():
            return {
                "field": rule.field,
                "operator": rule.operator.value,
                "values": [value_to_wire(value) for value in rule.values],
            }
        case Having():
            return {
                "having": rule.relation,
                "where": _rule_out(rule.where),
                "operator": rule.operator.value,
                "values": [value_to_wire(value) for value in rule.values],
                "sum_of": rule.sum_of,
            }
        case Newest():
            return {
                "newest": rule.relation,
                "among": _rule_out(rule.among),
                "where": _rule_out(rule.where),
            }
        case Found():
            return {"found_by": rule.selection_id}


def _parameter_out(parameter: Parameter) -> dict[str, Any]:
    default = parameter.default
    return {
        "code": parameter.code,
        "type": parameter.type.value,
        "label": parameter.label,
        "default": None if default is None else value_to_wire(default),
        "is_required": parameter.is_required,
    }


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_amount(wire: Any, span: Any) -> bool:
    return _is_whole(wire) and abs(wire) <= FURTHEST[Span(span)]


class _Reader:
    """Reads one definition; counts what it has read."""

    def __init__(self) -> None:
        self.nodes = 0

    def rule(self, wire: Any, where: str, depth: int) -> Rule:
        parts = self.mapping(wire, where)
        self.nodes += 1
        if depth > DEEPEST or self.nodes > MOST_NODES:
            raise DefinitionUnreadable(where)
        if "join" in parts:
            return self.group(parts, where, depth)
        if "field" in parts:
            return Condition(
                self.text(parts["field"], f"{where}.field"),
                self.member(Operator, parts.get("operator"), f"{where}.operator"),
                self.values(parts.get("values", []), f"{where}.values"),
            )
        if "having" in parts:
            sum_of = parts.get("sum_of")
            return Having(
                self.text(parts["having"], f"{where}.having"),
                self.group(parts.get("where"), f"{where}.where", depth + 1),
                self.member(Operator, parts.get("operator"), f"{where}.operator"),
                self.values(parts.get("values", []), f"{where}.values"),
                None if sum_of is None else self.text(sum_of, f"{where}.sum_of"),
            )
        if "newest" in parts:
            return Newest(
                self.text(parts["newest"], f"{where}.newest"),
                self.group(parts.get("among"), f"{where}.among", depth + 1),
                self.group(parts.get("where"), f"{where}.where", depth + 1),
            )
        if _is_whole(parts.get("found_by")) and 0 <= parts["found_by"] <= MOST_NUMBER:
            return Found(parts["found_by"])
        raise DefinitionUnreadable(where)

    def group(self, wire: Any, where: str, depth: int) -> Group:
        parts = self.mapping(wire, where)
        items = parts.get("items")
        if not isinstance(items, list):
            raise DefinitionUnreadable(f"{where}.items")
        return Group(
            self.member(Join, parts.get("join"), f"{where}.join"),
            tuple(
                self.rule(item, f"{where}.{place}", depth + 1) for place, item in enumerate(items)
            ),
        )

    def values(self, wire: Any, where: str) -> tuple[Value, ...]:
        return tuple(self.each(wire, where, self.value))

    def value(self, wire: Any, where: str) -> Value:
        if isinstance(wire, bool) or (_is_whole(wire) and abs(wire) < 2**53):
            return bool(wire) if isinstance(wire, bool) else int(wire)
        if isinstance(wire, str):
            return self.text(wire, where)
        parts = self.mapping(wire, where)
        try:
            match parts:
                case {"from_today": amount, "span": span} if _is_amount(amount, span):
                    return FromToday(amount, Span(span))
                case {"earlier": amount, "span": span} if _is_amount(amount, span) and amount >= 0:
                    return Earlier(amount, Span(span))
                case {"asked": str(parameter)}:
                    return Asked(self.text(parameter, where))
                case {"number": str(number)} if len(number) < 30 and Decimal(number).is_finite():
                    return Decimal(number)
                case {"day": str(day)}:
                    return sane_day(day)
        except (ValueError, InvalidOperation) as error:
            raise DefinitionUnreadable(where) from error
        raise DefinitionUnreadable(where)

    def parameter(self, wire: Any, where: str) -> Parameter:
        parts = self.mapping(wire, where)
        default = parts.get("default")
        is_required = parts.get("is_required", True)
        if not isinstance(is_required, bool):
            raise DefinitionUnreadable(f"{where}.is_required")
        return Parameter(
            self.text(parts.get("code"), f"{where}.code"),
            self.member(ParameterType, parts.get("type"), f"{where}.type"),
            self.text(parts.get("label", ""), f"{where}.label"),
            None if default is None else self.value(default, f"{where}.default"),
            is_required,
        )

    def each(self, wire: Any, where: str, read: Callable[[Any, str], Any]) -> list[Any]:
        if not isinstance(wire, list) or len(wire) > MOST_VALUES:
            raise DefinitionUnreadable(where)
        return [read(one, f"{where}.{place}") for place, one in enumerate(wire)]

    def mapping(self, wire: Any, where: str) -> Mapping[str, Any]:
        if not isinstance(wire, dict):
            raise DefinitionUnreadable(where)
        return wire

    def text(self, wire: Any, where: str) -> str:
        if not isinstance(wire, str) or len(wire) > LONGEST_TEXT or "\x00" in wire:
            raise DefinitionUnreadable(where)
        return wire

    def member(self, kind: type[Member], wire: Any, where: str) -> Member:
        try:
            return kind(wire)
        except ValueError as error:
            raise DefinitionUnreadable(where) from error
