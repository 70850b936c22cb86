"""The rail and the bar hold everything on a small screen, whatever the role may open."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from directory.staff.models import Role
from directory.units.models import UnitKind
from tests.browser.conftest import Live, assert_accessible, visit

_OUTSIDE = """() => {
  const bar = document.querySelector("header.bar").getBoundingClientRect();
  return [...document.querySelectorAll("header.bar > *, header.bar form.row > *")].filter((el) => {
    const box = el.getBoundingClientRect();
    return box.width > 1 && (box.top < bar.top || box.bottom > bar.bottom || box.right > bar.right);
  }).map((el) => `${el.tagName}.${el.className}`);
}"""
_ROOM = "(el) => el.clientHeight - el.scrollHeight"
LEADING = (Role.SUPERVISOR, Role.HEAD, Role.ADMINISTRATOR)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("role", LEADING)
def test_every_section_is_seen_without_scrolling(
    live: Live, window: Callable[..., Page], role: Role, scheme: str
) -> None:
    with live.given() as given:
        company = given.unit("Автохолдинг", kind=UnitKind.COMPANY)
        boss = given.employee("Ольга Старшая", role=role, unit=company)
        given.task(unit=company)
    page = window(color_scheme=scheme)
    live.sign_in(page, boss.login)
    visit(page, "/stages")
    assert page.locator(".rail-nav").evaluate(_ROOM) >= 0
    assert page.evaluate(_OUTSIDE) == []
    expect(page.locator("h1")).to_be_visible()
    assert page.locator("h1").evaluate("(el) => el.clientWidth - el.scrollWidth") >= 0
    settings = page.locator(".rail-more summary")
    if role is Role.SUPERVISOR:
        expect(settings).to_have_count(0)
        page.get_by_role("link", name="Отсутствия").click()
    else:
        settings.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("link", name="Правила эскалации")).to_be_in_viewport(ratio=1)
        assert_accessible(page, within=".rail")
        page.keyboard.press("Escape")
        expect(settings).to_be_focused()
        expect(page.get_by_role("link", name="Отсутствия")).to_be_hidden()
        page.keyboard.press("Enter")
        page.get_by_role("link", name="Отсутствия").click()
        expect(settings).to_have_class("nav on")
    expect(page.locator("h1")).to_have_text("Отсутствия")
