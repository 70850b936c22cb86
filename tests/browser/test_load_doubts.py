"""Doubtful and rejected rows of a load are decided in a real browser, with the keyboard (A8)."""

from pathlib import Path

from playwright.sync_api import Page, expect

from directory.staff.models import Role
from tests.browser.conftest import Live, arrived, assert_accessible
from tests.browser.pictures import picture
from tests.doubts_given import staged_load

HEADINGS = ("ФИО", "Телефон", "E-mail", "Дата рождения", "Код клиента", "Комментарий")
ROWS = (
    ("Петров Олег", "8 916 123-45-67", "petrov@example.org", "01.02.1980", "", "звонить утром"),
    ("Петров Олег", "8 916 123-45-67", "petrov@example.org", "01.02.1980", "", ""),
    ("Котов Олег", "8 916 000-00-03", "", "", "", ""),
    ("Зуева Анна", "8 916 000-00-04", "", "", "K-9", "просит писать на почту"),
    ("Лунин Пётр", "12", "лунин", "31.02.1990", "", ""),
    ("", "8 916 000-00-07", "", "", "", ""),
)


def _load(live: Live, page: Page, folder: Path) -> int:
    with live.given() as given:
        given.catalogue()
        unit = given.unit("Отдел сервиса, Север")
        head = given.employee("Мария Руководитель", role=Role.HEAD, unit=unit)
        ivanov = given.client("Иванов Иван", unit=unit)
        given.asset(ivanov, plate="А123ВС77")
        for _ in range(2):
            given.client("Котов Олег", phone="+79160000003", unit=unit)
        given.client("Тайный Игорь", phone="+79160000003", unit=given.unit("Чужой"))
        given.client("Зуев Илья", phone="+79160000004", unit=unit).external_key = "K-9"
        given.session.flush()
        actor = given.actor(head, role=Role.HEAD)
        load = staged_load(
            given, unit, actor, folder / "клиенты.xlsx", "clients", HEADINGS, *ROWS
        )  # fmt: skip
        load_id, login = load.id, head.login
    live.sign_in(page, login, Role.HEAD)
    return load_id


def test_doubts_are_decided_by_keys_and_wrong_rows_corrected(
    live: Live, page: Page, tmp_path: Path
) -> None:
    load_id = _load(live, page, tmp_path)
    page.goto("/selections/files")
    assert_accessible(page)
    page.get_by_role("link", name="Разобрать сомнительные: 3").click()
    picture(page, "doubts-waiting")
    assert_accessible(page)
    page.get_by_role("link", name="Разобрать: 3").click()
    title = page.get_by_role("heading", level=1)
    expect(title).to_contain_text("1 из 3")
    assert_accessible(page)
    picture(page, "doubts-light")
    page.keyboard.press("KeyJ")
    expect(title).to_contain_text("2 из 3")
    picture(page, "doubts-twins")
    assert_accessible(page)
    page.keyboard.press("KeyK")
    expect(title).to_contain_text("1 из 3")
    page.emulate_media(color_scheme="dark")
    page.reload()
    picture(page, "doubts-dark")
    assert_accessible(page)
    # «It is he», then the next one comes by itself; Z takes it back.
    page.keyboard.press("Digit1")
    expect(title).to_contain_text("2 из 3")
    expect(page.get_by_text("Это он: строки загружены.")).to_be_visible()
    arrived(page)
    page.keyboard.press("KeyZ")
    expect(title).to_contain_text("1 из 3")
    arrived(page)
    page.keyboard.press("Digit0")
    expect(title).to_contain_text("2 из 3")
    arrived(page)
    page.keyboard.press("KeyS")
    expect(title).to_contain_text("3 из 3")
    page.get_by_role("button", name="Это он (Зуев Илья)").click()
    expect(page.get_by_text("Сомнительных строк больше нет")).to_be_visible()
    picture(page, "doubts-done")
    page.get_by_role("link", name="Исправить 2 стр").click()
    picture(page, "mend-dark")
    assert_accessible(page)
    page.emulate_media(color_scheme="light")
    page.reload()
    picture(page, "mend-light")
    phone = page.get_by_label("Телефон").first
    expect(phone).to_have_attribute("aria-invalid", "true")
    phone.fill("123")
    page.keyboard.press("Control+Enter")
    phone = page.get_by_label("Телефон").first
    expect(page.get_by_role("alert").first).to_be_visible()
    expect(phone).to_have_value("123")
    assert_accessible(page)
    picture(page, "mend-refused")
    page.get_by_label("Телефон").first.fill("8 916 000-00-05")
    page.get_by_role("button", name="Исправить и загрузить").first.click()
    expect(page.get_by_role("heading", level=2, name="Строка 7")).to_be_visible()
    expect(page.get_by_role("heading", level=2, name="Строка 6")).to_have_count(0)
    page.get_by_role("button", name="Пропустить строку").click()
    expect(page.get_by_text("Строк с ошибками нет")).to_be_visible()
    page.goto(f"/selections/loads/{load_id}/doubts")
    expect(page.get_by_text("Сомнительных строк больше нет")).to_be_visible()


def test_all_of_one_cause_are_decided_after_a_question(
    live: Live, page: Page, tmp_path: Path
) -> None:
    with live.given() as given:
        given.catalogue()
        unit = given.unit("Отдел сервиса, Север")
        head = given.employee("Мария Руководитель", role=Role.HEAD, unit=unit)
        for number in range(30):
            given.client(f"Иванов Иван {number}", phone=f"+791600000{number:02d}", unit=unit)
        given.client("Лунин Пётр", phone="+79160000007", unit=unit)
        rows = [(f"Котов Олег {one}", f"8916 00000{one:02d}", "", "", "", "") for one in range(30)]
        load = staged_load(
            given, unit, given.actor(head, role=Role.HEAD), tmp_path / "клиенты.xlsx", "clients",
            HEADINGS, *rows,
        )  # fmt: skip
        load_id, login = load.id, head.login
    live.sign_in(page, login, Role.HEAD)
    page.goto(f"/selections/loads/{load_id}/doubts")
    expect(page.get_by_text("Ещё 29 с той же причиной: телефон тот же, имя другое")).to_be_visible()
    assert_accessible(page)
    picture(page, "alike-light")
    page.emulate_media(color_scheme="dark")
    page.reload()
    assert_accessible(page)
    picture(page, "alike-dark")
    page.get_by_role("button", name="Все – те же").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Людей: 30, строк: 30.")
    picture(page, "alike-asked-dark")
    dialog.get_by_role("button", name="Не надо").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 из 30")
    page.emulate_media(color_scheme="light")
    page.get_by_role("button", name="Все – те же").focus()
    page.keyboard.press("Enter")
    picture(page, "alike-asked-light")
    dialog.get_by_role("button", name="Взять возможных").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("30 из 30")
    expect(page.get_by_text("Решено вместе, людей: 29, строк: 29.")).to_be_visible()
    picture(page, "alike-done")
    page.goto(f"/selections/loads/{load_id}?rows=decided")
    picture(page, "alike-undo")
    page.get_by_role("button", name="Отменить решение (людей: 29)").first.click()
    expect(dialog).to_contain_text("решено 29 человек")
    dialog.get_by_role("button", name="Отменить решение", exact=True).click()
    expect(page.get_by_text("Решение отменено: строки снова ждут.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 из 30")
