"""Both sides of a request to another unit, and presets, as people see them (A6, D11)."""

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select, update

from directory.staff.models import Employee, Role
from directory.units.models import Unit
from tests.given import Given
from tests.web.conftest import Browser
from worklists.lifecycle import TaskState
from worklists.models.preset import InvolvementPreset
from worklists.models.task import Task, TaskKind
from worklists.models.work_list import Involvement

BrowserOf = Callable[..., Browser]


class Scene:
    """The service, the parts store, and what the one has asked the other."""

    def __init__(self, given: Given) -> None:
        self.given = given
        company = given.unit("Компания")
        self.unit: Unit = given.unit("Сервис", parent=company)
        self.parts: Unit = given.unit("Склад", parent=company)
        self.me: Employee = given.employee("Ирина Полякова", unit=self.unit)
        self.clerk: Employee = given.employee("Егор Дёмин", unit=self.parts)
        self.lead: Employee = given.employee("Глава", role=Role.SUPERVISOR, unit=company)
        client = given.client("Соколова Марина", unit=self.unit)
        self.source: Task = given.task(unit=self.unit, client=client)
        self.source_id, self.list_id = self.source.id, self.source.work_list_id
        there = given.task(unit=self.parts, client=client, kind=TaskKind.DEPARTMENT,
                           goal="Нужен фильтр")  # fmt: skip
        self.there = there.id
        self.tie: int = given._add(
            Involvement(from_work_list_id=self.list_id, from_task_id=self.source_id,
                        to_work_list_id=there.work_list_id, to_task_id=there.id,
                        asked_by=self.me.id, asked_at=given.now)
        ).id  # fmt: skip

    def read(self, what: type[Any], row_id: int) -> Any:
        session = self.given.session
        session.rollback()
        found = session.get_one(what, row_id, populate_existing=True)
        session.expunge(found)
        session.rollback()  # an open transaction would keep the pages from writing
        return found

    def close(self, browser: Browser, how: str, comment: str) -> Any:
        version = self.read(Task, self.there).version
        form = {"comment": comment, "done": how, "version": str(version), "token": ""}
        return browser.post(f"/tasks/{self.there}/job", form)

    def accept(self, browser: Browser) -> Any:
        version = self.read(Task, self.there).version
        return browser.post(f"/tasks/{self.there}/accept", {"version": str(version)})


@pytest.fixture
def scene(prepared: Given) -> Scene:
    return Scene(prepared)


def test_a_request_goes_there_and_back_and_there(scene: Scene, browser_of: BrowserOf) -> None:
    scene.given.calendar(scene.parts)
    mine, theirs = browser_of(scene.me), browser_of(scene.clerk)
    pages = (f"/tasks/{scene.source_id}", f"/work-lists/{scene.list_id}",
             f"/involvements/{scene.tie}")  # fmt: skip

    def seen(*words: str) -> None:
        for page in pages:
            text = mine.read(page)
            for one in words:
                assert one in text, (page, one)

    seen("отправлена")
    assert "Принять" in theirs.read(f"/tasks/{scene.there}")
    assert scene.accept(theirs).status_code == 303
    seen("принята", "Егор Дёмин")
    page = theirs.read(f"/tasks/{scene.there}")
    assert "Задача принята, тот, кто просил, узнает." in page
    assert f"/tasks/{scene.there}/accept/undo" in page and "accept-form" not in page
    assert scene.close(theirs, "returned", " ").status_code == 422
    assert scene.close(theirs, "returned", "Какой именно?").status_code == 303
    seen("возвращена", "Какой именно?")
    for notice in ("Отдел принял вашу просьбу", "Отдел вернул вашу просьбу", "Какой именно?"):
        assert notice in mine.read("/notifications")
    assert "Поправить" in mine.read(pages[1])
    empty = mine.post(f"/involvements/{scene.tie}/again", {"text": " "})
    assert empty.status_code == 422 and "Укажите дату и время." in empty.text
    past = {"text": "Фильтр", "due_date": "2020-01-01", "due_time": "10:00"}
    assert mine.post(f"/involvements/{scene.tie}/again", past).status_code == 422
    far = mine.post(f"/involvements/{scene.tie}/again", past | {"due_date": "2036-01-01"})
    assert far.status_code == 422 and "дальше двух лет не планируют" in far.text
    mended = {"text": "Фильтр W914/2", "due_date": "2026-03-21", "due_time": "10:00"}
    assert mine.post(f"/involvements/{scene.tie}/again", mended).status_code == 303
    assert "Срок: пн 23\xa0мар, 09:00" in mine.read(pages[2]), "nobody works there on that day"
    assert mine.post(f"/involvements/{scene.tie}/again", mended).status_code == 409
    seen("отправлена", "Фильтр W914/2")
    again = theirs.read(f"/tasks/{scene.there}")
    assert "Фильтр W914/2" in again and "исправлена" in again
    assert "Просьбу исправили и прислали снова" in theirs.read("/notifications")
    assert scene.close(theirs, "1", "На полке 7").status_code == 303
    seen("На полке 7")
    assert scene.read(Task, scene.there).state is TaskState.DONE


