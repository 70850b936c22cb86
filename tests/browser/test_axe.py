"""axe-core finds nothing on any page and in any of its states, light and dark (point 22)."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Live, serving_sqlite, violations, visit
from tests.browser.furnished import ADMINISTRATOR, MANAGER, SIGNED_OUT, Office, furnish

SCHEMES = ("light", "dark")


@pytest.fixture(scope="module")
def live(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """One office for all tests of this module: they only look."""
    with serving_sqlite(sqlite_template, tmp_path_factory.mktemp("axe")) as running:
        yield running


@pytest.fixture(scope="module")
def office(live: Live) -> Office:
    return furnish(live)


@pytest.fixture(params=SCHEMES)
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("role", [SIGNED_OUT, MANAGER, ADMINISTRATOR])
def test_pages(
    live: Live, office: Office, window: Callable[..., Page], scheme: str, role: str
) -> None:
    page = window(color_scheme=scheme)
    if role:
        live.sign_in(page, office.login, role)  # type: ignore[arg-type]
    found: list[str] = []
    for name, _role, address in office.pages_of(role):
        visit(page, address)
        expect(page.locator("h1")).to_have_count(1)
        found += told(page, name, scheme)
    forget_errors(live)
    assert found == [], "\n".join(found)


def test_states(live: Live, office: Office, window: Callable[..., Page], scheme: str) -> None:
    page = window(color_scheme=scheme)
    visit(page, "/sign-in")
    page.get_by_role("button", name="Войти").click()
    found = told(page, "sign-in refused", scheme)
    live.sign_in(page, office.login, MANAGER)
    for name, prepare in STATES.items():
        prepare(page, office)
        found += told(page, name, scheme)
    assert found == [], "\n".join(found)


def an_empty_office(page: Page) -> Iterator[str]:
    for address in ("/stages", "/my", "/control", "/escalations", "/attempts", "/notifications"):
        visit(page, address)
        yield address


def test_nothing_to_show(live: Live, window: Callable[..., Page], scheme: str) -> None:
    with live.given() as given:
        login = given.employee("Новичок", unit=given.unit("Пустой отдел")).login
    page = window(color_scheme=scheme)
    live.sign_in(page, login)
    found = [line for address in an_empty_office(page) for line in told(page, address, scheme)]
    assert found == [], "\n".join(found)


def outcomes_open(page: Page, office: Office) -> None:
    visit(page, f"/tasks/{office.calls[1]}")
    page.keyboard.press("Digit1")
    expect(page.locator("#result_interview")).to_be_visible()
    page.select_option("#result_interview", label="1. Клиент записан на сервис во время звонка")
    for box in ("#plan", "#book", "#involve"):
        page.locator(box).check()


def outcome_refused(page: Page, office: Office) -> None:
    outcomes_open(page, office)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#plan_due-e")).to_be_visible()


def repeats_open(page: Page, office: Office) -> None:
    visit(page, f"/tasks/{office.calls[2]}")
    page.keyboard.press("Digit5")
    expect(page.locator("input[name=outcome][value=repeat]")).to_be_checked()


def conflict(page: Page, office: Office) -> None:
    visit(page, f"/tasks/{office.calls[3]}")
    page.keyboard.press("Digit2")
    page.locator("#outcome-form [name=version]").evaluate("(field) => { field.value = '77'; }")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#conflict")).to_be_visible()


def control_forms_open(page: Page, office: Office) -> None:
    visit(page, f"/tasks/{office.on_control}")
    for summary in page.locator(".ctl summary").all():
        summary.click()


def work_list_forms_refused(page: Page, office: Office) -> None:
    visit(page, office.pages["work-list"][1])
    page.keyboard.press("KeyI")
    page.get_by_role("button", name="Поставить задачу отделу").click()
    expect(page.locator("#involve_text-e")).to_be_visible()


def keys_and_menu(page: Page, office: Office) -> None:
    visit(page, "/stages")
    page.keyboard.press("Shift+Slash")
    expect(page.locator("#keys")).to_be_visible()


def person_menu(page: Page, office: Office) -> None:
    visit(page, "/my")
    page.locator("header.bar details.menu summary").click()


def found_clients(page: Page, office: Office) -> None:
    visit(page, "/search")
    page.fill("#find", "Зайцев")
    expect(page.locator("#found tbody tr").first).to_be_visible()


def found_nobody(page: Page, office: Office) -> None:
    page.fill("#find", "Эйяфьядлайёкюдль")
    expect(page.locator("#found .empty")).to_contain_text("Никого не нашли")


def file_refused(page: Page, office: Office) -> None:
    visit(page, "/selections/files")
    page.get_by_role("button", name="Загрузить", exact=True).click()
    expect(page.locator(".notice[role=alert]").first).to_be_visible()


STATES: dict[str, Callable[[Page, Office], None]] = {
    "outcome, all forms open": outcomes_open,
    "outcome refused (422)": outcome_refused,
    "finished tasks to copy": repeats_open,
    "conflict (409)": conflict,
    "control forms open": control_forms_open,
    "work-list form refused": work_list_forms_refused,
    "keys": keys_and_menu,
    "menu of the person": person_menu,
    "clients found": found_clients,
    "nobody found": found_nobody,
    "file refused": file_refused,
}


def told(page: Page, name: str, scheme: str) -> list[str]:
    """What axe says about the page, each line with the name of the state.

    A dark page is the same page in other colours: only those are looked at again.
    """
    rules = ["color-contrast", "link-in-text-block"] if scheme == "dark" else None
    return [f"{name}: {line}" for line in violations(page, rules=rules)]


def forget_errors(live: Live) -> None:
    """One of the pages is «not found» on purpose."""
    live.troubles[:] = [trouble for trouble in live.troubles if "404" not in trouble]
