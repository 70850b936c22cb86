"""The working pages at a growing number of tasks, asked for through WSGI within this process.

The bare twin of a page is its own template, rendered from values that are ready: what remains is
sign-in, rights, SQL and rows. A page must not grow with the table.
"""

import time
from collections.abc import Callable, Iterator
from io import BytesIO
from math import log10
from typing import Any

from flask import Flask, before_render_template, template_rendered
from sqlalchemy import event, text
from werkzeug.test import EnvironBuilder

from benchmarks.company import Company, found_company
from benchmarks.filling import fill_tasks
from benchmarks.harness import Goal, Line, frozen_garbage, percentile, plain_line
from benchmarks.places import Place, fresh_place
from benchmarks.registry import Options, Size
from core.clock import database_clock
from directory.staff.models import Role
from entrypoints.wiring import GRANTS

GROWS = Goal(0.15)
FAST = Goal(100)
TO_TEMPLATE = Goal(2.86)
"""A page reaches 35 % of the rate of its template alone (performance.md, target 7)."""


def run(options: Options) -> Iterator[Line]:
    """Every page as a manager of one workshop and, where it differs, as the head of all."""
    sizes = (10_000, 100_000, 1_000_000) if options.size is Size.FULL else (10_000, 40_000)
    asked = options.pick(15, 60)
    for engine in options.engines:
        medians: dict[str, dict[int, float]] = {}
        for size in sizes:
            with fresh_place(engine) as place:
                company = found_company(place)
                began = time.perf_counter()
                fill_tasks(place, company, size)
                if size == sizes[-1]:
                    yield plain_line("pages", engine, size, "tasks made (not a goal of ours)", "s",
                                     [time.perf_counter() - began], Goal(60))  # fmt: skip
                for name, page in _measured(place, company, asked).items():
                    medians.setdefault(name, {})[size] = percentile(page.totals, 0.5)
                    if size == sizes[-1]:
                        yield from _lines(engine, size, name, page)
        for name, by_size in medians.items():
            slope = log10(by_size[sizes[-1]] / by_size[sizes[0]]) / log10(sizes[-1] / sizes[0])
            told = {f"p50_ms_{size}": round(ms, 1) for size, ms in by_size.items()}
            yield plain_line("pages", engine, sizes[-1], f"{name}: growth exponent", "",
                             [slope], GROWS, **told)  # fmt: skip


class Asked:
    """What the answers of one page took, in milliseconds."""

    def __init__(self) -> None:
        self.totals: list[float] = []
        self.templates: list[float] = []
        self.in_database: list[float] = []
        self.cpu: list[float] = []
        self.statements = self.bytes = 0


def _measured(place: Place, company: Company, times: int) -> dict[str, Asked]:
    from webui.app import create_app

    app = create_app(place.settings, place.database, database_clock, GRANTS)
    found: dict[str, Asked] = {}
    for name, ask in requests_of(place, company).items():
        found[name] = _ask(app, place, ask, times)
    return found


Ask = Callable[[int], dict[str, Any]]


def requests_of(place: Place, company: Company) -> dict[str, Ask]:
    """By name: the environment of the n-th request; each asks for another row where it can."""
    unit_id = company.unit_ids[0]
    manager_id = company.manager_ids[unit_id][0]
    manager = company.sign_in(place, manager_id, Role.MANAGER)
    head = company.sign_in(place, company.head_id, Role.HEAD)
    tasks = _some(place, "SELECT id FROM tasks WHERE state = 'planned' AND performer_id IS NULL"
                  f" AND unit_id = {unit_id} AND client_id NOT IN (SELECT client_id FROM tasks"
                  " WHERE state = 'in_work') ORDER BY due_at, id LIMIT 64")  # fmt: skip
    lists = _some(place, "SELECT id FROM work_lists WHERE closed_at IS NULL"
                  f" AND unit_id = {unit_id} ORDER BY id LIMIT 64")  # fmt: skip
    clients = _some(place, f"SELECT client_id FROM client_units WHERE unit_id = {unit_id} LIMIT 64")

    def page(token: str, address: str, ids: list[int] | None = None, query: str = "") -> Ask:
        return lambda n: _environ(token, address.format(ids[n % len(ids)] if ids else n), query)

    return {
        "board, manager": page(manager, "/stages"),
        "board, head": page(head, "/stages"),
        "my tasks": page(manager, "/my"),
        "control": page(manager, "/control"),
        "control, head, all": page(head, "/control", query="all=1"),
        "attempts, manager": page(manager, "/attempts"),
        "attempts, head": page(head, "/attempts"),
        "task page": page(manager, "/tasks/{}", tasks),
        "work-list page": page(manager, "/work-lists/{}", lists),
        "client card": page(manager, "/clients/{}", clients),
    }


