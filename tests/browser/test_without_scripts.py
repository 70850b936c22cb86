"""The main work with scripts switched off: forms and links of the pages alone do it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from directory.clients.models import Client
from directory.staff.models import Employee
from directory.units.models import Unit
from tests.browser.conftest import Live
from tests.browser.furnished import Office, furnish
from tests.staff import PASSWORD, password_hash
from worklists.lifecycle import TaskState
from worklists.models.attempt import Attempt
from worklists.models.task import Finish, Task

SAMPLES = Path(__file__).parents[2] / "samples"


@pytest.fixture
def office(live: Live) -> Office:
    office = furnish(live)
    with live.given() as given:
        me = select(Employee).where(Employee.login == office.login)
        given.session.scalars(me).one().password_hash = password_hash()
    return office


@pytest.fixture
def plain(window: Callable[..., Page], office: Office) -> Page:
    """A window without scripts; the manager has signed in by the form and chosen a role."""
    page = window(java_script_enabled=False)
    page.goto("/my")
    page.fill("#login", office.login)
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Войти").click()
    page.get_by_role("button", name="Менеджер").click()
    expect(page.locator("h1")).to_have_text("Мои задачи")
    return page


def test_find_and_filter(plain: Page) -> None:
    plain.get_by_label("Скрыть завершённые").check()
    plain.get_by_role("button", name="Показать").click()
    expect(plain).to_have_url(re.compile("hide_finished=1"))
    expect(plain.get_by_label("Скрыть завершённые")).to_be_checked()
    plain.get_by_role("link", name="Клиенты").click()
    plain.fill("#find", "Зайцев")
    plain.get_by_role("button", name="Найти", exact=True).click()
    expect(plain.locator(".c-head h2")).to_have_text(
        "Зайцев Тимур"
    )  # the only one: straight to him
    plain.fill("#search", "Клиент Номер")
    plain.locator("#search").press("Enter")
    plain.get_by_role("link", name="Клиент Номер 103").click()
    expect(plain.locator(".c-head h2")).to_have_text("Клиент Номер 103")


def test_take_and_save(live: Live, plain: Page, office: Office) -> None:
    task = office.calls[1]
    plain.goto(f"/tasks/{task}")
    plain.get_by_role("button", name="Позвонить").click()
    expect(plain.get_by_text("у вас до")).to_be_visible()
    plain.check("input[name=outcome][value=interview]")
    plain.get_by_role("button", name="Сохранить и закрыть").click()
    expect(plain.locator("#result_interview-e")).to_be_visible()
    plain.select_option("#result_interview", label="Клиент записан на сервис во время звонка")
    plain.fill("#comment", "Без скриптов")
    plain.check("#goal_reached")
    plain.get_by_role("button", name="Сохранить и закрыть").click()
    expect(plain.locator("[data-toast]")).to_contain_text("задача закрыта")
    with live.database.reading() as session:
        saved = session.get_one(Task, task)
        assert (saved.state, saved.finish) == (TaskState.DONE, Finish.GOAL_REACHED)
        attempts = select(Attempt.comment).where(Attempt.task_id == task)
        assert session.scalars(attempts).all() == ["Без скриптов"]


def test_copy_the_result_of_another_task(live: Live, plain: Page, office: Office) -> None:
    with live.given() as given:
        done = given.session.get_one(Task, office.done)
        unit = given.session.get_one(Unit, done.unit_id)
        client = given.session.get_one(Client, done.client_id)
        second = given.task(unit=unit, client=client, campaign=given.campaign("lost-clients")).id
    plain.goto(f"/tasks/{second}")
    plain.get_by_role("link", name="Заполнить").click()
    plain.locator(f'a[href$="copy_of={office.done}"]').click()
    plain.get_by_role("button", name="Сохранить и закрыть").click()
    expect(plain.locator("[data-toast]")).to_contain_text("с результатом выбранной")
    with live.database.reading() as session:
        assert session.get_one(Task, second).finish is Finish.REPEAT


def test_upload_and_form(live: Live, plain: Page) -> None:
    with live.database.reading() as session:
        before = session.scalar(select(func.count()).select_from(Task)) or 0
    plain.get_by_role("link", name="Выборки").click()
    plain.get_by_role("link", name="Внешние данные").click()
    if not plain.locator("#f-unit").input_value():
        plain.locator("#f-unit").select_option(index=1)
    plain.check("input[name=format][value=lost-clients]")
    plain.set_input_files("#f-file", SAMPLES / "lost-2026-11.xlsx")
    plain.get_by_role("button", name="Загрузить", exact=True).click()
    expect(plain.locator("h1")).to_have_text("lost-2026-11.xlsx")
    plain.locator("input[name=row]").nth(0).check()
    plain.locator("input[name=row]").nth(1).check()
    plain.get_by_role("button", name="Создать рабочие листы").click()
    expect(plain.locator("main h2").first).to_have_text("Создано задач: 2")
    with live.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Task)) == before + 2


def test_control_is_confirmed_and_prolonged(live: Live, plain: Page, office: Office) -> None:
    plain.goto(f"/tasks/{office.on_control}")
    plain.locator("summary", has_text="Подтвердить").click()
    plain.get_by_role("button", name="Подтвердить и закрыть").click()
    expect(plain.locator(".closed")).to_contain_text("Подтверждена после контроля")
    with live.database.reading() as session:
        assert session.get_one(Task, office.on_control).finish is Finish.CONFIRMED


def test_dates_of_the_outcome_are_seen_whole(live: Live, plain: Page, office: Office) -> None:
    plain.goto(f"/tasks/{office.calls[1]}")
    for name in ("plan_due_date", "plan_due_time", "control_at_date", "involve_due_date"):
        field = plain.locator(f"input[name={name}]")
        box = field.bounding_box()
        assert box is not None and box["width"] > 100, name
    expect(plain.locator("#conseq")).to_contain_text("Выберите результат звонка.")
    expect(plain.locator("#conseq [data-needs-script]")).to_be_hidden()
