"""Columns of a load scroll inside their table; whose row it is and what came of it stay (A8)."""

from pathlib import Path

from playwright.sync_api import Page, expect

from directory.staff.models import Role
from tests.browser.conftest import Live, assert_accessible
from tests.browser.pictures import pictures
from tests.doubts_given import staged_load

HEADINGS = ("Номер заказ-наряда", "Дата открытия", "Дата закрытия", "Статус", "VIN", "Госномер",
            "Марка", "Модель", "Пробег", "Клиент", "Телефон", "Цех", "Работа", "Сумма")  # fmt: skip


def _row(number: int, name: str, phone: str, km: str = "45 000") -> tuple[str, ...]:
    return (
        f"СЦ-{number}", "01.03.2025", "02.03.2025", "закрыт", f"XTA2190{number:010d}",
        f"А{number:03}ВС77", "LADA", "Vesta SW Cross", km, name, phone, "",
        "Замена масла в двигателе и всех фильтров", "12 500,00",
    )  # fmt: skip


def test_columns_scroll_while_the_reason_stays_in_sight(
    live: Live, page: Page, tmp_path: Path
) -> None:
    with live.given() as given:
        given.catalogue()
        unit = given.unit("Отдел сервиса, Север")
        given.workshop(parent=unit)
        head = given.employee("Мария Руководитель", role=Role.HEAD, unit=unit)
        given.client("Константинопольская Анастасия", phone="+79160000004", unit=unit)
        given.session.flush()
        rows = [_row(1, "Лис Анна", "8 916 000-00-04"), _row(2, "Рак Пётр", "", "999 999")]
        rows += [_row(at, f"Иванов Иван {at}", f"8916123{at:04}") for at in range(3, 40)]
        load = staged_load(
            given, unit, given.actor(head, role=Role.HEAD), tmp_path / "наряды.xlsx", "visits",
            HEADINGS, *rows,
        )  # fmt: skip
        load_id, login = load.id, head.login
    live.sign_in(page, login, Role.HEAD)
    page.goto(f"/selections/loads/{load_id}")
    assert_accessible(page)
    pictures(page, "load-columns-all")
    table = page.get_by_role("region", name="Строки файла")
    last = page.get_by_role("columnheader", name="Сумма")
    expect(last).not_to_be_in_viewport(ratio=1)
    table.focus()
    for _ in range(30):
        page.keyboard.press("ArrowRight")
    table.evaluate("(e) => { e.scrollLeft = e.scrollWidth }")
    expect(last).to_be_in_viewport()
    for text in ("Константинопольская Анастасия", "Пробег: 999 999 км похоже на заглушку"):
        expect(table.get_by_text(text)).to_be_in_viewport()
    expect(page.get_by_role("cell", name="СЦ-1", exact=True)).to_be_in_viewport()
    pictures(page, "load-columns-scrolled")
    page.set_viewport_size({"width": 800, "height": 700})
    page.goto(f"/selections/loads/{load_id}?rows=told")
    assert_accessible(page)
    pictures(page, "load-columns-narrow")
