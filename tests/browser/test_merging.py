"""Two cards of one client are merged and unmerged by keys alone, light and dark."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from directory.staff.models import Role
from tests.browser.conftest import Live, assert_accessible, visit
from tests.merging_given import Doubles


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_merging_by_keys(live: Live, window: Callable[..., Page], scheme: str) -> None:
    with live.given() as given:
        two = Doubles(given)
        two.busy_double()
        login, kept_id, double_id = two.person.login, two.kept.id, two.double.id
    page = window(color_scheme=scheme)
    live.sign_in(page, login, Role.HEAD)
    visit(page, f"/clients/{kept_id}")
    page.get_by_role("link", name="Объединить с…").press("Enter")
    expect(page.locator("#find")).to_be_focused()
    assert_accessible(page)
    page.keyboard.type("5556677")
    compare = page.get_by_role("link", name="Сравнить: Иванов И. И.")
    expect(page.locator("#found")).to_contain_text("Найден 1 клиент")
    compare.press("Enter")
    expect(page.get_by_role("heading", name="Объединить карточки")).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(f"{live.url}/clients/{kept_id}")
    expect(page.locator("#toasts")).to_contain_text("Карточки объединены.")
    assert_accessible(page)
    visit(page, f"/clients/{double_id}")
    expect(page).to_have_url(f"{live.url}/clients/{kept_id}")
    button = page.get_by_role("region", name="Объединения карточек").get_by_role("button")
    button.press("Enter")
    page.locator("#confirm [data-confirm-yes]").press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Объединение отменено")
    visit(page, f"/clients/{double_id}")
    expect(page.get_by_role("heading", name="Иванов И. И.")).to_be_visible()
