"""Bookings and control by keys: times follow the choice, and the focus goes on from row to row."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from directory.units.models import UnitKind
from tests.browser.conftest import Live, assert_accessible, visit
from worklists.lifecycle import TaskState


@dataclass
class Shop:
    """Whose bookings, and those of today."""

    login: str
    bookings: list[int]
    tasks: list[int]


@pytest.fixture
def shop(live: Live) -> Shop:
    with live.given() as given:
        unit = given.unit("Центр", kind=UnitKind.CENTRE)
        person = given.employee("Анна", unit=unit)
        workshop = given.workshop(parent=unit)
        left = {"state": TaskState.ON_CONTROL, "control_by_id": person.id}
        tasks = [
            given.task(unit=unit, client=given.client(name, unit=unit), **left,
                       control_at=given.now - timedelta(hours=hours))
            for hours, name in ((9, "Авдеев"), (8, "Белов"), (7, "Волков"))
        ]  # fmt: skip
        kind = given.kind_id()
        booked = [
            given.booking(task, workshop, person, minute=minute, work_kind_id=kind, minutes=60)
            for task, minute in zip(tasks, (840, 900, 960), strict=True)
        ]
        return Shop(person.login, [one.id for one in booked], [one.id for one in tasks])


def _press(button: Locator) -> None:
    button.focus()
    button.press("Enter")


def test_the_focus_goes_on_to_the_next_row(live: Live, page: Page, shop: Shop) -> None:
    live.sign_in(page, shop.login)
    visit(page, "/control")
    rows = page.locator("tbody tr:not(.gh)")
    _press(rows.filter(has_text="Белов").get_by_role("button", name="Подтвердить"))
    expect(rows).to_have_count(2)
    expect(page.get_by_role("link", name="Волков")).to_be_focused()
    _press(rows.filter(has_text="Волков").get_by_role("button", name="Подтвердить"))
    expect(rows).to_have_count(1)
    expect(page.get_by_role("link", name="Авдеев")).to_be_focused()

    visit(page, "/service")
    assert_accessible(page)
    _press(page.locator(f"#b-{shop.bookings[0]}").get_by_role("button", name="Приехал", exact=True))
    expect(page.locator(f"#b-{shop.bookings[0]}")).to_contain_text("Приехал")
    expect(page.locator(f"#b-{shop.bookings[1]} td a").first).to_be_focused()
    _press(page.locator(f"#b-{shop.bookings[2]}").get_by_role("button", name="Не приехал"))
    page.locator("#confirm [data-confirm-yes]").click()
    expect(page.locator(f"#b-{shop.bookings[2]}")).to_contain_text("Не приехал")
    expect(page.locator(f"#b-{shop.bookings[2]} td a").first).to_be_focused()
    page.keyboard.press("KeyK")
    expect(page.locator(f"#b-{shop.bookings[1]} td a").first).to_be_focused()


def test_times_follow_the_day_when_a_booking_is_moved(live: Live, page: Page, shop: Shop) -> None:
    live.sign_in(page, shop.login)
    visit(page, f"/service/{shop.bookings[0]}?open=move")
    expect(page.get_by_role("button", name="Показать время")).to_have_count(0)
    page.fill("#book_on", "2026-03-21")
    expect(page.locator("#book-times")).to_contain_text("цех не работает")
    page.locator("#book-times").get_by_role("button", name="пн 23").click()
    page.locator("#book-times label", has_text="11:00").click()
    page.get_by_role("button", name="Перенести").click()
    expect(page.locator("dl.facts")).to_contain_text("11:00")
    assert_accessible(page)
