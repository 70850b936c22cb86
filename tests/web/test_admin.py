"""Pages of people, units and result codes, as an administrator without scripts uses them."""

import re
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from campaigns.catalogue import install_catalogue
from campaigns.models import Campaign, ResultCode, ResultCodeVersion
from core.clock import database_clock
from core.db import Database
from core.settings import Settings
from directory.staff.models import Appointment, Employee, Role
from directory.units.models import Unit, UnitKind
from tests.application import application
from tests.conftest import NOON
from tests.staff import PASSWORD, person, root, unit


@dataclass
class House:
    """The pages, with an administrator of the company and one of the eastern centre."""

    app: Flask
    database: Database
    company_id: int
    east_id: int
    west_id: int

    def browser(self, login: str) -> FlaskClient:
        client = self.app.test_client()
        answer = client.post("/sign-in", data={"login": login, "password": PASSWORD})
        assert answer.status_code == 303
        return client

    def person(self, login: str) -> Employee:
        with self.database.reading() as session:
            return session.scalars(select(Employee).where(Employee.login == login)).one()

    def code(self, key: str) -> tuple[ResultCode, ResultCodeVersion]:
        with self.database.reading() as session:
            row = session.execute(
                select(ResultCode, ResultCodeVersion)
                .join(ResultCodeVersion, ResultCodeVersion.result_code_id == ResultCode.id)
                .where(
                    ResultCode.code == key,
                    ResultCodeVersion.number == ResultCode.current_version,
                )
            ).one()
            return row[0], row[1]


@pytest.fixture
def house(settings: Settings, database: Database) -> House:
    app = application(settings, database, database_clock)
    app.config["WTF_CSRF_ENABLED"] = False
    with database.unit_of_work() as session:
        company = root(session)
        east = unit(session, "east", company, UnitKind.CENTRE)
        west = unit(session, "west", company, UnitKind.CENTRE)
        person(session, "chief", roles=(Role.ADMINISTRATOR,))
        person(session, "local", roles=(Role.ADMINISTRATOR,), at=east)
        person(session, "anna", at=east)
        person(session, "stranger", at=west)
        install_catalogue(session, now=NOON)
        return House(app, database, company.id, east.id, west.id)


NEW = {"full_name": "Нина Ким", "login": "nina", "role": "manager", "locale": "ru", "time_zone": ""}


def test_list_and_search_show_ones_own_people(house: House) -> None:
    page = house.browser("local").get("/admin/people").text
    assert "Anna" in page
    assert "Stranger" not in page
    everything = house.browser("chief").get("/admin/people?q=STR").text
    assert "Stranger" in everything
    assert "Anna" not in everything
    assert "Никого не нашлось" in house.browser("chief").get("/admin/people?q=zzz").text


def test_a_person_is_added_gets_a_password_and_signs_in(house: House) -> None:
    local = house.browser("local")
    answer = local.post("/admin/people", data=NEW | {"unit_id": house.east_id})
    assert answer.status_code == 303
    nina = house.person("nina")
    assert "Задайте пароль" in local.get(answer.location).text
    shown = local.post(f"/admin/people/{nina.id}/password")
    found = re.search(r'id="secret">([^<]+)<', shown.text)
    assert found
    assert shown.headers["Cache-Control"] == "no-store"
    assert found[1] not in local.get(f"/admin/people/{nina.id}").text
    entered = house.app.test_client().post("/sign-in", data={"login": "NINA", "password": found[1]})
    assert entered.status_code == 303


def test_mistakes_are_told_at_their_field_and_what_was_typed_stays(house: House) -> None:
    local = house.browser("local")
    page = local.post("/admin/people", data=NEW | {"unit_id": house.east_id, "login": "anna"})
    assert page.status_code == 422
    assert re.search(r'id="login-e">.*Этот логин уже занят', page.text)
    assert 'value="Нина Ким"' in page.text
    page = local.post(
        "/admin/people", data=NEW | {"unit_id": house.east_id, "login": "112-233-445 96"}
    )
    assert "Контрольное число СНИЛС" in page.text
    every = local.post("/admin/people", data={"login": "anna", "full_name": "Н" * 300})
    for field in ("full_name", "login", "unit_id"):
        assert f'id="{field}-e"' in every.text, f"{field}: all mistakes are told at once"
    # A unit of others is no option of the form.
    page = local.post("/admin/people", data=NEW | {"unit_id": house.west_id})
    assert page.status_code == 422


