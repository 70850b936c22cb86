"""What is on control, who was found and a client's history as workbooks (rule 23, P23)."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from campaigns.models import Outcome
from core.db import Database
from core.journal import JournalEntry
from directory.clients.models import ContactPoint
from directory.staff.models import Employee, Role
from directory.units.models import Unit, UnitKind
from directory.visits.models import LineKind, Recommendation, Visit, VisitLine
from tests.conftest import NOON
from tests.given import Given
from tests.web.conftest import Browser, read_workbook
from worklists.lifecycle import TaskState
from worklists.models.attempt import Attempt

BrowserOf = Callable[..., Browser]
FORMULA = "=HYPERLINK(1)"


@pytest.fixture
def unit(prepared: Given) -> Unit:
    return prepared.unit()


@pytest.fixture
def me(prepared: Given, unit: Unit) -> Employee:
    return prepared.employee("Ирина Полякова", unit=unit)


def exported(database: Database) -> list[dict[str, object]]:
    with database.reading() as session:
        found = session.scalars(
            select(JournalEntry.details).where(JournalEntry.event == "ListExported")
        )
        return [dict(details) for details in found]


def test_control_goes_out_with_its_filter(
    prepared: Given, unit: Unit, me: Employee, browser_of: BrowserOf, database: Database
) -> None:
    other = prepared.employee("Коллега", unit=unit)
    for name, by in ((FORMULA, me), ("Чужой клиент", other)):
        client = prepared.client(name, unit=unit)
        prepared.task(unit=unit, client=client, control_at=NOON, control_by_id=by.id,
                      state=TaskState.ON_CONTROL, comment="+7 позже")  # fmt: skip
    browser = browser_of(me)
    mine = read_workbook(browser.get("/control.xlsx"))
    assert mine[0][:3] == ("Проверить", "Клиент", "Что обещано")
    assert [(f"{row[0]:%Y-%m-%d %H:%M}", row[1], row[3]) for row in mine[1:]] == [
        ("2026-03-18 12:00", FORMULA, "+7 позже")
    ]
    every = read_workbook(browser.get("/control.xlsx?all=1"))
    assert {row[1] for row in every[1:]} == {FORMULA, "Чужой клиент"}
    assert b"<f>" not in browser.get("/control.xlsx").data
    assert 'href="/control.xlsx?all=1"' in browser.read("/control?all=1")
    assert exported(database)[1] == {"list": "control", "query": "all=1", "rows": 2}


def test_who_was_found_goes_out_and_the_words_stay_here(
    prepared: Given, unit: Unit, me: Employee, browser_of: BrowserOf, database: Database
) -> None:
    for number in range(25):
        client = prepared.client(f"Иванов Пётр {number:02}", unit=unit,
                                 phone=f"+7912000{number:04}")  # fmt: skip
        prepared.asset(client, plate=f"A{number:03}BC77")
    browser = browser_of(me)
    assert 'formaction="/search.xlsx"' in browser.read("/search")
    answer = browser.post("/search.xlsx", {"q": "иванов"}, buffered=True)
    assert answer.mimetype.endswith("sheet")
    rows = read_workbook(answer)
    assert len(rows) == 26, "all of them, not only those that the page shows"
    assert rows[1][0] == "Иванов Пётр 00"
    assert "912 000" in rows[1][2]
    assert rows[1][3].endswith("А000ВС 77"), "as the screen writes it"
    assert isinstance(rows[1][7], int)
    note = exported(database)[-1]
    assert (note["list"], note["query"], note["rows"]) == ("clients", "by=name", 25)
    assert browser.post("/search.xlsx", {"q": " "}).status_code == 303


def test_one_spelling_of_plates_and_phones_in_every_list(
    prepared: Given, unit: Unit, me: Employee, browser_of: BrowserOf
) -> None:
    client = prepared.client("Жуков", unit=unit, phone="+79384772395")
    asset = prepared.asset(client, plate="е 321 ух 777", plate_norm="E321YX777")
    task = prepared.task(unit=unit, client=client, asset=asset, performer=me, control_by_id=me.id,
                         state=TaskState.ON_CONTROL, control_at=NOON)  # fmt: skip
    phone = prepared.session.scalars(
        select(ContactPoint).where(ContactPoint.client_id == client.id)
    ).one()
    prepared.attempt(task, me, outcome=Outcome.NO_ANSWER, contact_point_id=phone.id)
    browser = browser_of(me)
    for address in ("/control.xlsx", "/my.xlsx", "/stages.xlsx"):
        cells = [str(cell) for cell in read_workbook(browser.get(address))[1]]
        assert any("Е321УХ 777" in cell for cell in cells), address
    for address in ("/attempts.xlsx", "/stages.xlsx"):
        assert "+7 938 477-23-95" in read_workbook(browser.get(address))[1], address
    found = read_workbook(browser.post("/search.xlsx", {"q": "е321ух777"}, buffered=True))[1]
    assert found[3].endswith("Е321УХ 777") and found[5] == "Е321УХ 777"
    page = browser.post("/search", {"q": "е321"}, headers={"HX-Request": "true"}, buffered=True)
    assert page.text.count("Е321УХ\xa0777") == 2 and "E321" not in page.text


def test_a_history_goes_out_of_all_vehicles_or_of_one(
    prepared: Given, unit: Unit, me: Employee, browser_of: BrowserOf, database: Database
) -> None:
    client = prepared.client("Соколова Марина", unit=unit)
    sedan, wagon = prepared.asset(client), prepared.asset(client, model="Largus")
    workshop = prepared.unit("Цех", kind=UnitKind.WORKSHOP, parent=unit)
    for asset, year in ((sedan, 2024), (wagon, 2023)):
        visit = Visit(number=f"ЗН-{year}", asset_id=asset.id, opened_on=date(year, 5, 1),
                      done_on=date(year, 5, 1), client_id=client.id, workshop_id=workshop.id,
                      mileage_km=31_500, total=Decimal("8900.50"))  # fmt: skip
        prepared.session.add(visit)
        prepared.session.flush()
    prepared.session.add_all(
        [
            VisitLine(visit_id=visit.id, kind=LineKind.WORK, name=FORMULA, quantity=Decimal(1),
                      total=Decimal(100)),
            Recommendation(visit_id=visit.id, asset_id=wagon.id, advised_on=date(2023, 5, 1),
                           work="Колодки", estimate=Decimal(8900)),
        ]
    )  # fmt: skip
    task = prepared.task(unit=unit, client=client, asset=sedan, due_at=NOON - timedelta(days=1))
    prepared.session.add(
        Attempt(task_id=task.id, unit_id=unit.id, client_id=client.id, at=NOON,
                campaign_id=task.campaign_id, employee_id=me.id, outcome=Outcome.NO_ANSWER,
                comment="@cmd")
    )  # fmt: skip
    browser = browser_of(me)
    address = f"/clients/{client.id}/history.xlsx"
    rows = read_workbook(browser.get(address))[1:]
    assert rows[0][1] == "Результат звонка"
    assert {row[1] for row in rows} >= {"Заказ-наряд", "Рекомендация", "Результат звонка"}
    assert [row[0] for row in rows] == sorted((row[0] for row in rows), reverse=True)
    assert rows[0][8] == "@cmd"
    old = next(row for row in rows if row[2] == "ЗН-2023" and row[1] == "Заказ-наряд")
    assert (f"{old[0]:%d.%m.%Y}", *old[8:]) == ("01.05.2023", FORMULA, 31_500, 8900.5)
    assert b"<f>" not in browser.get(address).data
    of_one = read_workbook(browser.get(f"{address}?asset={wagon.id}"))[1:]
    assert {row[1] for row in of_one} == {"Заказ-наряд", "Рекомендация"}
    page = browser.read(f"/clients/{client.id}/history?asset={wagon.id}&client_id=1&endpoint=x")
    assert f'href="{address}?asset={wagon.id}' in page
    assert exported(database)[-1]["query"] == f"asset={wagon.id}"
    assert browser.get(f"{address}?asset=x").status_code == 404


def test_no_word_of_an_address_breaks_the_board(me: Employee, browser_of: BrowserOf) -> None:
    browser = browser_of(me)
    for page in ("/stages", "/control", "/my", "/attempts"):
        browser.read(f"{page}?endpoint=x&_external=1&_anchor=y&%ff=%00")


def test_who_may_not_export_has_no_button(
    prepared: Given, unit: Unit, browser_of: BrowserOf
) -> None:
    client = prepared.client("Соколова Марина", unit=unit)
    operator = prepared.employee(unit=unit, role=Role.OPERATOR)
    browser = browser_of(operator, Role.OPERATOR)
    for page in ("/control", "/search", f"/clients/{client.id}/history"):
        assert ".xlsx" not in browser.read(page)
    assert browser.post("/search.xlsx", {"q": "соколова"}).status_code == 403
