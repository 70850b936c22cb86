"""A rule while it is being built: as typed, unfinished values and all; and back and forth (A5)."""

import json
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from core.days import FIRST_DAY, LAST_DAY
from selections.fields import Catalogue, FieldType
from selections.rules import (
    Asked,
    Condition,
    Earlier,
    Found,
    FromToday,
    Group,
    Having,
    Join,
    Newest,
    Operator,
    Rule,
    Span,
    Value,
)
from selections.values import FURTHEST, MOST_MONEY, MOST_NUMBER, ROWS
from selections.wire import DefinitionUnreadable, value_from_wire, value_to_wire
from webui.numbers import row_number_or_none

MEASURES = ("some", "none", "at_least", "at_most", "between")
PERIODS = ("ago", "ahead", "on", "ask", "each")
"""How a period is typed: both ends alike, or each by itself."""
DAY_MODES = ("ago", "ahead", "on", "ask", "before")
NO_VALUES = (Operator.KNOWN, Operator.UNKNOWN)
LISTS = (Operator.ONE_OF, Operator.NONE_OF, Operator.CONTAINS)


@dataclass
class Slot:
    """One value as it is typed."""

    mode: str = "is"
    """For a day one of DAY_MODES; else ``is`` or ``ask``."""
    text: str = ""
    day: str = ""
    span: str = Span.MONTH.value
    parameter: str = ""


@dataclass
class Node:
    """A node of the tree as it is typed."""

    kind: str
    """``group``, ``condition``, ``having``, ``newest`` or ``found``."""
    code: str = ""
    """The field, the relation, or the number of a selection."""
    join: Join = Join.ALL
    operator: str = ""
    period: str = ""
    """One of PERIODS for a day BETWEEN."""
    slots: list[Slot] = field(default_factory=list)
    chosen: list[str] = field(default_factory=list)
    asked: str = ""
    """The parameter that a list of values asks for."""
    raw: str = ""
    """The values as JSON, of a field that is not there any more."""
    sum_of: str = ""
    kids: list["Node"] = field(default_factory=list)


def node_of(rule: Rule, catalogue: Catalogue) -> Node:
    """The rule as it is typed."""
    match rule:
        case Group():
            kids = [node_of(item, catalogue) for item in rule.items]
            return Node("group", join=rule.join, kids=kids)
        case Condition():
            return _condition_node(rule, catalogue)
        case Having():
            node = Node("having", rule.relation, kids=[node_of(rule.where, catalogue)])
            node.sum_of = rule.sum_of or ""
            node.operator, node.slots = _measure(rule)
            return node
        case Newest():
            kids = [node_of(rule.among, catalogue), node_of(rule.where, catalogue)]
            return Node("newest", rule.relation, kids=kids)
        case Found():
            return Node("found", str(rule.selection_id))


def _measure(having: Having) -> tuple[str, list[Slot]]:
    if having.sum_of is None and (having.operator, having.values) == (Operator.AT_LEAST, (1,)):
        return "some", [Slot()]
    if having.sum_of is None and (having.operator, having.values) == (Operator.AT_MOST, (0,)):
        return "none", [Slot()]
    return having.operator.value, [slot_of(value) for value in having.values]


def _condition_node(condition: Condition, catalogue: Catalogue) -> Node:
    node = Node("condition", condition.field, operator=condition.operator.value)
    asked = catalogue.field(condition.field)
    if asked is None:
        node.raw = json.dumps([value_to_wire(value) for value in condition.values])
        return node
    if is_list(asked.type, condition.operator):
        for value in condition.values:
            if isinstance(value, Asked):
                node.asked = value.parameter
            else:
                node.chosen.append(str(value))
        return node
    node.slots = [slot_of(value) for value in condition.values]
    if asked.type is FieldType.DAY and condition.operator is Operator.BETWEEN:
        node.period = _period(condition.values)
    return node


def _period(values: tuple[Value, ...]) -> str:
    match values:
        case (FromToday() as low, FromToday() as high) if low.span is high.span:
            if low.amount <= 0 and high.amount <= 0:
                return "ago"
            return "ahead" if low.amount >= 0 and high.amount >= 0 else "each"
        case (Asked(), Asked()):
            return "ask"
        case (date(), date()):
            return "on"
    return "each"


def slot_of(value: Value) -> Slot:
    """How a value is typed."""
    match value:
        case FromToday(amount=amount, span=span):
            mode = "ahead" if amount > 0 else "ago"
            return Slot(mode, str(abs(amount)), span=span.value)
        case Earlier(amount=amount, span=span):
            return Slot("before", str(amount), span=span.value)
        case Asked(parameter=parameter):
            return Slot("ask", parameter=parameter)
        case bool():
            return Slot(text="yes" if value else "no")
        case date():
            return Slot("on", day=value.isoformat())
    return Slot(text=str(value))


