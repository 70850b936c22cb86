"""The page on which a head changes a campaign, without scripts."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from campaigns.models import Campaign, CampaignState
from core.journal import history_of
from directory.staff.models import Role
from tests.given import Given
from tests.web.conftest import Browser

BrowserOf = Callable[..., Browser]
FORM = {
    "name": "ТО", "goal": "Записать", "script": "Раз\nДва", "priority": "4",
    "rungs-0-amount": "3", "rungs-0-unit": "hours", "rungs-1-amount": "1",
    "rungs-1-unit": "working_days", "rungs-1-other_part": "y", "rungs-2-amount": "",
    "rungs-2-unit": "days", "attempts_per_task": "3", "attempts_per_client": "",
    "call_from_minute": "10:00", "call_until_minute": "19:30", "call_weekdays": "0",
    "control_days": "2", "cooling_off_days": "20", "data_unit_id": "", "quality_unit_id": "",
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
        ("call_weekdays", "", "хотя бы один день"), ("rungs-0-unit", "moons", "повторы"),
    ):  # fmt: skip
        bad = browser.post(
            address, {k: v for k, v in (FORM | {field: value}).items() if v or k != "call_weekdays"}
        )
        assert bad.status_code == 422, field
        assert field == "name" or words in bad.text, field
    with Session(prepared.session.get_bind()) as session:
        found = session.get_one(Campaign, campaign_id)
        assert found.retry_ladder == [{"hours": 3}, {"working_days": 1, "part": "other"}]
        assert (found.call_from_minute, found.call_until_minute) == (600, 1170)
        assert (found.call_weekdays, found.attempts_per_task) == (1, 3)
        (entry,) = history_of(session, "campaign", campaign_id)
        assert "retry_ladder" in entry.details["changed"]
    assert "Повторы" in browser.read(address)
    for action, state in (("pause", "paused"), ("resume", "active"), ("finish", "finished")):
        assert browser.post(f"{address}/state", {"action": action}).status_code == 303
        with Session(prepared.session.get_bind()) as session:
            found = session.get_one(Campaign, campaign_id)
            assert found.state is CampaignState(state)
    assert browser.post(f"{address}/state", {"action": "resume"}).status_code == 303
    assert browser.post(f"{address}/state", {"action": "x"}).status_code == 404
