"""Conditions and parameters that several of the kinds that ship have in common."""

from selections.rules import (
    Asked,
    Condition,
    Constant,
    FromToday,
    Group,
    Having,
    Join,
    Operator,
    Parameter,
    ParameterType,
    Rule,
    Span,
    Value,
)
from worklists.models.attempt import ServiceRequestState


def all_of(*items: Rule) -> Group:
    """All of these hold."""
    return Group(Join.ALL, items)


def any_of(*items: Rule) -> Group:
    """At least one of these holds."""
    return Group(Join.ANY, items)


def is_one_of(field: str, *values: Value) -> Condition:
    """The field is one of these."""
    return Condition(field, Operator.ONE_OF, values)


def is_none_of(field: str, *values: Value) -> Condition:
    """The field is known and none of these."""
    return Condition(field, Operator.NONE_OF, values)


def in_period(field: str, of: str = "period") -> Condition:
    """Between the days asked for, both of them meant too."""
    return Condition(field, Operator.BETWEEN, (Asked(f"{of}_from"), Asked(f"{of}_until")))


def has_none(relation: str, *where: Rule) -> Having:
    """There are no such related rows."""
    return Having(relation, all_of(*where), Operator.AT_MOST, (0,))


def day_asked(code: str, amount: int, span: Span = Span.DAY, *, required: bool = True) -> Parameter:
    """A day, so far from today if nothing else is answered."""
    return Parameter(code, ParameterType.DAY, default=FromToday(amount, span), is_required=required)


def period(since: int, until: int, span: Span = Span.DAY) -> tuple[Parameter, ...]:
    """The two ends that ``in_period`` compares with."""
    return (day_asked("period_from", since, span), day_asked("period_until", until, span))


def number_asked(code: str, default: Constant) -> Parameter:
    """A number."""
    return Parameter(code, ParameterType.NUMBER, default=default)


UNIT = Parameter("unit", ParameterType.UNIT, is_required=False)
CENTRE = Parameter("centre", ParameterType.CENTRE, is_required=False)
OF_CENTRE = Having("client.units", all_of(is_one_of("client_unit.unit", Asked("centre"))))

IS_EXPECTED = is_one_of("booking.state", ServiceRequestState.REQUESTED.value)
_NOT_EXPECTED = has_none(
    "vehicle.bookings",
    IS_EXPECTED,
    Condition("booking.wanted_on", Operator.AT_LEAST, (FromToday(0, Span.DAY),)),
)
_NOT_IN_THE_WORKSHOP = has_none("vehicle.open_orders")


def not_called(relation: str) -> Having:
    """No contact since the day asked for."""
    since = Condition("attempt.made_on", Operator.AT_LEAST, (Asked("contacted_since"),))
    return has_none(relation, since)


def not_called_days(days: int) -> Parameter:
    """The day that ``not_called`` asks for."""
    return day_asked("contacted_since", -days, required=False)


VEHICLE_NOT_CALLED = not_called("vehicle.attempts")
CLIENT_NOT_CALLED = not_called("client.attempts")
NOTHING_UNDER_WAY = (_NOT_EXPECTED, _NOT_IN_THE_WORKSHOP, VEHICLE_NOT_CALLED, OF_CENTRE)
"""Not booked, not in the workshop, not called lately: what nearly every kind of vehicles asks."""
