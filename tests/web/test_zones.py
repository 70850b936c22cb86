"""Time zones as a person says them, in the forms of units, people and clients."""

import re
import time
from collections.abc import Callable
from zoneinfo import available_timezones

import pytest

from directory.staff.models import Role
from directory.units.models import Unit
from tests.given import Given
from tests.web.conftest import Browser

BrowserOf = Callable[..., Browser]


@pytest.fixture
def engine_name() -> str:
    """What a list offers does not depend on the engine."""
    return "sqlite"


@pytest.fixture
def unit(prepared: Given) -> Unit:
    return prepared.unit()


@pytest.fixture
def browser(prepared: Given, unit: Unit, browser_of: BrowserOf) -> Browser:
    return browser_of(prepared.employee(unit=unit, role=Role.ADMINISTRATOR), Role.ADMINISTRATOR)


def options(page: str) -> dict[str, str]:
    select = re.search(r'<select[^>]*name="time_zone".*?</select>', page, re.S)
    assert select
    return dict(re.findall(r'<option (?:selected )?value="([^"]*)">([^<]*)', select[0]))


def test_the_usual_zones_come_first_in_words(browser: Browser, unit: Unit) -> None:
    page = browser.read(f"/admin/units/{unit.id}")
    groups = re.findall(r'<optgroup label="([^"]*)"', page)
    assert groups[:3] == ["Россия", "Украина", "Соседние страны"]
    offered = options(page)
    assert offered["Europe/Moscow"] == "Москва (UTC+3)"
    assert offered["Europe/Kyiv"] == "Киев (UTC+2)"
    assert offered["Asia/Kolkata"] == "Калькутта, Индия (UTC+5:30)"
    assert offered["America/New_York"].startswith("Нью-Йорк, Соединенные Штаты (UTC−")
    assert list(offered)[1:3] == ["Europe/Kaliningrad", "Europe/Moscow"]
    assert len(offered) > 350
    assert set(offered) - {""} <= available_timezones()
    assert len(set(offered.values())) == len(offered), "each name once"


def test_words_are_those_of_the_language(browser: Browser, unit: Unit) -> None:
    browser.post("/settings/locale", {"locale": "uk"})
    offered = options(browser.read(f"/admin/units/{unit.id}"))
    assert offered["Europe/Kyiv"] == "Київ (UTC+2)"
    assert offered["Asia/Yekaterinburg"] == "Єкатеринбург (UTC+5)"


def test_a_zone_under_an_old_name_stays_chosen(
    prepared: Given, browser: Browser, unit: Unit
) -> None:
    unit.time_zone = "Europe/Belfast"
    prepared.session.commit()
    page = browser.read(f"/admin/units/{unit.id}")
    assert re.search(r'<option selected value="Europe/Belfast">Belfast \(UTC\+0\)', page)


def test_a_zone_that_does_not_exist_is_refused(browser: Browser, unit: Unit) -> None:
    typed = {"name": "Отдел", "code": "x", "kind": "department", "time_zone": "Europe/Atlantis"}
    answer = browser.post(f"/admin/units/{unit.id}", typed)
    assert answer.status_code == 422
    assert "Такого часового пояса нет" in answer.text


def test_the_list_takes_no_time(browser: Browser, unit: Unit) -> None:
    browser.read(f"/admin/units/{unit.id}")
    began = time.thread_time()  # of this thread alone: the machine may be busy with other tests
    browser.read(f"/admin/units/{unit.id}")
    assert time.thread_time() - began < 0.5