def test_what_is_asked_stands_before_what_was_said(scene: Scene, browser_of: BrowserOf) -> None:
    task = scene.given.session.get_one(Task, scene.source_id)
    scene.given.attempt(task, scene.me, comment="Спрашивал ещё про диски")
    scene.given.session.commit()
    page = browser_of(scene.clerk).read(f"/tasks/{scene.there}")
    asked = page[page.index('class="notice tone-accent asked"') :].partition("</section>")[0]
    assert 0 < asked.index("Нужен фильтр") < asked.index("Спрашивал ещё про диски")
    assert "<strong>Цель</strong>" not in page


def test_accepting_and_returning_can_be_undone(scene: Scene, browser_of: BrowserOf) -> None:
    theirs = browser_of(scene.clerk)
    scene.accept(theirs)
    assert scene.accept(theirs).status_code == 409, "it was accepted already"
    theirs.post(f"/tasks/{scene.there}/accept/undo")
    assert scene.read(Involvement, scene.tie).accepted_at is None
    for how in ("1", "returned"):
        scene.close(theirs, how, "Нет такого")
        back = theirs.post(f"/tasks/{scene.there}/job/undo").location
        assert "Нет такого</textarea>" in theirs.read(back)
    assert scene.read(Involvement, scene.tie).returned_at is None
    assert scene.read(Task, scene.there).state is TaskState.PLANNED


def test_the_asker_closes_what_was_returned(scene: Scene, browser_of: BrowserOf) -> None:
    mine, theirs = browser_of(scene.me), browser_of(scene.clerk)
    assert mine.post(f"/involvements/{scene.tie}/close").status_code == 409
    scene.close(theirs, "returned", "Снят с производства")
    assert mine.post(f"/involvements/{scene.tie}/close").status_code == 303
    page = mine.read(f"/involvements/{scene.tie}")
    assert "просьба закрыта" in page and "Отправить снова" not in page


def test_my_tasks_tell_new_requests_from_accepted_ones(scene: Scene, browser_of: BrowserOf) -> None:
    theirs = browser_of(scene.clerk)
    link = f'href="/tasks/{scene.there}"'
    assert link in theirs.read("/my?asked=new") and link not in theirs.read("/my?asked=accepted")
    assert ">новая<" in theirs.read("/my")
    scene.accept(theirs)
    assert link in theirs.read("/my?asked=accepted") and link not in theirs.read("/my?asked=new")
    assert ">принята<" in theirs.read("/my?view=notes")


def test_a_new_request_is_found_behind_many_free_tasks(scene: Scene, browser_of: BrowserOf) -> None:
    given = scene.given
    for number in range(51):
        client = given.client(f"Ранний {number}", unit=scene.parts)
        given.task(unit=scene.parts, client=client, due_at=given.now - timedelta(hours=9))
    page = browser_of(scene.clerk).read("/my?asked=new").split('id="available"')[1]
    assert f'href="/tasks/{scene.there}"' in page and "Ранний" not in page


def test_a_late_request_is_late_on_both_sides(scene: Scene, browser_of: BrowserOf) -> None:
    task = scene.given.session.get_one(Task, scene.there)
    task.due_at = scene.given.now - timedelta(hours=1)
    for browser, page in (
        (browser_of(scene.me), f"/work-lists/{scene.list_id}"),
        (browser_of(scene.clerk), f"/tasks/{scene.there}"),
    ):
        assert "просрочена" in browser.read(page)


def test_presets_are_kept_in_the_administration(scene: Scene, browser_of: BrowserOf) -> None:
    lead = browser_of(scene.lead)
    typed = {
        "unit_id": str(scene.unit.id), "to_unit_id": str(scene.parts.id), "subject": "Наличие",
        "text": "Проверить остаток", "due_amount": "2", "due_in": "hours",
    }  # fmt: skip
    for wrong, words in (
        ({"due_amount": "0"}, "Укажите срок от 1 до 200."),
        ({"to_unit_id": str(scene.unit.id)}, "не свой собственный"),
        ({"subject": " "}, "Заполните это поле."),
    ):
        answer = lead.post("/admin/presets", typed | wrong)
        assert answer.status_code == 422 and words in answer.text
    assert lead.post("/admin/presets", typed).status_code == 303
    assert "2 рабочи" in lead.read("/admin/presets")
    scene.given.session.rollback()
    preset_id = scene.given.session.scalars(select(InvolvementPreset.id)).one()
    scene.given.session.rollback()
    address = f"/admin/presets/{preset_id}"
    assert "Проверить остаток" in lead.read(address)
    changed = typed | {"due_amount": "1", "due_in": "days", "version": "1"}
    assert lead.post(address, changed).status_code == 303
    stale = lead.post(address, changed)
    assert stale.status_code == 409 and "Заготовку только что изменили" in stale.text
    assert lead.post(f"{address}/archive").status_code == 303
    assert "Наличие" not in lead.read("/admin/presets")
    assert "в архиве" in lead.read("/admin/presets?archived=1")
    assert lead.post(f"{address}/archive", {"restore": "1"}).status_code == 303
    assert "Наличие" in lead.read("/admin/presets")


