"""The builder of selections as a browser without scripts uses it."""

import re
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from directory.staff.models import Role
from selections.models import SelectionVersion
from tests.given import Given
from tests.web.conftest import Browser


def fields_of(page: str) -> list[tuple[str, str]]:
    """What a browser would send of the builder's form (ticked, selected, typed)."""
    form = page[page.index("data-studio") :]
    form = form[: form.index("</form>")]
    found: list[tuple[str, str]] = []
    for tag in re.finditer(
        r"<input ([^>]*)>|<select ([^>]*)>(.*?)</select>|<textarea ([^>]*)>(.*?)</textarea>",
        form,
        re.DOTALL,
    ):
        attributes = tag.group(1) or tag.group(2) or tag.group(4)
        name = re.search(r'\bname="([^"]+)"', attributes)
        if name is None:
            continue
        if tag.group(2) is not None:
            chosen = re.search(r'value="([^"]*)" selected', tag.group(3)) or re.search(
                r'value="([^"]*)"', tag.group(3)
            )
            found.append((name.group(1), unescape(chosen.group(1)) if chosen else ""))
        elif tag.group(4) is not None:
            found.append((name.group(1), unescape(tag.group(5))))
        elif 'type="checkbox"' not in attributes or " checked" in attributes:
            value = re.search(r'\bvalue="([^"]*)"', attributes)
            found.append((name.group(1), unescape(value.group(1)) if value else "on"))
    return found


class Builder:
    """A page of the builder: types, presses, saves."""

    def __init__(self, browser: Browser, address: str = "/selections/studio/new") -> None:
        self.browser, self.address = browser, address
        self.page = browser.read(address)
        self.typed: dict[str, Any] = {}

    def type(self, **_none: Any) -> None:
        raise NotImplementedError

    def data(self, **more: Any) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for name, value in fields_of(self.page):
            data.setdefault(name, []).append(value)
        return data | self.typed | more

    def put(self, name: str, value: Any) -> "Builder":
        self.typed[name] = value
        return self

    def press(self, act: str) -> "Builder":
        answer = self.browser.post("/selections/studio/edit", self.data(act=act))
        assert answer.status_code == 200, answer.text[:2000]
        self.page, self.typed = answer.text, {}
        return self

    def save(self, **more: Any) -> TestResponse:
        action = re.search(r'class="sel" method="post" action="([^"]+)"', self.page)
        assert action is not None
        return self.browser.post(action.group(1), self.data(**more))

    @property
    def count(self) -> int:
        found = re.search(r"data-count>([^<]+)<", self.page)
        assert found is not None, self.page[-3000:]
        return int(found.group(1).replace("\u00a0", ""))

    @property
    def words(self) -> str:
        found = re.search(r'<p class="sm words">(.*?)</p>', self.page)
        assert found is not None
        return unescape(found.group(1))


@pytest.fixture
def head(prepared: Given, browser_of: Any) -> Browser:
    company = prepared.unit("Компания")
    unit = prepared.unit("Сервис", parent=company)
    prepared.unit("Чужой", parent=company)
    for number in range(3):
        client = prepared.client(f"Клиент {number}", unit=unit)
        prepared.asset(client, make=("Kia", "Hyundai", "Lada")[number], model="Rio")
    person = prepared.employee("Илья Петров", role=Role.HEAD, unit=unit)
    return browser_of(person, Role.HEAD)  # type: ignore[no-any-return]


def test_a_rule_is_built_counted_and_saved(head: Browser, database: Any) -> None:
    builder = Builder(head).press("add:r:field:vehicle.make")
    assert "«Марка»: укажите значение." in builder.page
    builder.put("v.r-0", ["Kia", "Hyundai"]).put("name", "Корейцы").press("")
    assert builder.count == 2
    assert builder.words == "Марка Kia или Hyundai."
    assert "Клиент 0" in builder.page and "марка: Kia" in builder.page
    saved = builder.save()
    assert saved.status_code == 303
    with database.reading_session() as session:
        version = session.scalars(select(SelectionVersion)).one()
        assert version.definition["rule"]["items"][0]["values"] == ["Kia", "Hyundai"]
    again = Builder(head, saved.location)
    assert re.search(r'name="v.r-0" value="Kia" checked', again.page)
    assert "Корейцы" in head.read("/selections")
