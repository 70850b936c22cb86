"""What a load tells in a real browser: decisions undone later, what hinders taking back (A8)."""

from pathlib import Path

from playwright.sync_api import Page, expect
from sqlalchemy import select

from directory.clients.models import Client
from directory.staff.models import Role
from directory.units.models import Unit
from importers.loads.working import work_on_loads
from tests.browser.conftest import Live, arrived, assert_accessible
from tests.browser.pictures import pictures
from tests.doubts_given import staged_load
from tests.given import Given

CLIENTS = ("ФИО", "Телефон", "Код клиента")


def _send(live: Live, page: Page, path: Path, kind: str, *lines: str) -> None:
    path.write_text("\n".join(lines), encoding="utf-8")
    page.goto("/selections/files")
    page.get_by_label("Подразделение").select_option(label="Отдел сервиса, Север")
    page.locator(f'input[value="{kind}"]').check()
    page.set_input_files("#f-file", path)
    page.get_by_role("button", name="Загрузить", exact=True).click()
    page.wait_for_url("**/loads/**")
    work_on_loads(live.database, live.clock, folder=path.parent / "loads")


def test_a_decision_is_undone_from_its_row_and_its_toast_stays_on_its_page(
    live: Live, page: Page, tmp_path: Path
) -> None:
    with live.given() as given:
        given.catalogue()
        unit = given.unit("Отдел сервиса, Северо-Западный округ")
        head = given.employee("Мария Руководитель", role=Role.HEAD, unit=unit)
        given.client("Иванов Иван", phone="+79161234567", unit=unit)
        path = tmp_path / "клиенты из старой базы, ноябрь 2026.xlsx"
        load = staged_load(
            given, unit, given.actor(head, role=Role.HEAD), path, "clients",
            CLIENTS, ("Петров Олег", "8 916 123-45-67", ""), ("Лунин Пётр", "12", ""),
        )  # fmt: skip
        load_id, login = load.id, head.login
    live.sign_in(page, login, Role.HEAD)
    page.goto(f"/selections/loads/{load_id}")
    assert_accessible(page)
    pictures(page, "truth-waits")
    page.get_by_role("link", name="Разобрать сомнительные (1)").click()
    page.get_by_role("button", name="Другой человек").click()
    expect(page.get_by_text("Другой человек: строки загружены")).to_be_visible()
    page.goto(f"/selections/loads/{load_id}")
    expect(page.locator("#undo-line form")).to_have_count(0)
    page.get_by_role("link", name="Решения 1").click()
    assert_accessible(page)
    pictures(page, "truth-decided")
    page.get_by_role("button", name="Отменить решение").click()
    expect(page.get_by_text("Решение отменено")).to_be_visible()
    page.goto("/selections/files")
    assert_accessible(page)
    page.locator("#recent-files").scroll_into_view_if_needed()
    pictures(page, "truth-files")
    page.goto("/selections/doubts")
    pictures(page, "truth-waiting")


def test_a_wrong_kind_and_what_hinders_are_told_on_the_page(
    live: Live, page: Page, tmp_path: Path
) -> None:
    with live.given() as given:
        given.catalogue()
        unit = given.unit("Отдел сервиса, Север")
        for name in ("Цех Восток", "Цех Запад"):
            given.workshop(name, parent=unit)
        login, unit_id = given.employee("Мария Менеджер", unit=unit).login, unit.id
    live.sign_in(page, login)
    path = tmp_path / "наряды.csv"
    heading = "Номер ЗН;Дата закрытия;VIN;Клиент;Телефон;Работы"
    line = "ЗН-1;02.11.2024;XTA21901234567890;Иванов Иван;8 916 123-45-67;Масло"
    _send(live, page, path, "do-not-call", heading, line)
    expect(page.get_by_text("Похоже на «Заказ-наряды»")).to_be_visible()
    assert_accessible(page)
    pictures(page, "truth-kind")
    page.get_by_role("button", name="Взять как «Заказ-наряды»").click()
    expect(page.get_by_text("В файле нет столбца с мастерской")).to_be_visible()
    assert_accessible(page)
    pictures(page, "truth-workshop")
    _send(live, page, tmp_path / "клиенты.csv", "clients", "ФИО;Телефон",
          "Иванов Иван;8 916 123-45-67", "Петрова Анна;8 916 123-45-68")  # fmt: skip
    page.get_by_role("button", name="Загрузить строк: 2").click()
    page.wait_for_load_state()
    work_on_loads(live.database, live.clock, folder=tmp_path / "loads")
    expect(page.get_by_text("Загружено. Изменений: 2")).to_be_visible()
    with live.database.unit_of_work() as session:
        client = session.scalars(select(Client).order_by(Client.id).limit(1)).one()
        Given(session).task(unit=session.get_one(Unit, unit_id), client=client)
    arrived(page)
    page.get_by_role("button", name="Отменить загрузку").click()
    page.get_by_role("dialog").get_by_role("button", name="Отменить загрузку").click()
    expect(page.get_by_text("Отменить нельзя, ничего не изменено")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("link", name="Иванов Иван").first).to_be_visible()
    assert_accessible(page)
    pictures(page, "truth-hindered")
