"""What a second newcomer stumbled over: each of it stays mended."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.journal import JournalEntry
from directory.clients.models import ContactState
from directory.staff.models import Employee, Role
from directory.units.models import Unit, UnitKind
from tests.conftest import NOON
from tests.given import Given
from tests.web.conftest import Browser, HandClock, read_workbook
from tests.web.test_tasks import _fields as fields_of
from worklists.lifecycle import TaskState
from worklists.models.dispatch import PersonLimit
from worklists.models.task import Finish, Task, TaskKind

BrowserOf = Callable[..., Browser]


@dataclass
class Desk:
    """A manager with one call."""

    given: Given
    unit: Unit
    me: Employee
    task: Task

    def code(self, name: str) -> str:
        found = str(self.given.code_id(name))
        self.given.session.commit()
        return found

    def stored(self, task_id: int = 0) -> Task:
        with Session(self.given.session.get_bind()) as session:
            return session.get_one(Task, task_id or self.task.id)

    def save(self, browser: Browser, **typed: Any) -> Any:
        page = browser.read(f"/tasks/{self.task.id}")
        return browser.post(f"/tasks/{self.task.id}/attempts", fields_of(page) | typed)


@pytest.fixture
def desk(prepared: Given) -> Desk:
    unit = prepared.unit("Сервис Север")
    me = prepared.employee("Ирина Полякова", unit=unit)
    client = prepared.client("Соколова Марина", unit=unit)
    task = prepared.task(unit=unit, client=client, asset=prepared.asset(client, plate="А100ВС77"))
    return Desk(prepared, unit, me, task)


def _hint(browser: Browser, desk: Desk, **typed: Any) -> str:
    answer = browser.get(f"/tasks/{desk.task.id}/consequence", query_string=typed)
    assert answer.status_code == 200
    return re.sub(r"<[^>]+>", "", answer.text).strip()


def _later(hours: int) -> Any:
    return NOON + timedelta(hours=hours)


def test_each_refusal_says_how_long_it_holds(desk: Desk, browser_of: BrowserOf) -> None:
    browser = browser_of(desk.me)
    said = {
        code: _hint(browser, desk, outcome="refused", result_refused=desk.code(code))
        for code in ("not_now", "refuses_purpose", "refuses_all")
    }
    assert len(set(said.values())) == 3
    assert "Бессрочно" not in said["not_now"] and "до " in said["not_now"]
    assert "Бессрочно" in said["refuses_purpose"] and "ни по какой цели" in said["refuses_purpose"]
    assert "Бессрочно" in said["refuses_all"]
    assert "до " not in said["refuses_all"], "a date would promise that it ends"
    saved = desk.save(browser, outcome="refused", result_refused=desk.code("refuses_all"))
    assert saved.location == "/", "nothing is left to do"
    assert "задача закрыта. Бессрочно" in browser.read("/stages")


def test_bad_data_says_what_is_marked_and_what_is_made(desk: Desk, browser_of: BrowserOf) -> None:
    browser = browser_of(desk.me)
    number = _hint(browser, desk, outcome="bad_data", result_bad_data=desk.code("wrong_person"))
    vehicle = _hint(browser, desk, outcome="bad_data", result_bad_data=desk.code("car_sold"))
    assert "Номер помечается неверным" in number and "«проверить»" in vehicle
    for words in (number, vehicle):
        assert "Встанет задача «Уточнить данные»" in words and "непроверенн" not in words


def test_the_bell_counts_what_its_list_shows(desk: Desk, browser_of: BrowserOf) -> None:
    elsewhere = desk.given.task(unit=desk.given.unit("Склад"))
    for task in (desk.task, elsewhere, elsewhere):
        desk.given.notification(task, desk.me)
    page = browser_of(desk.me).read("/notifications")
    assert page.count("Отметить прочитанным") == 1 and "Уведомления: 1 новое" in page


def test_an_impossible_limit_keeps_all_that_was_typed(desk: Desk, browser_of: BrowserOf) -> None:
    head = desk.given.employee("Глава", unit=desk.unit, role=Role.SUPERVISOR)
    anna, boris = (desk.given.employee(n, unit=desk.unit, role=Role.OPERATOR) for n in ("А", "Б"))
    browser = browser_of(head, Role.SUPERVISOR)
    form = {f"limit-{anna.id}": "abc", f"skills-{anna.id}": "VIP", f"limit-{boris.id}": "7",
            f"skills-{boris.id}": "English"}  # fmt: skip
    answer = browser.post("/dispatch/people", form)
    assert answer.status_code == 422
    for value in ("abc", "VIP", "English", "7"):
        assert f'value="{value}"' in answer.text
    (bad,) = re.findall(r"<input[^>]*aria-invalid[^>]*>", answer.text)
    assert f'name="limit-{anna.id}"' in bad
    assert "english" not in browser.read("/dispatch/people"), "nothing of it was saved"


FAR = {"outcome": "interview", "comment": "потом", "plan": "y", "plan_kind": "callback",
       "plan_due_time": "16:00"}  # fmt: skip


def test_a_mistyped_year_is_refused_and_a_far_date_asked_about(
    desk: Desk, browser_of: BrowserOf
) -> None:
    browser = browser_of(desk.me)
    typed = FAR | {"result_interview": desk.code("think_call_later")}
    wrong = desk.save(browser, **typed, plan_due_date="2099-01-01", plan_far_confirmed="y")
    assert wrong.status_code == 422 and "Это через 72" in wrong.text
    far = {"plan_due_date": "2028-02-01"}
    assert "больше чем через год" in _hint(browser, desk, **typed, **far)
    asked = desk.save(browser, **typed, **far)
    assert asked.status_code == 422 and 'name="plan_far_confirmed"' in asked.text
    assert desk.save(browser, **typed, **far, plan_far_confirmed="y").status_code == 303
    plan = {"plan_kind": "callback", "plan_due_date": "2099-01-01", "plan_due_time": "16:00",
            "plan_performer": ""}  # fmt: skip
    again = browser.post(f"/work-lists/{desk.task.work_list_id}/tasks", plan)
    assert again.status_code == 422 and "Это через 72" in again.text
    again = browser.post(f"/work-lists/{desk.task.work_list_id}/tasks", plan | far)
    assert again.status_code == 422 and 'name="plan_far_confirmed"' in again.text


@pytest.mark.parametrize("field", ["control_at", "until"])
def test_nothing_is_watched_for_decades(desk: Desk, browser_of: BrowserOf, field: str) -> None:
    browser = browser_of(desk.me)
    code = desk.code("booked_in_call")
    form = {"outcome": "interview", "result_interview": code, "comment": "ждём", "stay": "1"}
    far = {f"{field}_date": "2099-01-01", f"{field}_time": "10:00"}
    if field == "control_at":
        answer = desk.save(browser, **form, **far)
    else:
        desk.save(browser, **form)
        sent = far | {"reason": "просил", "version": desk.stored().version}
        answer = browser.post(f"/tasks/{desk.task.id}/control/prolong", sent)
    assert answer.status_code == 422 and "Это через 72" in answer.text


def test_prolonging_opens_its_form_and_can_be_taken_back(
    desk: Desk, browser_of: BrowserOf, clock: HandClock
) -> None:
    browser = browser_of(desk.me)
    address = f"/tasks/{desk.task.id}"
    desk.save(browser, outcome="interview", result_interview=desk.code("booked_in_call"),
              comment="Ждём", stay="1")  # fmt: skip
    before = desk.stored()
    assert f'href="{address}?open=prolong"' in browser.read("/control")
    opened = browser.read(f"{address}?open=prolong")
    assert re.findall(r'<details class="ctl"( open)?>', opened) == ["", " open", ""]
    form = opened.split('<details class="ctl" open>')[1].split("</details>")[0]
    assert "autofocus" in form and f'action="{address}/control/prolong"' in form

    sent = {"until_date": "2026-12-03", "until_time": "10:00", "reason": "ждёт запчасть",
            "version": before.version, "next": "/control"}  # fmt: skip
    answer = browser.post(f"{address}/control/prolong", sent)
    assert answer.status_code == 303
    board = browser.read(answer.location)
    assert f'action="{address}/control/prolong/undo"' in board and "продлён" in board
    assert desk.stored().control_at != before.control_at
    colleague = browser_of(desk.given.employee("Артём Сухов", unit=desk.unit))
    assert colleague.post(f"{address}/control/prolong/undo").status_code == 409

    for _ in ("once", "twice is once"):
        assert browser.post(f"{address}/control/prolong/undo").status_code == 303
    again = desk.stored()
    assert (again.control_at, again.control_due_at) == (before.control_at, before.control_due_at)
    assert "ждёт запчасть" not in browser.read("/control"), "it was never prolonged"
    browser.post(f"{address}/control/prolong", sent | {"version": again.version})
    clock.now += timedelta(minutes=11)
    assert browser.post(f"{address}/control/prolong/undo").status_code == 409


def test_the_history_of_a_work_list_names_the_result_once(
    desk: Desk, browser_of: BrowserOf
) -> None:
    browser = browser_of(desk.me)
    code = desk.code("wrong_person")
    desk.save(browser, outcome="bad_data", result_bad_data=code, comment="чужой")
    page = browser.read(f"/work-lists/{desk.task.work_list_id}")
    assert page.count("Не тот человек") == 2, "in the table of tasks and in the history"
    assert "Некорректные данные, Некорректные данные" not in page
    rows = read_workbook(browser.get(f"/work-lists/{desk.task.work_list_id}.xlsx"))
    (more,) = [row[2] for row in rows if row[1] == "Записан результат"]
    assert more == "Некорректные данные, Не тот человек"


def test_a_wrong_number_does_not_look_like_a_prohibition(desk: Desk, browser_of: BrowserOf) -> None:
    wrong = desk.given.client("Жуков Пётр", unit=desk.unit, phone=None)
    desk.given.phone(wrong, "+79120000001", state=ContactState.WRONG)
    resting = desk.given.client("Жукова Анна", unit=desk.unit, phone="+79120000002")
    resting.cooling_off_until = NOON + timedelta(days=5)
    browser = browser_of(desk.me)

    def title(client_id: int) -> str:
        page = browser.read(f"/clients/{client_id}")
        return page[page.index('<header class="c-head">') :].partition("</div>")[0]

    assert "нет номера" in title(wrong.id) and "не звонить" not in title(wrong.id)
    assert "не звонить до 23 марта" in title(resting.id)


def test_after_a_save_comes_whom_the_button_would_give(desk: Desk, browser_of: BrowserOf) -> None:
    """Below in the list stands an older call, the button gives the promised callback first."""
    desk.task.due_at = NOON - timedelta(hours=3)
    people = [desk.given.client(n, unit=desk.unit, phone=f"+7912000000{n}") for n in "12"]
    desk.given.task(unit=desk.unit, client=people[0], due_at=NOON - timedelta(hours=2))
    promised = desk.given.task(unit=desk.unit, client=people[1], kind=TaskKind.CALLBACK,
                               due_at=NOON - timedelta(minutes=1))  # fmt: skip
    browser = browser_of(desk.me)
    shown = desk.save(browser, outcome="no_answer").location
    assert shown == f"/tasks/{promised.id}"
    assert desk.stored(promised.id).state is TaskState.PLANNED, "shown is not taken"
    assert browser.post("/queue/next").location == shown


def test_who_promised_a_callback_may_make_it_earlier(desk: Desk, browser_of: BrowserOf) -> None:
    given = desk.given
    promised: dict[str, Any] = {"kind": TaskKind.CALLBACK, "state": TaskState.DEFERRED,
                                "unit": desk.unit, "performer": desk.me}  # fmt: skip
    mine = given.task(client=given.client(unit=desk.unit), due_at=_later(5), **promised)
    asleep = given.task(client=given.client(unit=desk.unit), due_at=_later(20),
                        time_zone="Asia/Kamchatka", **promised)  # fmt: skip
    colleague = given.employee("Артём Сухов", unit=desk.unit)
    browser, other = browser_of(desk.me), browser_of(colleague)

    assert "Позвонить сейчас" in browser.read(f"/tasks/{mine.id}")
    assert "Позвонить сейчас" not in other.read(f"/tasks/{mine.id}")
    assert other.post(f"/tasks/{mine.id}/claim", {"early": "1"}).status_code == 409
    assert browser.post(f"/tasks/{mine.id}/claim").status_code == 409
    assert "Позвонить сейчас" not in browser.read(f"/tasks/{asleep.id}")
    assert browser.post(f"/tasks/{asleep.id}/claim", {"early": "1"}).status_code == 409
    assert browser.post(f"/tasks/{mine.id}/claim", {"early": "1"}).status_code == 303
    held = desk.stored(mine.id)
    assert held.state is TaskState.IN_WORK and not held.client_called
    with Session(given.session.get_bind()) as session:
        taken = session.scalars(
            select(JournalEntry).where(
                JournalEntry.event == "TaskTaken", JournalEntry.subject_id == mine.id
            )
        ).one()
        assert taken.details["despite"] == ["not_due"]
    browser.post(f"/tasks/{mine.id}/release", {"token": held.claim_token})
    back = desk.stored(mine.id)
    assert (back.state, back.performer_id) == (TaskState.DEFERRED, desk.me.id)


def test_a_request_says_what_is_to_be_done_and_what_was_answered(
    desk: Desk, browser_of: BrowserOf
) -> None:
    done = {"state": TaskState.DONE, "finish": Finish.GOAL_REACHED, "closed_at": NOON,
            "closed_by_id": desk.me.id, "comment": "Перекрасили"}  # fmt: skip
    for goal, more in (("Проверьте качество ремонта", {}), ("Недоволен сроком", done)):
        desk.given.task(unit=desk.unit, client=desk.given.client(unit=desk.unit), goal=goal,
                        performer=desk.me, kind=TaskKind.DEPARTMENT, **more)  # fmt: skip
    page = browser_of(desk.me).read("/my")
    assert "Проверьте качество ремонта" in page and "Недоволен сроком" in page
    assert re.search(r"Выполнено<span[^>]*>: Перекрасили", page)


def test_a_following_task_is_listed_once(desk: Desk, browser_of: BrowserOf) -> None:
    browser = browser_of(desk.me)
    plan = {"plan_due_date": "2026-11-25", "result_interview": desk.code("think_call_later")}
    desk.save(browser, **(FAR | plan))
    with Session(desk.given.session.get_bind()) as session:
        planned = session.scalars(select(Task.id).where(Task.kind == TaskKind.CALLBACK)).one()
    page = browser.read(f"/tasks/{desk.task.id}")
    card = page[page.index('id="card"') : page.index('id="ctx"')]
    assert card.count(f'href="/tasks/{planned}"') == 1


def test_the_address_of_a_refused_form_opens_its_page(desk: Desk, browser_of: BrowserOf) -> None:
    browser = browser_of(desk.me)
    for address, page in (
        (f"/clients/{desk.task.client_id}/phones", f"/clients/{desk.task.client_id}"),
        (f"/tasks/{desk.task.id}/attempts", f"/tasks/{desk.task.id}"),
    ):
        answer = browser.get(address)
        assert (answer.status_code, answer.location) == (303, page)
    assert browser.get("/sign-out").status_code == 405


def test_who_only_looks_has_no_tasks_of_their_own(desk: Desk, browser_of: BrowserOf) -> None:
    analyst = desk.given.employee("Аналитик", unit=desk.unit, role=Role.ANALYST)
    assert 'href="/my"' not in browser_of(analyst, Role.ANALYST).read("/stages")
    page = browser_of(desk.me).read("/stages")
    assert 'href="/my"' in page and "Взять в работу" in page


def test_what_was_taken_back_stands_in_the_form_again(desk: Desk, browser_of: BrowserOf) -> None:
    workshop = desk.given.unit("Цех № 1", kind=UnitKind.WORKSHOP)
    browser = browser_of(desk.me)
    typed = {
        "outcome": "interview", "result_interview": desk.code("booked_in_call"),
        "comment": "Масло и колодки", "mileage_km": "51200", "control_at_date": "2026-11-27",
        "control_at_time": "12:30", "plan": "y", "plan_kind": "extra",
        "plan_due_date": "2026-11-26", "plan_due_time": "11:00", "plan_comment": "Заказать масло",
        "book": "y", "book_workshop": str(workshop.id), "book_on": "2026-11-26",
        "book_time": "09:30", "book_work": "ТО-3",
    }  # fmt: skip
    assert desk.save(browser, **typed, stay="1").status_code == 303
    card = browser.read(f"/tasks/{desk.task.id}")
    undo = re.search(r'action="(/tasks/\d+/attempts/\d+/undo)"', card)
    assert undo is not None
    page = browser.read(browser.post(undo[1]).location)
    shown = page[page.index('id="outcome-form"') :]
    for value in ("51200", "2026-11-27", "12:30", "2026-11-26", "11:00", "Заказать масло",
                  "09:30", "ТО-3"):  # fmt: skip
        assert f'value="{value}"' in shown, value
    for chosen in (typed["result_interview"], str(workshop.id), "extra"):
        assert f'<option selected value="{chosen}"' in shown, chosen
    assert "Масло и колодки</textarea>" in shown
    ticked = [tag for tag in re.findall(r"<input [^>]*>", shown) if " checked" in tag]
    assert all(any(f'name="{name}"' in tag for tag in ticked) for name in ("plan", "book"))
    # Sent as it stands it is the same result again.
    assert desk.save(browser, **typed).status_code == 303


def test_the_line_tells_of_the_next_task_and_of_what_nobody_hears(
    desk: Desk, browser_of: BrowserOf
) -> None:
    browser = browser_of(desk.me)
    plan = {"outcome": "interview", "result_interview": desk.code("booked_in_call"),
            "goal_reached": "y", "plan": "y", "plan_kind": "callback",
            "plan_due_date": "2026-11-26", "plan_due_time": "11:00"}  # fmt: skip
    assert "Новая задача встанет на чт 26\xa0ноя, 11:00" in _hint(browser, desk, **plan)
    question = {"outcome": "interview", "result_interview": desk.code("other_department")}
    assert "о вопросе никто не узнает" in _hint(browser, desk, **question)
    assert "Завершённых задач у клиента нет" in _hint(browser, desk, outcome="repeat")
    over = {"outcome": "interview", "result_interview": desk.code("think_call_later")}
    assert "работа по цели завершена" in _hint(browser, desk, **over, goal_reached="y")

    desk.save(browser, **plan, comment="Думает до четверга", stay="1")
    assert "новая задача встанет на" in browser.read(f"/tasks/{desk.task.id}").lower()
    with Session(desk.given.session.get_bind()) as session:
        callback = session.scalars(select(Task).where(Task.predecessor_id == desk.task.id)).one()
    card = browser.read(f"/tasks/{callback.id}").split('id="card"')[1].split('id="ctx"')[0]
    assert "Думает до четверга" in card


def test_a_batch_says_why_it_is_small(desk: Desk, browser_of: BrowserOf) -> None:
    given = desk.given
    for number in range(2):
        given.task(unit=desk.unit, client=given.client(f"Свободный {number}", unit=desk.unit))
    given._add(PersonLimit(employee_id=desk.me.id, at_most=2))
    given.session.commit()
    browser = browser_of(desk.me)
    browser.post("/my/batch")
    assert "Это предел: на руках 2 из 2." in browser.read("/my")
    browser.post("/my/batch")
    assert "У вас на руках задач: 2, можно не больше 2." in browser.read("/my")
