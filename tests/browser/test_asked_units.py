"""A department accepts, returns, gets it again and finishes; the asker sees each step (A6)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Live, arrived, assert_accessible, visit
from worklists.models.task import Task
from worklists.models.work_list import Involvement


@dataclass
class Sides:
    """Who asks, who is asked, and the work-list it is asked from."""

    asker: str
    doer: str
    work_list: int
    source: int


@pytest.fixture
def sides(live: Live) -> Sides:
    with live.given() as given:
        company = given.unit("Компания")
        service = given.unit("Сервис Север", parent=company)
        parts = given.unit("Отдел запчастей", parent=company)
        me = given.employee("Ирина Полякова", unit=service)
        clerk = given.employee("Егор Дёмин", unit=parts)
        task = given.task(unit=service, client=given.client("Соколова Марина", unit=service),
                          due_at=given.now - timedelta(minutes=5))  # fmt: skip
        given.preset(service, me, to_unit_id=parts.id)
        return Sides(me.login, clerk.login, task.work_list_id, task.id)


def test_a_chosen_preset_fills_in_at_once_and_the_focus_stays(
    live: Live, window: Callable[..., Page], sides: Sides
) -> None:
    page = window()
    live.sign_in(page, sides.asker)
    visit(page, f"/tasks/{sides.source}")
    page.keyboard.press("Digit1")
    question = page.locator("#result_interview option", has_text="Вопрос в другой отдел")
    page.select_option("#result_interview", question.get_attribute("value"))
    page.fill("#comment", "Ждёт деталь")
    page.locator("#involve").check()
    chooser, text, due = (page.locator(f"#involve_{one}") for one in ("preset", "text", "due"))
    expect(page.get_by_role("button", name="Заполнить")).to_have_count(0)
    chooser.focus()
    page.keyboard.press("ArrowDown")
    expect(text).to_have_value("Наличие детали: Проверить остаток")
    expect(chooser).to_be_focused()
    expect(due).not_to_have_value("")
    expect(page.locator("#comment")).to_have_value("Ждёт деталь")
    due.fill("2026-03-25")
    chooser.focus()
    page.keyboard.press("ArrowUp")
    expect(text).to_have_value("")
    expect(due).to_have_value("2026-03-25")  # changed by hand it stays
    page.keyboard.press("ArrowDown")
    expect(text).to_have_value("Наличие детали: Проверить остаток")
    page.reload()
    expect(text).to_have_value("Наличие детали: Проверить остаток")


def test_a_department_accepts_returns_and_finishes(
    live: Live, window: Callable[..., Page], sides: Sides
) -> None:
    mine, theirs = window(), window()
    live.sign_in(mine, sides.asker)
    live.sign_in(theirs, sides.doer)
    here = f"/work-lists/{sides.work_list}"
    visit(mine, here)
    mine.keyboard.press("KeyI")
    mine.select_option("#involve_preset", index=1)
    expect(mine.locator("#involve_text")).to_have_value("Наличие детали: Проверить остаток")
    assert_accessible(mine)
    mine.get_by_role("button", name="Поставить задачу отделу").click()
    tie = mine.locator(".wl-side li", has_text="Наличие")
    expect(tie).to_contain_text("отправлена")

    visit(theirs, "/my?asked=new")
    theirs.get_by_role("link", name="Соколова Марина").first.click()
    expect(theirs.locator(".asked")).to_contain_text("новая")
    arrived(theirs)
    theirs.keyboard.press("KeyA")
    expect(theirs.locator(".asked")).to_contain_text("принята")
    expect(theirs.locator("#c-title")).to_be_focused()
    visit(mine, here)
    expect(tie).to_contain_text("принята")
    expect(tie).to_contain_text("Егор Дёмин")

    theirs.keyboard.press("KeyT")
    theirs.keyboard.type("Какой фильтр: W914 или W712?")
    theirs.keyboard.press("Escape")
    theirs.keyboard.press("KeyV")
    returned = theirs.get_by_role("button", name="Вернуть с причиной")
    expect(theirs.locator("[data-toast]").first).to_contain_text("возвращена")
    _take_back(theirs, "Какой фильтр: W914 или W712?")
    returned.click()
    expect(theirs.locator("[data-toast]").first).to_contain_text("возвращена")
    visit(mine, "/notifications")
    expect(mine.locator("#notices")).to_contain_text("Какой фильтр")
    visit(mine, here)
    expect(tie).to_contain_text("Какой фильтр")
    tie.get_by_role("link", name="Поправить").click()
    assert_accessible(mine)
    mine.fill("#text", "Наличие фильтра W914/2")
    mine.keyboard.press("Control+Enter")
    expect(mine.locator("main")).to_contain_text("отправлена снова")

    visit(theirs, "/my?asked=new")
    theirs.get_by_role("link", name="Соколова Марина").first.click()
    expect(theirs.locator(".asked")).to_contain_text("исправлена")
    assert_accessible(theirs)
    theirs.fill("#comment", "Есть, полка 7")
    theirs.keyboard.press("Control+Enter")
    expect(theirs.locator("[data-toast]").first).to_contain_text("выполнена")
    _take_back(theirs, "Есть, полка 7")
    theirs.keyboard.press("Control+Enter")
    expect(theirs.locator("[data-toast]").first).to_contain_text("выполнена")
    visit(mine, f"/tasks/{sides.source}")
    visit(mine, here)
    expect(tie).to_contain_text("Есть, полка 7")
    with live.database.reading() as session:
        (asked,) = session.query(Involvement).all()
        assert asked.finished_at is not None
        assert session.get_one(Task, asked.to_task_id).goal == "Наличие фильтра W914/2"


def _take_back(page: Page, typed: str) -> None:
    """What was said is there again, to be mended."""
    arrived(page)
    page.keyboard.press("KeyZ")
    page.wait_for_url("**/tasks/*?undone=1")
    expect(page.locator("#comment")).to_have_value(typed)
