"""What the pages say of a call that somebody else made and a file brought (A8)."""

import re
from collections.abc import Callable
from datetime import timedelta

from campaigns.models import Outcome
from tests.conftest import NOON
from tests.given import Given
from tests.web.conftest import Browser, read_workbook
from worklists.made_elsewhere import record_made_elsewhere
from worklists.reports import AttemptReport


def test_pages_name_who_called_and_when(
    prepared: Given, browser_of: Callable[..., Browser]
) -> None:
    unit = prepared.unit()
    me = prepared.employee("Ирина Полякова", unit=unit)
    client = prepared.client("Соколова Марина", unit=unit)
    task = prepared.task(unit=unit, client=client, created_at=NOON - timedelta(days=5))
    report = AttemptReport(outcome=Outcome.NO_ANSWER, comment="гудки", caller="Анна, колл-центр",
                           version=0, form_key="elsewhere:1")  # fmt: skip
    record_made_elsewhere(
        prepared.session, task.id, report, called_at=NOON - timedelta(days=2),
        actor=prepared.actor(me), now=NOON,
    )  # fmt: skip
    browser = browser_of(me)
    for address in (f"/tasks/{task.id}", f"/clients/{client.id}", "/attempts?from=2026-03-01"):
        page = browser.read(address)
        assert "Анна, колл-центр" in page, address
        assert re.search(r"16(?:\s*мар|\.03)", page), address


def test_a_call_of_which_nobody_told_who_made_it_names_nobody(
    prepared: Given, browser_of: Callable[..., Browser]
) -> None:
    unit = prepared.unit()
    me = prepared.employee("Ирина Полякова", unit=unit)
    loader = prepared.employee("Загрузил Файл", unit=unit)
    client = prepared.client("Соколова Марина", unit=unit)
    task = prepared.task(unit=unit, client=client, created_at=NOON - timedelta(days=5))
    report = AttemptReport(outcome=Outcome.NO_ANSWER, comment="гудки", caller="",
                           version=0, form_key="elsewhere:1")  # fmt: skip
    record_made_elsewhere(
        prepared.session, task.id, report, called_at=NOON - timedelta(days=2),
        actor=prepared.actor(loader), now=NOON,
    )  # fmt: skip
    browser = browser_of(me)
    for address in (
        f"/tasks/{task.id}",
        f"/clients/{client.id}",
        f"/tasks/{task.id}/talk?tab=timeline",
    ):
        answer = browser.get(address)
        assert answer.status_code == 200 and "гудки" in answer.text, address
        assert "кто звонил: не указано" in answer.text, address
    journal = browser.read("/attempts?from=2026-03-01")
    assert ">не указано</span>" in journal
    book = read_workbook(browser.get("/attempts.xlsx?from=2026-03-01"))
    assert dict(zip(book[0], book[1], strict=True))["Кто звонил"] == "не указано"
