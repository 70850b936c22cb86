"""What a value may be at its place in a rule: of which kind, and how far it goes (rule 17).

The bounds are those of sense and of both databases: a value within them is an error of neither.
"""

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum

from core.days import FIRST_DAY, LAST_DAY
from selections.fields import Field, FieldType, Offers
from selections.rules import Earlier, FromToday, Operator, ParameterType, Span, Value

MOST_NUMBER = 2**31 - 1
"""Of kilometres, of rows, of ids: what a column of whole numbers holds on PostgreSQL."""
MOST_MONEY = 10**12
FURTHEST: Mapping[Span, int] = {
    Span.DAY: 10_000,
    Span.WEEK: 5_000,
    Span.MONTH: 1_800,
    Span.YEAR: 150,
}
"""So far back or ahead a relative day may be."""


class Meant(StrEnum):
    """What is meant by a value, seen from what it is compared with."""

    TEXT = "text"
    WHOLE = "whole"
    MONEY = "money"
    DAY = "day"
    CODE = "code"
    """A member of a closed list: a status, a purpose."""
    ROW = "row"
    """The id of a unit, a campaign, a result code."""
    YES_NO = "yes_no"
    DAYS_AHEAD = "days_ahead"
    """How many days an anniversary may be away."""


ROWS = frozenset({Offers.UNITS, Offers.CENTRES, Offers.WORKSHOPS, Offers.CAMPAIGNS, Offers.RESULTS})
"""Offers whose values are ids."""
_MEANT: Mapping[FieldType, Meant] = {
    FieldType.TEXT: Meant.TEXT,
    FieldType.NUMBER: Meant.WHOLE,
    FieldType.MONEY: Meant.MONEY,
    FieldType.DAY: Meant.DAY,
    FieldType.CHOICE: Meant.CODE,
    FieldType.YES_NO: Meant.YES_NO,
}
UNITS = frozenset({ParameterType.UNIT, ParameterType.CENTRE, ParameterType.WORKSHOP})
_PARAMETERS: Mapping[Meant, frozenset[ParameterType]] = {
    Meant.TEXT: frozenset({ParameterType.TEXT}),
    Meant.WHOLE: frozenset({ParameterType.NUMBER}),
    Meant.MONEY: frozenset({ParameterType.NUMBER}),
    Meant.DAY: frozenset({ParameterType.DAY}),
    Meant.CODE: frozenset({ParameterType.TEXT}),
    Meant.ROW: UNITS,
    Meant.YES_NO: frozenset(),
    Meant.DAYS_AHEAD: frozenset({ParameterType.NUMBER}),
}

_ANSWERED: Mapping[ParameterType, Meant] = {
    ParameterType.DAY: Meant.DAY,
    ParameterType.NUMBER: Meant.MONEY,
    ParameterType.TEXT: Meant.TEXT,
    **dict.fromkeys(UNITS, Meant.ROW),
}

BOUNDS: Mapping[Meant, tuple[int, int]] = {
    Meant.ROW: (0, MOST_NUMBER),
    Meant.WHOLE: (-MOST_NUMBER, MOST_NUMBER),
    Meant.DAYS_AHEAD: (0, FURTHEST[Span.DAY]),
    Meant.MONEY: (-MOST_MONEY, MOST_MONEY),
}
"""From and up to which a number may be."""


def meant_by(compared: Field | None, operator: Operator) -> Meant:
    """What values mean that are compared with the field; None: with a number of rows."""
    if compared is None:
        return Meant.WHOLE
    if operator is Operator.COMING:
        return Meant.DAYS_AHEAD
    return Meant.ROW if compared.offers in ROWS else _MEANT[compared.type]


def may_ask(type_: ParameterType, meant: Meant) -> bool:
    """Whether a question of this type may stand for such a value."""
    return type_ in _PARAMETERS[meant]


def is_value(value: Value, meant: Meant) -> bool:
    """Whether the constant or relative day is such a value, and not beyond what is meant."""
    if isinstance(value, bool) or meant is Meant.YES_NO:
        return isinstance(value, bool) and meant is Meant.YES_NO
    if meant in BOUNDS:
        low, high = BOUNDS[meant]
        is_number = isinstance(value, int) or (meant is Meant.MONEY and _is_amount(value))
        return is_number and low <= value <= high  # type: ignore[operator]
    match meant, value:
        case ((Meant.TEXT | Meant.CODE), str()):
            return True
        case Meant.DAY, date():
            return FIRST_DAY <= value <= LAST_DAY
        case Meant.DAY, FromToday() | Earlier():
            return abs(value.amount) <= FURTHEST[value.span]
    return False


def _is_amount(value: Value) -> bool:
    return isinstance(value, Decimal) and value.is_finite()


def is_answer(value: Value, type_: ParameterType, uses: Collection[Meant] = ()) -> bool:
    """Whether the value answers a question of this type that is used for these."""
    wanted = {_ANSWERED[type_], *uses}
    return not isinstance(value, Earlier) and all(is_value(value, meant) for meant in wanted)
