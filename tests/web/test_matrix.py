"""Every route x every role x {own, foreign, anonymous}: who may open what (P24-P27)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from core.journal import JournalEntry
from directory.staff.models import Employee, Role
from directory.units.models import Unit
from entrypoints.wiring import GRANTS
from tests.given import Given
from tests.web.conftest import Browser
from webui.requests import access_of

BrowserOf = Callable[..., Browser]


@dataclass(frozen=True)
class Route:
    """One line of routes.txt."""

    method: str
    rule: str
    access: str
    is_own: bool

    def address(self, ids: dict[str, object]) -> str:
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(ids[found.group(1)]), self.rule)


def _declared() -> list[Route]:
    lines = (Path(__file__).parent / "routes.txt").read_text().splitlines()
    parts = [line.split() for line in lines if line and not line.startswith("#")]
    return [Route(p[0], p[1], p[2], p[3:] == ["own"]) for p in parts]


ROUTES = _declared()


@pytest.fixture
def engine_name() -> str:
    """Who may open what does not depend on the engine: one is enough."""
    return "sqlite"


@dataclass
class Stage:
    """A unit with one of everything, and the same in a foreign unit."""

    people: dict[Role, Employee]
    own: dict[str, object]
    foreign: dict[str, object]


@pytest.fixture
def stage(prepared: Given) -> Stage:
    company = prepared.unit("Компания")
    mine = prepared.unit("Свой", parent=company)
    foreign = prepared.unit("Чужой", parent=company)
    people = {role: prepared.employee(role.value, role=role, unit=mine) for role in Role}
    return Stage(people, _one_of_each(prepared, mine), _one_of_each(prepared, foreign))


def _one_of_each(prepared: Given, unit) -> dict[str, object]:  # type: ignore[no-untyped-def]
    client = prepared.client(f"Клиент {unit.name}", unit=unit)
    asset = prepared.asset(client)
    task = prepared.task(unit=unit, client=client, asset=asset)
    employee = prepared.employee(f"Коллега {unit.name}", unit=unit)
    file_id = prepared.imported_file(unit, employee).id
    workshop = prepared.workshop(parent=unit)
    selection = prepared.selection(unit, employee)
    return {
        "workshop_id": workshop.id,
        "request_id": prepared.booking(task, workshop, employee).id,
        "work_kind_id": prepared.kind_id(),
        "client_id": client.id,
        "double_id": prepared.client(f"Дубль {unit.name}", unit=unit).id,
        "merge_id": prepared.merge(client).id,
        "cap_id": 1,
        "asset_id": asset.id,
        "task_id": task.id,
        "attempt_id": prepared.attempt(task, employee).id,
        "work_list_id": task.work_list_id,
        "employee_id": employee.id,
        "unit_id": unit.id,
        "file_id": file_id,
        "point_id": prepared.phone(client, f"+7999000{unit.id:04d}").id,
        "code_id": prepared.code_id("booked"),
        "campaign_id": task.campaign_id,
        "run_id": prepared.dispatch_run(task, employee).id,
        "filter_id": prepared.dispatch_filter(unit, employee).id,
        "notification_id": prepared.notification(task, employee).id,
        "comment_id": prepared.comment(task, employee).id,
        "document_id": prepared.document(task, employee).id,
        "item_id": prepared.checklist_item(task, employee).id,
        "link_id": prepared.link(task, prepared.task(unit=unit), employee).id,
        "involvement_id": prepared.involvement(task, employee).id,
        "preset_id": prepared.preset(unit, employee).id,
        "selection_id": selection.id,
        "selection_plan_id": prepared.selection_plan(selection, task, employee).id,
        "lead_run_id": prepared.run(unit, client).id,
        **_doubtful_load(prepared, unit, employee),
        "section": "documents",
        "variant": "maintenance-due",
        "name": "to-2026-11.xlsx",
        "calendar_id": prepared.calendar(unit).id,
        "absence_id": prepared.absence(employee).id,
        "day": "2026-03-18",
        "role": "manager",
    }


def _doubtful_load(prepared: Given, unit: Unit, employee: Employee) -> dict[str, object]:
    load = prepared.record_load(unit, employee)
    decision = prepared.load_decision(load)
    return {"load_id": load.id, "row_no": 2, "decision_id": decision.id}


def test_every_route_is_declared(app: Flask) -> None:
    real = {
        (method, rule.rule, str(access_of(app.view_functions[rule.endpoint])))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint != "static"
    }
    assert real == {(route.method, route.rule, route.access) for route in ROUTES}


def _ask(browser: Browser, route: Route, ids: dict[str, object]) -> int:
    address = route.address(ids)
    answer = browser.get(address) if route.method == "GET" else browser.post(address)
    return answer.status_code


@pytest.mark.parametrize("role", Role)
def test_a_role_opens_what_it_may_and_nothing_else(
    role: Role, stage: Stage, browser_of: BrowserOf
) -> None:
    granted = {str(permission) for permission in GRANTS[role]}
    for route in ROUTES:
        if route.rule in {"/sign-out", "/role", "/sign-in"}:
            continue
        status = _ask(browser_of(stage.people[role], role), route, stage.own)
        allowed = route.access in {"public", "signed_in"} or route.access in granted
        where = f"{role} {route.method} {route.rule}: {status}"
        assert status < 500, where
        assert (status != 403) if allowed else (status == 403), where


@pytest.mark.parametrize("role", Role)
def test_rows_of_a_foreign_unit_are_not_there(
    role: Role, stage: Stage, browser_of: BrowserOf
) -> None:
    granted = {str(permission) for permission in GRANTS[role]}
    for route in (route for route in ROUTES if route.is_own and route.access in granted):
        status = _ask(browser_of(stage.people[role], role), route, stage.foreign)
        assert status == 404, f"{role} {route.method} {route.rule}: {status}"


ASKED_BY_SCRIPTS = {
    "/notifications/bell",
    "/notifications/stream",
    "/selections/runs/<int:lead_run_id>/orders",
    "/selections/files/recent",
    "/selections/loads/<int:load_id>/progress",
}
"""Behind a page's back, where nobody could sign in."""


