"""Keys of one's own without scripts: refused in words, given back, shown on the pages (issue 3)."""

import pytest
from flask.testing import FlaskClient

from core.clock import database_clock
from core.db import Database
from core.settings import Settings
from directory.staff.hotkeys import BINDINGS, CODES, Hotkey, meet
from tests.application import application
from tests.staff import PASSWORD, person


@pytest.fixture
def client(settings: Settings, database: Database) -> FlaskClient:
    app = application(settings, database, database_clock)
    app.config["WTF_CSRF_ENABLED"] = False
    with database.unit_of_work() as session:
        person(session, "anna")
    client = app.test_client()
    client.post("/sign-in", data={"login": "anna", "password": PASSWORD})
    return client


def test_no_two_usual_keys_meet_and_all_may_be_chosen() -> None:
    assert set(BINDINGS) == set(Hotkey)
    for one, binding in BINDINGS.items():
        assert binding.code in CODES
        for two, other in BINDINGS.items():
            assert one is two or binding.code != other.code or not meet(one, two), (one, two)


def test_a_key_is_chosen_refused_exchanged_and_given_back(client: FlaskClient) -> None:
    taken = client.post("/account/keys", data={"next_client": "KeyC"})
    assert taken.status_code == 422
    assert "уже занята: «Позвонить, взять в работу»" in taken.text
    everywhere = client.post("/account/keys", data={"undo": "KeyE"})
    assert "уже занята: «Изменить карточку»" in everywhere.text
    for code in ("Tab", "Enter", "Escape", "Space", "F5", "Ctrl+KeyT", "<xmp>"):
        refused = client.post("/account/keys", data={"next_client": code})
        assert refused.status_code == 422
        assert "занять нельзя" in refused.text
        assert "<xmp>" not in refused.text
    exchanged = {"next_client": "KeyH", "history": "KeyN"}
    assert client.post("/account/keys", data=exchanged).status_code == 303
    shown = client.get("/my").text
    assert 'data-key="KeyH" aria-keyshortcuts="H" data-keycap="Р / H"' in shown
    assert client.post("/account/keys", data={"reset": "history"}).status_code == 422
    assert client.post("/account/keys", data={"reset": "all"}).status_code == 303
    assert 'data-key="KeyN" aria-keyshortcuts="N" data-keycap="Т / N"' in client.get("/my").text


def test_caps_follow_the_language(client: FlaskClient) -> None:
    client.post("/account/keys", data={"next_client": "KeyS", "skip": "Quote"})
    for language, cap in (("ru", "Ы / S"), ("uk", "І / S"), ("en", "S")):
        client.post("/settings/locale", data={"locale": language})
        assert f'data-keycap="{cap}"' in client.get("/my").text
