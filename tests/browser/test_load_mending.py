"""A row is given what its file has no column for; a refused correction leaves Back usable (A8)."""

from pathlib import Path

from playwright.sync_api import Page, expect

from directory.staff.models import Role
from tests.browser.conftest import Live, assert_accessible
from tests.browser.pictures import picture
from tests.doubts_given import staged_load

HEADINGS = ("Номер ЗН", "Дата", "VIN", "Клиент", "Телефон")
CLIENTS = ("ФИО", "Телефон", "Код клиента")
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
    picture(page, "mend-lacking")
    page.go_back()
    expect(page.get_by_role("link", name="Исправить строки (1)")).to_be_visible()
    page.go_forward()
    page.get_by_label("Мастерская").fill("Малярка")
    page.get_by_role("button", name="Исправить и загрузить").click()
    expect(page.get_by_text("Строк с ошибками нет")).to_be_visible()


def test_the_list_begins_at_its_first_row_and_a_refusal_stands_alone(
    live: Live, page: Page, tmp_path: Path
) -> None:
    with live.given() as given:
        given.catalogue()
        unit = given.unit("Сервис Север")
        head = given.employee("Мария Руководитель", role=Role.HEAD, unit=unit)
        actor = given.actor(head, role=Role.HEAD)
        rows = [("Лунин Пётр", "12", ""), *(("", f"8 916 000-00-0{one}", "") for one in "123")]
        rows.append(("Кац Олег", "34", ""))
        load = staged_load(given, unit, actor, tmp_path / "к.xlsx", "clients", CLIENTS, *rows)
        load_id, login = load.id, head.login
    live.sign_in(page, login, Role.HEAD)
    page.goto(f"/selections/loads/{load_id}/mend")
    phone = page.get_by_role("textbox", name="Телефон")
    expect(phone.first).to_be_focused()
    phone.first.fill("8 916 000-00-09")
    page.keyboard.press("Control+Enter")
    # The next row of the file is seen whole, though a marked cell waits below.
    row = page.get_by_role("region", name="Строка 3")
    expect(page.get_by_text("Строка 2 исправлена и загружена.")).to_be_visible()
    expect(row.get_by_role("heading")).to_be_in_viewport()
    row.get_by_role("textbox", name="ФИО").fill("1234567")
    row.get_by_role("button", name="Исправить и загрузить").click()
    expect(row.get_by_role("alert")).to_have_text("Строка по-прежнему не загружена.")
    expect(row.get_by_text("Это не имя (1234567)")).to_be_visible()
    # What went well before is a line with its way back, no message beside the refusal.
    expect(page.locator("#toasts .toast")).to_have_count(0)
    expect(page.locator("#undo-line")).to_contain_text("Строка 2 исправлена и загружена.")
    assert_accessible(page)
    picture(page, "mend-refused")
    row.get_by_role("button", name="Исправить и загрузить").click()
    expect(row.get_by_role("alert")).to_have_text(
        "В строке ничего не исправлено, она по-прежнему не загружена."
    )
