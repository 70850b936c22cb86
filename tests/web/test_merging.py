"""«Объединить с…»: choose, compare, merge, undo, as pages (A8)."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db import Database
from directory.clients.merge_models import ClientMerge
from directory.clients.models import Client
from directory.staff.models import Role
from tests.given import Given
from tests.merging_given import Doubles
from tests.web.conftest import Browser
from worklists.models.work_list import WorkList

BrowserOf = Callable[..., Browser]


@pytest.fixture
def two(prepared: Given) -> Doubles:
    doubles = Doubles(prepared)
    doubles.busy_double()
    return doubles


@pytest.fixture
def head(two: Doubles, browser_of: BrowserOf) -> Browser:
    return browser_of(two.person, Role.HEAD)


def test_the_other_card_is_offered_and_found(two: Doubles, head: Browser) -> None:
    assert f"/clients/{two.kept.id}/merge" in head.read(f"/clients/{two.kept.id}")
    compare = f"/clients/{two.kept.id}/merge/{two.double.id}"
    assert compare in head.read(f"/clients/{two.kept.id}/merge")
    for query in ("5556677", "Иванов И."):
        page = head.post(f"/clients/{two.kept.id}/merge", {"q": query}).text
        assert compare in page, query
        assert f"/clients/{two.kept.id}/merge/{two.kept.id}" not in page
    part = head.post(
        f"/clients/{two.kept.id}/merge", {"q": "5556677"}, headers={"HX-Request": "true"}
    ).text
    assert compare in part and "<html" not in part


def test_merged_and_undone_from_the_card(two: Doubles, head: Browser, database: Database) -> None:
    address = f"/clients/{two.kept.id}/merge/{two.double.id}"
    page = head.read(address)
    assert "Имена разные" in page and "перейдёт от дубля" in page
    assert "1 задача есть у обоих" in page and "допишется" in page
    assert f"/clients/{two.double.id}/merge/{two.kept.id}" in page
    form = _hidden(page) | {"form_key": "one"}
    answer = head.post(address, form)
    assert (answer.status_code, answer.location) == (303, f"/clients/{two.kept.id}")
    card = head.read(f"/clients/{two.kept.id}")
    assert "Карточки объединены." in card and "Объединения карточек" in card
    assert head.post(address, form).location == f"/clients/{two.kept.id}"  # sent twice
    for path in ("", "/history", "/edit"):
        old = head.get(f"/clients/{two.double.id}{path}")
        assert (old.status_code, old.location) == (302, f"/clients/{two.kept.id}{path}")
    with database.reading_session() as session:
        merge_id = session.scalars(select(ClientMerge.id)).one()
    undone = head.post(f"/clients/merges/{merge_id}/undo")
    assert undone.location == f"/clients/{two.kept.id}"
    card = head.read(f"/clients/{two.kept.id}")
    assert "Объединение отменено: всё вернулось к дублю." in card and "отменено ср" in card
    assert "Иванов И. И." in head.read(f"/clients/{two.double.id}")


def test_an_emptied_work_list_leads_to_where_its_tasks_are(
    two: Doubles, head: Browser, database: Database
) -> None:
    def list_of(session: Session, client: Client) -> int:
        query = select(WorkList.id).where(WorkList.unit_id == two.service.id)
        return session.scalars(query.where(WorkList.client_id == client.id)).one()

    with database.reading_session() as session:
        mine, theirs = list_of(session, two.kept), list_of(session, two.double)
    _merge(head, two)
    answer = head.get(f"/work-lists/{theirs}")
    assert (answer.status_code, answer.location) == (303, f"/work-lists/{mine}")


def test_a_card_that_was_changed_meanwhile_is_compared_again(
    two: Doubles, head: Browser, database: Database
) -> None:
    address = f"/clients/{two.kept.id}/merge/{two.double.id}"
    form = _hidden(head.read(address))
    with database.unit_of_work() as session:
        session.get_one(Client, two.double.id).note = "Другая заметка"
    answer = head.post(address, form)
    assert answer.status_code == 409
    assert "Одну из карточек только что изменили" in answer.text
    assert "Другая заметка" in answer.text
    assert head.post(address, _hidden(answer.text)).status_code == 303


def test_who_may_not_merge_is_not_offered_it(
    two: Doubles, prepared: Given, browser_of: BrowserOf
) -> None:
    manager = prepared.employee("Мария", unit=two.service)
    browser = browser_of(manager)
    assert "/merge" not in browser.read(f"/clients/{two.kept.id}")
    assert browser.get(f"/clients/{two.kept.id}/merge").status_code == 403
    assert browser.post(f"/clients/{two.kept.id}/merge/{two.double.id}").status_code == 403


def test_the_same_card_twice_is_refused_in_words(two: Doubles, head: Browser) -> None:
    answer = head.get(f"/clients/{two.kept.id}/merge/{two.kept.id}")
    assert answer.status_code == 409 and "одна и та же карточка" in answer.text


def _merge(head: Browser, two: Doubles) -> None:
    address = f"/clients/{two.kept.id}/merge/{two.double.id}"
    assert head.post(address, _hidden(head.read(address))).status_code == 303


def _hidden(page: str) -> dict[str, str]:
    return {
        name: found.group(1)
        for name in ("kept_version", "double_version")
        if (found := re.search(rf'name="{name}"[^>]*value="(\d+)"', page))
    }
