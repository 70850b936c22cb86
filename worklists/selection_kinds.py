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
    Definition,
    Earlier,
    FromToday,
    Having,
    Newest,
    Operator,
    Parameter,
    ParameterType,
    Span,
    Subject,
)
from worklists.models.attempt import ServiceRequestState
from worklists.selection_parts import (
    CENTRE,
    CLIENT_NOT_CALLED,
    IS_EXPECTED,
    NOTHING_UNDER_WAY,
    OF_CENTRE,
    UNIT,
    VEHICLE_NOT_CALLED,
    all_of,
    any_of,
    day_asked,
    has_none,
    in_period,
    is_none_of,
    is_one_of,
    not_called_days,
    number_asked,
    period,
)


@dataclass(frozen=True)
class Kind:
    """A definition to begin with."""

    code: str
    definition: Definition


MAINTENANCE_DUE = Kind(
    "maintenance_due",
    Definition(
        subject=Subject.VEHICLE,
        rule=all_of(
            any_of(
                in_period("vehicle.next_maintenance_on"),
                Newest("vehicle.visits", where=all_of(in_period("visit.done_on", "visited"))),
            ),
            *NOTHING_UNDER_WAY,
        ),
        parameters=(
            *period(0, 30),
            day_asked("visited_from", -13, Span.MONTH, required=False),
            day_asked("visited_until", -12, Span.MONTH, required=False),
            not_called_days(30),
            CENTRE,
        ),
        columns=("vehicle.next_maintenance_on", "vehicle.expected_km", "vehicle.forecast_basis"),
    ),
)
"""The forecast (by mileage or months) falls into the period, or the last visit was so long ago."""

THIN_ICE = Kind(
    "thin_ice",
    Definition(
        subject=Subject.VEHICLE,
        rule=all_of(
            Newest(
                "vehicle.visits",
                where=all_of(in_period("visit.done_on"), is_one_of("visit.unit", Asked("unit"))),
            ),
            *NOTHING_UNDER_WAY,
        ),
        parameters=(*period(-12, -9, Span.MONTH), UNIT, not_called_days(30), CENTRE),
        columns=("vehicle.next_maintenance_on", "vehicle.expected_km"),
    ),
)
"""The last visit was in the last quarter of the year that a client may take: soon lost."""