def test_foreign_people_and_units_are_404(house: House) -> None:
    local = house.browser("local")
    stranger = house.person("stranger").id
    for address in ("", "/password", "/disable", "/enable", "/sign-out"):
        answer = local.post(f"/admin/people/{stranger}{address}", data=NEW)
        assert answer.status_code == 404, address
    assert local.get(f"/admin/people/{stranger}").status_code == 404
    assert local.get(f"/admin/units/{house.west_id}").status_code == 404
    assert local.post(f"/admin/units/{house.company_id}/archive").status_code == 404
    anna = house.person("anna").id
    foreign = {"role": "head", "unit_id": house.west_id}
    assert local.post(f"/admin/people/{anna}/roles", data=foreign).status_code == 422


def test_others_have_no_way_in(house: House) -> None:
    anna = house.browser("anna")
    for address in ("/admin/people", "/admin/units", "/admin/result-codes", "/admin/people/new"):
        assert anna.get(address).status_code == 403
    assert anna.post("/admin/people", data=NEW).status_code == 403


def test_roles_are_given_and_taken(house: House) -> None:
    chief = house.browser("chief")
    anna = house.person("anna").id
    chief.post(f"/admin/people/{anna}/roles", data={"role": "head", "unit_id": house.west_id})
    page = chief.get(f"/admin/people/{anna}").text
    assert f"/admin/people/{anna}/roles/head/{house.west_id}/end" in page
    # Now she works elsewhere too: the centre's administrator sees her, but leaves her data alone.
    local = house.browser("local")
    assert "меняет их администратор" in local.get(f"/admin/people/{anna}").text
    chief.post(f"/admin/people/{anna}/roles/head/{house.west_id}/end")
    with house.database.reading() as session:
        left = session.scalars(select(Appointment.role).where(Appointment.employee_id == anna))
        assert list(left) == [Role.MANAGER]


def test_the_last_administrator_is_told_why(house: House) -> None:
    chief = house.browser("chief")
    own = house.person("chief").id
    answer = chief.post(f"/admin/people/{own}/disable")
    assert answer.status_code == 409
    assert "последний администратор" in answer.text
    assert house.person("chief").is_active


def test_disabling_signs_out_at_once(house: House) -> None:
    anna, chief = house.browser("anna"), house.browser("chief")
    assert anna.get("/role").status_code == 200
    number = house.person("anna").id
    assert chief.post(f"/admin/people/{number}/disable").status_code == 303
    assert anna.get("/role").status_code == 303
    assert "Открыть вход" in chief.get(f"/admin/people/{number}").text


def test_two_administrators_of_one_person(house: House) -> None:
    chief = house.browser("chief")
    anna = house.person("anna")
    data = {"full_name": "Anna B", "login": "anna", "locale": "ru", "version": anna.version}
    assert chief.post(f"/admin/people/{anna.id}", data=data).status_code == 303
    late = chief.post(f"/admin/people/{anna.id}", data=data | {"full_name": "Anna C"})
    assert late.status_code == 409
    assert "изменил другой администратор" in late.text
    assert house.person("anna").full_name == "Anna B"


def test_units_are_added_renamed_moved_and_archived(house: House) -> None:
    chief = house.browser("chief")
    shop = {
        "name": "Цех 1", "code": "shop-1", "kind": "workshop", "time_zone": "Asia/Omsk",
        "parent_id": house.east_id,
    }  # fmt: skip
    assert chief.post("/admin/units", data=shop).status_code == 303
    with house.database.reading() as session:
        shop_id = session.scalars(select(Unit.id).where(Unit.code == "shop-1")).one()
    assert "Цех 1" in chief.get("/admin/units").text
    moved = shop | {"name": "Цех первый", "parent_id": house.west_id}
    assert chief.post(f"/admin/units/{shop_id}", data=moved).status_code == 303
    page = chief.get("/admin/units").text
    assert page.index("West") < page.index("Цех первый")
    full = chief.post(f"/admin/units/{house.west_id}/archive")
    assert full.status_code == 409
    assert "Сначала перенесите" in full.text
    assert chief.post(f"/admin/units/{shop_id}/archive").status_code == 303
    assert "Цех первый" not in chief.get("/admin/units").text
    assert "Цех первый" in chief.get("/admin/units?archived=1").text
    assert chief.post(f"/admin/units/{shop_id}/restore").status_code == 303


