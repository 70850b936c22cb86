"""The kinds of selection that ship: definitions that heads copy and change (A9, A11).

Days at both ends of a period are meant too. Words for codes of kinds and parameters are those of
the interface. A parameter that is not required and not answered leaves out what asks for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from directory.visits.models import RecommendationStatus, VisitStatus
from selections.rules import (
    Asked,
    Condition,
    Constant,
    Definition,
    Earlier,
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
from worklists.models.attempt import ServiceRequestState


@dataclass(frozen=True)
class Kind:
    """A definition to begin with."""

    code: str
    definition: Definition


def _all(*items: Rule) -> Group:
    return Group(Join.ALL, items)


def _any(*items: Rule) -> Group:
    return Group(Join.ANY, items)


def _is(field: str, *values: Value) -> Condition:
    return Condition(field, Operator.ONE_OF, values)


def _is_not(field: str, *values: Value) -> Condition:
    return Condition(field, Operator.NONE_OF, values)


def _in_period(field: str, of: str = "period") -> Condition:
    return Condition(field, Operator.BETWEEN, (Asked(f"{of}_from"), Asked(f"{of}_until")))


def _no(relation: str, *where: Rule) -> Having:
    return Having(relation, _all(*where), Operator.AT_MOST, (0,))


def _days(code: str, amount: int, span: Span = Span.DAY, *, required: bool = True) -> Parameter:
    return Parameter(code, ParameterType.DAY, default=FromToday(amount, span), is_required=required)


def _period(since: int, until: int, span: Span = Span.DAY) -> tuple[Parameter, ...]:
    return (_days("period_from", since, span), _days("period_until", until, span))


def _number(code: str, default: Constant) -> Parameter:
    return Parameter(code, ParameterType.NUMBER, default=default)


_UNIT = Parameter("unit", ParameterType.UNIT, is_required=False)
_CENTRE = Parameter("centre", ParameterType.CENTRE, is_required=False)
_OF_CENTRE = Having("client.units", _all(_is("client_unit.unit", Asked("centre"))))

_TODAY = FromToday(0, Span.DAY)
_NOT_EXPECTED = _no(
    "vehicle.bookings",
    _is("booking.state", ServiceRequestState.REQUESTED.value),
    Condition("booking.wanted_on", Operator.AT_LEAST, (_TODAY,)),
)
_NOT_IN_THE_WORKSHOP = _no("vehicle.orders", _is("visit.status", VisitStatus.OPEN.value))


def _not_called(relation: str) -> Having:
    since = Condition("attempt.made_on", Operator.AT_LEAST, (Asked("contacted_since"),))
    return _no(relation, since)


def _not_called_days(days: int) -> Parameter:
    return _days("contacted_since", -days, required=False)


_VEHICLE_NOT_CALLED = _not_called("vehicle.attempts")
_CLIENT_NOT_CALLED = _not_called("client.attempts")


MAINTENANCE_DUE = Kind(
    "maintenance_due",
    Definition(
        subject=Subject.VEHICLE,
        rule=_all(
            _any(
                _in_period("vehicle.next_maintenance_on"),
                Newest("vehicle.visits", where=_all(_in_period("visit.done_on", "visited"))),
            ),
            _NOT_EXPECTED,
            _NOT_IN_THE_WORKSHOP,
            _VEHICLE_NOT_CALLED,
            _OF_CENTRE,
        ),
        parameters=(
            *_period(0, 30),
            _days("visited_from", -13, Span.MONTH, required=False),
            _days("visited_until", -12, Span.MONTH, required=False),
            _not_called_days(30),
            _CENTRE,
        ),
        columns=("vehicle.next_maintenance_on", "vehicle.expected_km", "vehicle.forecast_basis"),
    ),
)
"""The forecast (by mileage or months) falls into the period, or the last visit was so long ago."""

THIN_ICE = Kind(
    "thin_ice",
    Definition(
        subject=Subject.VEHICLE,
        rule=_all(
            Newest(
                "vehicle.visits",
                where=_all(_in_period("visit.done_on"), _is("visit.unit", Asked("unit"))),
            ),
            _NOT_EXPECTED,
            _NOT_IN_THE_WORKSHOP,
            _VEHICLE_NOT_CALLED,
            _OF_CENTRE,
        ),
        parameters=(*_period(-12, -9, Span.MONTH), _UNIT, _not_called_days(30), _CENTRE),
        columns=("vehicle.next_maintenance_on", "vehicle.expected_km"),
    ),
)
"""The last visit was in the last quarter of the year that a client may take: soon lost."""


def _lost(code: str, field: str, place: Parameter) -> Kind:
    """The last visit there is long ago, after a few there in the three years before it."""
    there = _is(field, Asked(place.code))
    earlier = Having(
        "visit.earlier",
        _all(there, Condition("visit.done_on", Operator.AT_LEAST, (Earlier(3, Span.YEAR),))),
        Operator.AT_LEAST,
        (Asked("times"),),
    )
    return Kind(
        code,
        Definition(
            subject=Subject.VEHICLE,
            rule=_all(
                Newest(
                    "vehicle.visits",
                    among=_all(there),
                    where=_all(_in_period("visit.done_on"), earlier),
                ),
                _NOT_EXPECTED,
                _NOT_IN_THE_WORKSHOP,
                _VEHICLE_NOT_CALLED,
                _OF_CENTRE,
            ),
            parameters=(
                place,
                *_period(-24, -12, Span.MONTH),
                _number("times", 1),
                _not_called_days(60),
                _CENTRE,
            ),
            columns=("vehicle.year", "vehicle.expected_km"),
        ),
    )


LOST_BY_UNIT = _lost("lost_by_unit", "visit.unit", Parameter("unit", ParameterType.UNIT))
"""Not seen in any workshop of the unit; what happens elsewhere does not matter."""

LOST_BY_WORKSHOP = _lost(
    "lost_by_workshop", "visit.workshop", Parameter("workshop", ParameterType.WORKSHOP)
)
"""Not seen in this very workshop, though perhaps in the one next to it (A11)."""

DECLINED_WORK = Kind(
    "declined_work",
    Definition(
        subject=Subject.VEHICLE,
        rule=_all(
            Having(
                "vehicle.recommendations",
                _all(
                    _is(
                        "recommendation.status",
                        RecommendationStatus.OPEN.value,
                        RecommendationStatus.DECLINED.value,
                    ),
                    _in_period("recommendation.advised_on"),
                ),
            ),
            _NOT_EXPECTED,
            _NOT_IN_THE_WORKSHOP,
            _VEHICLE_NOT_CALLED,
            _OF_CENTRE,
        ),
        parameters=(*_period(-180, -30), _not_called_days(30), _CENTRE),
        columns=("vehicle.expected_km",),
    ),
)
"""Work was advised and is not done yet."""

NO_SHOW = Kind(
    "no_show",
    Definition(
        subject=Subject.CLIENT,
        rule=_all(
            Having(
                "client.bookings",
                _all(
                    _in_period("booking.wanted_on"),
                    _any(
                        _is("booking.state", ServiceRequestState.NO_SHOW.value),
                        _all(
                            _is("booking.state", ServiceRequestState.REQUESTED.value),
                            Condition(
                                "booking.wanted_on",
                                Operator.AT_MOST,
                                (FromToday(-1, Span.DAY),),
                            ),
                        ),
                    ),
                    _is("booking.unit", Asked("unit")),
                    Condition("booking.has_open_task", Operator.IS, (False,)),
                    _no(
                        "booking.later",
                        _is_not("booking.state", ServiceRequestState.CANCELLED.value),
                    ),
                    _no(
                        "booking.visits_since", _is_not("visit.status", VisitStatus.CANCELLED.value)
                    ),
                    _no("booking.contacts_since"),
                ),
            ),
            _OF_CENTRE,
        ),
        parameters=(*_period(-7, 0), _UNIT, _CENTRE),
    ),
)
"""Booked and neither came, nor booked again, nor was called since: whether anybody noted that the
client did not come or not. It is the client who booked that is called, whoever owns the car."""

AFTER_SERVICE = Kind(
    "after_service",
    Definition(
        subject=Subject.CLIENT,
        rule=_all(
            Having(
                "client.visits",
                _all(
                    _in_period("visit.done_on"),
                    _is("visit.unit", Asked("unit")),
                    _no("visit.contacts_since"),
                ),
            ),
            _OF_CENTRE,
        ),
        parameters=(*_period(-15, -3), _UNIT, _CENTRE),
    ),
)
"""A visit ended three to fifteen days ago and nobody has called since: how was it?"""

CONFIRM_BOOKING = Kind(
    "confirm_booking",
    Definition(
        subject=Subject.CLIENT,
        rule=_all(
            Having(
                "client.bookings",
                _all(
                    _in_period("booking.wanted_on"),
                    _is("booking.state", ServiceRequestState.REQUESTED.value),
                    _is("booking.unit", Asked("unit")),
                ),
            ),
            _CLIENT_NOT_CALLED,
            _OF_CENTRE,
        ),
        parameters=(*_period(1, 1), _UNIT, _not_called_days(0), _CENTRE),
    ),
)
"""Expected tomorrow, and not spoken to today: who books today for tomorrow remembers it."""

RECALL = Kind(
    "recall",
    Definition(
        subject=Subject.VEHICLE,
        rule=_all(_is("vehicle.vin", Asked("vins")), _OF_CENTRE),
        parameters=(Parameter("vins", ParameterType.TEXT), _CENTRE),
        columns=("vehicle.vin", "vehicle.year", "vehicle.expected_km"),
    ),
)
"""Vehicles of the importer's list. Nothing else is asked: a recall is for everybody."""