def _lost(code: str, field: str, place: Parameter) -> Kind:
    """The last visit there is long ago, after a few there in the three years before it."""
    there = is_one_of(field, Asked(place.code))
    earlier = Having(
        "visit.earlier",
        all_of(there, Condition("visit.done_on", Operator.AT_LEAST, (Earlier(3, Span.YEAR),))),
        Operator.AT_LEAST,
        (Asked("times"),),
    )
    return Kind(
        code,
        Definition(
            subject=Subject.VEHICLE,
            rule=all_of(
                Newest(
                    "vehicle.visits",
                    among=all_of(there),
                    where=all_of(in_period("visit.done_on"), earlier),
                ),
                *NOTHING_UNDER_WAY,
            ),
            parameters=(
                place,
                *period(-24, -12, Span.MONTH),
                number_asked("times", 1),
                not_called_days(60),
                CENTRE,
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
        rule=all_of(
            Having(
                "vehicle.recommendations",
                all_of(
                    is_one_of(
                        "recommendation.status",
                        RecommendationStatus.OPEN.value,
                        RecommendationStatus.DECLINED.value,
                    ),
                    in_period("recommendation.advised_on"),
                ),
            ),
            *NOTHING_UNDER_WAY,
        ),
        parameters=(*period(-180, -30), not_called_days(30), CENTRE),
        columns=("vehicle.expected_km",),
    ),
)
"""Work was advised and is not done yet."""

NO_SHOW = Kind(
    "no_show",
    Definition(
        subject=Subject.CLIENT,
        rule=all_of(
            Having(
                "client.bookings",
                all_of(
                    in_period("booking.wanted_on"),
                    any_of(
                        is_one_of("booking.state", ServiceRequestState.NO_SHOW.value),
                        all_of(
                            IS_EXPECTED,
                            Condition(
                                "booking.wanted_on",
                                Operator.AT_MOST,
                                (FromToday(-1, Span.DAY),),
                            ),
                        ),
                    ),
                    is_one_of("booking.unit", Asked("unit")),
                    Condition("booking.has_open_task", Operator.IS, (False,)),
                    has_none(
                        "booking.later",
                        is_none_of("booking.state", ServiceRequestState.CANCELLED.value),
                    ),
                    has_none(
                        "booking.visits_since",
                        is_none_of("visit.status", VisitStatus.CANCELLED.value),
                    ),
                    has_none("booking.contacts_since"),
                ),
            ),
            OF_CENTRE,
        ),
        parameters=(*period(-7, 0), UNIT, CENTRE),
    ),
)
"""Booked and neither came, nor booked again, nor was called since: whether anybody noted that the
client did not come or not. It is the client who booked that is called, whoever owns the car."""

AFTER_SERVICE = Kind(
    "after_service",
    Definition(
        subject=Subject.CLIENT,
        rule=all_of(
            Having(
                "client.visits",
                all_of(
                    in_period("visit.done_on"),
                    is_one_of("visit.unit", Asked("unit")),
                    has_none("visit.contacts_since"),
                ),
            ),
            OF_CENTRE,
        ),
        parameters=(*period(-15, -3), UNIT, CENTRE),
    ),
)
"""A visit ended three to fifteen days ago and nobody has called since: how was it?"""

CONFIRM_BOOKING = Kind(
    "confirm_booking",
    Definition(
        subject=Subject.CLIENT,
        rule=all_of(
            Having(
                "client.bookings",
                all_of(
                    in_period("booking.wanted_on"),
                    IS_EXPECTED,
                    is_one_of("booking.unit", Asked("unit")),
                ),
            ),
            CLIENT_NOT_CALLED,
            OF_CENTRE,
        ),
        parameters=(*period(1, 1), UNIT, not_called_days(0), CENTRE),
    ),
)
"""Expected tomorrow, and not spoken to today: who books today for tomorrow remembers it."""

RECALL = Kind(
    "recall",
    Definition(
        subject=Subject.VEHICLE,
        rule=all_of(is_one_of("vehicle.vin", Asked("vins")), OF_CENTRE),
        parameters=(Parameter("vins", ParameterType.TEXT), CENTRE),
        columns=("vehicle.vin", "vehicle.year", "vehicle.expected_km"),
    ),
)
"""Vehicles of the importer's list. Nothing else is asked: a recall is for everybody."""

COVER_ENDS = Kind(
    "cover_ends",
    Definition(
        subject=Subject.VEHICLE,
        rule=all_of(
            any_of(in_period("vehicle.warranty_until"), in_period("vehicle.insured_until")),
            VEHICLE_NOT_CALLED,
            OF_CENTRE,
        ),
        parameters=(*period(0, 30), not_called_days(30), CENTRE),
        columns=("vehicle.warranty_until", "vehicle.insured_until"),
    ),
)
"""The warranty or the insurance ends in the period."""

BIRTHDAY = Kind(
    "birthday",
    Definition(
        subject=Subject.CLIENT,
        rule=all_of(
            Condition("client.birth_on", Operator.COMING, (Asked("days"),)),
            CLIENT_NOT_CALLED,
            OF_CENTRE,
        ),
        parameters=(number_asked("days", 3), not_called_days(7), CENTRE),
        columns=("client.birth_on",),
    ),
)
"""A birthday today or within so many days."""

FORGOTTEN = Kind(
    "forgotten",
    Definition(
        subject=Subject.CLIENT,
        rule=all_of(
            Newest("client.attempts", where=all_of(in_period("attempt.made_on"))),
            has_none("client.tasks", Condition("task.is_open", Operator.IS, (True,))),
            has_none(
                "client.visits",
                Condition("visit.done_on", Operator.AT_LEAST, (Asked("period_until"),)),
            ),
            OF_CENTRE,
        ),
        parameters=(*period(-365, -60), CENTRE),
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