def test_a_refused_move_writes_nothing(house: House) -> None:
    chief = house.browser("chief")
    with house.database.unit_of_work() as session:
        west = session.get_one(Unit, house.west_id)
        inner = unit(session, "inner", west).id
    data = {"name": "Renamed", "code": "west", "kind": "centre", "parent_id": inner}
    answer = chief.post(f"/admin/units/{house.west_id}", data=data)
    assert answer.status_code == 422
    assert re.search(r'id="parent_id-e">.*нельзя перенести в само себя', answer.text)
    assert "Renamed" not in chief.get("/admin/units").text


def test_the_highest_unit_has_no_parent_to_choose(house: House) -> None:
    assert (
        'name="parent_id"' not in house.browser("local").get(f"/admin/units/{house.east_id}").text
    )


def test_a_change_of_a_result_is_a_new_version(house: House) -> None:
    chief = house.browser("chief")
    code, version = house.code("booked")
    page = chief.get(f"/admin/result-codes/{code.id}").text
    assert version.names["ru"] in page
    with house.database.reading() as session:
        campaign_id = session.scalars(select(Campaign.id)).first()
    data = {"name_ru": "Записан", "is_success": "y", "refusal": "", "fault": ""}
    data |= {"campaign_ids": str(campaign_id), "comment_required": "y"}
    answer = chief.post(f"/admin/result-codes/{code.id}", data=data)
    assert answer.status_code == 303
    _code, newer = house.code("booked")
    assert newer.number == version.number + 1
    assert (newer.names, newer.comment_required) == ({"ru": "Записан"}, True)
    assert "комментарий*" in chief.get("/admin/result-codes").text
    chief.post(f"/admin/result-codes/{code.id}", data=data)
    assert house.code("booked")[1].number == newer.number


def test_results_are_added_ordered_and_archived(house: House) -> None:
    chief = house.browser("chief")
    new = {
        "name_ru": "Думает",
        "code": "thinks",
        "outcome": "interview",
        "refusal": "",
        "fault": "",
    }
    assert chief.post("/admin/result-codes", data=new).status_code == 303
    unticked = chief.post("/admin/result-codes", data=new | {"preview": "1"})
    assert "Выберите кампании, чтобы увидеть последствия" in unticked.text
    twice = chief.post("/admin/result-codes", data=new)
    assert twice.status_code == 422
    assert "Такой ключ уже есть" in twice.text
    bad = chief.post("/admin/result-codes", data=new | {"code": "Думает"})
    assert "Латинские строчные" in bad.text
    code, _version = house.code("thinks")
    before = code.position
    chief.post(f"/admin/result-codes/{code.id}/up")
    assert house.code("thinks")[0].position < before
    chief.post(f"/admin/result-codes/{code.id}/down")
    assert house.code("thinks")[0].position == before
    chief.post(f"/admin/result-codes/{code.id}/archive")
    assert "Думает" not in chief.get("/admin/result-codes").text
    assert "Думает" in chief.get("/admin/result-codes?archived=1").text
    chief.post(f"/admin/result-codes/{code.id}/restore")
    assert not house.code("thinks")[0].is_archived


@pytest.mark.parametrize(
    "address", ["/admin/people", "/admin/people/new", "/admin/units", "/admin/units/new",
                "/admin/result-codes", "/admin/result-codes/new"],
)  # fmt: skip
def test_pages_hold_nothing_that_the_policy_forbids(house: House, address: str) -> None:
    page = house.browser("chief").get(address)
    assert page.status_code == 200
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]+src=)", page.text)
    for control in re.findall(r'<(?:input|select|textarea)[^>]*\sid="([^"]+)"[^>]*>', page.text):
        if f'for="{control}"' not in page.text:
            assert re.search(rf'<label[^>]*>\s*<input[^>]*id="{control}"', page.text), control
