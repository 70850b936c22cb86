"""Tasks, contacts, bookings and forecasts of the small world of rules: plain rows."""

from collections.abc import Sequence
from datetime import datetime
from random import Random
from typing import Any

from campaigns.models import Campaign, Outcome, ResultCode, ResultCodeVersion
from core.db import Base
from directory.assets.forecast_models import (
    CountedFrom,
    DueBy,
    ForecastBasis,
    MileageForecast,
)
from directory.staff.models import Employee
from tests.properties.rule_days import PURPOSES, TODAY, WORKSHOPS, day, moment
from worklists.lifecycle import CLOSED, TaskState
from worklists.models.attempt import Attempt, ServiceRequest, ServiceRequestState
from worklists.models.task import Finish, Task, TaskKind
from worklists.models.work_list import WorkList

CAMPAIGNS = {1: PURPOSES[0], 2: PURPOSES[1], 3: PURPOSES[0]}
"""Campaigns and their purposes."""
RESULTS = (1, 2)
_VERSIONS = (1, 2, 3)
_RESULT_OF = {1: 1, 2: 2, 3: 1}
Row = dict[str, Any]


def work_rows(
    chance: Random, clients: Sequence[int], assets: Sequence[int]
) -> dict[type[Base], list[Row]]:
    """What has been done about clients and vehicles, or is to be done; parents first."""
    lists = [_work_list(chance, client) for client in clients]
    tasks = _possible([_task(chance, one, assets) for one in lists for _ in range(_few(chance))])
    attempts = [_attempt(chance, one) for one in tasks for _ in range(_few(chance))]
    rows: dict[type[Base], list[Row]] = {
        Employee: [
            {"login": "p1", "full_name": "P", "locale": "ru", "theme": "auto", "is_active": True,
             "created_at": moment(TODAY), "version": 1}
        ],
        Campaign: [_campaign(id) for id in CAMPAIGNS],
        ResultCode: [
            {"code": f"r{id}", "outcome": Outcome.INTERVIEW, "position": id, "is_archived": False,
             "current_version": 1}
            for id in RESULTS
        ],
        ResultCodeVersion: [_version(id) for id in _VERSIONS],
        WorkList: lists,
        Task: tasks,
        Attempt: attempts,
        ServiceRequest: [
            _booking(chance, one) for one in tasks for _ in range(chance.choice((0, 0, 1, 2)))
        ],
        MileageForecast: [_forecast(chance, id) for id in assets if chance.random() < 0.7],
    }  # fmt: skip
    for table, found in rows.items():
        if table is not MileageForecast:
            rows[table] = [{"id": id, **row} for id, row in enumerate(found, 1)]
    _tie(chance, rows)
    return rows


def result_of(version_id: int | None) -> int | None:
    """The result code of a version of it."""
    return None if version_id is None else _RESULT_OF[version_id]


def _few(chance: Random) -> int:
    return chance.choice((0, 1, 1, 2))


def _some_moment(chance: Random) -> datetime:
    """Around midnight in the zone too: that is 19:00 in UTC."""
    return moment(day(chance), chance.choice((1, 18, 19)))


def _campaign(id: int) -> Row:
    return {
        "code": f"c{id}", "name": f"C{id}", "purpose": CAMPAIGNS[id], "goal": "", "script": "",
        "state": "active", "priority": 5, "retry_ladder": [], "call_from_minute": 540,
        "call_until_minute": 1200, "call_weekdays": 127, "control_days": 3,
        "cooling_off_days": 30, "created_at": moment(TODAY),
    }  # fmt: skip


def _version(id: int) -> Row:
    flags = dict.fromkeys(
        ("comment_required", "asks_mileage", "asks_acquisition", "offers_service_request",
         "offers_involvement", "needs_next_date", "allows_control", "is_success"), False,
    )  # fmt: skip
    return {
        "result_code_id": _RESULT_OF[id], "number": id, "names": {"ru": f"r{id}"}, **flags,
        "effects": [], "created_at": moment(TODAY), "created_by": "test",
    }  # fmt: skip


def _work_list(chance: Random, client: int) -> Row:
    return {
        "unit_id": chance.choice(WORKSHOPS), "client_id": client, "campaign_id": 1,
        "initiator": "test", "opened_at": moment(TODAY),
    }  # fmt: skip


