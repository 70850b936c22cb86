"""Every rule of the shipped catalogue through the page: the form is posted, the state looked at."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.shipped import REASONS, RESULTS
from directory.assets.models import Asset
from directory.clients.models import (
    Client,
    ContactPoint,
    ContactRefusal,
    ContactState,
    RefusalScope,
)
from directory.staff.models import Role
from tests.conftest import NOON
from tests.given import Given
from tests.web.conftest import Browser
from worklists.lifecycle import TaskState
from worklists.models.task import Finish, Task, TaskKind

BrowserOf = Callable[..., Browser]
LINES = (*RESULTS, *REASONS)
TICKED = {"booked": {"acquisition_id": "1"}, "booked_in_call": {}}
CALLBACK = {"plan": "y", "plan_kind": "callback", "plan_due_date": "2026-11-25",
            "plan_due_time": "12:00"}  # fmt: skip
PLANNED = {"think_call_later": CALLBACK}
EXPECTED: dict[str, tuple[TaskState, Finish | None]] = {
    "booked_in_call": (TaskState.ON_CONTROL, None),
    "booked": (TaskState.DONE, Finish.GOAL_REACHED),
    "will_come": (TaskState.ON_CONTROL, None),
    "think_call_later": (TaskState.DONE, Finish.REPLACED),
    "done_elsewhere": (TaskState.DONE, Finish.GOAL_REACHED),
    "already_serviced": (TaskState.DONE, Finish.GOAL_REACHED),
    "complaint": (TaskState.ON_CONTROL, None),
    "other_department": (TaskState.ON_CONTROL, None),
    "try_much_later": (TaskState.DEFERRED, None),
}
BY_OUTCOME = {
    "no_answer": (TaskState.DEFERRED, None),
    "refused": (TaskState.DONE, Finish.REFUSED),
    "bad_data": (TaskState.DONE, Finish.BAD_DATA),
}
GOAL = {"booked", "done_elsewhere"}


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.code)
def test_each_result_does_what_its_line_says(
    prepared: Given, browser_of: BrowserOf, line: Any
) -> None:
    unit = prepared.unit("Сервис Север")
    quality = prepared.unit("Отдел качества")
    me = prepared.employee("Ирина Полякова", unit=unit, role=Role.MANAGER)
    client = prepared.client("Соколова Марина", unit=unit)
    asset = prepared.asset(client, plate="А100ВС77")
    task = prepared.task(unit=unit, client=client, asset=asset)
    prepared.campaign().quality_unit_id = quality.id
    code_id = prepared.code_id(line.code)
    prepared.session.commit()

    browser = browser_of(me)
    page = browser.read(f"/tasks/{task.id}")
    form = page[page.index('class="card" id=') :]
    inputs = [dict(re.findall(r'(\w+)="([^"]*)"', t)) for t in re.findall(r"<input ([^>]*)>", form)]
    typed = {one["name"]: one.get("value", "") for one in inputs if one.get("type") == "hidden"}
    outcome = line.outcome.value
    typed |= {"outcome": outcome, f"result_{outcome}": str(code_id), "comment": "сказал так"}
    typed |= PLANNED.get(line.code, {}) | TICKED.get(line.code, {})
    if line.code in GOAL:
        typed["goal_reached"] = "y"
    said = browser.get(f"/tasks/{task.id}/consequence", query_string=typed).text
    # Nothing was filled in: neither the workshop nor the other department will know.
    assert ("txt-warn" in said) == (line.code in {"booked_in_call", "other_department"})
    assert browser.post(f"/tasks/{task.id}/attempts", typed).status_code == 303

    with Session(prepared.session.get_bind()) as session:
        stored = session.get_one(Task, task.id)
        wanted = EXPECTED.get(line.code) or BY_OUTCOME[outcome]
        assert (stored.state, stored.finish) == wanted
        _effects_are_there(session, line.code, stored, quality.id, said)


def _effects_are_there(session: Session, code: str, task: Task, quality: int, said: str) -> None:
    point = session.scalars(
        select(ContactPoint).where(ContactPoint.client_id == task.client_id)
    ).one()
    asset = session.get_one(Asset, task.asset_id)
    wrong_number, wrong_asset = code in {"wrong_person", "not_in_service"}, False
    if code in {"car_sold", "not_owner"}:
        wrong_asset = True
    assert (point.state is ContactState.WRONG) == wrong_number
    assert asset.is_confirmed != wrong_asset
    fixes = select(func.count()).where(Task.kind == TaskKind.DATA_FIX)
    assert session.scalar(fixes) == int(wrong_number or wrong_asset)
    scopes = {"refuses_purpose": [RefusalScope.PURPOSE], "refuses_all": [RefusalScope.ALL]}
    assert session.scalars(select(ContactRefusal.scope)).all() == scopes.get(code, [])
    asked = session.scalars(select(Task).where(Task.unit_id == quality)).all()
    assert len(asked) == int(code == "complaint")
    assert ("Отдел качества" in said) == (code == "complaint")
    resting = session.get_one(Client, task.client_id).cooling_off_until
    assert (resting is not None) == (code in {"not_now", "refuses_purpose", "refuses_all"})
    if code == "try_much_later":
        assert task.due_at > NOON + timedelta(days=9) and "один раз" in said


def test_effects_are_edited_as_rows_without_scripts(prepared: Given, browser_of: BrowserOf) -> None:
    unit = prepared.unit("Сервис Север")
    quality = prepared.unit("Отдел качества")
    head = prepared.employee("Глава", role=Role.HEAD, unit=unit)
    campaign_id = prepared.campaign().id
    code_id = prepared.code_id("done_elsewhere")
    prepared.session.commit()
    browser = browser_of(head, role=Role.HEAD)
    address = f"/admin/result-codes/{code_id}"
    base = {"name_ru": "В другом месте", "campaign_ids": str(campaign_id)}
    asked = browser.post(address, base | {"add_effect": "1"})
    assert asked.status_code == 200 and 'name="effects-0-kind"' in asked.text
    assert 'name="add_effect"' in asked.text
    many = {f"effects-{row}-kind": "" for row in range(15)}
    full = browser.post(address, base | many | {"add_effect": "1"})
    assert full.status_code == 200 and 'name="add_effect"' not in full.text
    rows = {"effects-0-kind": "close", "effects-1-kind": "", "effects-2-kind": "department_task",
            "effects-2-unit_id": str(quality.id), "effects-2-text": "Узнать причину",
            "effects-2-working_days": "2"}  # fmt: skip
    shown = browser.post(address, base | rows | {"preview": "1"})
    assert shown.status_code == 200 and "Отделу «Отдел качества» встанет задача до" in shown.text
    bad = browser.post(address, base | rows | {"effects-2-working_days": "0"})
    assert bad.status_code == 422 and "Укажите от 1 до 366 дней." in bad.text
    assert browser.post(address, base | rows).status_code == 303
    page = browser.read(address)
    assert "Узнать причину" in page and "версия 2" in page
    assert browser.post(address, base | {"effects-0-kind": ""}).status_code == 303
    assert "Узнать причину" not in browser.read(address)


def test_the_form_plans_a_callback_for_anyone(prepared: Given, browser_of: BrowserOf) -> None:
    unit = prepared.unit("Сервис Север")
    me = prepared.employee("Ирина Полякова", unit=unit)
    task = prepared.task(unit=unit, client=prepared.client(unit=unit))
    code_id = prepared.code_id("think_call_later")
    prepared.session.commit()
    browser = browser_of(me)
    page = browser.read(f"/tasks/{task.id}")
    form = page[page.index('class="card" id=') :]
    inputs = [dict(re.findall(r'(\w+)="([^"]*)"', t)) for t in re.findall(r"<input ([^>]*)>", form)]
    typed = {one["name"]: one.get("value", "") for one in inputs if one.get("type") == "hidden"}
    typed |= {"outcome": "interview", "result_interview": str(code_id), "comment": "позже"}
    typed |= CALLBACK | {"plan_anyone": "y"}
    assert browser.post(f"/tasks/{task.id}/attempts", typed).status_code == 303
    with Session(prepared.session.get_bind()) as session:
        planned = session.scalars(select(Task).where(Task.kind == TaskKind.CALLBACK)).one()
        assert planned.performer_id is None and planned.state is TaskState.DEFERRED
