"""The wizard of columns in a real browser: a file that needs correction is corrected."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Live, assert_accessible
from tests.browser.pictures import picture
from tests.workbooks import write_file

HEADINGS = ("Кто это", "Связь", "Телефон", "Договор", "Номер кузова", "Прочее")
ROWS = (
    ("Море", "8 (916) 123-45-67", "01.02.2024", "01.03.2021", "XTA21901234567890", ""),
    ("Лес", "+7 903 765-43-21", "05.02.2024", "05.03.2021", "Z94CT41DBLR000002", "звонить утром"),
    ("Поле", "89161112233, доб. 15", "07.02.2024", "07.03.2021", "KNAFK4A69F5300001", ""),
)


def _load(live: Live, page: Page, folder: Path) -> None:
    with live.given() as given:
        given.catalogue()
        unit = given.unit("Отдел сервиса, Север")
        login = given.employee("Мария Менеджер", unit=unit).login
    live.sign_in(page, login)
    page.goto("/selections/files")
    assert_accessible(page)
    page.locator('input[value="lost-clients"]').check()
    page.set_input_files("#f-file", write_file(folder / "клиенты.xlsx", *ROWS, headings=HEADINGS))
    page.get_by_role("button", name="Загрузить", exact=True).click()


def test_a_file_that_needs_correction_is_corrected(live: Live, page: Page, tmp_path: Path) -> None:
    _load(live, page, tmp_path)
    expect(page.get_by_role("heading", level=1)).to_have_text("Столбцы файла «клиенты.xlsx»")
    assert_accessible(page)
    picture(page, "columns-light")
    # The heading «Телефон» stands over days, the phones have another heading.
    expect(page.get_by_label("Связь")).to_have_value("phone")
    expect(page.get_by_label("Телефон")).to_have_value("")
    expect(page.get_by_text("Заголовок говорит одно, ячейки другое")).to_be_visible()
    who = page.get_by_label("Кто это")
    who.focus()
    fields = who.locator("option").all_text_contents()
    for _ in range(fields.index("ФИО")):
        who.press("ArrowDown")
    expect(who).to_have_value("name")
    expect(page.locator("#k-0 [data-how]")).to_have_text("вы выбрали")
    page.get_by_label("Прочее").select_option("name")
    expect(page.get_by_text("То же выбрано в другом столбце").first).to_be_visible()
    page.get_by_label("Прочее").select_option("comment")
    expect(page.get_by_text("То же выбрано в другом столбце").first).to_be_hidden()
    page.get_by_label("Телефон").select_option("last_visit_on")
    vin = page.get_by_label("Номер кузова")
    expect(vin).to_have_value("vin")
    missing = page.locator('[data-needs="phone vin"] [data-missing]')
    expect(missing).to_be_hidden()
    vin.select_option("")
    page.get_by_label("Связь").select_option("")
    expect(missing).to_be_visible()
    page.get_by_label("Связь").select_option("phone")
    expect(missing).to_be_hidden()
    vin.select_option("vin")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("клиенты.xlsx")
    expect(page.get_by_role("row", name="Море")).to_contain_text("01.02.2024")
    page.reload()
    page.locator(".left-out").get_by_role("link", name="Столбцы").click()
    expect(page.get_by_label("Прочее")).to_have_value("comment")
    page.emulate_media(color_scheme="dark")
    page.reload()
    picture(page, "columns-dark")
    assert_accessible(page)


def test_the_day_in_the_number_and_a_workshop_for_all_rows_are_told(
    live: Live, page: Page, tmp_path: Path
) -> None:
    with live.given() as given:
        given.catalogue()
        unit = given.unit("Отдел сервиса, Север")
        for name in ("Слесарный цех", "Кузовной цех"):
            given.workshop(name, parent=unit)
        login = given.employee("Мария Менеджер", unit=unit).login
    live.sign_in(page, login)
    page.goto("/selections/files")
    page.locator('input[value="visits"]').check()
    page.get_by_label("Подразделение").select_option(label="Отдел сервиса, Север")
    row = ("Заказ-наряд СЦ-9001 от 10.11.2024 9:15:00", "XTA21901234567890", "Иванов Иван")
    path = write_file(tmp_path / "наряды.xlsx", row, headings=("Документ", "VIN", "Заказчик"))
    page.set_input_files("#f-file", path)
    page.get_by_role("button", name="Загрузить", exact=True).click()
    day = page.locator('[data-needs~="opened_on"]')
    expect(day.locator("[data-there]")).to_be_visible()
    page.get_by_label("Документ").select_option("")
    expect(day.locator("[data-missing]")).to_be_visible()
    page.get_by_label("Документ").select_option("visit_number")
    expect(day.locator("[data-there]")).to_be_visible()
    page.get_by_label("Мастерская для всех строк").select_option(label="Кузовной цех")
    assert_accessible(page)
    picture(page, "workshop-light")
    page.get_by_role("button", name="Проверить файл").click()
    expect(page).to_have_url(re.compile(r"/selections/loads/\d+$"))