def _some(place: Place, query: str) -> list[int]:
    with place.database.reading() as session:
        return [int(number) for number in session.scalars(text(query))]


def _environ(token: str, address: str, query: str = "") -> dict[str, Any]:
    builder = EnvironBuilder(
        path=address, query_string=query, environ_base={"HTTP_COOKIE": f"sid={token}"}
    )
    return builder.get_environ()


def _ask(app: Flask, place: Place, ask: Ask, times: int) -> Asked:
    """Three answers to warm up, then ``times`` measured ones."""
    found = Asked()
    spent = {"template": 0.0, "database": 0.0}
    began = {"template": 0.0, "database": 0.0}

    def template_begins(*_: Any, **__: Any) -> None:
        began["template"] = time.perf_counter()

    def template_ends(*_: Any, **__: Any) -> None:
        spent["template"] += time.perf_counter() - began["template"]

    def statement_begins(*_: Any) -> None:
        found.statements += 1
        began["database"] = time.perf_counter()

    def statement_ends(*_: Any) -> None:
        spent["database"] += time.perf_counter() - began["database"]

    engine = place.database.engine
    event.listen(engine, "before_cursor_execute", statement_begins)
    event.listen(engine, "after_cursor_execute", statement_ends)
    with (
        before_render_template.connected_to(template_begins, app),
        template_rendered.connected_to(template_ends, app),
        frozen_garbage(),
    ):
        for number in range(-3, times):
            environ = ask(number + 3) | {"wsgi.input": BytesIO()}
            spent.update(template=0.0, database=0.0)
            found.statements = 0
            start, cpu = time.perf_counter(), time.process_time()
            status, found.bytes = answer_of(app, environ)
            took, cpu = time.perf_counter() - start, time.process_time() - cpu
            if not status.startswith("200"):
                raise AssertionError(f"{environ['PATH_INFO']}: {status}")
            if number >= 0:
                found.totals.append(took * 1e3)
                found.cpu.append(cpu * 1e3)
                found.templates.append(spent["template"] * 1e3)
                found.in_database.append(spent["database"] * 1e3)
    event.remove(engine, "before_cursor_execute", statement_begins)
    event.remove(engine, "after_cursor_execute", statement_ends)
    return found


def answer_of(app: Flask, environ: dict[str, Any]) -> tuple[str, int]:
    told: list[str] = []

    def start_response(status: str, _headers: Any, _error: Any = None) -> Any:
        told.append(status)
        return lambda _bytes: None

    body = app(environ, start_response)
    size = sum(map(len, body))
    if hasattr(body, "close"):
        body.close()
    return told[0], size


def _lines(engine: str, size: int, name: str, page: Asked) -> Iterator[Line]:
    yield plain_line(
        "pages", engine, size, f"{name}: p95", "ms", [percentile(page.totals, 0.95)], FAST,
        p50_ms=round(percentile(page.totals, 0.5), 1),
        cpu_ms=round(percentile(page.cpu, 0.5), 1),
        in_database_ms=round(percentile(page.in_database, 0.5), 1),
        statements=page.statements, kib=round(page.bytes / 1024),
    )  # fmt: skip
    if any(page.templates):
        ratios = [one / other for one, other in zip(page.totals, page.templates, strict=True)]
        ratios.sort()
        middle = ratios[len(ratios) // 10 : -len(ratios) // 10 or None]
        yield plain_line(
            "pages", engine, size, f"{name}: time of its template alone", "x", middle, TO_TEMPLATE,
            template_ms=round(percentile(page.templates, 0.5), 1),
        )  # fmt: skip
