"""One's own account: the password, and how the pages look on every computer (B1, P27, P28)."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.clock import database_clock
from core.db import Database
from core.settings import Settings
from directory.staff.tries import PER_LOGIN
from tests.application import application
from tests.staff import PASSWORD, person

NEW = "четыре синих слона"


@pytest.fixture
def app(settings: Settings, database: Database) -> Flask:
    app = application(settings, database, database_clock)
    app.config["WTF_CSRF_ENABLED"] = False
    with database.unit_of_work() as session:
        person(session, "anna")
    return app


def browser(app: Flask, password: str = PASSWORD) -> FlaskClient:
    client = app.test_client()
    client.post("/sign-in", data={"login": "anna", "password": password})
    return client


def change(client: FlaskClient, **typed: str):  # type: ignore[no-untyped-def]
    fields = {"current": PASSWORD, "password": NEW, "again": NEW}
    return client.post("/account/password", data=fields | typed)


def is_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def test_a_new_password_signs_the_other_browsers_out_and_not_this_one(app: Flask) -> None:
    here, there = browser(app), browser(app)
    before = here.get_cookie("sid")
    answer = change(here)
    assert answer.status_code == 303
    after = here.get_cookie("sid")
    assert before and after and before.value != after.value
    assert "Пароль изменён" in here.get("/account").text
    assert not is_in(there)
    thief = app.test_client()
    thief.set_cookie("sid", before.value)
    assert not is_in(thief)
    assert not is_in(browser(app))
    assert is_in(browser(app, NEW))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"current": "не тот пароль"}, "Нынешний пароль другой"),
        ({"again": "четыре синих слова"}, "Пароли не совпадают"),
        ({"password": "короткий", "again": "короткий"}, "Пароль короче 12 знаков"),
        ({"password": "annaannaanna", "again": "annaannaanna"}, "Пароль сделан из логина"),
        ({"current": "", "password": "", "again": ""}, "Заполните это поле."),
    ],
)
def test_what_does_not_fit_is_said_at_its_field(
    app: Flask, typed: dict[str, str], words: str
) -> None:
    here = browser(app)
    answer = change(here, **typed)
    assert answer.status_code == 422
    assert words in answer.text
    assert NEW not in answer.text
    assert is_in(here)
    assert is_in(browser(app))


def test_guesses_at_the_password_are_counted(app: Flask) -> None:
    here = browser(app)
    for _ in range(PER_LOGIN):
        assert change(here, current="не тот пароль").status_code == 422
    answer = change(here)
    assert answer.status_code == 429
    assert "Слишком много неверных паролей" in answer.text
    assert int(answer.headers["Retry-After"]) > 0


def test_sent_twice_it_is_changed_once(app: Flask) -> None:
    here = browser(app)
    assert change(here, form_key="once").status_code == 303
    assert change(here, form_key="once").status_code == 303
    assert is_in(browser(app, NEW))


def test_a_key_of_the_program_itself_is_not_taken_by_a_form(app: Flask) -> None:
    here = browser(app)
    assert change(here, form_key="plan:7:day:2026-08-01").status_code == 400
    assert not is_in(browser(app, NEW))


def looks(client: FlaskClient, address: str = "/account") -> tuple[str, ...]:
    found = re.search(r'<html lang="(\w+)" data-theme="(\w+)"', client.get(address).text)
    assert found
    return found.groups()


def test_language_and_theme_go_with_the_person(app: Flask) -> None:
    here, there = browser(app), browser(app)
    here.post("/settings/theme", data={"theme": "dark"})
    here.post("/settings/locale", data={"locale": "uk"})
    assert looks(here) == looks(there) == ("uk", "dark")
    there.post("/settings/theme", data={"theme": "auto"})
    assert looks(here) == ("uk", "auto")


def test_signed_out_the_browser_keeps_what_it_showed_last(app: Flask) -> None:
    here = browser(app)
    here.post("/settings/theme", data={"theme": "dark"})
    here.post("/sign-out")
    assert looks(here, "/sign-in")[1] == "dark"
    stranger = app.test_client()
    stranger.set_cookie("theme", "light")
    assert looks(stranger, "/sign-in")[1] == "light"
    stranger.set_cookie("theme", '"><script>')
    assert looks(stranger, "/sign-in")[1] == "auto"


def test_an_unknown_theme_changes_nothing(app: Flask) -> None:
    here = browser(app)
    assert here.post("/settings/theme", data={"theme": "neon"}).status_code == 303
    assert looks(here)[1] == "auto"
