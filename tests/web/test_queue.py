"""The queue page: its numbers are links to as many tasks; the caps of contacts (rules 13, 14)."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest

from campaigns.models import CampaignState, ContactCap
from directory.clients.models import Client
from directory.staff.models import Role
from tests.given import Given
from tests.web.conftest import Browser
from worklists.models.attempt import Attempt

BrowserOf = Callable[..., Browser]


def test_each_number_opens_as_many_tasks(prepared: Given, browser_of: BrowserOf) -> None:
    unit = prepared.unit("Сервис")
    for _ in range(3):
        prepared.task(unit=unit)
    prepared.task(unit=unit, client=prepared.client("Без телефона", unit=unit, phone=None))
    prepared.task(unit=unit, due_at=prepared.now + timedelta(days=2))
    browser = browser_of(prepared.employee(unit=unit))
    page = browser.read("/queue")
    numbers = re.findall(r'href="(/queue/tasks\?[^"]*part=(\w+)[^"]*)">(\d+)</a>', page)
    assert {(part, number) for _, part, number in numbers} == {
        ("in_queue", "3"), ("no_valid_phone", "1"), ("not_due", "1")
    }  # fmt: skip
    for address, _part, number in numbers:
        listed = browser.read(address.replace("&amp;", "&"))
        assert listed.count('href="/tasks/') == int(number)
    assert browser.get("/queue/tasks?part=anything").status_code == 404


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (CampaignState.PAUSED, "Кампания приостановлена"),
        (CampaignState.FINISHED, "Кампания завершена"),
    ],
)
def test_who_asks_for_the_next_and_there_is_none_reads_why(
    prepared: Given, browser_of: BrowserOf, state: CampaignState, words: str
) -> None:
    unit = prepared.unit("Сервис")
    prepared.campaign().state = state
    prepared.task(unit=unit)
    browser = browser_of(prepared.employee(unit=unit))
    answer = browser.post("/queue/next", {})
    assert answer.location.endswith("/queue?own=1")
    page = browser.read("/queue?own=1")
    assert "Сейчас звонить некому" in page and words in page


def test_a_cap_counts_at_once_and_can_be_lifted(prepared: Given, browser_of: BrowserOf) -> None:
    unit = prepared.unit("Сервис")
    task = prepared.task(unit=unit)
    me = prepared.employee(unit=unit)
    prepared.session.query(ContactCap).delete()
    prepared.attempt(task, me)
    prepared.session.commit()
    head = browser_of(prepared.employee("Глава", role=Role.HEAD, unit=unit), Role.HEAD)
    refused = head.post("/admin/contact-caps", {"most": "0", "days": "1"})
    assert refused.status_code == 422
    assert head.post("/admin/contact-caps", {"most": "1", "days": "2"}).status_code == 303
    assert "не чаще 1 раза за 2 суток" in head.read("/admin/contact-caps")
    assert head.post("/admin/contact-caps", {"most": "7", "days": "1"}).status_code == 303
    assert "не чаще 7 раз в сутки" in head.read("/admin/contact-caps")
    prepared.session.expire_all()
    client = prepared.session.get_one(Client, task.client_id)
    attempt = prepared.session.query(Attempt).one()
    assert client.pressed_until == attempt.at + timedelta(days=2)
    cap = prepared.session.query(ContactCap).filter_by(days=2).one()
    prepared.session.commit()
    assert head.post("/admin/contact-caps", {"most": "3", "days": "2"}).status_code == 422
    assert head.post(f"/admin/contact-caps/{cap.id}/lift", {}).status_code == 303
    prepared.session.expire_all()
    assert prepared.session.get_one(Client, task.client_id).pressed_until is None


def test_a_refused_claim_stays_in_the_history(prepared: Given, browser_of: BrowserOf) -> None:
    unit = prepared.unit("Сервис")
    task = prepared.task(unit=unit, due_at=prepared.now + timedelta(days=2))
    browser = browser_of(prepared.employee("Анна", unit=unit))
    assert browser.post(f"/tasks/{task.id}/claim", {}).status_code == 409
    page = browser.read(f"/tasks/{task.id}/talk?tab=timeline")
    assert "Взять не удалось" in page and "время задачи ещё не пришло" in page


def test_who_asks_for_one_call_per_household_finds_who_waits(
    prepared: Given, browser_of: BrowserOf
) -> None:
    unit = prepared.unit()
    head = prepared.employee("Глава", role=Role.HEAD, unit=unit)
    called, waits, idle = (
        prepared.client(name, unit=unit, phone="+79161112233")
        for name in ("Позвонили", "Ждёт", "Без задач")
    )
    attempt = prepared.attempt(prepared.task(unit=unit, client=called), head)
    prepared.task(unit=unit, client=waits)
    attempt.at = prepared.now - timedelta(days=1)
    browser = browser_of(head, Role.HEAD)
    assert "Один звонок на семью</th>" not in browser.read("/queue")
    browser.post("/admin/contact-caps/household", {"household_days": "7"})
    said = browser.read("/admin/contact-caps")
    assert "Сейчас ждёт клиентов: 2." in said, idle.name
    assert "Их задач в очереди, в колонке «Один звонок на семью»: 1." in said
    listed = browser.read("/queue/tasks?part=household")
    assert "Ждёт" in listed and "Позвонили" not in listed and "1 задача" in listed
    assert 'part=household">1</a>' in browser.read("/queue")
    prepared.session.get_one(Client, waits.id).household_until = None
    prepared.session.commit()
    assert "Один звонок на семью</th>" in browser.read("/queue"), "also with nobody waiting"