def test_nobody_is_asked_to_sign_in(app: Flask, stage: Stage, prepared: Given) -> None:
    prepared.session.commit()
    stranger = Browser(app.test_client())
    for route in ROUTES:
        if route.access == "public":
            continue
        address = route.address(stage.own)
        answer = stranger.get(address) if route.method == "GET" else stranger.post(address)
        if route.rule in ASKED_BY_SCRIPTS:
            assert answer.status_code == 401, route
        else:
            assert answer.status_code == 303 and "/sign-in" in answer.location, route


def test_no_unsafe_request_without_its_token(
    app: Flask, stage: Stage, browser_of: BrowserOf, prepared: Given
) -> None:
    browser = browser_of(stage.people[Role.HEAD], Role.HEAD)
    before = len(prepared.session.scalars(select(JournalEntry.id)).all())
    prepared.session.rollback()
    granted = {"public", "signed_in", *map(str, GRANTS[Role.HEAD])}
    for route in ROUTES:
        if route.method == "GET" or route.access not in granted:
            continue
        address = route.address(stage.own)
        assert browser.post_without_token(address).status_code == 400, route
        other_site = {"Sec-Fetch-Site": "cross-site"}
        assert browser.post(address, headers=other_site).status_code in {400, 403}, route
    assert len(prepared.session.scalars(select(JournalEntry.id)).all()) == before


def test_every_answer_carries_its_headers(stage: Stage, browser_of: BrowserOf) -> None:
    browser = browser_of(stage.people[Role.HEAD], Role.HEAD)
    addresses = [route.address(stage.own) for route in ROUTES if route.method == "GET"]
    for address in [*addresses, "/nowhere", "/static/css/app.css", "/static/nothing.css"]:
        headers = browser.get(address).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy, address
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        if not address.startswith("/static"):
            assert headers["Cache-Control"] == "no-store", address


def test_pages_hold_nothing_inline(stage: Stage, browser_of: BrowserOf) -> None:
    for role in (Role.HEAD, Role.ADMINISTRATOR):
        for route in ROUTES:
            if route.method != "GET" or route.rule.endswith(".xlsx"):
                continue
            text = browser_of(stage.people[role], role).get(route.address(stage.own)).text
            assert not re.search(r"<[^>]+\s(style|on\w+)=", text), route.rule
            assert not re.search(r"<style|<script(?![^>]*\ssrc=)|javascript:", text), route.rule
