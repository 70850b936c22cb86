"""The page of a work-list: everything about it, both ends of an involvement (A6, rule 4)."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from directory.staff.models import Employee
from directory.units.models import Unit
from tests.given import Given
from tests.web.conftest import Browser
from worklists.models.task import Task, TaskKind
from worklists.models.work_list import Involvement

BrowserOf = Callable[..., Browser]


class Scene:
    """A work-list of one unit, and another unit that can be asked."""

    def __init__(self, given: Given) -> None:
        self.given = given
        self.unit: Unit = given.unit("Сервис Север")
        self.other: Unit = given.unit("Отдел запчастей")
        self.me: Employee = given.employee("Ирина Полякова", unit=self.unit)
        self.clerk: Employee = given.employee("Егор Дёмин", unit=self.other)
        self.task: Task = given.task(
            unit=self.unit, client=given.client("Соколова Марина", unit=self.unit)
        )
        self.address = f"/work-lists/{self.task.work_list_id}"


@pytest.fixture
def scene(prepared: Given) -> Scene:
    return Scene(prepared)


def _ask(browser: Browser, scene: Scene, **typed: Any) -> Any:
    asked = {
        "involve_unit": str(scene.other.id), "involve_text": "Заказать фильтр",
        "involve_due_date": "2026-03-19", "involve_due_time": "12:00",
    }  # fmt: skip
    return browser.post(f"{scene.address}/involvements", asked | typed)


def test_the_page_shows_the_folder(scene: Scene, browser_of: BrowserOf) -> None:
    page = browser_of(scene.me).read(scene.address)
    for words in ("Соколова Марина", "Сервис Север", "Подошло время ТО", "По расписанию", "ЦФО"):
        assert words in page
    assert f'href="/tasks/{scene.task.id}"' in page


def test_a_foreign_work_list_is_not_there(scene: Scene, browser_of: BrowserOf) -> None:
    browser = browser_of(scene.clerk)
    assert browser.get(scene.address).status_code == 404
    assert _ask(browser, scene).status_code == 404
    planned = {"plan_kind": "extra", "plan_due_date": "2026-03-19", "plan_due_time": "12:00"}
    assert browser.post(f"{scene.address}/tasks", planned).status_code == 404


def test_another_unit_is_involved_and_both_pages_show_it(
    scene: Scene, browser_of: BrowserOf
) -> None:
    mine, theirs = browser_of(scene.me), browser_of(scene.clerk)
    assert _ask(mine, scene).status_code == 303
    scene.given.session.rollback()
    involved = scene.given.session.scalars(select(Involvement)).one()
    page = mine.read(scene.address)
    assert "Отдел запчастей" in page and "Заказать фильтр" in page
    assert f"/work-lists/{involved.to_work_list_id}" not in page  # a unit not seen is not linked
    there = theirs.read(f"/work-lists/{involved.to_work_list_id}")
    assert "Откуда пришло" in there and "Ирина Полякова" in there
    assert "Попросило другое подразделение" in there


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"involve_text": " "}, "Напишите, что нужно сделать."),
        ({"involve_unit": ""}, "Выберите подразделение."),
        ({"involve_due_date": ""}, "Укажите дату и время."),
        ({"involve_due_date": "2026-03-01"}, "Выберите срок позже, чем сейчас."),
    ],
)
def test_what_is_missing_is_asked_for(
    scene: Scene, browser_of: BrowserOf, typed: dict[str, str], words: str
) -> None:
    answer = _ask(browser_of(scene.me), scene, **typed)
    assert answer.status_code == 422
    assert words in answer.text


def test_a_task_is_planned_from_the_page(scene: Scene, browser_of: BrowserOf) -> None:
    browser = browser_of(scene.me)
    typed = {"plan_kind": "extra", "plan_due_date": "2026-03-19", "plan_due_time": "12:00",
             "plan_comment": "Отправить смету", "plan_performer": ""}  # fmt: skip
    assert browser.post(f"{scene.address}/tasks", typed | {"plan_due_date": ""}).status_code == 422
    assert browser.post(f"{scene.address}/tasks", typed).status_code == 303
    scene.given.session.rollback()
    planned = scene.given.session.scalars(select(Task).where(Task.kind == TaskKind.EXTRA)).one()
    assert planned.predecessor_id == scene.task.id
    assert "Задача запланирована" in browser.read(scene.address)


def test_the_answer_of_the_other_unit_is_read_by_whoever_asked(
    scene: Scene, browser_of: BrowserOf
) -> None:
    mine, theirs = browser_of(scene.me), browser_of(scene.clerk)
    _ask(mine, scene)
    assert "срок чт" in mine.read(scene.address)  # until then it says by when
    assert "Задача от другого отдела" in theirs.read("/notifications")
    scene.given.session.rollback()
    asked = scene.given.session.scalars(select(Involvement)).one()
    there, client_id = f"/tasks/{asked.to_task_id}", scene.task.client_id
    scene.given.session.rollback()
    assert "Попытки в рабочем листе того, кто просит" in theirs.read(there)
    form = {"comment": "Есть на складе", "done": "1", "version": "1", "token": "", "form_key": "k"}
    assert theirs.post(f"{there}/job", form).status_code == 303
    for page in (scene.address, f"/clients/{client_id}/history"):
        text = mine.read(page)
        for words in ("Выполнено", "Есть на складе", "Егор Дёмин"):
            assert words in text, (page, words)
        assert there not in text
    assert "Привлечённое подразделение закончило" in mine.read("/notifications")
