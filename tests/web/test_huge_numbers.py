"""Numbers and days that no database holds are an answer, never a 500 (both engines)."""

import re
from collections.abc import Callable, Iterator

import pytest

from core.days import sane_day
from directory.staff.models import Role
from tests.given import Given
from tests.web.conftest import Browser
from tests.web.test_matrix import ROUTES
from webui.numbers import MOST, row_number

HUGE = ("9" * 20, "2147483648", "9" * 5000)
QUERIES = (
    "unit", "campaign", "list", "limit", "page", "after", "employee", "client", "asset", "copy_of",
    "token", "year", "here", "format",
)  # fmt: skip


def _filled(number: str) -> Iterator[tuple[str, str]]:
    for route in ROUTES:
        if "<int:" in route.rule:
            rule = re.sub(r"<int:\w+>", number, route.rule)
            yield route.method, re.sub(r"<\w+>", "documents", rule)


@pytest.mark.parametrize("role", (Role.HEAD, Role.ADMINISTRATOR))
def test_a_huge_id_is_no_address(
    prepared: Given, browser_of: Callable[..., Browser], role: Role
) -> None:
    unit = prepared.unit()
    browser = browser_of(prepared.employee(role=role, unit=unit), role)
    for number in HUGE:
        for method, address in _filled(number):
            answer = browser.get(address) if method == "GET" else browser.post(address)
            # 405: the router knows the address by its other method only.
            assert answer.status_code in {404, 405}, (method, address[:80])
            assert method == "POST" or answer.status_code == 404, address[:80]


def test_the_largest_id_is_looked_for(prepared: Given, browser_of: Callable[..., Browser]) -> None:
    browser = browser_of(prepared.employee(role=Role.HEAD, unit=prepared.unit()), Role.HEAD)
    for place in ("tasks", "work-lists", "clients", "assets", "selections/files"):
        assert browser.get(f"/{place}/{MOST}").status_code == 404


def test_a_huge_number_in_a_query_is_left_out(
    prepared: Given, browser_of: Callable[..., Browser]
) -> None:
    unit = prepared.unit()
    task = prepared.task(unit=unit, client=prepared.client(unit=unit))
    browser = browser_of(prepared.employee(role=Role.HEAD, unit=unit), Role.HEAD)
    own = (f"/tasks/{task.id}", f"/clients/{task.client_id}/history", f"/tasks/{task.id}/talk")
    places = [r.rule for r in ROUTES if r.method == "GET" and "<" not in r.rule]
    query = "&".join(f"{name}={{0}}" for name in QUERIES)
    days = "?from=9999-12-31&to=0001-01-01&day=9999-12-31"
    for place in (*own, *places):
        for number in HUGE[:2]:
            asked = "&part=in_queue" if place == "/queue/tasks" else ""
            assert browser.get(f"{place}?{query.format(number)}{asked}").status_code < 500, place
        assert browser.get(place + days).status_code < 500, place
    assert 'value="9999' not in browser.read("/my" + days)


@pytest.mark.parametrize("text", ["-1", "+1", "1_0", "٣", " 1", "", "2147483648", "9" * 5000])
def test_what_is_no_number_of_a_row(text: str) -> None:
    with pytest.raises(ValueError, match="beyond"):
        row_number(text)


@pytest.mark.parametrize("text", ["9999-12-31", "0001-01-01", "1899-12-31", "2201-01-01", "x"])
def test_what_is_no_day_that_anybody_means(text: str) -> None:
    with pytest.raises(ValueError):
        sane_day(text)


def test_a_year_typed_wrong_is_named(prepared: Given, browser_of: Callable[..., Browser]) -> None:
    prepared.catalogue()
    unit = prepared.unit()
    task = prepared.task(unit=unit, client=prepared.client(unit=unit))
    code = str(prepared.code_id("think_call_later"))
    browser = browser_of(prepared.employee(unit=unit))
    task_id = task.id
    prepared.session.rollback()
    for year in ("0001", "9999"):
        answer = browser.post(
            f"/tasks/{task_id}/attempts",
            {"outcome": "interview", "result_interview": code,
             "plan": "y", "plan_due_date": f"{year}-01-01", "plan_due_time": "10:00",
             "settles": "9" * 20, "copy_of_task_id": "9" * 20, "version": "9" * 20,
             "token": "9" * 20},
        )  # fmt: skip
        assert answer.status_code == 422 and "Проверьте год." in answer.text