def rule_of(node: Node, catalogue: Catalogue) -> Rule:
    """What the typed node says; a value that is none stays as its text, for the check to tell."""
    match node.kind:
        case "group":
            return group_of(node, catalogue)
        case "having":
            return _having(node, catalogue)
        case "newest":
            among, where = (group_of(kid, catalogue) for kid in node.kids)
            return Newest(node.code, among, where)
        case "found":
            return Found(int(node.code or 0))
    return _condition(node, catalogue)


def group_of(node: Node, catalogue: Catalogue) -> Group:
    """The same for a node that is a group."""
    return Group(node.join, tuple(rule_of(kid, catalogue) for kid in node.kids))


def _having(node: Node, catalogue: Catalogue) -> Having:
    where = group_of(node.kids[0], catalogue)
    if node.operator == "some":
        return Having(node.code, where)
    if node.operator == "none":
        return Having(node.code, where, Operator.AT_MOST, (0,))
    summed = catalogue.field(node.sum_of) if node.sum_of else None
    type_ = summed.type if summed is not None else FieldType.NUMBER
    is_count = summed is None
    slots = node.slots[: wanted(node.operator)]
    values = tuple(value_of(slot, type_, is_count=is_count) for slot in slots)
    return Having(node.code, where, Operator(node.operator), values, node.sum_of or None)


def _condition(node: Node, catalogue: Catalogue) -> Condition:
    asked = catalogue.field(node.code)
    operator = Operator(node.operator)
    if asked is None:
        return Condition(node.code, operator, _raw_values(node.raw))
    if operator in NO_VALUES:
        return Condition(node.code, operator)
    if is_list(asked.type, operator):
        chosen: list[Value] = [*node.chosen]
        if asked.offers in ROWS:
            ids = map(row_number_or_none, node.chosen)
            chosen = [number for number in ids if number is not None]
        if node.asked:
            chosen.append(Asked(node.asked))
        return Condition(node.code, operator, tuple(chosen))
    type_ = FieldType.NUMBER if operator is Operator.COMING else asked.type
    slots = node.slots[: wanted(node.operator)]
    return Condition(node.code, operator, tuple(value_of(slot, type_) for slot in slots))


def is_list(type_: FieldType, operator: Operator) -> bool:
    """Whether any number of values may stand there."""
    return type_ in (FieldType.TEXT, FieldType.CHOICE) and operator in LISTS


def wanted(operator: str) -> int:
    """How many values are typed for it."""
    if operator in (Operator.KNOWN, Operator.UNKNOWN, "some", "none"):
        return 0
    return 2 if operator == Operator.BETWEEN else 1


def value_of(slot: Slot, type_: FieldType, *, is_count: bool = False) -> Value:
    """The value that is typed; its text when it is none. ``is_count``: of rows, not below 0."""
    if slot.mode == "ask":
        return Asked(slot.parameter)
    text = slot.text.strip()
    match type_:
        case FieldType.DAY:
            return _day(slot)
        case FieldType.YES_NO:
            return {"yes": True, "no": False}.get(text, text)
        case FieldType.NUMBER:
            bare = _bare(text)
            digits = bare if is_count else bare.removeprefix("-")
            is_number = digits.isascii() and digits.isdigit() and len(digits) < 11
            return int(bare) if is_number and int(digits) <= MOST_NUMBER else text
        case FieldType.MONEY:
            return _amount(text)
    return text


def _day(slot: Slot) -> Value:
    if slot.mode == "on":
        try:
            day = date.fromisoformat(slot.day)
        except ValueError:
            return slot.day
        return day if FIRST_DAY <= day <= LAST_DAY else slot.day
    text, span = _bare(slot.text), Span(slot.span)
    if not (text.isascii() and text.isdigit()) or len(text) > 6 or int(text) > FURTHEST[span]:
        return slot.text.strip()
    if slot.mode == "before":
        return Earlier(int(text), span)
    return FromToday(int(text) if slot.mode == "ahead" else -int(text), span)


def _amount(text: str) -> Value:
    try:
        amount = Decimal(_bare(text).replace(",", "."))
    except InvalidOperation:
        return text
    return amount if amount.is_finite() and abs(amount) <= MOST_MONEY else text


def _bare(text: str) -> str:
    return "".join(text.split()).replace("\u2212", "-")


def _raw_values(raw: str) -> tuple[Value, ...]:
    try:
        found: Any = json.loads(raw or "[]")
        return tuple(value_from_wire(one) for one in found) if isinstance(found, list) else ()
    except (ValueError, DefinitionUnreadable, RecursionError):
        return ()