def _value(page: str, name: str) -> str:
    tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    assert tag is not None, name
    found = re.search(r'value="([^"]*)"', tag.group())
    return unescape(found.group(1)) if found else ""


def test_a_preset_fills_in_and_leaves_what_was_changed_by_hand(
    scene: Scene, browser_of: BrowserOf
) -> None:
    first = scene.given.preset(scene.unit, scene.me, to_unit_id=scene.parts.id).id
    second = scene.given.preset(scene.unit, scene.me, to_unit_id=scene.parts.id,
                                subject="Оплата", with_documents=True).id  # fmt: skip
    mine = browser_of(scene.me)
    address = f"/work-lists/{scene.list_id}"
    assert "Наличие детали (Склад)" in mine.read(address)
    post = f"{address}/involvements"
    nothing = mine.post(post, {"fill": "1"})
    assert nothing.status_code == 200 and "Выберите заготовку." in nothing.text
    page = mine.post(post, {"fill": "1", "involve_preset": str(first)}).text
    assert _value(page, "involve_text") == "Наличие детали: Проверить остаток"
    assert (_value(page, "involve_due_date"), _value(page, "involve_due_time")) == (
        "2026-03-18", "14:00",
    )  # fmt: skip
    assert re.search(rf'<option selected value="{scene.parts.id}"', page)
    assert "checked" not in re.search(r'<input[^>]*"involve_documents"[^>]*>', page).group()  # type: ignore[union-attr]
    kept = {name: _value(page, name) for name in
            ("involve_was", "involve_text", "involve_due_date", "involve_due_time")}  # fmt: skip
    by_hand = kept | {
        "fill": "1", "involve_preset": str(second), "involve_due_time": "13:30",
        "involve_unit": str(scene.parts.id),
    }  # fmt: skip
    page = mine.post(post, by_hand).text
    assert _value(page, "involve_text") == "Оплата: Проверить остаток"
    assert _value(page, "involve_due_time") == "13:30"
    assert "checked" in re.search(r'<input[^>]*"involve_documents"[^>]*>', page).group()  # type: ignore[union-attr]
    own = mine.post(post, by_hand | {"involve_text": "Моё"}).text
    assert _value(own, "involve_text") == "Моё"
    scene.given.session.rollback()
    assert len(scene.given.session.scalars(select(Involvement)).all()) == 1, "nothing was sent"


def test_a_preset_fills_in_the_outcome_form_too(scene: Scene, browser_of: BrowserOf) -> None:
    preset = scene.given.preset(scene.unit, scene.me, to_unit_id=scene.parts.id).id
    mine = browser_of(scene.me)
    typed = {
        "fill": "1", "involve_preset": str(preset), "outcome": "interview", "comment": "Ждёт",
        "version": "1", "token": "",
    }  # fmt: skip
    answer = mine.post(f"/tasks/{scene.source_id}/attempts", typed)
    assert answer.status_code == 200
    assert _value(answer.text, "involve_text") == "Наличие детали: Проверить остаток"
    assert "Ждёт" in answer.text
    assert scene.read(Task, scene.source_id).state is TaskState.PLANNED


def test_what_was_asked_comes_back_into_the_form_with_the_outcome(
    scene: Scene, browser_of: BrowserOf
) -> None:
    code = str(scene.given.code_id("other_department"))
    mine = browser_of(scene.me)
    address = f"/tasks/{scene.source_id}"
    typed = {
        "outcome": "interview", "result_interview": code, "comment": "Ждёт", "goal_reached": "y",
        "involve": "y", "involve_unit": str(scene.parts.id), "involve_text": "Заказать колодки",
        "involve_due_date": "2026-03-19", "involve_due_time": "12:00", "stay": "1",
        "version": "1", "token": "", "form_key": "one",
    }  # fmt: skip
    asks = {"outcome": "interview", "result_interview": code}
    hint, nobody = f"{address}/consequence", "о вопросе никто не узнает"
    assert nobody not in mine.get(hint, query_string=asks).text, "asked before"
    scene.given.session.execute(update(Involvement).values(finished_at=scene.given.now))
    scene.given.session.commit()
    assert nobody in mine.get(hint, query_string=asks).text
    assert mine.post(f"{address}/attempts", typed).status_code == 303
    undo = re.search(rf'action="({address}/attempts/\d+/undo)"', mine.read(address))
    assert undo is not None
    page = mine.read(mine.post(undo[1]).location)
    assert "checked" in re.search(r'<input[^>]*name="involve"[^>]*>', page).group()  # type: ignore[union-attr]
    assert re.search(rf'<option selected value="{scene.parts.id}"', page)
    told = ("involve_text", "involve_due_date", "involve_due_time")
    assert [_value(page, name) for name in told] == [typed[name] for name in told]
    assert nobody in mine.get(hint, query_string=asks).text, "what was asked is taken back"
