"""A history of service at scale: 1.3 vehicles and ten visits a client, made by the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.company import Company
from benchmarks.filling import Sql, advance, fill_clients, place_for_filling
from benchmarks.places import Place
from directory.assets.forecast_models import MileageForecast
from directory.visits.models import Recommendation, Visit
from worklists.models.attempt import Attempt

VISITS_A_VEHICLE = 8
_MAKES = ["Kia", "Hyundai", "Lada", "Toyota", "Skoda", "Geely", "Haval"]
_DAYS_APART = 190


def fill_history(place: Place, company: Company, clients: int) -> None:
    """Clients as ``fill_clients`` makes them, a second vehicle for three in ten, visits for nearly
    ten years back, advised work after every fifth visit, a forecast for each vehicle, an attempt
    for every second client."""
    fill_clients(place, company, clients)
    sql = Sql(place, company)
    vehicles, second = clients + clients * 3 // 10, clients * 3 // 10
    visits = vehicles * VISITS_A_VEHICLE
    owner = f"CASE WHEN v <= {clients} THEN v ELSE (v - {clients}) * 3 END"
    with place_for_filling(place, Visit, Recommendation, Attempt, MileageForecast), _silent(place):
        place.run(
            f"UPDATE assets SET make = {sql.one_of('id', _MAKES)}",
            sql.insert("assets", second, {
                "id": f"i + {clients}", "kind": "'vehicle'", "make": sql.one_of("i", _MAKES),
                "vin": f"'XTA' || (10000000000000 + i + {clients})", "model": "'Rio'",
                "year": "2015 + i % 10", "is_confirmed": "true",
                "created_at": sql.moment("-86400"),
            }),
            sql.insert("ownerships", second, {
                "id": f"i + {clients}", "asset_id": f"i + {clients}", "client_id": "i * 3",
            }),
            f"UPDATE assets SET warranty_until = {sql.day('400 - id % 2000')}, "
            f"insured_until = {sql.day('300 - id % 660')}",
            f"UPDATE clients SET birth_on = {sql.day('-9000 - id % 15000')} WHERE id % 4 > 0",
            sql.insert(
                "visits", visits,
                {
                    "id": "i", "number": "'N' || i", "asset_id": "v", "client_id": owner,
                    "workshop_id": f"CASE WHEN (v * 13 + k * 7) % 10 < 8 THEN {sql.unit('v')} "
                    f"ELSE {sql.unit('v + k')} END",
                    "status": "CASE WHEN i % 50 = 0 THEN 'cancelled' ELSE 'done' END",
                    "opened_on": sql.day(f"-({_age('v', 'k')})"),
                    "done_on": sql.day(f"-({_age('v', 'k')})"),
                    "mileage_km": f"10000 + ({VISITS_A_VEHICLE} - k) * 9000 + v % 5000",
                    "total": "2000 + i % 30000",
                },
                f"(SELECT i, (i - 1) / {VISITS_A_VEHICLE} + 1 AS v, "
                f"(i - 1) % {VISITS_A_VEHICLE} AS k FROM n) AS numbered",
            ),
            "INSERT INTO recommendations (id, visit_id, asset_id, advised_on, work, estimate, "
            "status) SELECT id / 5, id, asset_id, done_on, 'Тормозные колодки', 5000, "
            "CASE WHEN id % 3 = 0 THEN 'open' WHEN id % 3 = 1 THEN 'done' ELSE 'declined' END "
            "FROM visits WHERE id % 5 = 0",
            sql.insert("mileage_forecasts", vehicles, sql.forecast_columns()),
            sql.insert("work_lists", clients // 2, {
                "id": "i", "client_id": "i * 2", "unit_id": sql.unit("i * 2"),
                "campaign_id": str(company.campaign_ids[0]), "initiator": "'import:1'",
                "opened_at": sql.moment("-8640000"), "closed_at": sql.moment("-864000"),
            }),
            sql.insert("tasks", clients // 2, sql.task_columns(clients) | {
                "client_id": "i * 2", "unit_id": sql.unit("i * 2"), "asset_id": "i * 2",
                "asset_key": "i * 2", "state": "'done'", "finish": "'goal_reached'",
                "closed_at": sql.moment("-(i % 400) * 86400"), "outcome": "'interview'",
                "attempts": "1",
            }),
            "INSERT INTO attempts (id, task_id, unit_id, client_id, campaign_id, asset_id, "
            "employee_id, channel, outcome, comment, at) SELECT id, id, unit_id, client_id, "
            f"campaign_id, asset_id, {sql.person('id', 'client_id')}, 'phone', 'interview', '', "
            "closed_at FROM tasks",
            "INSERT INTO service_requests (id, work_list_id, task_id, client_id, asset_id, "
            "workshop_id, wanted_on, work, comment, state, reason, version, created_by, "
            "created_at) SELECT id, work_list_id, id, client_id, asset_id, unit_id, "
            f"{sql.day('(id / 5) % 61 - 30')}, 'ТО', '', CASE WHEN id % 4 = 0 THEN 'no_show' "
            f"ELSE 'requested' END, '', 1, {company.head_id}, {sql.moment('-2600000')} FROM tasks "
            "WHERE id % 5 = 0",
        )  # fmt: skip
    advance(place, "assets", "ownerships", "visits", "recommendations", "work_lists", "tasks",
            "attempts", "service_requests")  # fmt: skip
    place.settle()


def _age(vehicle: str, number: str) -> str:
    """Days since the visit: the newest is 0 to 799 days old, each earlier one half a year more."""
    newest = f"({vehicle} % 800 * 7919) % 800"
    return f"{newest} + {number} * {_DAYS_APART} + ({vehicle} * {number} * 17) % 60"


@contextmanager
def _silent(place: Place) -> Iterator[None]:
    """SQLite's triggers would note every row; PostgreSQL's sleep while it fills."""
    if place.is_postgresql:
        yield
        return
    query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_news_%'"
    triggers = place.bare.execute(query).fetchall()
    place.run(*(f"DROP TRIGGER {name}" for name, _ in triggers))
    yield
    place.run(*(made for _, made in triggers))
