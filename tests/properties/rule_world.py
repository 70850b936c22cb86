"""A small, messy world of clients and vehicles: plain rows, and the same rows in a database."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from sqlalchemy.orm import Session

from core.bulk import copy_rows
from core.db import Base
from directory.assets.models import Asset, Ownership
from directory.clients.models import (
    Client,
    ClientKind,
    ClientUnit,
    ContactKind,
    ContactPoint,
    ContactRefusal,
    ContactState,
    RefusalScope,
)
from directory.units.models import Unit, UnitKind, UnitPath
from directory.visits.models import (
    LineKind,
    Recommendation,
    RecommendationStatus,
    Visit,
    VisitLine,
    VisitStatus,
)
from tests.properties.rule_days import PURPOSES, TODAY, UNITS, WORKSHOPS, day, moment
from tests.properties.rule_work import work_rows

MAKES = ("Kia", "Hyundai", "ЛАДА", "")
MODELS = ("Rio", "Веста", "")
WORKS = ("Замена масла", "ТО-60", "колодки", "ТО 2")
Rows = list[dict[str, Any]]


@dataclass(repr=False)
class World:
    """Rows by table."""

    rows: dict[type[Base], Rows] = field(default_factory=dict)

    def of(self, table: type[Base]) -> Rows:
        """The rows of a table."""
        return self.rows[table]

    def write(self, session: Session) -> None:
        """Put everything into the database, parents first."""
        for table, rows in self.rows.items():
            if rows:
                columns = tuple(rows[0])
                copy_rows(session, table, columns, [tuple(row.values()) for row in rows])


def random_world(seed: int, clients: int = 40) -> World:
    """A world in which days, ties and unknown values of every kind meet."""
    chance = Random(seed)
    made = World()
    made.rows[Unit] = [
        {
            "id": id, "parent_id": above, "code": f"u{id}", "name": f"Unit {id}",
            "kind": UnitKind.WORKSHOP if id in WORKSHOPS else UnitKind.DEPARTMENT,
            "is_archived": False, "created_at": moment(TODAY),
        }
        for id, above in UNITS.items()
    ]  # fmt: skip
    made.rows[UnitPath] = [
        {"ancestor_id": above, "descendant_id": id, "depth": depth}
        for id in UNITS
        for depth, above in enumerate(_upwards(id))
    ]
    ids = range(1, clients + 1)
    made.rows[Client] = [_client(chance, id) for id in ids]
    made.rows[ClientUnit] = [
        {"client_id": id, "unit_id": unit}
        for id in ids
        for unit in sorted(chance.sample(sorted(UNITS), chance.randint(0, 2)))
    ]
    made.rows[ContactPoint] = [
        _contact(chance, id, number) for id in ids for number in range(chance.randint(0, 2))
    ]
    asset_ids = range(1, clients + clients // 3)
    made.rows[Asset] = [_asset(chance, id) for id in asset_ids]
    made.rows[Ownership] = [row for id in asset_ids for row in _ownerships(chance, id, list(ids))]
    made.rows[ContactRefusal] = [
        _refusal(chance, id, list(asset_ids)) for id in ids if chance.random() < 0.3
    ]
    visits = [
        _visit(chance, asset, list(ids)) for asset in asset_ids for _ in range(chance.randint(0, 5))
    ]
    made.rows[Visit] = [{"id": id, "number": f"n{id}", **row} for id, row in enumerate(visits, 1)]
    made.rows[VisitLine] = [
        {"visit_id": row["id"], "kind": LineKind.WORK, "name": chance.choice(WORKS),
         "quantity": Decimal(1), "total": _money(chance)}
        for row in made.rows[Visit]
        for _ in range(chance.randint(0, 2))
    ]  # fmt: skip
    made.rows[Recommendation] = [
        _recommendation(chance, row) for row in made.rows[Visit] if chance.random() < 0.4
    ]
    made.rows |= work_rows(chance, ids, asset_ids)
    for table in (ContactPoint, Ownership, ContactRefusal, VisitLine, Recommendation):
        made.rows[table] = [{"id": id, **row} for id, row in enumerate(made.rows[table], 1)]
    return made


def _upwards(unit: int | None) -> list[int]:
    return [] if unit is None else [unit, *_upwards(UNITS[unit])]


def _money(chance: Random) -> Decimal:
    return Decimal(chance.choice((0, 1000, 5000, 12000))) + Decimal(chance.choice((0, 50))) / 100


def _client(chance: Random, id: int) -> dict[str, Any]:
    name = chance.choice(("Иванов Иван", "ПЕТРОВА анна", "ООО Ромашка"))
    birth = chance.choice((None, date(1980, 2, 29), date(1975, 3, 17), date(1990, 3, 18),
                           date(1985, 4, 16), date(1970, 12, 31)))  # fmt: skip
    return {
        "id": id, "kind": chance.choice(list(ClientKind)), "name": name,
        "name_norm": name.lower(),
        "birth_on": birth, "note": "",
        "created_at": moment(day(chance), chance.choice((1, 18, 19))),
        "cooling_off_until": chance.choice((None, moment(day(chance), 19))),
        "pressed_until": chance.choice((None, moment(day(chance), 18))),
        "version": 1,
    }  # fmt: skip


def _contact(chance: Random, client: int, number: int) -> dict[str, Any]:
    return {
        "client_id": client, "kind": chance.choice((ContactKind.PHONE, ContactKind.EMAIL)),
        "typed": f"{client}-{number}", "value": f"{client}-{number}",
        "is_valid": chance.random() < 0.8, "state": chance.choice(list(ContactState)),
        "do_not_contact": chance.random() < 0.2, "label": "", "rank": 1,
    }  # fmt: skip


def _asset(chance: Random, id: int) -> dict[str, Any]:
    return {
        "id": id, "kind": "vehicle", "vin": f"XTA{id:014}" if chance.random() < 0.7 else None,
        "make": chance.choice(MAKES), "model": chance.choice(MODELS),
        "year": chance.choice((None, 2015, 2020, 2024)),
        "sold_on": chance.choice((None, day(chance))), "is_confirmed": chance.random() < 0.8,
        "warranty_until": chance.choice((None, day(chance))),
        "insured_until": chance.choice((None, day(chance))), "created_at": moment(TODAY),
    }  # fmt: skip


def _ownerships(chance: Random, asset: int, clients: list[int]) -> Rows:
    rows: Rows = [
        {"asset_id": asset, "client_id": chance.choice(clients), "from_on": day(chance),
         "until_on": day(chance)}
        for _ in range(chance.randint(0, 1))
    ]  # fmt: skip
    if chance.random() < 0.9:
        from_on = chance.choice((None, day(chance)))
        owner = chance.choice(clients)
        rows.append({"asset_id": asset, "client_id": owner, "from_on": from_on, "until_on": None})
    return rows


def _refusal(chance: Random, client: int, assets: list[int]) -> dict[str, Any]:
    scope = chance.choice(list(RefusalScope))
    lifted = chance.choice((None, None, moment(TODAY)))
    return {
        "client_id": client, "scope": scope, "channel": chance.choice((None, "phone")),
        "purpose": chance.choice(PURPOSES) if scope is RefusalScope.PURPOSE else None,
        "asset_id": chance.choice(assets) if scope is RefusalScope.ASSET else None,
        "reason": "", "source": "test", "recorded_at": moment(day(chance), 20),
        "lifted_at": lifted,
    }  # fmt: skip


def _visit(chance: Random, asset: int, clients: list[int]) -> dict[str, Any]:
    status = chance.choice((VisitStatus.DONE, VisitStatus.DONE, *VisitStatus))
    done_on = day(chance) if status is VisitStatus.DONE else chance.choice((None, day(chance)))
    return {
        "asset_id": asset, "client_id": chance.choice(clients),
        "workshop_id": chance.choice(WORKSHOPS), "status": status, "opened_on": day(chance),
        "done_on": done_on, "mileage_km": chance.choice((None, 15_000, 60_000)),
        "total": _money(chance),
    }  # fmt: skip


def _recommendation(chance: Random, visit: dict[str, Any]) -> dict[str, Any]:
    return {
        "visit_id": visit["id"], "asset_id": visit["asset_id"], "advised_on": day(chance),
        "work": chance.choice(WORKS), "estimate": chance.choice((None, _money(chance))),
        "status": chance.choice(list(RecommendationStatus)),
        "closed_on": chance.choice((None, day(chance))),
    }  # fmt: skip
