"""Finding a client by phone, name, VIN or plate, against the bare query on the same index."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median
from typing import Any

from benchmarks.company import Company, found_company
from benchmarks.filling import fill_clients
from benchmarks.harness import Goal, Line, frozen_garbage, percentile, plain_line
from benchmarks.places import Place, fresh_place
from benchmarks.registry import Options
from core.access import Actor

_SHOWN = "SELECT c.id, c.name, c.kind"
_OF_UNITS = ("EXISTS (SELECT 1 FROM client_units u WHERE u.client_id = c.id"
             " AND u.unit_id IN ({units}))")  # fmt: skip
_VEHICLE = (f"{_SHOWN} FROM assets a JOIN ownerships o ON o.asset_id = a.id"
            " JOIN clients c ON c.id = o.client_id")  # fmt: skip
_CONTACT = f"{_SHOWN} FROM contact_points p JOIN clients c ON c.id = p.client_id"
BARE = {
    "phone": f"{_CONTACT} WHERE p.kind = 'phone' AND p.value = ? AND {_OF_UNITS} LIMIT 21",
    "phone's last digits": f"{_CONTACT} WHERE p.reversed_value >= ? AND p.reversed_value < ?"
    f" AND {_OF_UNITS} LIMIT 21",
    "name": f"{_SHOWN} FROM clients c WHERE c.name_norm >= ? AND c.name_norm < ?"
    f" AND {_OF_UNITS} ORDER BY c.name_norm LIMIT 21",
    "common name": f"{_SHOWN} FROM clients c WHERE c.name_norm >= ? AND c.name_norm < ?"
    f" AND {_OF_UNITS} ORDER BY c.name_norm LIMIT 21",
    "VIN": f"{_VEHICLE} WHERE a.vin = ? AND {_OF_UNITS} LIMIT 21",
}
"""By what is typed: the statement of table 8, with the units of the person who asks."""


def run(options: Options) -> Iterator[Line]:
    """As a person of one centre types; every query is another client's."""
    clients = options.pick(20_000, 1_000_000)
    asked = options.pick(30, 100)
    for engine in options.engines:
        with fresh_place(engine) as place:
            company = found_company(place)
            fill_clients(place, company, clients)
            place.settle()
            head = company.head()
            for kind, typed, values in _queries(clients, asked):
                ours, bare = _timed(place, company, head, kind, typed, values)
                yield plain_line(
                    "searches", engine, clients, f"{kind}: median", "ms",
                    [percentile(ours, 0.5) * 1e3], Goal(15),
                    p99_ms=round(percentile(ours, 0.99) * 1e3, 1),
                )  # fmt: skip
                middle = sorted(one / other for one, other in zip(ours, bare, strict=True))
                yield plain_line(
                    "searches", engine, clients, f"{kind}: time of the bare query", "x",
                    middle[len(middle) // 10 : -len(middle) // 10 or None], Goal(2),
                    bare_ms=round(median(bare) * 1e3, 2),
                )  # fmt: skip


def _queries(clients: int, many: int) -> Iterator[tuple[str, list[str], list[tuple[str, ...]]]]:
    numbers = [1 + (n * 7919) % clients for n in range(many)]
    phones = [f"{100000000 + number}" for number in numbers]
    yield "phone", [f"+79{phone}" for phone in phones], [(f"+79{phone}",) for phone in phones]
    tails = [phone[-7:] for phone in phones]
    yield "phone's last digits", tails, [_range(tail[::-1]) for tail in tails]
    names = [f"{_LAST[n % 7]} {_FIRST[n // 7 % 5]} {n}" for n in numbers]
    yield "name", names, [_range(name) for name in names]
    common = [_LAST[n % 7][: 4 + n % 3] for n in numbers]
    yield "common name", common, [_range(name) for name in common]
    vins = [f"XTA{10000000000000 + number}" for number in numbers]
    yield "VIN", vins, [(vin,) for vin in vins]


def _range(beginning: str) -> tuple[str, str]:
    return beginning, beginning + "\U0010ffff"


_LAST = ("иванов", "петров", "сидоренко", "кузнецова", "ткач", "орлова", "лысенко")
_FIRST = ("иван", "мария", "олег", "анна", "сергей")


def _timed(
    place: Place, company: Company, actor: Actor, kind: str, typed: list[str],
    values: list[tuple[str, ...]],
) -> tuple[list[float], list[float]]:  # fmt: skip
    from directory.clients.search import search_clients

    ours, bare = [], []
    statement = BARE[kind].format(units=", ".join(map(str, company.unit_ids)))
    if place.is_postgresql:
        statement = statement.replace("?", "%s::text")
    with place.database.reading() as session, frozen_garbage():
        for number, (query, value) in enumerate(zip(typed, values, strict=True)):
            took, found = _clocked(partial(_fetched, place, statement, value))
            mine, hits = _clocked(partial(search_clients, session, query, actor=actor))
            if not found or found[0][0] not in {hit.client_id for hit in hits.hits}:
                raise AssertionError(f"{kind}: {query} found {len(hits.hits)}, bare {len(found)}")
            if number >= 3:
                bare.append(took)
                ours.append(mine)
    if place.is_postgresql:
        place.bare.commit()
    return ours, bare


def _fetched(place: Place, statement: str, value: tuple[str, ...]) -> list[Any]:
    return list(place.bare.execute(statement, value).fetchall())


def _clocked(act: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    found = act()
    return time.perf_counter() - began, found
