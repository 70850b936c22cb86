"""The card of a task without scripts: what it shows, what each action writes (A12-A16)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.models import ResultCode, ResultCodeVersion
from directory.clients.models import Client
from directory.staff.models import Employee, Role
from directory.units.models import Unit, UnitKind
from tests.conftest import NOON
from tests.given import Given
from tests.web.conftest import Browser, HandClock
from worklists.lifecycle import TaskState
from worklists.models.attempt import Attempt, Notification, ServiceRequest, ServiceRequestState
from worklists.models.task import Finish, Task, TaskKind
from worklists.models.work_list import Involvement, WorkList

BrowserOf = Callable[..., Browser]


@dataclass
class Scene:
    """A manager of a unit with one call to make."""

    given: Given
    unit: Unit
    me: Employee
    client: Client
    task: Task

    def stored(self, task: Task | None = None) -> Task:
        """The task as the pages left it."""
        with Session(self.given.session.get_bind()) as session:
            return session.get_one(Task, (task or self.task).id)

    def code(self, name: str) -> str:
        """The id of a shipped result code, as a form sends it."""
        found = str(self.given.code_id(name))
        self.given.session.commit()
        return found

    def count(self, table: Any) -> int:
        with Session(self.given.session.get_bind()) as session:
            return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def scene(prepared: Given) -> Scene:
    unit = prepared.unit("Сервис Север")
    me = prepared.employee("Ирина Полякова", unit=unit)
    client = prepared.client("Соколова Марина", unit=unit)
    asset = prepared.asset(client, plate="А100ВС77", year=2019)
    prepared.mileage(asset, 45_000)
    task = prepared.task(unit=unit, client=client, asset=asset)
    return Scene(prepared, unit, me, client, task)


def _fields(page: str) -> dict[str, str]:
    """Hidden fields of the outcome (or job) form, as a browser would send them back."""
    form = page[page.index('class="card" id=') :]
    inputs = [
        dict(re.findall(r'(\w+)="([^"]*)"', tag)) for tag in re.findall(r"<input ([^>]*)>", form)
    ]
    return {one["name"]: one.get("value", "") for one in inputs if one.get("type") == "hidden"}


def _report(browser: Browser, scene: Scene, **typed: Any) -> Any:
    page = browser.read(f"/tasks/{scene.task.id}")
    return browser.post(f"/tasks/{scene.task.id}/attempts", _fields(page) | typed)


def test_the_card_shows_who_what_and_why(scene: Scene, browser_of: BrowserOf) -> None:
    page = browser_of(scene.me).read(f"/tasks/{scene.task.id}")
    for words in (
        "Соколова Марина",
        "Lada Vesta, 2019",
        "А100ВС\u00a077",
        "45\u00a0000 км",
        "0 из 4",
    ):
        assert words in page
    assert 'href="tel:+79161234567"' in page
    assert f"/clients/{scene.client.id}/history/panel?asset={scene.task.asset_id}" in page
    assert "style=" not in page and "<script>" not in page


def test_a_task_of_a_foreign_unit_is_not_there(scene: Scene, browser_of: BrowserOf) -> None:
    stranger = scene.given.employee(unit=scene.given.unit("Другой"))
    browser = browser_of(stranger)
    address = f"/tasks/{scene.task.id}"
    assert browser.get(address).status_code == 404
    for action in ("claim", "release", "lease", "attempts", "job", "control/confirm"):
        assert browser.post(f"{address}/{action}").status_code == 404
    assert browser.get(f"{address}/repeats").status_code == 404


def test_an_analyst_reads_but_cannot_act(scene: Scene, browser_of: BrowserOf) -> None:
    analyst = scene.given.employee(unit=scene.unit, role=Role.ANALYST)
    browser = browser_of(analyst, role=Role.ANALYST)
    page = browser.read(f"/tasks/{scene.task.id}")
    assert "Позвонить" not in page and 'id="outcome-form"' not in page
    assert browser.post(f"/tasks/{scene.task.id}/claim").status_code == 403


def test_call_keep_and_give_back(scene: Scene, browser_of: BrowserOf) -> None:
    browser = browser_of(scene.me)
    address = f"/tasks/{scene.task.id}"
    assert browser.post(f"{address}/claim").status_code == 303
    held = scene.stored()
    assert held.state is TaskState.IN_WORK and held.performer_id == scene.me.id
    token = held.claim_token
    assert browser.post(f"{address}/lease?token={token}").status_code == 204
    assert browser.post(f"{address}/lease?token={token + 1}").status_code == 409
    assert browser.post(f"{address}/release", {"token": token}).status_code == 303
    assert scene.stored().state is TaskState.PLANNED
    assert browser.post(f"{address}/release", {"token": token}).status_code == 409
    browser.post(f"{address}/claim")
    again = {"token": scene.stored().claim_token}
    card = browser.post(f"{address}/release", again, headers={"HX-Request": "true"})
    assert card.status_code == 200 and 'id="card"' in card.text
    assert "задача вернулась в очередь" in card.text


def test_a_colleague_who_holds_it_is_named(scene: Scene, browser_of: BrowserOf) -> None:
    other = scene.given.employee("Артём Сухов", unit=scene.unit)
    mine, theirs = browser_of(scene.me), browser_of(other)
    theirs.post(f"/tasks/{scene.task.id}/claim")
    answer = mine.post(f"/tasks/{scene.task.id}/claim")
    assert answer.status_code == 409
    assert "Артём Сухов" in answer.text


def test_outside_hours_only_a_client_who_calls_in_is_served(
    scene: Scene, browser_of: BrowserOf
) -> None:
    scene.task.time_zone = "Asia/Kamchatka"
    browser = browser_of(scene.me)
    page = browser.read(f"/tasks/{scene.task.id}")
    assert "У клиента нерабочее время" in page and "Клиент позвонил сам" in page
    assert browser.post(f"/tasks/{scene.task.id}/claim").status_code == 409
    answer = browser.post(f"/tasks/{scene.task.id}/claim", {"client_called": "1"})
    assert answer.status_code == 303
    assert scene.stored().state is TaskState.IN_WORK


def test_no_answer_comes_back_and_the_next_task_opens(scene: Scene, browser_of: BrowserOf) -> None:
    following = scene.given.task(unit=scene.unit)
    answer = _report(browser_of(scene.me), scene, outcome="no_answer", comment="Гудки")
    assert answer.status_code == 303
    assert answer.location == f"/tasks/{following.id}"
    stored = scene.stored()
    assert stored.state is TaskState.DEFERRED and stored.comment == "Гудки"


def test_save_without_going_on_stays(scene: Scene, browser_of: BrowserOf) -> None:
    scene.given.task(unit=scene.unit)
    answer = _report(browser_of(scene.me), scene, outcome="no_answer", stay="1")
    assert answer.location == f"/tasks/{scene.task.id}"


def test_a_saved_result_is_taken_back_from_the_toast(scene: Scene, browser_of: BrowserOf) -> None:
    browser = browser_of(scene.me)
    _report(browser, scene, outcome="no_answer", comment="длинные гудки")
    page = browser.read("/stages")
    found = re.search(rf'action="(/tasks/{scene.task.id}/attempts/\d+/undo)"', page)
    assert found is not None and 'data-key="KeyZ"' in page
    answer = browser.post(found[1])
    assert answer.status_code == 303 and answer.location == f"/tasks/{scene.task.id}?undone=1"
    page = browser.read(answer.location)
    assert "длинные гудки</textarea>" in page
    assert "Результат отменён, всё как было." in page and "<s>Недозвон</s>" in page
    assert "undo-form" not in page and 'id="outcome-form"' in page
    assert (scene.stored().state, scene.stored().attempts) == (TaskState.PLANNED, 0)
    assert browser.post(found[1]).status_code == 303  # pressing twice
    assert "отменено" in browser.read("/attempts")


def test_a_saved_result_is_taken_back_from_the_history(scene: Scene, browser_of: BrowserOf) -> None:
    browser = browser_of(scene.me)
    _report(browser, scene, outcome="no_answer", stay="1")
    page = browser.read(f"/tasks/{scene.task.id}")
    assert 'form="undo-form"' in page and "Отменить последний результат" in page
    colleague = browser_of(scene.given.employee("Борис Седов", unit=scene.unit))
    assert 'form="undo-form"' not in colleague.read(f"/tasks/{scene.task.id}")
    action = re.search(r'id="undo-form" method="post" action="([^"]+)"', page)
    assert action is not None
    refused = colleague.post(action[1])
    assert refused.status_code == 409 and "тот, кто его записал" in refused.text
    assert scene.stored().state is TaskState.DEFERRED
    other = scene.given.task(unit=scene.unit)
    scene.given.session.commit()
    wrong = action[1].replace(f"/tasks/{scene.task.id}/", f"/tasks/{other.id}/")
    assert browser.post(wrong).status_code == 404
    assert scene.stored().state is TaskState.DEFERRED
    assert browser.post(action[1]).status_code == 303
    assert scene.stored().state is TaskState.PLANNED


def test_the_next_card_comes_with_the_button_that_takes_the_last_result_back(
    scene: Scene, browser_of: BrowserOf
) -> None:
    scene.given.task(unit=scene.unit)
    browser = browser_of(scene.me)
    page = browser.read(f"/tasks/{scene.task.id}")
    answer = browser.post(
        f"/tasks/{scene.task.id}/attempts",
        _fields(page) | {"outcome": "no_answer"},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 200 and f"/tasks/{scene.task.id}/attempts/" in answer.text
    assert 'data-key="KeyZ"' in answer.text


def test_after_ten_minutes_a_result_stays(
    scene: Scene, browser_of: BrowserOf, clock: HandClock
) -> None:
    browser = browser_of(scene.me)
    _report(browser, scene, outcome="no_answer", stay="1")
    page = browser.read(f"/tasks/{scene.task.id}")
    action = re.search(r'id="undo-form" method="post" action="([^"]+)"', page)
    assert action is not None
    clock.now += timedelta(minutes=11)
    assert "undo-form" not in browser.read(f"/tasks/{scene.task.id}")
    refused = browser.post(action[1])
    assert refused.status_code == 409 and "прошло больше 10 минут" in refused.text
    assert "data-toast-keep" in refused.text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({}, "Выберите результат звонка."),
        ({"outcome": "interview"}, "Выберите результат контакта."),
        ({"outcome": "interview", "code": "booked"}, "Добавьте комментарий."),
        ({"outcome": "interview", "code": "booked"}, "Выберите, как клиент записан."),
        ({"outcome": "interview", "code": "think_call_later"}, "Запланируйте новую задачу"),
        ({"outcome": "repeat"}, "Выберите задачу, результат которой подходит."),
        (
            {"outcome": "interview", "code": "booked_in_call", "plan": "y"},
            "Укажите дату и время.",
        ),
        (
            {"outcome": "interview", "code": "booked_in_call", "mileage_km": "5"},
            "Раньше было 45\u00a0000 км.",
        ),
        (
            {"outcome": "interview", "code": "booked_in_call", "book": "y"},
            "Напишите, какие работы нужны.",
        ),
    ],
)
def test_what_is_missing_is_asked_for_and_the_text_kept(
    scene: Scene, browser_of: BrowserOf, typed: dict[str, str], words: str
) -> None:
    values = dict(typed)
    if "code" in values:
        values["result_interview"] = scene.code(values.pop("code"))
    comment = {} if "комментарий" in words else {"plan_comment": "не потерять"}
    answer = _report(browser_of(scene.me), scene, **values, **comment)
    assert answer.status_code == 422
    assert words in answer.text
    assert not comment or "не потерять" in answer.text
    assert scene.count(Attempt) == 0


def test_fields_that_do_not_belong_are_not_saved(scene: Scene, browser_of: BrowserOf) -> None:
    scene.given.unit("Цех", kind=UnitKind.WORKSHOP)
    answer = _report(
        browser_of(scene.me), scene, outcome="no_answer", mileage_km="99999", goal_reached="y",
        plan="y", plan_due_date="не дата", book="y", settles="7",
    )  # fmt: skip
    assert answer.status_code == 303
    attempt = scene.given.session.scalars(select(Attempt)).one()
    assert attempt.mileage_km is None
    scene.given.session.rollback()
    assert scene.count(ServiceRequest) == 0


def test_an_interview_with_everything(scene: Scene, browser_of: BrowserOf) -> None:
    workshop = scene.given.unit("Цех", kind=UnitKind.WORKSHOP)
    parts = scene.given.unit("Отдел запчастей")
    lost = scene.given.campaign("lost-clients")
    other = scene.given.task(unit=scene.unit, client=None, campaign=lost)
    other.client_id, other.work_list_id = scene.client.id, scene.task.work_list_id
    answer = _report(
        browser_of(scene.me), scene, outcome="interview",
        result_interview=scene.code("booked_in_call"),
        comment="Записан", mileage_km="46000", goal_reached="y", settles=str(other.id),
        book="y", book_workshop=str(workshop.id), book_on="2026-03-20", book_time="10:30",
        book_work="ТО-4",
        involve="y", involve_unit=str(parts.id), involve_text="Заказать фильтр",
        involve_due_date="2026-03-19", involve_due_time="12:00",
        plan="y", plan_kind="extra", plan_due_date="2026-03-21", plan_due_time="10:00",
        plan_comment="Напомнить",
    )  # fmt: skip
    assert answer.status_code == 303, answer.text[-3000:]
    stored = scene.stored()
    assert stored.finish is Finish.GOAL_REACHED
    assert scene.stored(other).state is TaskState.DONE
    session = scene.given.session
    assert session.scalars(select(ServiceRequest.wanted_minute)).one() == 630
    assert session.scalars(select(Involvement)).one().from_task_id == stored.id
    planned = session.scalars(select(Task).where(Task.predecessor_id == stored.id)).all()
    assert TaskKind.EXTRA in {task.kind for task in planned}
    page = browser_of(scene.me).read(f"/tasks/{stored.id}")
    for words in ("Клиент записан на сервис во время звонка", "ТО-4", "Отдел запчастей", "10:30"):
        assert words in page


def test_a_form_that_comes_twice_records_once(scene: Scene, browser_of: BrowserOf) -> None:
    browser = browser_of(scene.me)
    fields = _fields(browser.read(f"/tasks/{scene.task.id}")) | {"outcome": "no_answer"}
    first = browser.post(f"/tasks/{scene.task.id}/attempts", fields)
    again = browser.post(f"/tasks/{scene.task.id}/attempts", fields)
    assert first.status_code == again.status_code == 303
    assert first.location == again.location
    assert scene.count(Attempt) == 1


def test_a_change_meanwhile_is_told_with_both_texts(scene: Scene, browser_of: BrowserOf) -> None:
    other = scene.given.employee("Артём Сухов", unit=scene.unit)
    mine, theirs = browser_of(scene.me), browser_of(other)
    fields = _fields(mine.read(f"/tasks/{scene.task.id}"))
    _report(theirs, scene, outcome="refused", comment="Их текст")
    answer = mine.post(
        f"/tasks/{scene.task.id}/attempts",
        fields | {"outcome": "no_answer", "comment": "Мой текст"},
    )
    assert answer.status_code == 409
    for words in ("Артём Сухов", "Их текст", "Мой текст", "Отказ от общения"):
        assert words in answer.text
    assert scene.count(Attempt) == 1


def test_the_consequence_is_told_before_it_is_saved(scene: Scene, browser_of: BrowserOf) -> None:
    browser = browser_of(scene.me)
    address = f"/tasks/{scene.task.id}/consequence"
    booked = scene.code("booked_in_call")
    assert "Выберите результат" in browser.get(address).text
    assert "Вернётся ср 18\u00a0мар, 14:00" in browser.get(f"{address}?outcome=no_answer").text
    talked = f"{address}?outcome=interview&result_interview={booked}"
    assert "Останется на контроле до" in browser.get(talked).text
    assert "Задача закроется" in browser.get(f"{talked}&goal_reached=y").text
    left_over = f"{talked}&control_at_date=&control_at_time=10:00"
    assert browser.get(left_over).text == browser.get(talked).text, "no date is no date"
    late = "&plan=y&plan_kind=callback&plan_due_date=2026-03-19&plan_due_time=23:00"
    assert "нерабочее время" in browser.get(talked + late).text
    assert scene.count(Attempt) == 0


def test_a_repeat_takes_the_result_of_a_finished_task(scene: Scene, browser_of: BrowserOf) -> None:
    second = scene.given.task(unit=scene.unit, client=None)
    second.client_id, second.work_list_id = scene.client.id, scene.task.work_list_id
    second.campaign_id = scene.given.campaign("lost-clients").id
    browser = browser_of(scene.me)
    _report(browser, scene, outcome="refused", comment="Не до этого")
    listed = browser.read(f"/tasks/{second.id}/repeats")
    assert "Отказ от общения" in listed and f"copy_of={scene.task.id}" in listed
    page = browser.get(f"/tasks/{second.id}?copy_of={scene.task.id}").text
    assert "Клиент отказался говорить" in page  # nobody phones, but the repeat is no call


def test_a_repeat_of_a_promise_asks_for_a_date(scene: Scene, browser_of: BrowserOf) -> None:
    code = scene.code("think_call_later")
    browser = browser_of(scene.me)
    plan = {"plan": "y", "plan_kind": "callback", "plan_due_date": "2026-03-19",
            "plan_due_time": "12:00"}  # fmt: skip
    _report(browser, scene, outcome="interview", result_interview=code, comment="подумает", **plan)
    with Session(scene.given.session.get_bind()) as session:
        callback = session.scalars(select(Task).where(Task.predecessor_id == scene.task.id)).one()
    scene.given.session.rollback()
    back = scene.given.session.get_one(Task, callback.id)
    back.state, back.due_at = TaskState.PLANNED, NOON  # its time has come
    scene.given.session.commit()
    address = f"/tasks/{callback.id}"
    listed = browser.read(f"{address}/repeats")
    assert "Из неё запланирована эта задача" in listed and "Понадобится новая дата" in listed
    typed = {"outcome": "repeat", "copy_of_task_id": str(scene.task.id)}
    asked = browser.get(f"{address}/consequence", query_string=typed).text
    assert "Запланируйте новую задачу" in asked
    fields = _fields(browser.read(f"{address}?copy_of={scene.task.id}")) | typed
    refused = browser.post(f"{address}/attempts", fields)
    assert refused.status_code == 422 and "Запланируйте новую задачу" in refused.text
    assert scene.stored(callback).state is TaskState.PLANNED
    later = plan | {"plan_due_date": "2026-03-20"}
    saved = browser.post(f"{address}/attempts", fields | later | {"form_key": "later"})
    assert saved.status_code == 303
    assert scene.stored(callback).finish is Finish.REPEAT
    with Session(scene.given.session.get_bind()) as session:
        assert session.scalars(select(Task).where(Task.predecessor_id == callback.id)).one()


def test_a_booking_that_no_workshop_hears_of_is_warned_about(
    scene: Scene, browser_of: BrowserOf
) -> None:
    code = scene.code("booked_in_call")
    workshop = scene.given.unit("Цех", kind=UnitKind.WORKSHOP)
    scene.given.session.commit()
    browser = browser_of(scene.me)
    address = f"/tasks/{scene.task.id}/consequence?outcome=interview&result_interview={code}"
    assert "Заявка на обслуживание не заполнена" in browser.get(address).text
    booking = f"&book=y&book_workshop={workshop.id}&book_on=2026-03-30"
    told = browser.get(address + booking).text
    assert "не заполнена" not in told
    assert "до вт 31\u00a0мар, 10:00" in told  # not before the day of the booking is over
    stands = scene.given.booking(scene.task, workshop, scene.me)
    scene.given.session.commit()
    assert "не заполнена" not in browser.get(address).text, "the workshop awaits the vehicle"
    stands.state = ServiceRequestState.NO_SHOW
    scene.given.session.commit()
    assert "не заполнена" in browser.get(address).text


def test_control_is_confirmed_prolonged_or_called_again(
    scene: Scene, browser_of: BrowserOf
) -> None:
    scene.task.state, scene.task.control_at = TaskState.ON_CONTROL, NOON + timedelta(days=1)
    scene.task.control_by_id = scene.me.id
    browser = browser_of(scene.me)
    address = f"/tasks/{scene.task.id}"
    assert 'id="outcome-form"' not in browser.read(address)

    def fields() -> dict[str, Any]:
        return {"version": scene.stored().version}

    def post(step: str, **typed: Any) -> Any:
        return browser.post(
            f"{address}/control/{step}", {"version": scene.stored().version} | typed
        )

    assert post("prolong", until_date="2026-03-25", until_time="10:00").status_code == 422
    moved = post("prolong", until_date="2026-03-25", until_time="10:00", reason="Перенесли")
    assert moved.status_code == 303
    assert "Перенесли" in browser.read(f"{address}/talk?tab=timeline")
    assert post("confirm", version=1).status_code == 409
    assert post("confirm", comment="Приехал").status_code == 303
    assert scene.stored().finish is Finish.CONFIRMED


def test_call_again_plans_a_callback(scene: Scene, browser_of: BrowserOf) -> None:
    scene.task.state, scene.task.control_at = TaskState.ON_CONTROL, NOON
    browser = browser_of(scene.me)
    typed = {"version": 1, "due_at_date": "2026-03-19", "due_at_time": "10:00", "note": "Ещё раз"}
    typed["version"] = scene.task.version
    scene.given.session.flush()
    typed["version"] = scene.task.version
    answer = browser.post(f"/tasks/{scene.task.id}/control/call-again", typed)
    assert answer.status_code == 303
    assert scene.stored().finish is Finish.REPLACED


def test_a_job_is_done_or_given_up_with_words(scene: Scene, browser_of: BrowserOf) -> None:
    job = scene.given.task(unit=scene.unit, kind=TaskKind.DEPARTMENT)
    browser = browser_of(scene.me)
    fields = _fields(browser.read(f"/tasks/{job.id}"))
    address = f"/tasks/{job.id}/job"
    assert browser.post(address, fields | {"done": "0"}).status_code == 422
    done = browser.post(address, fields | {"done": "0", "comment": "Нет на складе"})
    assert done.status_code == 303
    assert scene.stored(job).state is TaskState.CANCELLED


def test_a_closed_job_is_opened_again_from_the_message(
    scene: Scene, browser_of: BrowserOf, clock: HandClock
) -> None:
    job = scene.given.task(unit=scene.unit, kind=TaskKind.DEPARTMENT)
    browser = browser_of(scene.me)
    address = f"/tasks/{job.id}/job"
    closed = browser.post(address, _fields(browser.read(f"/tasks/{job.id}")) | {"comment": "Есть"})
    assert f'action="{address}/undo"' in browser.read(closed.location)
    assert browser.post(f"{address}/undo").status_code == 303
    assert scene.stored(job).state is TaskState.PLANNED
    again = _fields(browser.read(f"/tasks/{job.id}")) | {"comment": "Есть"}
    assert browser.post(address, again).status_code == 303
    clock.now += timedelta(minutes=11)
    late = browser.post(f"{address}/undo")
    assert late.status_code == 409 and "прошло больше 10 минут" in late.text


def test_the_next_client_is_handed_out(scene: Scene, browser_of: BrowserOf) -> None:
    browser = browser_of(scene.me)
    answer = browser.post("/queue/next")
    assert answer.location == f"/tasks/{scene.task.id}"
    assert scene.stored().state is TaskState.IN_WORK
    assert browser.post("/queue/next").location == "/queue?own=1"
    assert "Сейчас звонить некому" in browser.get("/queue?own=1").text


def test_who_is_written_down_as_absent_reads_it_with_the_next_client(
    scene: Scene, prepared: Given, browser_of: BrowserOf
) -> None:
    prepared.absence(scene.me)
    prepared.session.commit()
    browser = browser_of(scene.me)
    answer = browser.post("/queue/next")
    assert "записано, что вас нет" in browser.read(answer.location)


def test_a_part_answers_with_the_regions_that_go_with_it(
    scene: Scene, browser_of: BrowserOf
) -> None:
    following = scene.given.task(unit=scene.unit)
    browser = browser_of(scene.me)
    part = browser.get(f"/tasks/{scene.task.id}", headers={"HX-Request": "true"}).text
    assert "<html" not in part and 'hx-target="#ctx"' in part and 'hx-target="#queue"' not in part
    fields = _fields(part) | {"outcome": "no_answer"}
    saved = browser.post(f"/tasks/{scene.task.id}/attempts", fields, headers={"HX-Request": "true"})
    assert saved.headers["HX-Push-Url"] == f"/tasks/{following.id}"
    for target in ("#task-bar", "#queue", "#ctx", "#toasts"):
        assert f'hx-target="{target}"' in saved.text


def test_a_finished_request_tells_its_answer_in_short(scene: Scene, browser_of: BrowserOf) -> None:
    given, task = scene.given, scene.task
    parts = given.unit("Склад")
    there = given.task(unit=parts, kind=TaskKind.DEPARTMENT, state=TaskState.DONE,
                       comment="Фильтр на складе. " + "Очень длинно. " * 30)  # fmt: skip
    involvement = Involvement(
        from_work_list_id=task.work_list_id, from_task_id=task.id, asked_at=NOON,
        to_work_list_id=there.work_list_id, to_task_id=there.id, asked_by=scene.me.id,
        finished_at=NOON,
    )  # fmt: skip
    given.session.add(involvement)
    given.session.flush()
    given.session.add(
        Notification(
            employee_id=scene.me.id, kind="involvement_done", task_id=task.id,
            work_list_id=task.work_list_id, occasion=f"involvement:{involvement.id}",
            created_at=NOON,
        )
    )  # fmt: skip
    page = browser_of(scene.me).read("/notifications")
    assert "Склад: «Фильтр на складе. Очень длинно." in page
    assert page.count("Очень длинно") < 12
    assert f'href="/tasks/{task.id}"' in page


def test_notifications_are_counted_listed_and_seen(scene: Scene, browser_of: BrowserOf) -> None:
    for number in (1, 2):
        scene.given.session.add(
            Notification(
                employee_id=scene.me.id, kind="control_due", task_id=scene.task.id,
                work_list_id=scene.task.work_list_id, occasion=f"control:{number}",
                created_at=NOON,
            )
        )  # fmt: skip
    browser = browser_of(scene.me)
    page = browser.read("/notifications")
    assert "Уведомления: 2 новых" in page and "Пора проверить: Соколова Марина" in page
    browser.post("/notifications/seen", {"only": "1"})
    assert "Уведомления: 1 новое" in browser.read("/notifications")
    browser.post("/notifications/seen", {"up_to": "2"})
    assert "Уведомления: " not in browser.read("/notifications")


def _archive_code(scene: Scene, name: str) -> None:
    with Session(scene.given.session.get_bind()) as session:
        code = session.get_one(ResultCode, int(scene.code(name)))
        code.is_archived = True
        session.commit()


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_result_archived_while_its_form_is_open_is_told_and_nothing_is_lost(
    scene: Scene, browser_of: BrowserOf, headers: dict[str, str]
) -> None:
    browser = browser_of(scene.me)
    code = scene.code("booked")
    page = browser.read(f"/tasks/{scene.task.id}")
    _archive_code(scene, "booked")
    typed = {"outcome": "interview", "result_interview": code, "comment": "Приедет в субботу"}
    answer = browser.post(
        f"/tasks/{scene.task.id}/attempts", _fields(page) | typed, headers=headers
    )
    assert answer.status_code == 422
    assert "Этого результата больше нет. Выберите другой." in answer.text
    assert "Приедет в субботу" in answer.text
    offered = re.search(r'<select[^>]*name="result_interview".*?</select>', answer.text, re.S)
    assert offered and f'value="{code}"' not in offered[0]
    assert scene.count(Attempt) == 0
    line = browser.get(
        f"/tasks/{scene.task.id}/consequence",
        query_string=_fields(page) | typed,
        headers={"HX-Request": "true"},
    )
    assert line.status_code < 500
    other = typed | {"result_interview": scene.code("booked_in_call"), "goal_reached": "y"}
    saved = browser.post(f"/tasks/{scene.task.id}/attempts", _fields(page) | other)
    assert saved.status_code == 303


def test_a_result_that_demands_more_since_the_form_was_opened_asks_for_it(
    scene: Scene, browser_of: BrowserOf
) -> None:
    browser = browser_of(scene.me)
    code = scene.code("booked_in_call")
    page = browser.read(f"/tasks/{scene.task.id}")
    with Session(scene.given.session.get_bind()) as session:
        version = session.scalars(
            select(ResultCodeVersion).where(ResultCodeVersion.result_code_id == int(code))
        ).one()
        version.comment_required = True
        session.commit()
    typed = {"outcome": "interview", "result_interview": code, "goal_reached": "y",
             "mileage_km": "45100"}  # fmt: skip
    answer = browser.post(f"/tasks/{scene.task.id}/attempts", _fields(page) | typed)
    assert answer.status_code == 422
    assert "Добавьте комментарий." in answer.text and 'value="45100"' in answer.text


@pytest.mark.parametrize("where", ["board", "task"])
def test_a_confirmed_control_can_be_taken_back_from_the_toast(
    scene: Scene, browser_of: BrowserOf, clock: HandClock, where: str
) -> None:
    browser = browser_of(scene.me)
    saved = {"outcome": "interview", "result_interview": scene.code("booked_in_call"),
             "comment": "Ждём", "stay": "1"}  # fmt: skip
    _report(browser, scene, **saved)
    watched = scene.stored()
    assert watched.state is TaskState.ON_CONTROL
    address = f"/tasks/{scene.task.id}/control/confirm"
    sent = {"version": watched.version, "comment": "Приехал" if where == "task" else ""}
    back = {"next": "/control"} if where == "board" else {}
    answer = browser.post(address, sent | back)
    assert answer.status_code == 303
    assert f'action="{address}/undo"' in browser.read(answer.location)
    assert scene.stored().state is TaskState.DONE

    assert browser.post(f"{address}/undo").status_code == 303
    again = scene.stored()
    assert (again.state, again.finish, again.closed_at) == (TaskState.ON_CONTROL, None, None)
    assert (again.control_at, again.comment) == (watched.control_at, "Ждём")
    assert browser.post(f"{address}/undo").status_code == 303, "twice is once"
    with Session(scene.given.session.get_bind()) as session:
        work_list = session.get_one(WorkList, again.work_list_id)
        assert work_list.closed_at is None

    assert browser.post(address, {"version": again.version}).status_code == 303
    clock.now += timedelta(minutes=11)
    late = browser.post(f"{address}/undo")
    assert late.status_code == 409 and "прошло больше 10 минут" in late.text
    assert scene.stored().state is TaskState.DONE


def test_only_who_confirmed_takes_it_back(scene: Scene, browser_of: BrowserOf) -> None:
    browser = browser_of(scene.me)
    address = f"/tasks/{scene.task.id}/control/confirm"
    assert browser.post(f"{address}/undo").status_code == 409, "nothing was confirmed"
    _report(browser, scene, outcome="interview", result_interview=scene.code("booked_in_call"),
            comment="Ждём")  # fmt: skip
    browser.post(address, {"version": scene.stored().version})
    colleague = browser_of(scene.given.employee("Артём Сухов", unit=scene.unit))
    assert colleague.post(f"{address}/undo").status_code == 409
    assert scene.stored().state is TaskState.DONE


def test_after_a_save_comes_what_may_be_called_now(prepared: Given, browser_of: BrowserOf) -> None:
    prepared.catalogue()
    unit = prepared.unit()
    me = prepared.employee(unit=unit)
    made = {
        name: prepared.task(
            unit=unit, due_at=NOON + timedelta(hours=hours),
            client=prepared.client(name, unit=unit, phone=f"+7912000000{number}"),
        ).id
        for number, (name, hours) in enumerate({"первый": -3, "последний": -1, "потом": 2}.items())
    }  # fmt: skip
    mute = prepared.client("без телефона", unit=unit, phone=None)
    prepared.task(unit=unit, client=mute, due_at=NOON - timedelta(hours=2))
    browser = browser_of(me)

    def save(name: str) -> str:
        form = {"outcome": "no_answer", "version": "1", "form_key": name}
        return str(browser.post(f"/tasks/{made[name]}/attempts", form).location)

    assert save("первый") == f"/tasks/{made['последний']}"
    # Nothing that may be called is left: what comes next of all.
    assert save("последний") != f"/tasks/{made['первый']}"
