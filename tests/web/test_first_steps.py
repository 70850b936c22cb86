"""Who starts with nothing is led: a unit, people, a file; and may really take the steps."""

from collections.abc import Callable

from directory.staff.models import Role
from directory.units.models import UnitKind
from tests.given import Given
from tests.web.conftest import Browser

BrowserOf = Callable[..., Browser]


def test_an_empty_board_leads_on(prepared: Given, browser_of: BrowserOf) -> None:
    company = prepared.unit("Компания", kind=UnitKind.COMPANY)
    boss = prepared.employee(role=Role.ADMINISTRATOR, unit=company)
    browser = browser_of(boss, role=Role.ADMINISTRATOR)
    page = browser.read("/stages")
    assert "С чего начать" in page
    assert page.index("Добавьте подразделение") < page.index("Добавьте людей")
    assert 'href="/admin/units/new"' in page and 'href="/admin/people/new"' in page
    assert 'href="/selections/files"' not in page and "Загрузите файл" in page
    made = browser.post(
        "/admin/units",
        {"name": "Обзвон", "code": "call", "kind": "department", "parent_id": str(company.id),
         "time_zone": ""},
    )  # fmt: skip
    assert made.status_code == 303, made.text[:300]
    assert browser.read("/stages").count("сделано") == 1


def test_steps_are_for_who_may_take_them(prepared: Given, browser_of: BrowserOf) -> None:
    unit = prepared.unit()
    operator = prepared.employee(role=Role.OPERATOR, unit=unit)
    assert "С чего начать" not in browser_of(operator, role=Role.OPERATOR).read("/stages")


def test_work_takes_their_place(prepared: Given, browser_of: BrowserOf) -> None:
    unit = prepared.unit()
    head = prepared.employee(role=Role.HEAD, unit=unit)
    prepared.task(unit=unit)
    page = browser_of(head, role=Role.HEAD).read("/stages")
    assert "С чего начать" not in page
