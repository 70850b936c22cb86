"""A manager's day from an importer's file to the exported lists, on both engines (acceptance).

Every step is made as a person makes it: by pages, buttons and keys. Time passes by the shifted
clock, and what the scheduler would do then is done by its own jobs.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.settings import Settings
from directory.units.models import UnitKind
from tests.browser.conftest import Live, serving, visit
from tests.browser.day_steps import (
    LOST,
    Office,
    at_once,
    book_into_service,
    choose_file,
    counts,
    employee_of,
    finish_there,
    form_work_lists,
    hear_back,
    involve_department,
    leave_on_control_and_confirm,
    no_answer,
    plan_callback,
    plan_second_call,
    promised_callback,
    repeat_result,
    sign_in,
    work_list_of,
)  # fmt: skip
from tests.browser.exported import check_attempts, check_board, check_my_tasks, download
from tests.staff import password_hash

ONCE = (1, 78, 78)
"""Files, work-lists and tasks of LOST: of its 80 rows one is a repeat and one has no phone."""


@pytest.fixture
def live(settings: Settings) -> Iterator[Live]:
    """A server on each engine in turn."""
    with serving(settings) as running:
        yield running


@pytest.fixture
def office(live: Live) -> Office:
    with live.given() as given:
        company = given.unit("Автохолдинг", kind=UnitKind.COMPANY)
        service = given.unit("Сервис Север", parent=company)
        guarantee = given.unit("Отдел гарантии", parent=company)
        given.unit("Цех № 1", kind=UnitKind.WORKSHOP, parent=service)
        manager = given.employee("Ирина Полякова", unit=service)
        helper = given.employee("Артём Сухов", unit=guarantee)
        manager.password_hash = helper.password_hash = password_hash()
        given.catalogue()
        codes = (given.code_id(c) for c in ("booked_in_call", "think_call_later", "complaint"))
        return Office(manager.login, helper.login, *map(str, codes))


def test_a_managers_day(
    live: Live, page: Page, office: Office, window: Callable[..., Page], tmp_path: Path
) -> None:
    sign_in(page, office.manager)
    tasks = form_work_lists(live, page, count=5)
    plan_second_call(page, work_list_of(live, tasks[0]))
    book_into_service(live, page, office, tasks[0])
    no_answer(live, page, tasks[1])
    callback = plan_callback(live, page, office, tasks[2])
    leave_on_control_and_confirm(live, page, office, tasks[3])
    repeat_result(live, page, tasks[0])
    involve_department(live, page, office, tasks[4])
    finish_there(live, window(), office, tasks[4])
    hear_back(live, page, tasks[4])
    promised_callback(live, page, office.manager, callback)
    visit(page, "/my")
    check_my_tasks(live, download(page, tmp_path), employee_of(live, office.manager))
    visit(page, "/stages")
    check_board(live, download(page, tmp_path), employee_of(live, office.manager))
    visit(page, "/attempts")
    check_attempts(live, download(page, tmp_path))


def test_the_same_file_creates_nothing_twice(
    live: Live, office: Office, window: Callable[..., Page]
) -> None:
    one, two = window(), window()
    for page in (one, two):
        live.sign_in(page, office.manager)
        choose_file(page, LOST, "lost-clients")
    at_once(one, two, "[data-file-form] [data-main]")
    for page in (one, two):
        page.wait_for_url("**/selections/files/*")
        page.get_by_role("button", name="Поставить все").click()
        expect(page.get_by_text("Выбраны все")).to_be_visible()
    assert one.url == two.url
    at_once(one, two, "[data-main]")
    for page in (one, two):
        page.wait_for_url("**/result")
    assert counts(live) == ONCE
    choose_file(one, LOST, "lost-clients")
    one.get_by_role("button", name="Загрузить").click()
    expect(one.locator("[data-toast]")).to_contain_text("уже загружен")
    expect(one.get_by_text("Создавать нечего")).to_be_visible()
    assert counts(live) == ONCE
