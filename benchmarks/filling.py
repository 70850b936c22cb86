"""Data at scale, made inside the database: a million tasks in seconds, the same on both engines.

Every number of a row follows from its own number, so that a run can be repeated. Times lie around
``base`` (the moment of filling), calling hours are always open, one lease lasts for ever.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from sqlalchemy import Index
from sqlalchemy.schema import CreateIndex

from benchmarks.company import MANAGERS_PER_UNIT, Company
from benchmarks.places import Place
from core.db import Base
from worklists.models.attempt import Attempt
from worklists.models.task import Task

QUEUE_UNITS = 3
PER_CLIENT = 5
"""Tasks of one client: three finished in a closed work-list, two in an open one."""


class Shape(StrEnum):
    """What the tasks are for."""

    LIFE = "life"
    """Three in five finished, the others in every open state."""
    QUEUE = "queue"
    """One call per client, planned and due, shared by three units only."""


def fill_clients(place: Place, company: Company, clients: int) -> None:
    """Clients ``1…clients`` with a phone and a vehicle each, known to one unit each."""
    sql = Sql(place, company)
    names = (
        sql.one_of("i", ["Иванов", "Петров", "Сидоренко", "Кузнецова", "Ткач", "Орлова", "Лысенко"])
        + " || ' ' || "
        + sql.one_of("i / 7", ["Иван", "Мария", "Олег", "Анна", "Сергей"])
        + " || ' ' || i"
    )
    lower = (
        sql.one_of("i", ["иванов", "петров", "сидоренко", "кузнецова", "ткач", "орлова", "лысенко"])
        + " || ' ' || "
        + sql.one_of("i / 7", ["иван", "мария", "олег", "анна", "сергей"])
        + " || ' ' || i"
    )
    phone = "'+79' || (100000000 + i)"
    backwards = "".join(f" || substr('' || (100000000 + i), {at}, 1)" for at in range(9, 0, -1))
    vin = "'XTA' || (10000000000000 + i)"
    with place_for_filling(place):
        place.run(
            sql.insert("clients", clients, {
                "id": "i", "kind": "'person'", "name": names, "name_norm": lower, "note": "''",
                "created_at": sql.moment("-86400"), "version": "1",
            }),
            sql.insert("client_units", clients, {"client_id": "i", "unit_id": sql.unit("i")}),
            sql.insert("contact_points", clients, {
                "id": "i", "client_id": "i", "kind": "'phone'", "typed": phone, "value": phone,
                "reversed_value": f"''{backwards} || '97+'", "is_valid": "true",
                "state": "'confirmed'", "do_not_contact": "false", "label": "''", "rank": "1",
            }),
            sql.insert("assets", clients, {
                "id": "i", "kind": "'vehicle'", "vin": vin, "make": "'Lada'", "model": "'Vesta'",
                "plate": "'А' || (100 + i % 900) || 'ВС' || (i / 900)",
                "plate_norm": "'A' || (100 + i % 900) || 'BC' || (i / 900)",
                "year": "2015 + i % 10", "is_confirmed": "true",
                "created_at": sql.moment("-86400"),
            }),
            sql.insert("ownerships", clients, {
                "id": "i", "asset_id": "i", "client_id": "i",
            }),
        )  # fmt: skip
    advance(place, "clients", "contact_points", "assets", "ownerships")


def fill_tasks(place: Place, company: Company, tasks: int, shape: Shape = Shape.LIFE) -> int:
    """``tasks`` tasks of ``tasks / PER_CLIENT`` clients; returns how many clients there are."""
    clients = max(tasks // PER_CLIENT, 1)
    if shape is Shape.QUEUE:
        clients = tasks
    fill_clients(place, company, clients)
    sql = Sql(place, company)
    with place_for_filling(place, Task, Attempt):
        for offset, closed in ((0, sql.moment("-8640000")), (clients, "NULL")):
            if offset or shape is Shape.LIFE:
                place.run(sql.insert("work_lists", clients, {
                    "id": f"i + {offset}", "client_id": "i",
                    "unit_id": sql.unit("i", QUEUE_UNITS if shape is Shape.QUEUE else None),
                    "campaign_id": str(company.campaign_ids[0]), "initiator": "'import:1'",
                    "opened_at": sql.moment("-8640000 - i % 86400"), "closed_at": closed,
                }))  # fmt: skip
        if shape is Shape.QUEUE:
            place.run(_queue(sql, tasks, clients))
        else:
            place.run(_life(sql, tasks, clients), _attempts(sql))
    advance(place, "work_lists", "tasks", "attempts")
    place.settle()
    return clients


def _queue(sql: "Sql", tasks: int, clients: int) -> str:
    return sql.insert("tasks", tasks, sql.task_columns(clients) | {
        "work_list_id": f"i + {clients}", "unit_id": sql.unit("i", QUEUE_UNITS),
        "due_at": sql.moment("-86400 * 30 + (CAST(i AS BIGINT) * 7919) % 2000000"),
    })  # fmt: skip


def _life(sql: "Sql", tasks: int, clients: int) -> str:
    k = f"((i - 1) / {clients})"
    c = f"((i - 1) % {clients})"
    state = (
        f"CASE WHEN {k} < 3 OR ({k} = 4 AND {c} % 2 = 0) THEN 'done' WHEN {k} = 4 THEN 'planned' "
        f"WHEN {c} % 20 < 12 THEN 'planned' WHEN {c} % 20 < 17 THEN 'deferred' "
        f"WHEN {c} % 20 < 19 THEN 'on_control' ELSE 'in_work' END"
    )
    person = sql.person("i", "c + 1")
    spread = "(CAST(i AS BIGINT) * 7919) % 5184000"
    columns = sql.task_columns(clients) | {
        "client_id": "c + 1",
        "unit_id": sql.unit("c + 1"),
        "work_list_id": f"c + 1 + CASE WHEN k < 3 THEN 0 ELSE {clients} END",
        "campaign_id": f"CASE WHEN k % 2 = 0 THEN {sql.campaign(0)} ELSE {sql.campaign(1)} END",
        "asset_id": "c + 1",
        "asset_key": "c + 1",
        "state": "s",
        "due_at": f"CASE WHEN s = 'deferred' THEN {sql.moment(spread)} "
        f"ELSE {sql.moment(f'-2592000 + {spread}')} END",
        "performer_id": "CASE WHEN s IN ('in_work', 'on_control') "
        f"OR (s = 'planned' AND i % 10 = 0) THEN {person} END",
        "lease_until": f"CASE WHEN s = 'in_work' THEN {sql.moment('1500')} END",
        "taken_at": f"CASE WHEN s = 'in_work' THEN {sql.moment('-60')} END",
        "control_at": f"CASE WHEN s = 'on_control' THEN {sql.moment(f'-432000 + {spread}')} END",
        "control_by_id": f"CASE WHEN s = 'on_control' THEN {person} END",
        "closed_at": f"CASE WHEN s = 'done' THEN {sql.moment(f'-60 - {spread} * 6')} END",
        "closed_by_id": f"CASE WHEN s = 'done' THEN {person} END",
        "finish": "CASE WHEN s = 'done' THEN 'goal_reached' END",
        "outcome": "CASE WHEN s IN ('done', 'on_control') THEN 'interview' "
        "WHEN s = 'deferred' THEN 'no_answer' END",
        "attempts": "CASE WHEN s IN ('done', 'on_control', 'deferred') THEN 1 ELSE 0 END",
        "comment": "CASE WHEN s = 'done' THEN 'Записан на сервис' ELSE '' END",
    }
    source = f"(SELECT i, {k} AS k, {c} AS c, {state} AS s FROM n) AS numbered"
    return sql.insert("tasks", tasks, columns, source)


def _attempts(sql: "Sql") -> str:
    return (
        "INSERT INTO attempts (id, task_id, unit_id, client_id, campaign_id, asset_id, employee_id,"
        " contact_point_id, channel, outcome, comment, at) SELECT id, id, unit_id, client_id,"
        f" campaign_id, asset_id, {sql.person('id', 'client_id')}, client_id, 'phone', outcome,"
        " comment, COALESCE(closed_at, due_at) FROM tasks WHERE attempts = 1"
    )


class Sql:
    """Pieces of SQL that both engines understand, or the piece of this engine."""

    def __init__(self, place: Place, company: Company) -> None:
        self._is_postgresql = place.is_postgresql
        self._company = company
        self._epoch = int(company.base.timestamp())

    def insert(self, table: str, rows: int, columns: dict[str, str], source: str = "n") -> str:
        """Fill a table with rows numbered ``i`` from 1."""
        numbers = (
            f"n(i) AS (SELECT generate_series(1, {rows}))"
            if self._is_postgresql
            else f"n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})"
        )
        with_ = "WITH " if self._is_postgresql else "WITH RECURSIVE "
        names, values = ", ".join(columns), ", ".join(columns.values())
        return f"{with_}{numbers} INSERT INTO {table} ({names}) SELECT {values} FROM {source}"

    def moment(self, seconds: str) -> str:
        """``seconds`` (an expression) after the base."""
        if self._is_postgresql:
            return f"to_timestamp({self._epoch} + {seconds})"
        return f"strftime('%Y-%m-%d %H:%M:%S.000000', {self._epoch} + {seconds}, 'unixepoch')"

    def day(self, days: str) -> str:
        """``days`` (an expression) after the day of the base."""
        base = self._company.base.date().isoformat()
        if self._is_postgresql:
            return f"(DATE '{base}' + ({days})::integer)"
        return f"date('{base}', ({days}) || ' days')"

    def one_of(self, number: str, words: list[str]) -> str:
        cases = " ".join(f"WHEN {at} THEN '{word}'" for at, word in enumerate(words))
        return f"CASE ({number}) % {len(words)} {cases} END"

    def unit(self, client: str, units: int | None = None) -> str:
        """The unit of this client, out of the first ``units``."""
        ids = self._company.unit_ids[:units]
        cases = " ".join(f"WHEN {at} THEN {unit_id}" for at, unit_id in enumerate(ids))
        return f"CASE ({client}) % {len(ids)} {cases} END"

    def person(self, number: str, client: str) -> str:
        """One of the managers of the client's unit: their ids follow one another."""
        firsts = [people[0] for people in self._company.manager_ids.values()]
        cases = " ".join(f"WHEN {at} THEN {first}" for at, first in enumerate(firsts))
        unit = f"CASE ({client}) % {len(firsts)} {cases} END"
        return f"({unit} + ({number}) % {MANAGERS_PER_UNIT})"

    def campaign(self, number: int) -> str:
        return str(self._company.campaign_ids[number])

    def forecast_columns(self) -> dict[str, str]:
        """A forecast for the vehicle ``i``: maintenance from 200 days ago to 400 days ahead."""
        return {
            "asset_id": "i", "metres_per_day": "30000 + i % 40000", "last_km": "60000 + i % 90000",
            "last_on": self.day("-(i % 300)"), "basis": "'measured'", "readings_used": "5",
            "readings_dropped": "0", "dropped": "'[]'",
            "next_maintenance_on": self.day("(i * 31) % 600 - 200"),
            "next_maintenance_km": "150000", "due_by": "'months'", "counted_from": "'visit'",
            "counted_from_on": self.day("-(i % 300)"), "interval_km": "15000",
            "interval_months": "12", "computed_at": self.moment("0"),
        }  # fmt: skip

    def task_columns(self, clients: int) -> dict[str, str]:
        return {
            "id": "i", "work_list_id": "i", "unit_id": self.unit("i"), "client_id": "i",
            "campaign_id": self.campaign(0), "asset_id": "i", "asset_key": "i", "kind": "'call'",
            "state": "'planned'", "priority": "5", "goal": "'Записать клиента на ТО'",
            "due_at": self.moment("0"), "time_zone": "'Europe/Moscow'", "occurrence": "0",
            "claim_token": "0", "is_personal": "false", "attempts": "0", "comment": "''",
            "created_at": self.moment("-8640000"), "created_by": "'import:1'", "version": "1",
        }  # fmt: skip


@contextmanager
def place_for_filling(place: Place, *tables: type[Base]) -> Iterator[None]:
    """Foreign keys unchecked, and these tables without their indexes, until all rows are in."""
    indexes = [
        index for table in tables for index in Base.metadata.tables[table.__tablename__].indexes
    ]
    switch = ("SET session_replication_role = replica", "SET session_replication_role = DEFAULT")
    if not place.is_postgresql:
        switch = ("PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys = ON")
    place.run(switch[0], *(f"DROP INDEX {index.name}" for index in indexes))
    yield
    _create(place, indexes)
    place.run(switch[1])


def _create(place: Place, indexes: list[Index]) -> None:
    # By the connection that dropped them: another one of SQLite's may still believe in them.
    dialect = place.database.engine.dialect
    place.run(*(str(CreateIndex(index).compile(dialect=dialect)) for index in indexes))


def advance(place: Place, *tables: str) -> None:
    if place.is_postgresql:
        place.run(*(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), "
            f"(SELECT COALESCE(max(id), 1) FROM {table}))"
            for table in tables
        ))  # fmt: skip
