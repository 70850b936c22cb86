"""A page asks the database as many questions about thousands of rows as about hundreds."""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from benchmarks.company import Company, found_company
from benchmarks.filling import fill_tasks
from benchmarks.pages import Ask, answer_of, requests_of
from benchmarks.places import Place
from core.clock import database_clock
from core.db import Database
from core.settings import Settings
from directory.clients.search import search_clients
from tests.application import application

FEW, MANY = 400, 4_000
PER_PAGE = 24
"""More statements than any page may need, however well they are written."""
FILLED = ("attempts", "tasks", "work_lists", "ownerships", "assets", "contact_points",
          "client_units", "clients")  # fmt: skip


@pytest.fixture
def place(database: Database, settings: Settings, engine_name: str) -> Iterator[Place]:
    place = Place(engine_name, settings, database)
    yield place
    place.bare.close()


def _empty(place: Place) -> None:
    if place.is_postgresql:
        place.run(f"TRUNCATE {', '.join(FILLED)} CASCADE")
        return
    place.run("PRAGMA foreign_keys = OFF", *(f"DELETE FROM {table}" for table in FILLED))


def _asked(app: Flask, database: Database, ask: Ask, number: int = 1) -> int:
    """Statements of one answered request."""
    seen: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    environ = ask(number) | {"wsgi.input": BytesIO()}
    event.listen(database.engine, "before_cursor_execute", note)
    status, _size = answer_of(app, environ)
    event.remove(database.engine, "before_cursor_execute", note)
    assert status.startswith("200"), (environ["PATH_INFO"], status)
    return len(seen)


def _counts(place: Place, company: Company, tasks: int) -> dict[str, int]:
    fill_tasks(place, company, tasks)
    app = application(place.settings, place.database, database_clock)
    counts = {}
    for name, ask in requests_of(place, company).items():
        _asked(app, place.database, ask)
        # A list that is empty is not asked for: of several rows the one with the most counts.
        counts[name] = max(_asked(app, place.database, ask, number) for number in range(8))
    counts["search"] = _of_search(place, company)
    return counts


def _of_search(place: Place, company: Company) -> int:
    seen: list[str] = []
    with place.database.reading() as session:
        event.listen(place.database.engine, "before_cursor_execute", lambda *told: seen.append(""))
        found = search_clients(session, "иван", actor=company.head())
    assert found.has_more
    return len(seen)


def test_the_number_of_statements_does_not_grow(place: Place) -> None:
    company = found_company(place)
    few = _counts(place, company, FEW)
    _empty(place)
    many = _counts(place, company, MANY)
    # Once a search has enough hits it makes no more lookups.
    assert many.pop("search") <= few.pop("search")
    assert many == few
    assert max(many.values()) <= PER_PAGE, many
