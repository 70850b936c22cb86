"""The whole catalogue of what a rule may ask: master data, and tasks, contacts and bookings."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select

from campaigns.models import Campaign, Outcome, ResultCodeVersion
from core.days import day_at
from core.db import constant
from directory.assets.forecast_expressions import expected_km, km_per_day
from directory.assets.forecast_models import ForecastBasis, MileageForecast
from directory.units.tree import units_below
from selections.directory_fields import DIRECTORY
from selections.fields import (
    Beside,
    Catalogue,
    Field,
    FieldType,
    Moment,
    Offers,
    Relation,
    column,
    entity,
)
from selections.rules import Operator
from worklists.lifecycle import OPEN, TaskState
from worklists.models.attempt import Attempt, ServiceRequest, ServiceRequestState
from worklists.models.task import Finish, Task, TaskKind

_CHOICE = (Operator.ONE_OF, Operator.NONE_OF)
_OPEN = sorted(state.value for state in OPEN)


def _of_purposes(purposes: tuple[Any, ...]) -> Select[Any]:
    return select(Campaign.id).where(Campaign.purpose.in_(purposes))


def _of_results(code_ids: tuple[Any, ...]) -> Select[Any]:
    """All versions of these result codes: what it was called then does not matter."""
    return select(ResultCodeVersion.id).where(ResultCodeVersion.result_code_id.in_(code_ids))


def _of_one_of_ours(code: str, of: str, offers: Offers, **more: Any) -> Field:
    return column(
        code, FieldType.CHOICE, of, offers=offers, is_nullable=False, operators=_CHOICE, **more
    )


def _of_call(entity_code: str) -> tuple[Field, ...]:
    """What tasks and attempts have alike."""
    return (
        _of_one_of_ours(f"{entity_code}.campaign", "campaign_id", Offers.CAMPAIGNS),
        _of_one_of_ours(
            f"{entity_code}.purpose", "campaign_id", Offers.PURPOSES, among=_of_purposes
        ),
        _of_one_of_ours(f"{entity_code}.unit", "unit_id", Offers.UNITS, among=units_below),
        column(f"{entity_code}.result", FieldType.CHOICE, "result_version_id",
               offers=Offers.RESULTS, among=_of_results),
    )  # fmt: skip


def _is_open(row: Any, _moment: Moment) -> ColumnElement[bool]:
    # By its state, which stands in the index of a client's tasks.
    is_open: ColumnElement[bool] = row.state.in_([constant(state) for state in _OPEN])
    return is_open


def _stands(row: Any) -> ColumnElement[bool]:
    is_not_undone: ColumnElement[bool] = row.undone_at.is_(None)
    return is_not_undone


def _same_vehicle(around: Any, row: Any) -> ColumnElement[bool]:
    """A booking may be made without saying for which vehicle."""
    return or_(row.asset_id == around.asset_id, row.asset_id.is_(None), around.asset_id.is_(None))


def _later_booking(around: Any, row: Any, _moment: Moment) -> ColumnElement[bool]:
    is_later = or_(
        row.wanted_on > around.wanted_on,
        and_(row.wanted_on == around.wanted_on, row.id > around.id),
    )
    return and_(is_later, _same_vehicle(around, row))


def _visit_since_booking(around: Any, row: Any, _moment: Moment) -> ColumnElement[bool]:
    return and_(row.opened_on >= around.wanted_on, _same_vehicle(around, row))


def _contact_since_booking(around: Any, row: Any, moment: Moment) -> ColumnElement[bool]:
    """From the day on for which it was made, but for the contact in which it was made."""
    return and_(row.at > around.created_at, day_at(row.at, moment.offset) >= around.wanted_on)


def _contact_since_visit(around: Any, row: Any, moment: Moment) -> ColumnElement[bool]:
    """After the day of the visit: on that very day the client is told that the car is ready."""
    is_later: ColumnElement[bool] = day_at(row.at, moment.offset) > around.done_on
    return is_later


def _has_open_task(row: Any, _moment: Moment) -> ColumnElement[bool]:
    return exists().where(Task.id == row.next_task_id, Task.closed_at.is_(None))


TASK = entity(
    "task",
    Task,
    (
        column("task.state", FieldType.CHOICE, offers=Offers.ENUM, members=TaskState,
               is_nullable=False, operators=_CHOICE),
        Field("task.is_open", FieldType.YES_NO, _is_open, is_nullable=False),
        column("task.kind", FieldType.CHOICE, offers=Offers.ENUM, members=TaskKind,
               is_nullable=False, operators=_CHOICE),
        *_of_call("task"),
        column("task.outcome", FieldType.CHOICE, offers=Offers.ENUM, members=Outcome),
        column("task.finish", FieldType.CHOICE, offers=Offers.ENUM, members=Finish),
        column("task.due_on", FieldType.DAY, "due_at", is_moment=True, is_nullable=False),
        column("task.created_on", FieldType.DAY, "created_at", is_moment=True,
               is_nullable=False),
        column("task.closed_on", FieldType.DAY, "closed_at", is_moment=True),
        column("task.attempts", FieldType.NUMBER, is_nullable=False),
    ),
)  # fmt: skip

ATTEMPT = entity(
    "attempt",
    Attempt,
    (
        column("attempt.made_on", FieldType.DAY, "at", is_moment=True, is_nullable=False),
        column("attempt.outcome", FieldType.CHOICE, offers=Offers.ENUM, members=Outcome,
               is_nullable=False, operators=_CHOICE),
        *_of_call("attempt"),
        # A conversation that settles several tasks is kept once for each of them.
        Field("attempt.is_copy", FieldType.YES_NO, lambda row, _: row.copied_from_id.is_not(None),
              is_nullable=False),
    ),
)  # fmt: skip

BOOKING = entity(
    "booking",
    ServiceRequest,
    (
        column("booking.state", FieldType.CHOICE, offers=Offers.ENUM,
               members=ServiceRequestState, is_nullable=False, operators=_CHOICE),
        column("booking.wanted_on", FieldType.DAY, is_nullable=False),
        column("booking.created_on", FieldType.DAY, "created_at", is_moment=True,
               is_nullable=False),
        _of_one_of_ours("booking.workshop", "workshop_id", Offers.WORKSHOPS),
        _of_one_of_ours("booking.unit", "workshop_id", Offers.UNITS, among=units_below),
        # The task in which the client is called because of what came of it.
        Field("booking.has_open_task", FieldType.YES_NO, _has_open_task, is_nullable=False),
    ),
    (
        Relation("booking.later", "booking", "client_id", "client_id", day="booking.wanted_on",
                 anchored=_later_booking),
        Relation("booking.visits_since", "visit", "client_id", "client_id",
                 day="visit.opened_on", anchored=_visit_since_booking),
        Relation("booking.contacts_since", "attempt", "client_id", "client_id",
                 day="attempt.made_on", narrowed=_stands, anchored=_contact_since_booking),
    ),
)  # fmt: skip

_FORECAST = Beside(MileageForecast, "asset_id")
_FORECAST_FIELDS = (
    column("vehicle.next_maintenance_on", FieldType.DAY, beside=_FORECAST),
    Field("vehicle.expected_km", FieldType.NUMBER,
          lambda row, moment: expected_km(moment.today, row), beside=_FORECAST),
    Field("vehicle.km_per_day", FieldType.NUMBER, lambda row, _: km_per_day(row),
          beside=_FORECAST),
    column("vehicle.forecast_basis", FieldType.CHOICE, "basis", offers=Offers.ENUM,
           members=ForecastBasis, beside=_FORECAST),
)  # fmt: skip

_CLIENT_FIELDS = (
    column("client.cooling_off_until", FieldType.DAY, is_moment=True),
    column("client.pressed_until", FieldType.DAY, is_moment=True),
)


def _work_of(owner: str, key: str) -> tuple[Relation, ...]:
    """The tasks, contacts and bookings of a client or of a vehicle."""
    return (
        Relation(f"{owner}.tasks", "task", "id", key, day="task.created_on"),
        Relation(f"{owner}.attempts", "attempt", "id", key, day="attempt.made_on",
                 narrowed=_stands),
        Relation(f"{owner}.bookings", "booking", "id", key, day="booking.wanted_on"),
    )  # fmt: skip


CATALOGUE: Catalogue = DIRECTORY.extended(
    (TASK, ATTEMPT, BOOKING),
    fields=(*_CLIENT_FIELDS, *_FORECAST_FIELDS),
    relations=(
        *_work_of("client", "client_id"),
        *_work_of("vehicle", "asset_id"),
        Relation("visit.contacts_since", "attempt", "client_id", "client_id",
                 day="attempt.made_on", narrowed=_stands, anchored=_contact_since_visit),
    ),
)  # fmt: skip
"""Everything that a rule may ask (rule 17). Attempts that were undone are not there at all."""
