"""Bookings through the pages: times in the outcome form, the list of a day, one booking (A13)."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from core.db import Database
from directory.staff.models import Employee, Role
from directory.workshops.capacity import plan_of
from directory.workshops.models import WorkKind
from tests.given import Given
from tests.web.conftest import Browser
from worklists.bookings.models import ServicePlace, SlotHold
from worklists.lifecycle import TaskState
from worklists.models.attempt import ServiceRequest, ServiceRequestState

DAY = "2026-03-19"
BrowserOf = Callable[..., Browser]


@dataclass
class Shop:
    """A task in work, and a workshop with one post."""

    database: Database
    unit_id: int
    workshop_id: int
    task_id: int
    kind: int
    typed: dict[str, Any]
    """A conversation with a booking, but for the time."""
    head: Employee

    def rows(self, query: Any) -> Sequence[Any]:
        with self.database.reading() as session:
            return session.scalars(query).all()

    def request(self) -> ServiceRequest:
        (found,) = self.rows(select(ServiceRequest))
        assert isinstance(found, ServiceRequest)
        return found


@pytest.fixture
def shop(prepared: Given, database: Database, browser_of: BrowserOf) -> tuple[Shop, Browser]:
    unit = prepared.unit("Центр")
    workshop = prepared.workshop(parent=unit)
    person = prepared.employee("Анна", unit=unit)
    task = prepared.task(
        unit=unit, client=prepared.client(unit=unit), state=TaskState.IN_WORK, performer=person
    )
    kind = prepared.kind_id()
    typed = {
        "outcome": "interview", "result_interview": prepared.code_id("booked_in_call"),
        "comment": "да", "goal_reached": "y", "book": "y", "book_workshop": workshop.id,
        "book_on": DAY, "book_kind": kind, "version": task.version, "token": task.claim_token,
    }  # fmt: skip
    head = prepared.employee("Глава", role=Role.HEAD, unit=unit)
    shop = Shop(database, unit.id, workshop.id, task.id, kind, typed, head)
    return shop, browser_of(person, Role.MANAGER)


def test_times_are_shown_held_and_booked(shop: tuple[Shop, Browser]) -> None:
    scene, browser = shop
    address = f"/tasks/{scene.task_id}"
    asked = {"book_workshop": scene.workshop_id, "book_on": DAY, "book_kind": scene.kind}
    page = browser.post(f"{address}/slot", data=asked).text
    assert 'value="600"' in page and "Держим" not in page
    held = browser.post(f"{address}/slot", data=asked | {"book_slot": 600}).text
    assert "Держим 10:00 за вами" in held
    assert scene.rows(select(SlotHold.minute)) == [600]
    full = browser.post(f"{address}/slot", data=asked | {"book_on": "2026-03-21"}).text
    assert "цех не работает" in full and "пн 23" in full

    missing = browser.post(f"{address}/attempts", data=scene.typed | {"form_key": "one"})
    assert missing.status_code == 422 and "Выберите время." in missing.text
    typed = scene.typed | {"book_slot": 600, "form_key": "two"}
    assert browser.post(f"{address}/attempts", data=typed).status_code == 303
    booked = scene.request()
    assert (booked.wanted_minute, booked.minutes) == (600, 60)
    assert 'href="/service/' in browser.get(address).text


def test_without_scripts_a_button_shows_the_times_and_holds_one(shop: tuple[Shop, Browser]) -> None:
    scene, browser = shop
    address = f"/tasks/{scene.task_id}/attempts"
    typed = scene.typed | {"show_times": "1", "form_key": "one"}
    shown = browser.post(address, data=typed)
    assert shown.status_code == 200 and 'value="600"' in shown.text and "да" in shown.text
    held = browser.post(address, data=typed | {"book_slot": 600, "form_key": "two"})
    assert "Держим 10:00" in held.text
    assert scene.rows(select(ServiceRequest)) == []


def _book(scene: Shop, browser: Browser) -> ServiceRequest:
    typed = scene.typed | {"book_slot": 600, "form_key": "book"}
    assert browser.post(f"/tasks/{scene.task_id}/attempts", data=typed).status_code == 303
    return scene.request()


def test_a_day_is_listed_and_a_booking_is_moved_and_cancelled(shop: tuple[Shop, Browser]) -> None:
    scene, browser = shop
    booked = _book(scene, browser)
    own = f"/service/{booked.id}"
    day = browser.get(f"/service?on={DAY}&workshop={scene.workshop_id}").text
    assert "Иванов Иван" in day and "10:00" in day and "Техобслуживание" in day
    assert "Записей на этот день нет" in browser.get(f"/service?on={DAY}&state=arrived").text
    for other in ("2026-03-02", "2026-03-30"):
        empty = browser.get(f"/service?on={other}&workshop={scene.workshop_id}").text
        assert "Ближайшая запись: чт 19\xa0мар" in empty and f"on={DAY}" in empty
    assert browser.get(f"/service.xlsx?on={DAY}").status_code == 200
    move = {"book_workshop": scene.workshop_id, "book_kind": scene.kind, "book_on": DAY}
    shown = browser.post(f"{own}/move", data=move | {"show_times": "1"})
    assert shown.status_code == 200 and 'value="660"' in shown.text
    followed = browser.post(f"{own}/times", data=move).text
    assert 'value="600" checked' in followed and "<html" not in followed
    assert (
        "цех не работает"
        in browser.post(f"{own}/times", data=move | {"book_on": "2026-03-21"}).text
    )
    assert re.search(r"<input[^>]*autofocus[^>]*book_on", browser.get(f"{own}?open=move").text)
    same = browser.post(f"{own}/move", data=move | {"book_slot": 600, "version": booked.version})
    assert same.status_code == 422 and "Запись уже на это время" in same.text
    moved = move | {"book_slot": 660, "version": booked.version}
    assert browser.post(f"{own}/move", data=moved).status_code == 303
    assert scene.request().wanted_minute == 660
    late = browser.post(f"{own}/move", data=moved)
    assert late.status_code == 409 and "изменил другой человек" in late.text
    version = scene.request().version
    assert browser.post(f"{own}/cancel", data={"version": version}).status_code == 422
    long = browser.post(f"{own}/cancel", data={"version": version, "reason": "я" * 301})
    assert long.status_code == 422 and "я" * 301 in long.text
    reason = {"version": version, "reason": "Передумал", "call_again": "y"}
    assert browser.post(f"{own}/cancel", data=reason).status_code == 303
    following = scene.request().next_task_id
    assert following is not None
    assert scene.rows(select(ServicePlace)) == []
    history = browser.get(own).text
    assert f"Позвонить снова: задача № {following}" in history
    assert "было чт 19\xa0мар, 10:00, стало чт 19\xa0мар, 11:00" in history
    assert history.count("Запись перенесена") == 1, "what moved nothing is not told"
    assert "Запись перенесена" in history and "Запись отменена" in history


def test_undo_takes_the_booking_with_it(shop: tuple[Shop, Browser]) -> None:
    scene, browser = shop
    _book(scene, browser)
    page = browser.get(f"/tasks/{scene.task_id}").text
    address = page.partition('id="undo-form" method="post" action="')[2].partition('"')[0]
    again = browser.post(address)
    assert again.status_code == 303
    assert scene.request().state is ServiceRequestState.CANCELLED
    assert scene.rows(select(ServicePlace)) == []
    assert "Записей на этот день нет" in browser.get(f"/service?on={DAY}").text, "it never was"
    form = browser.read(again.location)
    assert re.search(rf'<option selected value="{scene.kind}"', form), "the kind of work is back"
    (slot,) = re.findall(r'<input[^>]*name="book_slot"[^>]*checked[^>]*>', form)
    assert 'value="600"' in slot


def test_a_capacity_and_a_kind_of_work_are_set_in_administration(
    shop: tuple[Shop, Browser], browser_of: BrowserOf
) -> None:
    scene, _browser = shop
    head = browser_of(scene.head, Role.HEAD)
    address = f"/admin/workshops/{scene.workshop_id}"
    typed = {"posts": 3, "slot_minutes": 30, "hold_minutes": 5, "works": scene.kind,
             f"minutes_{scene.kind}": 90, "version": 1}  # fmt: skip
    assert head.post(address, data=typed).status_code == 303
    with scene.database.reading() as session:
        plan = plan_of(session, scene.workshop_id)
    assert plan is not None and (plan.posts, plan.minutes_of(scene.kind)) == (3, 90)
    assert 'name="version" type="hidden" value="2"' in head.read(address)
    late = head.post(address, data=typed | {"posts": 7, f"minutes_{scene.kind}": 120})
    assert late.status_code == 409 and "изменил другой человек" in late.text
    for name, kept in (("posts", 7), (f"minutes_{scene.kind}", 120), ("version", 1)):
        assert re.search(rf'<input[^>]*name="{name}"[^>]*value="{kept}"', late.text), name
    bad = head.post(address, data=typed | {f"minutes_{scene.kind}": 50, "version": 2})
    assert bad.status_code == 422
    new = {"ru": "Мойка", "code": "washing", "minutes": 30}
    assert head.post("/admin/work-kinds", data=new).status_code == 303
    (kind,) = scene.rows(select(WorkKind).where(WorkKind.code == "washing"))
    assert head.post(f"/admin/work-kinds/{kind.id}/archive").status_code == 303
    assert "в архиве" in head.get("/admin/workshops").text
