"""What escalated, as those who are told see it; the rules in the browser (rule 15)."""

import re
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import select

from core.db import Database
from core.journal import JournalEntry
from directory.staff.models import Role
from tests.conftest import NOON
from tests.given import Given
from tests.web.conftest import Browser, read_workbook
from worklists.escalation.sweep import escalate
from worklists.lifecycle import TaskState
from worklists.models.attempt import Notification
from worklists.models.task import TaskKind

BrowserOf = Callable[..., Browser]
LATE = NOON - timedelta(days=2)


def test_the_digest_leads_to_what_it_was_about(
    prepared: Given, database: Database, browser_of: BrowserOf
) -> None:
    company, foreign = prepared.unit("Компания"), prepared.unit("Чужое")
    unit = prepared.unit(parent=company)
    caller = prepared.employee("Петрова", unit=unit)
    boss = prepared.employee("Смирнов", role=Role.SUPERVISOR, unit=unit)
    for name in ("Первый", "Второй"):
        prepared.task(unit=unit, client=prepared.client(name, unit=unit), due_at=LATE,
                      created_at=LATE, performer=caller, kind=TaskKind.CALLBACK)  # fmt: skip
    prepared.task(unit=unit, client=prepared.client("Третий", unit=unit), due_at=LATE,
                  created_at=LATE, kind=TaskKind.CALLBACK)  # fmt: skip
    prepared.task(unit=foreign, client=prepared.client("Чужой", unit=foreign), due_at=LATE,
                  created_at=LATE, kind=TaskKind.CALLBACK)  # fmt: skip
    mine, leading = browser_of(caller), browser_of(boss, Role.SUPERVISOR)
    escalate(database, lambda _session: NOON, default_zone="Europe/Moscow")
    notices = mine.read("/notifications")
    assert "Ждут слишком долго" in notices and "задач: 2" in notices
    outsider = browser_of(
        prepared.employee("Орлов", role=Role.SUPERVISOR, unit=company), Role.SUPERVISOR
    )
    nothing = outsider.read("/escalations")
    assert "Никто не ждёт слишком долго" not in nothing and "задач: 3" in nothing
    assert 'href="/escalations?all=1"' in nothing
    assert "Никто не ждёт слишком долго" in outsider.read("/escalations?level=3")
    link = re.search(r'href="(/escalations\?digest=\d+)"', notices)
    assert link is not None
    page = mine.read(link.group(1))
    assert "Первый" in page and "Второй" in page and "Третий" not in page
    assert "Передать отмеченные" not in page
    told = leading.read("/escalations")
    assert "Третий" in told and "Первый" not in told  # nobody's goes straight to who leads
    everything = leading.read("/escalations?all=1&level=1")
    assert all(name in everything for name in ("Первый", "Второй", "Третий"))
    assert "Чужой" not in everything
    assert "Первый" not in leading.read("/escalations?all=1&level=2")
    rows = read_workbook(leading.get("/escalations.xlsx?all=1"))
    assert {row[1] for row in rows[1:]} == {"Первый", "Второй", "Третий"}
    with database.reading() as session:
        foreign_digest = session.scalars(
            select(Notification.id).where(Notification.employee_id == caller.id)
        ).one()
    assert "больше ничего не ждёт" in leading.read(f"/escalations?digest={foreign_digest}")


def test_marked_tasks_are_handed_over_through_the_dry_run(
    prepared: Given, database: Database, browser_of: BrowserOf
) -> None:
    unit = prepared.unit()
    other = prepared.employee("Яковлева", unit=unit)
    boss = prepared.employee("Смирнов", role=Role.SUPERVISOR, unit=unit)
    task = prepared.task(unit=unit, due_at=LATE, created_at=LATE, kind=TaskKind.CALLBACK)
    browser = browser_of(boss, Role.SUPERVISOR)
    escalate(database, lambda _session: NOON, default_zone="Europe/Moscow")
    page = browser.read("/escalations")
    assert f'name="task" value="{task.id}"' in page and 'form="hand"' in page
    form = {"action": "to_person", "person": other.id, "task": task.id}
    answer = browser.post("/dispatch/runs", form)
    assert answer.status_code == 303 and "Яковлева" in browser.read(answer.location)


def test_rules_are_set_inherited_and_removed(
    prepared: Given, database: Database, browser_of: BrowserOf
) -> None:
    company = prepared.unit("Компания")
    unit = prepared.unit("Сервис", parent=company)
    head = prepared.employee("Орлов", role=Role.HEAD, unit=company)
    browser = browser_of(head, Role.HEAD)
    assert browser.read("/admin/escalation").count("обычные") == 2
    form = {"take_hours": 2, "done_hours": 6, "step_hours": 3, "highest": 2}
    address = f"/admin/escalation/{company.id}"
    refused = browser.post(address, form | {"take_hours": 0})
    assert refused.status_code == 422
    assert browser.post(address, form).status_code == 303
    page = browser.read("/admin/escalation")
    assert page.count("2 ч") == 2 and "свои" in page and "обычные" not in page
    explained = browser.read(f"/admin/escalation/{unit.id}")
    assert "узнает супервизор" in explained and "узнает руководитель" not in explained
    assert "Брать правила вышестоящего" not in explained
    assert browser.post(f"{address}/remove").status_code == 303
    assert browser.read("/admin/escalation").count("обычные") == 2
    with database.reading() as session:
        events = session.scalars(select(JournalEntry.event).where(JournalEntry.subject == "unit"))
        assert list(events) == ["EscalationRuleSet", "EscalationRuleRemoved"]


def test_how_often_and_why_a_control_was_prolonged(prepared: Given, browser_of: BrowserOf) -> None:
    unit = prepared.unit()
    caller = prepared.employee("Петрова", unit=unit)
    task = prepared.task(unit=unit, state=TaskState.ON_CONTROL, control_by_id=caller.id)
    browser = browser_of(caller)
    for version, day in enumerate((23, 24, 28), start=1):  # the last is a Saturday
        form = {"until_date": f"2026-03-{day}", "until_time": "10:00", "version": version,
                "reason": f"причина {day}"}  # fmt: skip
        assert browser.post(f"/tasks/{task.id}/control/prolong", form).status_code == 303
        page = browser.read("/control")
        assert ("tone-warn" in page) == (version == 3)
    assert "причина 28" in page
    card = browser.read(f"/tasks/{task.id}")
    assert all(f"причина {day}" in card for day in (23, 24, 28)) and "Петрова" in card
    assert re.search("30.мар, 09:00", card)  # the unit works on Monday again
    row = read_workbook(browser.get("/control.xlsx"))[1]
    assert 3 in row and "причина 23; причина 24; причина 28" in row
