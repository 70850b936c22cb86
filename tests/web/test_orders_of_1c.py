"""Work orders as 1C tells them: number and day in one cell, the workshop above the rows (A8)."""

import re
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.styles import Font
from sqlalchemy import select

from directory.units.models import Unit, UnitKind
from directory.visits.models import Visit
from importers.loads.models import LoadState
from importers.loads.workshops import named_workshop, workshops_below
from tests.given import Given
from tests.web.load_desk import LoadDesk, desk

__all__ = ["desk"]

HEADINGS = ("Номер ЗН", "Дата", "VIN", "Клиент", "Телефон")
VIN = "XTA21901234567890"
HTMX = {"HX-Request": "true"}
ORDERS = (
    ("СЦ-1", "01.11.2024", VIN, "Иванов Иван", "8 916 123-45-67"),
    ("КЦ-2", "02.11.2024", VIN, "Иванов Иван", "8 916 123-45-67"),
)


@pytest.fixture
def shops(desk: LoadDesk, prepared: Given) -> tuple[Unit, Unit, Unit]:
    """Two workshops of the desk's unit, and one of another town."""
    (own,) = prepared.session.scalars(select(Unit).where(Unit.kind == UnitKind.WORKSHOP))
    own.name = "Слесарный цех"
    other = prepared.workshop("Кузовной цех", parent=desk.unit)
    far = prepared.workshop("Цех Юг", parent=prepared.unit("Сервис Юг"))
    prepared.session.commit()
    return own, other, far


