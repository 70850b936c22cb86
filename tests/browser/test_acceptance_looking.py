"""Points of the acceptance list that are seen by looking at pages (design/ui/stack.md §8).

Each test carries the number of its point. Points 7, 8, 30, 31 and 32 are in ``test_task_card.py``,
22 in ``test_axe.py``, the rest that concerns work in ``test_acceptance_working.py``. Not applicable
yet, since their pages belong to later issues: 10 (counts of a selection), 21 (drag), 28 (charts of
analytics), 35 (undo of move and dispatch), 36 (rules of a selection), 37 (undo of an import),
38 (dispatch). Points 1 and the Lighthouse part of 3 are measured by ``make bench``, 23 by the
colours' own script, 40 by the screenshots.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import update

from directory.staff.models import Employee
from tests.browser.conftest import Live, arrived, serving_sqlite, visit
from tests.browser.furnished import MANAGER, Office, furnish
from tests.browser.measures import CLIPPED, OVERFLOWS, SHIFTS, SPACED, TOO_SMALL, Inline
from tests.browser.slow_line import pages_in_pieces
from webui.headers import CONTENT_SECURITY_POLICY

MOST_BYTES, MOST_REQUESTS, MOST_WARM_BYTES = 130_000, 15, 15_000


@pytest.fixture(scope="module")
def live(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """One office for all tests of this module: they only look."""
    with serving_sqlite(sqlite_template, tmp_path_factory.mktemp("looking")) as running:
        yield running


@pytest.fixture(scope="module")
def office(live: Live) -> Office:
    return furnish(live)


@pytest.fixture
def walk(live: Live, office: Office) -> Callable[..., Iterator[str]]:
    """Open all pages one after the other, each in its role; yields their names."""

    def go(page: Page) -> Iterator[str]:
        signed_in = ""
        for name, role, address in office.pages_of():
            if role and role != signed_in:
                live.sign_in(page, office.login, role)  # type: ignore[arg-type]
                signed_in = role
            page.goto(address)
            if page.locator("#history-panel").count():
                page.wait_for_selector("#client-history", state="attached")
            yield name
        live.troubles[:] = [trouble for trouble in live.troubles if "404" not in trouble]

    return go


def test_02_the_work_page_is_light(live: Live, page: Page, office: Office) -> None:
    live.sign_in(page, office.login)
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    sizes: list[float] = []
    network.on("Network.loadingFinished", lambda e: sizes.append(e["encodedDataLength"]))
    _settled(page, f"/tasks/{office.calls[0]}")
    cold = [size for size in sizes if size]  # what the browser had already weighs nothing
    sizes.clear()
    _settled(page, f"/tasks/{office.calls[1]}")
    warm = [size for size in sizes if size]
    print(f"cold {sum(cold):.0f} B in {len(cold)} requests, warm {sum(warm):.0f} B in {len(warm)}")
    assert sum(cold) <= MOST_BYTES
    assert len(cold) <= MOST_REQUESTS
    assert sum(warm) <= MOST_WARM_BYTES


@pytest.mark.parametrize("line", [nullcontext, pages_in_pieces])
def test_03_nothing_moves_while_a_page_loads(
    live: Live,
    page: Page,
    walk: Callable[..., Any],
    line: Callable[[Flask], AbstractContextManager[None]],
) -> None:
    page.add_init_script(SHIFTS)
    moved = {}
    with line(live.app):
        for name in walk(page):
            page.wait_for_load_state("networkidle")
            shifts = page.evaluate("window.shifts")
            if sum(shift[0] for shift in shifts) > 0:
                moved[name] = shifts
    assert moved == {}


def test_09_11_everything_comes_from_here_under_the_policy(
    live: Live, page: Page, walk: Callable[..., Any]
) -> None:
    asked: set[str] = set()
    bare: list[str] = []
    page.on("request", lambda request: asked.add(request.url))
    page.on(
        "response",
        lambda answer: (
            None
            if answer.headers.get("content-security-policy") == CONTENT_SECURITY_POLICY
            else bare.append(answer.url)
        ),
    )
    for _name in walk(page):
        pass
    assert {url for url in asked if not url.startswith((live.url, "data:"))} == set()
    assert bare == []  # violations of the policy fail every test by themselves


def test_12_no_page_has_inline_style_or_script(
    live: Live, page: Page, walk: Callable[..., Any], office: Office
) -> None:
    found = {}
    for name in walk(page):
        inline = Inline()
        inline.feed(page.context.request.get(page.url).text())
        if inline.found:
            found[name] = inline.found
    assert found == {}


def test_13_a_post_without_a_token_is_refused_with_a_hint(
    live: Live, page: Page, office: Office
) -> None:
    live.sign_in(page, office.login)
    answer = page.context.request.post(f"/tasks/{office.calls[0]}/claim")
    assert answer.status == 400
    assert "Обновите" in answer.text()
    visit(page, f"/tasks/{office.calls[0]}")
    page.evaluate("document.querySelectorAll('[name=csrf_token]').forEach((el) => el.remove())")
    page.evaluate("document.querySelector('meta[name=csrf-token]').content = ''")
    page.get_by_role("button", name="Позвонить").click()
    expect(page.locator(".toast.bad")).to_contain_text("Обновите")
    live.troubles[:] = [trouble for trouble in live.troubles if "400" not in trouble]


def test_17_the_sheet_of_keys_lists_what_the_page_declares(
    live: Live, page: Page, office: Office
) -> None:
    live.sign_in(page, office.login)
    for address in ("/stages", f"/tasks/{office.calls[0]}", office.pages["work-list"][1]):
        visit(page, address)
        declared = page.evaluate(
            """() => [...document.querySelectorAll("[aria-keyshortcuts]")]
              .filter((el) => el.getClientRects().length && el.checkVisibility())
              .map((el) => (el.dataset.keycap || el.getAttribute("aria-keyshortcuts")
                .replace("Control", "Ctrl")).replace(/[ +|]/g, ""))"""
        )
        page.keyboard.press("Shift+Slash")
        rows = page.locator("#keys [data-keys-list] > div")
        listed = [row.locator("dd").inner_text().strip() for row in rows.all()]
        # What works only at times, such as undo while its message stands, comes besides.
        at_times = page.evaluate(
            """() => [...document.querySelectorAll("[data-key-listed]")]
              .filter((el) => !el.getClientRects().length || !el.checkVisibility())
              .map((el) => el.dataset.keycap.replace(/[ |]/g, ""))"""
        )
        caps = sorted(re.sub(r"\s", "", keys) for keys in listed)
        told = {re.sub(r"\s", "", keys) for keys in at_times}
        assert caps == sorted({*declared, *told}) and "Esc" in caps, address
        assert all(row.locator("dt").inner_text().strip() for row in rows.all())


def test_24_at_twice_the_size_nothing_is_lost(
    live: Live, window: Callable[..., Page], walk: Callable[..., Any], office: Office
) -> None:
    page = window(viewport={"width": 683, "height": 384})
    wide = {name: found for name in walk(page) if (found := page.evaluate(OVERFLOWS))}
    assert wide == {}
    live.sign_in(page, office.login, MANAGER)
    visit(page, "/stages")
    expect(page.locator("#f-unit")).to_be_hidden()
    page.locator(".filters-m summary").click()
    page.locator("#n-campaign").select_option(index=1)
    page.wait_for_url(re.compile("campaign="))
    page.locator(".filters-m summary").click()
    page.locator(".filters-m").get_by_role("button", name="Просроченные").click()
    page.wait_for_url(re.compile("overdue=1.*campaign=|campaign=.*overdue=1"))
    visit(page, f"/tasks/{office.calls[0]}")
    expect(page.locator("#queue")).to_be_hidden()
    page.get_by_role("button", name="Показать очередь").click()
    expect(page.locator("#queue")).to_be_visible()
    page.locator(f"#q-{office.calls[1]} a").click()
    expect(page.locator("#task-bar h1")).to_have_text(f"Задача № {office.calls[1]}")
    expect(page.locator("#c-title")).to_be_visible()


def test_25_wider_text_is_not_clipped(page: Page, walk: Callable[..., Any]) -> None:
    clipped = {}
    for name in walk(page):
        page.evaluate(SPACED)
        found = page.evaluate(CLIPPED)
        if found:
            clipped[name] = found
    assert clipped == {}


def test_26_targets_are_large_enough(page: Page, walk: Callable[..., Any]) -> None:
    small = {name: found for name in walk(page) if (found := page.evaluate(TOO_SMALL))}
    assert small == {}


def test_29_less_motion_and_forced_colours(
    live: Live, window: Callable[..., Page], office: Office
) -> None:
    page = window(reduced_motion="reduce", forced_colors="active")
    live.sign_in(page, office.login)
    visit(page, f"/tasks/{office.calls[0]}")
    page.keyboard.press("Digit2")
    moving = """() => [...document.querySelectorAll("*")].filter((el) => {
      const s = getComputedStyle(el);
      return [s.transitionDuration, s.animationDuration].some((t) => parseFloat(t) > 0.001);
    }).map((el) => el.tagName + "." + el.className)"""
    assert page.evaluate(moving) == []
    for chosen in (".tile.on", ".q-item[aria-current]"):
        outline = page.locator(chosen).evaluate("(el) => getComputedStyle(el).outlineStyle")
        assert outline == "solid", chosen


def _listed(page: Page) -> str:
    """What the page shows, without how late the tasks are: minutes pass between two looks."""
    return re.sub(r"−\d+\s(ч|мин)(\s\d+\sмин)?", "late", page.locator("main").inner_text())


def test_33_addresses_lead_back_to_the_same(
    live: Live, page: Page, office: Office, window: Callable[..., Page]
) -> None:
    live.sign_in(page, office.login)
    visit(page, "/my")
    page.get_by_label("Скрыть завершённые").check()
    page.get_by_role("button", name="Показать").click()
    expect(page).to_have_url(re.compile("hide_finished=1"))
    arrived(page)
    filtered, listed = page.url, _listed(page)
    page.locator(f'a[href="/tasks/{office.calls[1]}"]').first.click()
    expect(page.locator("#task-bar h1")).to_have_text(f"Задача № {office.calls[1]}")
    page.locator(f"#q-{office.calls[2]} a").click()
    expect(page.locator("#task-bar h1")).to_have_text(f"Задача № {office.calls[2]}")
    page.reload()
    expect(page.locator("#task-bar h1")).to_have_text(f"Задача № {office.calls[2]}")
    page.go_back()
    expect(page.locator("#task-bar h1")).to_have_text(f"Задача № {office.calls[1]}")
    page.go_back()
    expect(page).to_have_url(filtered)
    expect(page.get_by_label("Скрыть завершённые")).to_be_checked()
    page.go_forward()
    expect(page.locator("#task-bar h1")).to_have_text(f"Задача № {office.calls[1]}")
    other = window()
    live.sign_in(other, office.login)
    visit(other, filtered)
    assert _listed(other) == listed


def test_33_the_chosen_work_list_is_in_the_address(live: Live, page: Page, office: Office) -> None:
    live.sign_in(page, office.login)
    visit(page, "/stages")
    card = page.locator(".k-on_control .bcard-a").first
    card.click()
    expect(page.locator("#chosen h2")).to_be_visible()
    expect(page).to_have_url(re.compile(r"list=\d+"))
    page.go_back()
    expect(page.locator("#chosen")).to_be_hidden()
    page.go_forward()
    expect(page.locator("#chosen h2")).to_be_visible()
    page.reload()
    expect(page.locator("#chosen h2")).to_be_visible()


@pytest.mark.parametrize("locale", ["en", "uk"])
def test_39_other_languages_fit(
    live: Live, page: Page, walk: Callable[..., Any], office: Office, locale: str
) -> None:
    live.sign_in(page, office.login, MANAGER)
    visit(page, "/my")
    page.locator("header.bar details.menu summary").click()
    page.locator(f"button[name=locale][value={locale}]").click()
    expect(page.locator("html")).to_have_attribute("lang", locale)
    wide = {}
    for name in walk(page):
        found = page.evaluate(OVERFLOWS) + page.evaluate(CLIPPED)
        if found or page.locator(f"html[lang={locale}]").count() == 0:
            wide[name] = found
    with live.given() as given:
        mine = update(Employee).where(Employee.login == office.login)
        given.session.execute(mine.values(locale="ru"))
    assert wide == {}


def _settled(page: Page, address: str) -> None:
    visit(page, address)
    page.wait_for_load_state("networkidle")
