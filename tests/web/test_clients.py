"""Search, the client's card, the history, the vehicle's card and corrections as pages (A6, A7)."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from campaigns.models import Outcome
from core.db import Database
from core.journal import history_of
from directory.assets.models import Asset, Ownership
from directory.clients.models import (
    ContactPoint,
    ContactRefusal,
    ContactState,
    RefusalScope,
)
from directory.staff.models import Employee, Role
from directory.units.models import Unit, UnitKind
from directory.visits.models import LineKind, Recommendation, Visit, VisitLine
from tests.conftest import NOON
from tests.given import Given
from tests.web.conftest import Browser
from worklists.lifecycle import TaskState
from worklists.models.attempt import Attempt

BrowserOf = Callable[..., Browser]


class Showroom:
    """A client with two vehicles, visits, advice, tasks and calls; and a manager of its unit."""

    def __init__(self, given: Given) -> None:
        self.given = given
        self.unit = given.unit("Сервис Север")
        self.workshop = given.unit("Цех на Лесной", kind=UnitKind.WORKSHOP, parent=self.unit)
        self.me = given.employee("Ирина Полякова", unit=self.unit)
        self.client = given.client("Соколова Марина Викторовна", unit=self.unit,
                                   phone="+79126401877")  # fmt: skip
        self.sedan = given.asset(self.client, plate="А123ВС77", plate_norm="A123BC77", year=2019,
                                 vin="XTA210990Y1234567")  # fmt: skip
        self.wagon = given.asset(self.client, model="Largus", plate="О777ОО77")
        for year, month, km in ((2022, 3, 15_000), (2023, 4, 31_500), (2025, 2, 62_800)):
            visit = self.visit(self.sedan, date(year, month, 10), km)
            given.mileage(self.sedan, km, read_on=visit.opened_on)
        self.visit(self.wagon, date(2024, 6, 1), 20_000)
        given.session.add(
            Recommendation(visit_id=visit.id, asset_id=self.sedan.id, advised_on=visit.opened_on,
                           work="Заменить тормозные колодки", estimate=Decimal(8900))
        )  # fmt: skip
        self.work_list = given.work_list(self.unit, self.client)
        self.task = self.call(self.sedan, "Просила перезвонить после 18:00")

    def visit(self, asset: Asset, on: date, km: int) -> Visit:
        visit = Visit(number=f"ЗН-{on:%y%m}-{asset.id}", asset_id=asset.id, opened_on=on,
                      done_on=on, client_id=self.client.id, workshop_id=self.workshop.id,
                      mileage_km=km, total=Decimal(12_400))  # fmt: skip
        self.given.session.add(visit)
        self.given.session.flush()
        lines = [(LineKind.WORK, "Замена масла", 2400, "1"), (LineKind.PART, "Масло", 9000, "4.5")]
        self.given.session.add_all(
            VisitLine(visit_id=visit.id, kind=kind, name=name, total=Decimal(total),
                      quantity=Decimal(quantity))
            for kind, name, total, quantity in lines
        )  # fmt: skip
        return visit

    def call(self, asset: Asset, comment: str) -> int:
        task = self.given.task(
            self.work_list, asset=asset, state=TaskState.ON_CONTROL,
            performer=self.me, outcome=Outcome.INTERVIEW, comment=comment,
        )  # fmt: skip
        self.given.session.add(
            Attempt(task_id=task.id, unit_id=self.unit.id, client_id=self.client.id,
                    campaign_id=task.campaign_id, asset_id=asset.id, employee_id=self.me.id,
                    outcome=Outcome.INTERVIEW, comment=comment, at=NOON - timedelta(hours=2))
        )  # fmt: skip
        return task.id


@pytest.fixture
def room(prepared: Given) -> Showroom:
    return Showroom(prepared)


@pytest.fixture
def browser(room: Showroom, browser_of: BrowserOf) -> Browser:
    return browser_of(room.me)


def outsider(given: Given) -> Employee:
    return given.employee("Посторонний", unit=given.unit("Другой отдел"))


# ---- search


def test_the_empty_box_says_what_may_be_typed(browser: Browser) -> None:
    page = browser.read("/search")
    assert "последние 4 цифры" in page and 'method="post"' in page


def test_a_single_client_opens_at_once(room: Showroom, browser: Browser) -> None:
    for query in ("8 912 640-18-77", "1877", "соколова", "а123вс77", "XTA210990Y1234567", "234567"):
        answer = browser.post("/search", {"q": query})
        assert (answer.status_code, answer.location) == (303, f"/clients/{room.client.id}"), query


def test_several_clients_are_listed_with_what_matched(
    room: Showroom, browser_of: BrowserOf
) -> None:
    room.given.client("Соколов Пётр", unit=room.unit, phone="+79031112233")
    browser = browser_of(room.me)

    page = browser.post("/search", {"q": "соколов"}).text

    assert "Соколов Пётр" in page and "+7 903 111-22-33" in page and "Соколова Марина" in page


def test_typing_gets_only_the_list(browser: Browser) -> None:
    answer = browser.post("/search", {"q": "соколова"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200 and "<html" not in answer.text and 'id="found"' in answer.text


@pytest.mark.parametrize("query", ["", "x", "нет такого", "%", "\x00", "я" * 5000, "<script>"])
def test_any_text_is_answered(browser: Browser, query: str) -> None:
    answer = browser.post("/search", {"q": query})
    assert answer.status_code == 200 and "<script>" not in answer.text.replace("<script defer", "")


def test_another_unit_finds_nothing_and_opens_nothing(
    room: Showroom, browser_of: BrowserOf
) -> None:
    browser = browser_of(outsider(room.given))

    assert "Соколова" not in browser.post("/search", {"q": "соколова"}).text
    for address in (
        f"/clients/{room.client.id}",
        f"/clients/{room.client.id}/history",
        f"/clients/{room.client.id}/history/panel",
        f"/clients/{room.client.id}/edit",
        f"/assets/{room.sedan.id}",
        f"/assets/{room.sedan.id}/edit",
        "/clients/999999",
    ):
        assert browser.get(address).status_code == 404, address
    answer = browser.post(
        f"/clients/{room.client.id}/phones", {"typed": "+79031112233", "version": 1}
    )
    assert answer.status_code == 404


def test_a_search_takes_no_write_lock(room: Showroom, browser: Browser, database: Database) -> None:
    with database.unit_of_work() as writing:
        writing.add(Unit(kind=UnitKind.CENTRE, code="busy", name="Занято", created_at=NOON))
        writing.flush()
        assert browser.post("/search", {"q": "соколова"}).status_code == 303


# ---- card and history


def test_the_card_shows_what_is_known(room: Showroom, browser: Browser) -> None:
    page = browser.read(f"/clients/{room.client.id}")

    for text in ("Соколова Марина Викторовна", "+7 912 640-18-77", "А123ВС\u00a077",
                 "XTA210990Y1234567",
                 "Заменить тормозные колодки", "Замена масла", "Цех на Лесной",
                 "Просила перезвонить", f"/tasks/{room.task}", "Сервис Север"):  # fmt: skip
        assert text in page, text


def test_the_card_says_what_may_not_be_done_and_why(room: Showroom, browser_of: BrowserOf) -> None:
    room.given.session.add(
        ContactRefusal(client_id=room.client.id, scope=RefusalScope.ALL, source="attempt:1",
                       reason="просила не звонить", recorded_at=NOON)
    )  # fmt: skip
    page = browser_of(room.me).read(f"/clients/{room.client.id}")
    assert "Просил не звонить" in page and "просила не звонить" in page


def test_the_card_takes_the_same_number_of_statements_however_much_there_is(
    room: Showroom, browser_of: BrowserOf, database: Database
) -> None:
    statements: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    browser = browser_of(room.me)
    browser.read(f"/clients/{room.client.id}")
    statements.clear()
    browser.read(f"/clients/{room.client.id}")
    few = len(statements)
    for number in range(5):
        asset = room.given.asset(room.client)
        room.visit(asset, date(2024, 1, 1 + number), 1000)
        room.call(asset, "ещё")
    room.given.session.commit()
    statements.clear()
    browser.read(f"/clients/{room.client.id}")

    assert len(statements) == few <= 25


def test_history_of_one_vehicle_leaves_the_other_out(room: Showroom, browser: Browser) -> None:
    everything = browser.read(f"/clients/{room.client.id}/history")
    one = browser.read(f"/clients/{room.client.id}/history?asset={room.wagon.id}")

    assert "ЗН-2503" not in one and "Просила перезвонить" not in one and "ЗН-2406" in one
    assert (
        "ЗН-2502" in everything and "ЗН-2406" in everything and "Просила перезвонить" in everything
    )


def test_the_panel_is_a_fragment(room: Showroom, browser: Browser) -> None:
    answer = browser.get(f"/clients/{room.client.id}/history/panel?asset={room.sedan.id}")
    assert answer.status_code == 200 and "<html" not in answer.text
    assert "Заменить тормозные колодки" in answer.text and "10.02.2025" in answer.text


@pytest.mark.parametrize("asset", ["0", "abc", "-1", "9" * 30, "%00"])
def test_a_vehicle_that_is_not_theirs_is_not_found(
    room: Showroom, browser: Browser, asset: str
) -> None:
    address = f"/clients/{room.client.id}/history?asset={asset}"
    assert browser.get(address).status_code == 404


def test_a_new_client_has_calm_empty_pages(room: Showroom, browser_of: BrowserOf) -> None:
    bare = room.given.client("Новый", unit=room.unit, phone=None)
    vehicle = room.given.asset(bare, make="", model="", vin=None)
    browser = browser_of(room.me)

    assert "Нет номера" in browser.read(f"/clients/{bare.id}")
    assert "Визитов не было" in browser.read(f"/clients/{bare.id}/history")
    assert "Пробег неизвестен" in browser.read(f"/assets/{vehicle.id}")
    assert browser.get(f"/clients/{bare.id}/history/panel").status_code == 200


# ---- vehicle


def test_the_vehicle_shows_owners_mileage_and_visits(room: Showroom, browser_of: BrowserOf) -> None:
    foreign = room.given.client("Чужой Владелец", unit=room.given.unit("Другой"))
    room.given.session.add(
        Ownership(asset_id=room.sedan.id, client_id=foreign.id, until_on=date(2021, 1, 1))
    )
    page = browser_of(room.me).read(f"/assets/{room.sedan.id}")

    assert "62\u00a0800" in page and "<polyline" in page and "ЗН-2502" in page
    assert "клиент другого подразделения" in page and "Чужой Владелец" not in page


def test_a_corrected_vehicle_is_saved_and_a_bad_vin_is_told(
    room: Showroom, browser: Browser, database: Database
) -> None:
    address = f"/assets/{room.sedan.id}/edit"
    mark = hidden(browser.read(address), "mark")
    data = {"vin": "XTA21", "plate": "В001ВВ77", "make": "Lada", "model": "Vesta", "year": "2019",
            "mark": mark}  # fmt: skip

    refused = browser.post(address, data)
    assert refused.status_code == 422 and "должно быть 17 знаков" in refused.text
    assert "В001ВВ77" in refused.text

    assert browser.post(address, data | {"vin": ""}).status_code == 303
    again = browser.post(address, data | {"vin": "", "plate": "К1"})
    assert again.status_code == 409 and 'value="К1"' in again.text
    with database.reading() as session:
        asset = session.get_one(Asset, room.sedan.id)
        assert (asset.vin, asset.plate_norm) == (None, "B001BB77")


# ---- corrections


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" type="hidden" value="([^"]*)"', page)
    assert found is not None
    return found.group(1)


def contact_points(session: Session, client_id: int) -> list[ContactPoint]:
    return list(session.scalars(select(ContactPoint).where(ContactPoint.client_id == client_id)))


def events(session: Session, client_id: int) -> list[str]:
    return [entry.event for entry in history_of(session, "client", client_id)]


def form_of(room: Showroom, **values: object) -> dict[str, object]:
    return {
        "name": room.client.name,
        "kind": "person",
        "time_zone": "",
        "note": "",
        "version": 1,
    } | values


def test_a_corrected_name_is_found_by_the_search(room: Showroom, browser: Browser) -> None:
    answer = browser.post(f"/clients/{room.client.id}/edit", form_of(room, name="Лебедева  Марина"))

    assert answer.status_code == 303
    assert "Лебедева Марина" in browser.read(f"/clients/{room.client.id}")
    assert browser.post("/search", {"q": "лебедева"}).status_code == 303


def test_an_empty_name_is_refused_and_the_note_kept(room: Showroom, browser: Browser) -> None:
    answer = browser.post(f"/clients/{room.client.id}/edit", form_of(room, name=" ", note="важное"))
    assert (
        answer.status_code == 422
        and "важное" in answer.text
        and 'aria-invalid="true"' in answer.text
    )


def test_the_second_of_two_editors_sees_both_versions(room: Showroom, browser: Browser) -> None:
    address = f"/clients/{room.client.id}/edit"
    assert browser.post(address, form_of(room, name="Первая Правка")).status_code == 303

    late = browser.post(address, form_of(room, name="Вторая Правка"))

    assert late.status_code == 409
    assert "Первая Правка" in late.text and 'value="Вторая Правка"' in late.text
    assert "Ирина Полякова" in late.text
    assert browser.post(
        address, form_of(room, name="Вторая Правка", version=hidden(late.text, "version"))
    ).status_code == 303  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("89126", "не хватает цифр"),
        ("не телефон", "не похоже на номер"),
        ("7.9E+10", "потеряна"),
        ("8 912 640-18-77", "уже есть"),
        ("89161234567, 89161234568", "несколько номеров"),
        ("", "Заполните"),
    ],
)
def test_a_phone_that_cannot_be_added_says_why(
    room: Showroom, browser: Browser, typed: str, words: str
) -> None:
    answer = browser.post(f"/clients/{room.client.id}/phones", {"typed": typed, "version": 1})
    assert answer.status_code == 422 and words in answer.text


def test_phones_are_added_marked_forbidden_and_allowed(
    room: Showroom, browser: Browser, database: Database
) -> None:
    at = f"/clients/{room.client.id}"
    assert (
        browser.post(f"{at}/phones", {"typed": "8 (916) 123-45-67", "version": 1}).status_code
        == 303
    )
    with database.reading() as session:
        points = {one.value: one for one in contact_points(session, room.client.id)}
    added, first = points["+79161234567"], points["+79126401877"]
    assert added.state is ContactState.CONFIRMED and added.rank > first.rank

    steps = [
        (f"{at}/contacts/{first.id}/state", {"state": "wrong", "version": 2}, 303),
        (f"{at}/contacts/{first.id}/state", {"state": "confirmed", "version": 2}, 409),
        (f"{at}/contacts/{first.id}/state", {"state": "nonsense", "version": 3}, 422),
        (f"{at}/contacts/{added.id}/ban", {"version": 3}, 303),
        (f"{at}/contacts/{added.id}/ban/lift", {"version": 4}, 422),
        (f"{at}/contacts/{added.id}/ban/lift", {"version": 4, "reason": "попросил"}, 303),
        (f"{at}/contacts/{added.id}/ban", {"version": "x"}, 422),
        (f"{at}/contacts/999999/ban", {"version": 5}, 404),
    ]
    for address, data, status in steps:
        assert browser.post(address, data).status_code == status, (address, data)
    with database.reading() as session:
        points = {one.value: one for one in contact_points(session, room.client.id)}
        assert points["+79126401877"].state is ContactState.WRONG
        assert not points["+79161234567"].do_not_contact
        assert events(session, room.client.id) == [
            "ContactPointAdded", "ContactPointMarked", "ContactPointForbidden",
            "ContactPointAllowed",
        ]  # fmt: skip


def test_whoever_may_only_see_is_not_offered_to_edit(room: Showroom, browser_of: BrowserOf) -> None:
    analyst = room.given.employee("Аналитик", role=Role.ANALYST, unit=room.unit)
    browser = browser_of(analyst, role=Role.ANALYST)

    assert f"/clients/{room.client.id}/edit" not in browser.read(f"/clients/{room.client.id}")
    assert browser.get(f"/clients/{room.client.id}/edit").status_code == 403
    assert browser.post(f"/clients/{room.client.id}/edit", form_of(room)).status_code == 403


def test_a_text_in_the_wrong_layout_is_told_as_it_was_meant(
    prepared: Given, browser_of: BrowserOf
) -> None:
    unit = prepared.unit()
    prepared.client("Иванов Пётр", unit=unit)
    browser = browser_of(prepared.employee(unit=unit))
    answer = browser.post("/search", {"q": "bdfyjd"})
    assert answer.status_code == 200, "not opened at once: it was guessed"
    assert "Показано по запросу «иванов»." in answer.text
    assert 'value="bdfyjd"' in answer.text
    assert "Показано по запросу" not in browser.post("/search", {"q": "иванов п"}).text