def _grouped(folder: Path) -> Path:
    """As 1C reports it: the workshop stands bold above its orders."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADINGS)
    for shop, order in zip(("Слесарный цех", "Кузовной цех"), ORDERS, strict=True):
        sheet.append([shop])
        sheet.cell(sheet.max_row, 1).font = Font(bold=True)
        sheet.append(order)
    book.save(path := folder / "reestr.xlsx")
    return path


def _address(desk: LoadDesk, path: Path) -> str:
    return str(desk.send(path, "visits").location).removesuffix("/columns")


def _where(desk: LoadDesk) -> dict[str, int]:
    with desk.database.reading() as session:
        found = session.execute(select(Visit.number, Visit.workshop_id)).all()
        return {row.number: row.workshop_id for row in found}


def _run(desk: LoadDesk, address: str) -> None:
    desk.work()
    assert desk.browser.post(f"{address}/run", {"form_key": address}).status_code == 303
    desk.work()


def test_groups_that_name_workshops_are_proposed_as_the_workshop(
    desk: LoadDesk, shops: tuple[Unit, Unit, Unit]
) -> None:
    address = _address(desk, _grouped(desk.folder))
    assert desk.state() is LoadState.COLUMNS
    text = desk.browser.read(f"{address}/columns")
    assert "Группа" in text and 'value="workshop" selected' in text
    said = {f"column-{at}": code for at, code in enumerate(
        ("visit_number", "opened_on", "vin", "name", "phone", "workshop")
    )}  # fmt: skip
    assert desk.browser.post(f"{address}/columns", said | {"form_key": "c"}).location == address
    _run(desk, address)
    assert _where(desk) == {"СЦ-1": shops[0].id, "КЦ-2": shops[1].id}


def test_one_workshop_is_said_for_all_rows_and_remembered(
    desk: LoadDesk, shops: tuple[Unit, Unit, Unit]
) -> None:
    address = _address(desk, desk.write(ORDERS[0], headings=HEADINGS))
    assert desk.state() is LoadState.COLUMNS
    text = desk.browser.read(f"{address}/columns")
    assert "Мастерская для всех строк" in text and "Кузовной цех" in text
    assert "Цех Юг" not in text and "подразделения с одной мастерской" not in text
    codes = ("visit_number", "opened_on", "vin", "name", "phone")
    said = {f"column-{at}": code for at, code in enumerate(codes)}
    foreign = said | {"workshop": str(shops[2].id), "form_key": "f"}
    assert desk.browser.post(f"{address}/columns", foreign).status_code == 404
    shown = desk.browser.post(f"{address}/reading", said | {"workshop": str(shops[1].id)}).text
    assert f'value="{shops[1].id}" selected' in shown and "нет столбца с мастерской" not in shown
    said |= {"workshop": str(shops[1].id), "form_key": "c"}
    assert desk.browser.post(f"{address}/columns", said).location == address
    _run(desk, address)
    assert _where(desk) == {"СЦ-1": shops[1].id}
    again = _address(desk, desk.write(ORDERS[1], headings=HEADINGS))
    assert desk.state() is LoadState.CHECKING
    _run(desk, again)
    assert _where(desk)["КЦ-2"] == shops[1].id


def test_orders_with_number_and_day_in_one_cell_load_as_they_are(desk: LoadDesk) -> None:
    headings = ("Документ", "VIN", "Гос.номер", "Заказчик", "Телефон")
    vin = "XTA21901234567890"
    row = ("Заказ-наряд СЦ-9001 от 10.11.2024 9:15:00", vin, "", "Иванов Иван", "8 916 123-45-67")
    path = desk.write(row, headings=headings)
    address = str(desk.send(path, "visits").location)
    desk.work()
    assert desk.state() is LoadState.CHECKED and "Новые 1" in desk.browser.read(address)
    text = desk.browser.read(f"{address}/columns")
    assert "Взять как" not in text and "data-order-day" in text
    assert desk.browser.post(f"{address}/run", {"form_key": "run"}).status_code == 303
    desk.work()
    with desk.database.reading() as session:
        visit = session.scalars(select(Visit)).one()
        assert (visit.number, visit.opened_on) == ("СЦ-9001", date(2024, 11, 10))


def test_a_person_says_that_an_unknown_column_is_number_and_day(desk: LoadDesk) -> None:
    row = ("Заказ-наряд СЦ-9001 от 10.11.2024 9:15:00", "XTA21901234567890")
    address = str(desk.send(desk.write(row, headings=("Прочее", "VIN")), "visits").location)
    address = address.removesuffix("/columns")
    said = {"column-0": "visit_number", "column-1": "vin", "form_key": "c"}
    assert desk.browser.post(f"{address}/columns", said).location == address


def test_a_department_takes_the_workshops_of_its_centre_and_of_no_other(
    desk: LoadDesk, prepared: Given, shops: tuple[Unit, Unit, Unit]
) -> None:
    session = prepared.session
    company = prepared.unit("Меридиан", kind=UnitKind.COMPANY)
    centres = [prepared.unit(name, kind=UnitKind.CENTRE, parent=company) for name in ("М", "С")]
    departments = [prepared.unit("Обзвон", parent=centre) for centre in centres]
    own = prepared.workshop("Цех М", parent=centres[0])
    prepared.workshop("Цех 2 М", parent=centres[0])
    session.flush()
    assert list(workshops_below(session, departments[0].id).values()) == ["Цех М", "Цех 2 М"]
    assert named_workshop(session, departments[0].id, "цех м") == own.id
    assert workshops_below(session, departments[1].id) == {}
    assert named_workshop(session, departments[0].id, shops[2].name) is None


def test_the_first_words_of_a_workshops_name_mean_it_where_only_one_has_them(
    desk: LoadDesk, shops: tuple[Unit, Unit, Unit], prepared: Given
) -> None:
    own, other, far = shops
    own.name, other.name, far.name = "Слесарный цех, Москва", "Кузовной, Москва", "Шинный, Юг"
    third = prepared.workshop("Слесарный участок", parent=desk.unit)
    prepared.session.commit()
    names = ("Слесарный цех", "Кузовной", "слесарный", "Шинный", "Москва / Слесарный участок",
             "Кузовной / Цех 9", "Кузов", "Слесарный цех, Тула")  # fmt: skip
    orders = [(f"СЦ-{at}", *ORDERS[0][1:], name) for at, name in enumerate(names)]
    address = _address(desk, desk.write(*orders, headings=(*HEADINGS, "Цех")))
    desk.work()
    desk.browser.post(f"{address}/run", {"form_key": "r"})
    desk.work()
    assert _where(desk) == {"СЦ-0": own.id, "СЦ-1": other.id, "СЦ-4": third.id}
    assert desk.browser.read(f"{address}/mend").count("Такого цеха нет") == 5


def test_the_cell_of_an_unknown_workshop_is_marked_and_those_of_the_unit_are_offered(
    desk: LoadDesk, shops: tuple[Unit, Unit, Unit]
) -> None:
    orders = [(*order, "Цех 9") for order in ORDERS]
    address = _address(desk, desk.write(*orders, headings=(*HEADINGS, "Цех")))
    desk.work()
    desk.browser.post(f"{address}/run", {"form_key": "r"})
    desk.work()
    page = desk.browser.read(f"{address}/mend")
    assert page.count('aria-invalid="true"') == 2
    cell = r'<input [^>]*name="cell-5" value="Цех 9"[^>]* list="o-workshop" aria-invalid="true"'
    assert len(re.findall(cell, page)) == 2 and page.count(' list="o-workshop"') == 2
    offered = re.findall(r'<option value="([^"]*)">', page.partition('id="o-workshop"')[2])
    assert offered == ["Слесарный цех", "Кузовной цех"]
    wrong = desk.browser.post(f"{address}/mend/2", {"cell-5": "Цех 8"}, headers=HTMX)
    assert wrong.status_code == 422 and 'list="o-workshop"' in wrong.text
    desk.browser.post(f"{address}/mend/2", {"cell-5": "кузовной"})
    assert _where(desk) == {"СЦ-1": shops[1].id}