def _task(chance: Random, work_list: Row, assets: Sequence[int]) -> Row:
    state = chance.choice(list(TaskState))
    asset = chance.choice((None, chance.choice(assets)))
    is_closed = state in CLOSED
    return {
        "unit_id": work_list["unit_id"], "client_id": work_list["client_id"],
        "campaign_id": chance.choice(tuple(CAMPAIGNS)), "asset_id": asset,
        "asset_key": asset or 0, "kind": chance.choice(list(TaskKind)), "state": state,
        "priority": 5, "goal": "", "due_at": _some_moment(chance), "time_zone": "Europe/Moscow",
        "occurrence": 0, "performer_id": 1, "lease_until": moment(TODAY), "claim_token": 0,
        "attempts": chance.choice((0, 1, 3)), "control_at": moment(TODAY), "comment": "",
        "outcome": chance.choice((None, *Outcome)),
        "result_version_id": chance.choice((None, *_VERSIONS)),
        "closed_at": _some_moment(chance) if is_closed else None,
        "finish": chance.choice((None, *Finish)) if is_closed else None,
        "created_at": _some_moment(chance), "created_by": "test", "version": 1,
    }  # fmt: skip


def _possible(tasks: list[Row]) -> list[Row]:
    """Of each client one call at most: the indexes allow no second one in some states."""
    called: set[int] = set()
    for row in tasks:
        if row["kind"] in (TaskKind.CALL, TaskKind.CALLBACK):
            if row["client_id"] in called:
                row["kind"] = TaskKind.EXTRA
            called.add(row["client_id"])
    return tasks


def _attempt(chance: Random, task: Row) -> Row:
    return {
        **{name: task[name] for name in ("unit_id", "client_id", "campaign_id", "asset_id")},
        "employee_id": 1, "channel": "phone", "outcome": chance.choice(list(Outcome)),
        "result_version_id": chance.choice((None, *_VERSIONS)), "comment": "",
        "copied_from_id": None, "at": _some_moment(chance),
        "undone_at": chance.choice((None, None, None, moment(TODAY))),
    }  # fmt: skip


def _booking(chance: Random, task: Row) -> Row:
    return {
        "client_id": task["client_id"], "asset_id": task["asset_id"],
        "workshop_id": chance.choice(WORKSHOPS), "wanted_on": day(chance), "work": "",
        "comment": "", "state": chance.choice(list(ServiceRequestState)), "next_task_id": None,
        "created_by": 1, "created_at": _some_moment(chance),
    }  # fmt: skip


def _forecast(chance: Random, asset: int) -> Row:
    is_read = chance.random() < 0.7
    return {
        "asset_id": asset, "metres_per_day": chance.choice((0, 41_000, 41_500, 99_999)),
        "last_km": chance.choice((15_000, 60_000)) if is_read else None,
        "last_on": day(chance) if is_read else None, "basis": chance.choice(list(ForecastBasis)),
        "readings_used": 0, "readings_dropped": 0, "dropped": [],
        "next_maintenance_on": day(chance), "due_by": DueBy.MONTHS,
        "counted_from": CountedFrom.VISIT, "counted_from_on": day(chance), "interval_km": 15_000,
        "interval_months": 12, "computed_at": moment(TODAY),
    }  # fmt: skip


def _tie(chance: Random, rows: dict[type[Base], list[Row]]) -> None:
    """Rows that refer to others by their number."""
    list_of = {row["client_id"]: row["id"] for row in rows[WorkList]}
    for row in rows[Task]:
        row["work_list_id"] = list_of[row["client_id"]]
    tasks_of: dict[int, list[int]] = {}
    for row in rows[Task]:
        tasks_of.setdefault(row["client_id"], []).append(row["id"])
    for table in (Attempt, ServiceRequest):
        for row in rows[table]:
            row["task_id"] = chance.choice(tasks_of[row["client_id"]])
    for row in rows[ServiceRequest]:
        row["work_list_id"] = list_of[row["client_id"]]
        row["next_task_id"] = chance.choice((None, chance.choice(tasks_of[row["client_id"]])))
    for before, row in zip(rows[Attempt], rows[Attempt][1:], strict=False):
        if before["client_id"] == row["client_id"] and chance.random() < 0.5:
            row["copied_from_id"] = before["id"]
