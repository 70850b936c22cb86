"""The page on which a head changes a campaign, without scripts."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from sqlalchemy.orm import Session

from campaigns.contact_caps import household_days
from campaigns.models import Campaign, CampaignState, MissedCallback
from core.db import Database
from core.journal import history_of
from directory.staff.models import Role
from tests.given import Given
from tests.web.conftest import Browser
from worklists.lifecycle import TaskState
from worklists.models.task import TaskKind
from worklists.unit_work import calls_ended_with

BrowserOf = Callable[..., Browser]
FORM = {
    "name": "ТО", "goal": "Записать", "script": "Раз\nДва", "priority": "4",
    "rungs-0-hours": "3", "rungs-0-minutes": "30", "rungs-1-days": "1",
    "rungs-1-is_working": "y", "rungs-1-other_part": "y", "rungs-2-days": "",
    "attempts_per_task": "3", "attempts_per_client": "", "version": "1",
    "call_from_minute": "10:00", "call_until_minute": "19:30", "call_weekdays": "0",
    "control_days": "2", "cooling_off_days": "20", "data_unit_id": "", "quality_unit_id": "",
    "opens_after_days": "14", "expires_after_days": "45", "missed_callback": "next_day",
    "missed_after_minutes": "90",
}  # fmt: skip


def test_a_head_changes_a_campaign_and_the_journal_says_what(
    prepared: Given, browser_of: BrowserOf
) -> None:
    unit = prepared.unit("Сервис")
    head = prepared.employee("Глава", role=Role.HEAD, unit=unit)
    campaign_id = prepared.campaign().id
    prepared.session.commit()
    browser = browser_of(head, role=Role.HEAD)
    address = f"/admin/campaigns/{campaign_id}"
    assert "Подошло время ТО" in browser.read("/admin/campaigns")
    assert "Если начать сейчас, попытки" in browser.read(address)
    assert browser.post(address, FORM).status_code == 303
    for field, value, words in (
        ("name", "", "Заполните"), ("call_until_minute", "09:00", "заканчиваются позже"),
        ("call_weekdays", "", "хотя бы один день"), ("rungs-1-minutes", "5", "днями и часами"),
        ("call_until_minute", "24:01", "24:00"),
        ("missed_callback", "never", ""), ("expires_after_days", "-1", ""),
    ):  # fmt: skip
        bad = browser.post(
            address, {k: v for k, v in (FORM | {field: value}).items() if v or k != "call_weekdays"}
        )
        assert bad.status_code == 422, field
        assert field == "name" or words in bad.text, field
    with Session(prepared.session.get_bind()) as session:
        found = session.get_one(Campaign, campaign_id)
        assert found.retry_ladder == [
            {"hours": 3, "minutes": 30},
            {"working_days": 1, "part": "other"},
        ]
        assert (found.call_from_minute, found.call_until_minute) == (600, 1170)
        assert (found.call_weekdays, found.attempts_per_task) == (1, 3)
        assert (found.opens_after_days, found.expires_after_days) == (14, 45)
        assert (found.missed_callback, found.missed_after_minutes) == (MissedCallback.NEXT_DAY, 90)
        (entry,) = history_of(session, "campaign", campaign_id)
        assert "retry_ladder" in entry.details["changed"]
    page = browser.read(address)
    assert "Повторы" in page and "Глава" in page
    for action, state in (("pause", "paused"), ("resume", "active"), ("finish", "finished")):
        assert browser.post(f"{address}/state", {"action": action}).status_code == 303
        with Session(prepared.session.get_bind()) as session:
            found = session.get_one(Campaign, campaign_id)
            assert found.state is CampaignState(state)
    page = browser.read(address)
    assert "Завершить кампанию?" not in page and "Продолжить" in page
    assert browser.post(f"{address}/state", {"action": "resume"}).status_code == 303
    page = browser.read(address)
    assert "Завершить кампанию? В ней не завершен" in page and "всей компании" in page
    assert browser.post(f"{address}/state", {"action": "x"}).status_code == 404


def test_finishing_counts_the_calls_it_ends(database: Database, prepared: Given) -> None:
    campaign = prepared.campaign()
    for values in (
        {}, {"state": TaskState.DEFERRED, "kind": TaskKind.CALLBACK},
        {"state": TaskState.ON_CONTROL}, {"state": TaskState.DONE}, {"kind": TaskKind.DEPARTMENT},
    ):  # fmt: skip
        prepared.task(unit=prepared.unit(), campaign=campaign, **values)
    prepared.task(unit=prepared.unit(), campaign=prepared.campaign("another"))
    prepared.session.commit()
    with database.reading() as session:
        assert calls_ended_with(session, campaign.id) == 2, "of every unit"


@pytest.fixture
def at_campaign(prepared: Given, browser_of: BrowserOf) -> tuple[Browser, str, int]:
    unit = prepared.unit("Сервис")
    head = prepared.employee("Глава", role=Role.HEAD, unit=unit)
    campaign_id = prepared.campaign().id
    prepared.session.commit()
    return browser_of(head, role=Role.HEAD), f"/admin/campaigns/{campaign_id}", campaign_id


def _saved(prepared: Given, campaign_id: int) -> Campaign:
    with Session(prepared.session.get_bind()) as session:
        return session.get_one(Campaign, campaign_id)


def test_what_it_leads_to_is_shown_before_anything_is_saved(
    prepared: Given, at_campaign: tuple[Browser, str, int]
) -> None:
    browser, address, campaign_id = at_campaign
    page = browser.post(f"{address}/preview", FORM | {"name": "Ещё не сохранено"})
    assert page.status_code == 200 and "Ещё не сохранено" in page.text
    assert "откроется" in page.text and "Срок истёк" in page.text
    part = browser.post(f"{address}/preview", FORM, headers={"HX-Request": "true"})
    assert "<html" not in part.text and "попытки" in part.text
    wrong = browser.post(f"{address}/preview", FORM | {"call_until_minute": "08:00"})
    assert "заканчиваются позже" in wrong.text
    assert _saved(prepared, campaign_id).name != "Ещё не сохранено"


def test_several_units_of_a_rung_and_midnight_survive_a_save(
    prepared: Given, at_campaign: tuple[Browser, str, int]
) -> None:
    browser, address, campaign_id = at_campaign
    rung = {"rungs-0-days": "1", "rungs-0-hours": "2", "rungs-0-minutes": "30"}
    assert browser.post(address, FORM | rung | {"call_until_minute": "24:00"}).status_code == 303
    page = browser.read(address)
    assert 'value="24:00"' in page
    assert _saved(prepared, campaign_id).retry_ladder[0] == {"days": 1, "hours": 2, "minutes": 30}
    fields = re.findall(r'name="rungs-0-(\w+)"[^>]*value="(\d+)"', page)
    assert fields == [("days", "1"), ("hours", "2"), ("minutes", "30")]


def test_the_second_of_two_editors_is_told_and_keeps_what_was_typed(
    prepared: Given, at_campaign: tuple[Browser, str, int]
) -> None:
    browser, address, campaign_id = at_campaign
    assert browser.post(address, FORM | {"name": "Первый"}).status_code == 303
    late = browser.post(address, FORM | {"name": "Второй"})
    assert late.status_code == 409
    assert "Пока вы правили" in late.text and "Глава: Название" in late.text
    assert 'value="Второй"' in late.text
    assert _saved(prepared, campaign_id).name == "Первый"
    seen = re.search(r'name="version"[^>]*value="(\d+)"', late.text)
    assert seen is not None
    again = browser.post(address, FORM | {"name": "Второй", "version": seen[1]})
    assert again.status_code == 303
    assert _saved(prepared, campaign_id).name == "Второй"


def test_fields_that_the_second_editor_left_alone_take_what_the_first_wrote(
    prepared: Given, at_campaign: tuple[Browser, str, int]
) -> None:
    browser, address, _campaign_id = at_campaign
    assert browser.post(address, FORM).status_code == 303
    shown = re.search(r'name="opened_with"[^>]*value="([^"]*)"', browser.read(address))
    assert shown is not None
    opened = FORM | {"version": "2", "opened_with": unescape(shown[1])}
    other = {"missed_after_minutes": "45", "name": "Первый"}
    assert browser.post(address, opened | other).status_code == 303
    late = browser.post(address, opened | {"control_days": "4", "name": "Второй"})
    assert late.status_code == 409
    assert "Изменили и вы, и он, в форме ваше: Название." in late.text
    for name, value in (("missed_after_minutes", "45"), ("control_days", "4"), ("name", "Второй")):
        assert re.search(rf'name="{name}"[^>]*value="{value}"', late.text), name
    assert 'name="version" type="hidden" value="3"' in late.text


def test_line_ends_of_a_browser_are_no_change(
    prepared: Given, at_campaign: tuple[Browser, str, int]
) -> None:
    browser, address, campaign_id = at_campaign
    assert browser.post(address, FORM).status_code == 303
    again = FORM | {"script": "Раз\r\nДва", "version": "2", "name": "ТО-2"}
    assert browser.post(address, again).status_code == 303
    with Session(prepared.session.get_bind()) as session:
        (entry,) = history_of(session, "campaign", campaign_id, limit=1)
        assert list(entry.details["changed"]) == ["name"]
        both = history_of(session, "campaign", campaign_id, limit=5)
        assert len(both) == 2 and both[-1] is entry


def test_the_first_try_of_the_outlook_waits_for_the_window(
    prepared: Given, at_campaign: tuple[Browser, str, int]
) -> None:
    browser, address, _campaign_id = at_campaign
    hours = {"call_from_minute": "00:00", "call_until_minute": "00:01"}
    part = browser.post(f"{address}/preview", FORM | hours, headers={"HX-Request": "true"})
    first = re.search(r"попытки: [^,]*, (\d\d:\d\d)", part.text)
    assert first is not None and first[1] == "00:00"


def test_a_number_out_of_range_is_refused_in_the_words_of_the_page(
    at_campaign: tuple[Browser, str, int],
) -> None:
    browser, address, _campaign_id = at_campaign
    answer = browser.post(address, FORM | {"rungs-0-hours": "-3"})
    assert answer.status_code == 422 and "Введите число от 0 до 1000" in answer.text


def test_one_call_per_household_is_a_setting_beside_the_caps(
    prepared: Given, at_campaign: tuple[Browser, str, int]
) -> None:
    browser, _address, _campaign_id = at_campaign
    assert "Один звонок на семью" in browser.read("/admin/contact-caps")
    assert browser.post("/admin/contact-caps/household", {"household_days": "0"}).status_code == 422
    for days in ("5", ""):
        answer = browser.post("/admin/contact-caps/household", {"household_days": days})
        assert answer.status_code == 303
        with Session(prepared.session.get_bind()) as session:
            assert household_days(session) == (int(days) if days else None)
