"""Tasks, contacts, bookings and forecasts read the plain way: part of the oracle of rules."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from directory.assets.forecast_models import MileageForecast
from directory.visits.models import Visit
from tests.properties.rule_days import TODAY, ZONE
from tests.properties.rule_work import CAMPAIGNS, result_of
from tests.properties.rule_world import World
from worklists.lifecycle import CLOSED
from worklists.models.attempt import Attempt, ServiceRequest
from worklists.models.task import Task

Row = Mapping[str, Any]
Value = Callable[[World, Row], Any]
Related = Callable[[World, Row], tuple[str, list[Row]]]


def local(moment: datetime) -> date:
    """The day of the moment in the zone of the rules."""
    return moment.astimezone(ZoneInfo(ZONE)).date()


def _column(name: str) -> Value:
    return lambda _world, row: row[name]


def _day(name: str) -> Value:
    return lambda _world, row: None if row[name] is None else local(row[name])


def _purpose(_world: World, row: Row) -> str:
    return CAMPAIGNS[row["campaign_id"]]


def _forecast(read: Callable[[MileageForecast], Any]) -> Value:
    def value(world: World, vehicle: Row) -> Any:
        rows = [row for row in world.of(MileageForecast) if row["asset_id"] == vehicle["id"]]
        return read(MileageForecast(**rows[0])) if rows else None

    return value


def _has_open_task(world: World, booking: Row) -> bool:
    return any(
        task["id"] == booking["next_task_id"] and task["state"] not in CLOSED
        for task in world.of(Task)
    )


WORK_VALUES: dict[str, Value] = {
    **{
        f"{entity}.{field}": value
        for entity in ("task", "attempt")
        for field, value in {
            "campaign": _column("campaign_id"),
            "purpose": _purpose,
            "unit": _column("unit_id"),
            "result": lambda _world, row: result_of(row["result_version_id"]),
        }.items()
    },
    "task.is_open": lambda _world, row: row["state"] not in CLOSED,
    "task.due_on": _day("due_at"),
    "task.created_on": _day("created_at"),
    "task.closed_on": _day("closed_at"),
    "attempt.made_on": _day("at"),
    "attempt.is_copy": lambda _world, row: row["copied_from_id"] is not None,
    "booking.created_on": _day("created_at"),
    "booking.workshop": _column("workshop_id"),
    "booking.unit": _column("workshop_id"),
    "booking.has_open_task": _has_open_task,
    "client.cooling_off_until": _day("cooling_off_until"),
    "client.pressed_until": _day("pressed_until"),
    "vehicle.next_maintenance_on": _forecast(lambda one: one.next_maintenance_on),
    "vehicle.expected_km": _forecast(lambda one: one.expected_km(TODAY)),
    "vehicle.km_per_day": _forecast(lambda one: (one.metres_per_day + 500) // 1_000),
    "vehicle.forecast_basis": _forecast(lambda one: one.basis),
}


def _of(entity: str, table: Any, column: str) -> Related:
    def found(world: World, around: Row) -> tuple[str, list[Row]]:
        return entity, [
            row
            for row in world.of(table)
            if row[column] == around["id"] and row.get("undone_at") is None
        ]

    return found


def _same_vehicle(one: Row, other: Row) -> bool:
    return None in (one["asset_id"], other["asset_id"]) or one["asset_id"] == other["asset_id"]


def _of_client(world: World, table: Any, around: Row) -> list[Row]:
    return [
        row
        for row in world.of(table)
        if row["client_id"] == around["client_id"] and row.get("undone_at") is None
    ]


def _later(world: World, booking: Row) -> tuple[str, list[Row]]:
    return "booking", [
        row
        for row in _of_client(world, ServiceRequest, booking)
        if (row["wanted_on"], row["id"]) > (booking["wanted_on"], booking["id"])
        and _same_vehicle(row, booking)
    ]


def _visits_since(world: World, booking: Row) -> tuple[str, list[Row]]:
    return "visit", [
        row
        for row in _of_client(world, Visit, booking)
        if row["opened_on"] >= booking["wanted_on"] and _same_vehicle(row, booking)
    ]


def _contacts_since(world: World, booking: Row) -> tuple[str, list[Row]]:
    return "attempt", [
        row
        for row in _of_client(world, Attempt, booking)
        if row["at"] > booking["created_at"] and local(row["at"]) >= booking["wanted_on"]
    ]


def _contacts_since_visit(world: World, visit: Row) -> tuple[str, list[Row]]:
    return "attempt", [
        row
        for row in _of_client(world, Attempt, visit)
        if visit["done_on"] is not None and local(row["at"]) > visit["done_on"]
    ]


WORK_RELATED: dict[str, Related] = {
    **{
        f"{owner}.{name}": _of(entity, table, key)
        for owner, key in (("client", "client_id"), ("vehicle", "asset_id"))
        for name, entity, table in (
            ("tasks", "task", Task),
            ("attempts", "attempt", Attempt),
            ("bookings", "booking", ServiceRequest),
        )
    },
    "booking.later": _later,
    "booking.visits_since": _visits_since,
    "booking.contacts_since": _contacts_since,
    "visit.contacts_since": _contacts_since_visit,
}
MOMENTS = {
    "refusal.recorded_on": "recorded_at",
    "task.created_on": "created_at",
    "attempt.made_on": "at",
}
"""Days by which the newest is told, and the columns that hold their moments."""
