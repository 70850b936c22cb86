"""A rule made ready to be read: answers put in, days counted, what was left unanswered left out."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TypeVar

from core.days import moved
from selections.rules import (
    Asked,
    Condition,
    Constant,
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

Answer = Value | tuple[Value, ...]
Node = TypeVar("Node", Condition, Having)
Answers = Mapping[str, Answer]
"""What was answered, by the code of the parameter; several values for a choice of several."""


def settle(rule: Group, answers: Answers, today: date) -> Group:
    """The rule with nothing in it but constants and ``Earlier``.

    A condition whose parameter has no answer is left out, and a group or a relation with nothing
    left of what was asked in it as well; of a BETWEEN with one answer the other end is open.
    Sub-selections stay as they are.
    """
    settled = _group(rule, answers, today)
    return settled if settled is not None else Group(Join.ALL)


def days_of(amount: int, span: Span) -> tuple[int, int]:
    """Months and days of a length of time."""
    match span:
        case Span.DAY:
            return 0, amount
        case Span.WEEK:
            return 0, 7 * amount
        case Span.MONTH:
            return amount, 0
        case Span.YEAR:
            return 12 * amount, 0


def in_order(values: tuple[Value, ...]) -> tuple[Value, ...]:
    """The ends of a BETWEEN, the earlier one first where that is sure on any day.

    «12 to 18 months ago» is said as often as «18 to 12»: two lengths from today mean one period,
    and are kept as they were typed. Of different spans (52 weeks, a year) which end is first
    depends on the day; those mean what they say.
    """
    match values:
        case (FromToday() as low, FromToday() as high) if low.span is high.span:
            return (low, high) if low.amount <= high.amount else (high, low)
    return values


def day_from(today: date, value: FromToday) -> date:
    """The day that it means today."""
    months, days = days_of(value.amount, value.span)
    return moved(today, months=months, days=days)


def _group(group: Group, answers: Answers, today: date) -> Group | None:
    items = tuple(
        settled
        for item in group.items
        if (settled := settle_part(item, answers, today)) is not None
    )
    return replace(group, items=items) if items else None


def settle_part(rule: Rule, answers: Answers, today: date) -> Rule | None:
    """The same of one node; None when it is left out."""
    match rule:
        case Group():
            return _group(rule, answers, today)
        case Condition():
            return _compared(rule, answers, today)
        case Having():
            compared = _compared(rule, answers, today)
            where = settle(rule.where, answers, today)
            if compared is None or _is_emptied((rule.where,), (where,)):
                return None
            return replace(compared, where=where)
        case Newest():
            before = (rule.among, rule.where)
            among, where = (settle(group, answers, today) for group in before)
            if _is_emptied(before, (among, where)):
                return None
            return replace(rule, among=among, where=where)
        case Found():
            return rule


def _is_emptied(before: tuple[Group, ...], after: tuple[Group, ...]) -> bool:
    """Whether there was something in these groups and nothing is left.

    «Has a visit in workshop [not answered]» would otherwise mean «has a visit».
    """
    return any(group.items for group in before) and not any(group.items for group in after)


def _compared(rule: Node, answers: Answers, today: date) -> Node | None:
    is_period = rule.operator is Operator.BETWEEN
    values = in_order(rule.values) if is_period else rule.values
    answered = [_answered(value, answers, today) for value in values]
    if is_period and len(answered) == 2 and answered != [(), ()]:
        low, high = answered
        if not low or not high:
            one_end = Operator.AT_LEAST if low else Operator.AT_MOST
            return replace(rule, operator=one_end, values=low or high)
    if rule.values and not all(answered):
        return None
    return replace(rule, values=tuple(value for values in answered for value in values))


def _answered(value: Value, answers: Answers, today: date) -> tuple[Constant | Earlier, ...]:
    if isinstance(value, Asked):
        given = answers.get(value.parameter, ())
        several = given if isinstance(given, tuple) else (given,)
        return tuple(one for answer in several for one in _answered(answer, {}, today))
    if isinstance(value, FromToday):
        return (day_from(today, value),)
    assert isinstance(value, bool | int | Decimal | date | str | Earlier)
    return (value,)