COVER_ENDS = Kind(
    "cover_ends",
    Definition(
        subject=Subject.VEHICLE,
        rule=_all(
            _any(_in_period("vehicle.warranty_until"), _in_period("vehicle.insured_until")),
            _VEHICLE_NOT_CALLED,
            _OF_CENTRE,
        ),
        parameters=(*_period(0, 30), _not_called_days(30), _CENTRE),
        columns=("vehicle.warranty_until", "vehicle.insured_until"),
    ),
)
"""The warranty or the insurance ends in the period."""

BIRTHDAY = Kind(
    "birthday",
    Definition(
        subject=Subject.CLIENT,
        rule=_all(
            Condition("client.birth_on", Operator.COMING, (Asked("days"),)),
            _CLIENT_NOT_CALLED,
            _OF_CENTRE,
        ),
        parameters=(_number("days", 3), _not_called_days(7), _CENTRE),
        columns=("client.birth_on",),
    ),
)
"""A birthday today or within so many days."""

FORGOTTEN = Kind(
    "forgotten",
    Definition(
        subject=Subject.CLIENT,
        rule=_all(
            Newest("client.attempts", where=_all(_in_period("attempt.made_on"))),
            _no("client.tasks", Condition("task.is_open", Operator.IS, (True,))),
            _no(
                "client.visits",
                Condition("visit.done_on", Operator.AT_LEAST, (Asked("period_until"),)),
            ),
            _OF_CENTRE,
        ),
        parameters=(*_period(-365, -60), _CENTRE),
    ),
)
"""Called once, and since then neither called nor seen, with nothing left to do about it."""

KINDS: tuple[Kind, ...] = (
    MAINTENANCE_DUE,
    THIN_ICE,
    LOST_BY_UNIT,
    LOST_BY_WORKSHOP,
    DECLINED_WORK,
    NO_SHOW,
    AFTER_SERVICE,
    CONFIRM_BOOKING,
    RECALL,
    COVER_ENDS,
    BIRTHDAY,
    FORGOTTEN,
)
"""In the order in which they are offered."""

KIND_OF: Mapping[str, Kind] = {kind.code: kind for kind in KINDS}
