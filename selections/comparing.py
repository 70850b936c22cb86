"""One condition on one value as SQL: true or false, never unknown."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, not_, or_

from core.days import earlier_day
from core.texts import holds_text
from selections.anniversaries import is_coming
from selections.fields import Field, Moment
from selections.rules import Condition, Earlier, Operator
from selections.settling import days_of

Truth = ColumnElement[bool]
Anchor = ColumnElement[Any] | None
"""The day that ``Earlier`` counts from."""


def compared(
    asked: Field,
    condition: Condition,
    row: Any,
    moment: Moment,
    anchor: Anchor = None,
    *,
    negated: bool = False,
) -> Truth:
    """The condition on the row's value (``negated``: its contrary); the unknown holds nothing."""
    column = asked.expression(row, moment)
    if condition.operator in (Operator.KNOWN, Operator.UNKNOWN):
        wants_known = (condition.operator is Operator.KNOWN) != negated
        known: Truth = column.is_not(None)
        return known if wants_known else column.is_(None)
    held = _held(asked, condition, column, moment, anchor)
    if not negated:
        return held
    return or_(column.is_(None), not_(held)) if asked.is_nullable else not_(held)


def _held(
    asked: Field, condition: Condition, column: ColumnElement[Any], moment: Moment, anchor: Anchor
) -> Truth:
    values = [_bound(value, anchor) for value in condition.values]
    match condition.operator:
        case Operator.ONE_OF | Operator.NONE_OF:
            if asked.spelt is not None:
                values = [asked.spelt(value) for value in values]
            is_one: Truth = column.in_(values)
            return is_one if condition.operator is Operator.ONE_OF else not_(is_one)
        case Operator.CONTAINS:
            return or_(*(holds_text(column, str(value)) for value in values))
        case Operator.IS:
            return column if values[0] else not_(column)
        case Operator.COMING:
            return is_coming(column, moment.today, int(values[0]))
        case Operator.AT_LEAST:
            return _from(asked, column, values[0], moment)
        case Operator.AT_MOST:
            return _until(asked, column, values[0], moment)
        case Operator.BETWEEN:
            return and_(
                _from(asked, column, values[0], moment), _until(asked, column, values[1], moment)
            )
    raise AssertionError(condition.operator)


def _bound(value: Any, anchor: Anchor) -> Any:
    if not isinstance(value, Earlier):
        return value
    assert anchor is not None
    months, days = days_of(value.amount, value.span)
    return earlier_day(anchor, months=months, days=days)


def _from(asked: Field, column: ColumnElement[Any], value: Any, moment: Moment) -> Truth:
    is_late: Truth = column >= (_midnight(value, moment.zone) if asked.is_moment else value)
    return is_late


def _until(asked: Field, column: ColumnElement[Any], value: Any, moment: Moment) -> Truth:
    is_early: Truth = column <= value
    if asked.is_moment:
        is_early = column < _midnight(value + timedelta(days=1), moment.zone)
    return is_early


def _midnight(day: date, zone: str) -> datetime:
    """The moment at which the day begins in the zone."""
    return datetime.combine(day, time(), ZoneInfo(zone))
