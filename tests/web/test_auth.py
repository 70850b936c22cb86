"""Sign-in, roles, sign-out, as a browser does them (B1, P27-P29)."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from core.clock import database_clock
from core.db import Database
from core.settings import Settings
from directory.staff.models import Employee, Role, SignInFailure, SignInSession
from directory.staff.tries import PER_LOGIN
from tests.application import application
from tests.staff import PASSWORD, person


@pytest.fixture
def app(settings: Settings, database: Database) -> Flask:
    app = application(settings, database, database_clock)
    app.config["WTF_CSRF_ENABLED"] = False
    with database.unit_of_work() as session:
        person(session, "anna")
        person(session, "boss", roles=(Role.HEAD, Role.ADMINISTRATOR))
    return app


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    with app.test_client() as client:
        yield client


def sign_in(client: FlaskClient, login: str = "anna", password: str = PASSWORD, **more: str):  # type: ignore[no-untyped-def]
    return client.post("/sign-in", data={"login": login, "password": password} | more)


def token(client: FlaskClient) -> str | None:
    cookie = client.get_cookie("sid")
    return cookie.value if cookie else None


def test_the_form_is_there_for_anybody(client: FlaskClient) -> None:
    page = client.get("/sign-in")
    assert page.status_code == 200
    assert "no-store" in page.headers["Cache-Control"]
    assert 'name="password"' in page.text


def test_other_pages_ask_to_sign_in_and_come_back(client: FlaskClient) -> None:
    answer = client.get("/role")
    assert answer.status_code == 303
    assert answer.location == "/sign-in?next=/role"
    answer = sign_in(client, next="/role")
    assert answer.location == "/role"


def test_no_way_to_other_sites(client: FlaskClient) -> None:
    for address in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        assert sign_in(client, next=address).location == "/"


def test_signing_in_rotates_and_sets_a_closed_cookie(client: FlaskClient) -> None:
    client.set_cookie("sid", "fixed by an attacker")
    answer = sign_in(client)
    assert answer.status_code == 303
    assert token(client) not in {None, "fixed by an attacker"}
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("sid="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_wrong_and_unknown_are_told_alike(client: FlaskClient) -> None:
    wrong = sign_in(client, "anna", "not the password")
    unknown = sign_in(client, "anno", "not the password")
    assert wrong.status_code == unknown.status_code == 422
    without_tokens = [re.sub(r'"I[jm][\w.-]+"', "", page.text) for page in (wrong, unknown)]
    assert without_tokens[0].replace("anna", "anno") == without_tokens[1]
    assert "не подходят" in wrong.text
    assert token(client) is None
    assert "not the password" not in wrong.text


def test_failures_are_kept_although_the_request_is_refused(
    client: FlaskClient, database: Database
) -> None:
    for _ in range(PER_LOGIN):
        assert sign_in(client, password="wrong").status_code == 422
    locked = sign_in(client)
    assert locked.status_code == 429
    assert 0 < int(locked.headers["Retry-After"]) <= 900
    assert "Слишком много" in locked.text
    with database.reading() as session:
        assert set(session.scalars(select(SignInFailure.failures))) == {PER_LOGIN}


def test_a_known_browser_is_not_locked_out(app: Flask, client: FlaskClient) -> None:
    sign_in(client)
    client.post("/sign-out")
    stranger = app.test_client()
    for _ in range(PER_LOGIN + 1):
        last = sign_in(stranger, password="wrong")
    assert last.status_code == 429
    assert sign_in(client).status_code == 303
    forged = app.test_client()
    forged.set_cookie("device", "WyJhIl0.aaaa.bbbb")
    assert sign_in(forged).status_code == 429


def test_several_roles_are_chosen_and_switched_without_signing_in(client: FlaskClient) -> None:
    answer = sign_in(client, "boss", next="/my")
    assert answer.location == "/role?next=/my"
    page = client.get(answer.location)
    assert "Руководитель" in page.text
    assert "Администратор" in page.text
    first = token(client)
    answer = client.post("/role", data={"role": "head", "next": "/my"})
    assert answer.location == "/my"
    second = token(client)
    assert second != first
    client.post("/role", data={"role": "administrator"})
    assert token(client) not in {first, second}
    assert client.get("/role").status_code == 200


def test_a_role_of_others_is_refused(client: FlaskClient) -> None:
    sign_in(client)
    assert client.post("/role", data={"role": "administrator"}).status_code == 403
    assert client.post("/role", data={"role": "emperor"}).status_code == 404


def test_signing_out_kills_the_token_itself(app: Flask, client: FlaskClient) -> None:
    sign_in(client)
    kept = token(client)
    answer = client.post("/sign-out")
    assert answer.status_code == 303
    assert token(client) is None
    thief = app.test_client()
    thief.set_cookie("sid", str(kept))
    assert thief.get("/role").location == "/sign-in?next=/role&left=1"
    assert client.get("/sign-out").status_code == 405


def test_disabling_works_at_the_next_request(client: FlaskClient, database: Database) -> None:
    sign_in(client)
    assert client.get("/role").status_code == 200
    with database.unit_of_work() as session:
        session.scalars(select(Employee).where(Employee.login == "anna")).one().is_active = False
    assert client.get("/role").status_code == 303


def test_a_second_sign_in_ends_the_first_of_this_browser(
    client: FlaskClient, database: Database
) -> None:
    sign_in(client)
    sign_in(client, "boss")
    with database.reading() as session:
        ended = session.scalars(select(SignInSession.ended_by).order_by(SignInSession.id)).all()
    assert list(ended) == ["switched", None]


def test_language_and_theme_are_kept(client: FlaskClient, database: Database) -> None:
    sign_in(client)
    back = {"Referer": "http://localhost/role?next=/my"}
    answer = client.post("/settings/locale", data={"locale": "uk"}, headers=back)
    assert answer.location == "/role?next=/my"
    client.post("/settings/theme", data={"theme": "dark"}, headers={"Referer": "http://evil/"})
    with database.reading() as session:
        anna = session.scalars(select(Employee).where(Employee.login == "anna")).one()
        assert (anna.locale, anna.theme) == ("uk", "dark")
    page = client.get("/role").text
    assert re.search(r'<html lang="uk" data-theme="dark"', page)


def test_without_token_nothing_is_written(app: Flask, database: Database) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    assert sign_in(client).status_code == 400
    with database.reading() as session:
        assert not session.scalars(select(SignInSession)).all()
    page = client.get("/sign-in").text
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    assert sign_in(client, csrf_token=found[1]).status_code == 303


def test_empty_fields_are_said(client: FlaskClient) -> None:
    page = sign_in(client, "", "")
    assert page.status_code == 422
    assert page.text.count("Заполните это поле.") == 2


def test_without_any_role_the_page_says_what_to_do(client: FlaskClient, database: Database) -> None:
    with database.unit_of_work() as session:
        person(session, "newcomer", roles=())
    assert sign_in(client, "newcomer").location.startswith("/role")
    assert "Ролей пока нет" in client.get("/role").text
