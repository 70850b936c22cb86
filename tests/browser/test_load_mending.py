"""A row is given what its file has no column for; a refused correction leaves Back usable (A8)."""

import os
from pathlib import Path

from playwright.sync_api import Page, expect

from directory.staff.models import Role
from tests.browser.conftest import Live, assert_accessible
from tests.doubts_given import staged_load

HEADINGS = ("Номер ЗН", "Дата", "VIN", "Клиент", "Телефон")
ORDER = ("ЗН-1", "01.11.2024", "XTA21901234567890", "Иванов Иван", "8 916 123-45-67")


def test_an_order_is_given_its_workshop(live: Live, page: Page, tmp_path: Path) -> None:
    with live.given() as given:
        given.catalogue()
        unit = given.unit("Сервис Север")
        for name in ("Слесарный", "Малярка"):
            given.workshop(name, parent=unit)
        head = given.employee("Мария Руководитель", role=Role.HEAD, unit=unit)
        actor = given.actor(head, role=Role.HEAD)
        path = tmp_path / "заказы.xlsx"
        load = staged_load(given, unit, actor, path, "visits", HEADINGS, ORDER)
        load_id, login = load.id, head.login
    live.sign_in(page, login, Role.HEAD)
    page.goto(f"/selections/loads/{load_id}")
    page.get_by_role("link", name="Исправить строки (1)").click()
    assert_accessible(page)
    workshop = page.get_by_label("Мастерская")
    workshop.fill("Нет такой")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("alert").first).to_be_visible()
    expect(workshop).to_have_value("Нет такой")
    folder = os.environ.get("PROZVON_SCREENSHOTS")
    if folder:
        page.screenshot(path=f"{folder}/mend-lacking.png")
    page.go_back()
    expect(page.get_by_role("link", name="Исправить строки (1)")).to_be_visible()
    page.go_forward()
    page.get_by_label("Мастерская").fill("Малярка")
    page.get_by_role("button", name="Исправить и загрузить").click()
    expect(page.get_by_text("Строк с ошибками нет")).to_be_visible()
