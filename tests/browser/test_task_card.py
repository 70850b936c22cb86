"""The card in a real browser: what a manager does all day (A12-A16, design §4 and §8)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from campaigns.models import Outcome, ResultCodeVersion
from directory.clients.models import Client
from directory.staff.models import Employee
from directory.units.models import Unit, UnitKind
from tests.browser.conftest import Live, assert_accessible, dialled, visit
from worklists.lifecycle import TaskState
from worklists.models.attempt import Attempt, ServiceRequest
from worklists.models.task import Task, TaskKind
from worklists.models.work_list import WorkList


@dataclass
class Desk:
    """One manager with three calls due, a colleague, a workshop."""

    login: str
    colleague: str
    tasks: list[int]
    booked: str
    think: str


@pytest.fixture
def desk(live: Live) -> Desk:
    with live.given() as given:
        unit = given.unit("Сервис Север")
        given.unit("Цех № 1", kind=UnitKind.WORKSHOP)
        me = given.employee("Ирина Полякова", unit=unit)
        colleague = given.employee("Артём Сухов", unit=unit)
        campaign = given.campaign()
        tasks = []
        for number, name in enumerate(("Соколова Марина", "Зайцев Тимур", "Калинина Ольга")):
            client = given.client(name, unit=unit, phone=f"+7912640187{number}")
            asset = given.asset(client, plate=f"А10{number}ВС77")
            given.mileage(asset, 45_000)
            due_at = given.now - timedelta(minutes=10 - number)
            task = given.task(
                unit=unit, client=client, asset=asset, campaign=campaign, due_at=due_at
            )
            tasks.append(task.id)
        return Desk(
            me.login,
            colleague.login,
            tasks,
            str(given.code_id("booked_in_call")),
            str(given.code_id("think_call_later")),
        )


def _open(live: Live, page: Page, desk: Desk, task: int = 0) -> None:
    live.sign_in(page, desk.login)
    visit(page, f"/tasks/{desk.tasks[task]}")
    expect(page.locator("#c-title")).to_be_visible()


def _attempts(live: Live) -> int:
    with live.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Attempt)) or 0


def _state(live: Live, task_id: int) -> TaskState:
    with live.database.reading() as session:
        return session.get_one(Task, task_id).state


def test_a_call_is_closed_with_the_keyboard_alone(live: Live, page: Page, desk: Desk) -> None:
    _open(live, page, desk)
    page.keyboard.press("KeyC")
    expect(page.locator("text=у вас до")).to_be_visible()
    expect(page.locator("#c-title")).to_be_focused()
    assert dialled(page) == ["tel:+79126401870"]
    page.keyboard.press("Digit2")
    expect(page.locator("#conseq")).to_contain_text("Вернётся")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#c-title")).to_have_text("Зайцев Тимур")
    expect(page.locator("#c-title")).to_be_focused()
    expect(page.locator("[data-toast]")).to_contain_text("попытка 1 из 4")
    expect(page).to_have_url(f"{live.url}/tasks/{desk.tasks[1]}")
    assert _state(live, desk.tasks[0]) is TaskState.DEFERRED
    expect(page.locator(f"#q-{desk.tasks[1]} a")).to_have_attribute("aria-current", "true")


def test_fields_follow_outcome_and_code_at_once(live: Live, page: Page, desk: Desk) -> None:
    _open(live, page, desk)
    mileage, booking = page.locator("#mileage_km"), page.locator("#book")
    expect(mileage).to_be_hidden()
    page.keyboard.press("Digit1")
    expect(page.locator("#result_interview")).to_be_focused()
    page.select_option("#result_interview", desk.booked)
    expect(mileage).to_be_visible()
    expect(booking).to_be_visible()
    expect(page.locator("#book_work")).to_be_hidden()
    booking.check()
    expect(page.locator("#book_work")).to_be_visible()
    page.select_option("#result_interview", desk.think)
    expect(booking).to_be_hidden()
    expect(page.locator("#plan")).to_be_checked()
    page.locator("input[name=outcome][value=no_answer]").check()
    expect(mileage).to_be_hidden()
    expect(page.locator("#result_interview")).to_be_hidden()


def test_what_is_missing_is_named_and_nothing_typed_is_lost(
    live: Live, page: Page, desk: Desk
) -> None:
    _open(live, page, desk)
    page.keyboard.press("Digit1")
    page.fill("#comment", "Просил перезвонить вечером")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#result_interview-e")).to_have_text("Выберите результат контакта.")
    expect(page.locator("#result_interview")).to_be_focused()
    expect(page.locator("#comment")).to_have_value("Просил перезвонить вечером")
    assert _attempts(live) == 0
    page.select_option("#result_interview", desk.booked)
    page.fill("#mileage_km", "100")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#mileage_km-e")).to_contain_text("Раньше было 45")
    page.locator("#mileage_is_lower_confirmed").check()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#c-title")).to_have_text("Зайцев Тимур")
    assert _state(live, desk.tasks[0]) is TaskState.ON_CONTROL


def test_a_booking_is_made_in_the_call(live: Live, page: Page, desk: Desk) -> None:
    _open(live, page, desk)
    page.keyboard.press("Digit1")
    page.select_option("#result_interview", desk.booked)
    page.locator("#book").check()
    page.select_option("#book_workshop", label="Цех № 1")
    page.fill("#book_on", "2026-03-20")
    page.fill("#book_work", "ТО-4")
    page.locator("#goal_reached").check()
    expect(page.locator("#conseq")).to_contain_text("Задача закроется")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#c-title")).to_have_text("Зайцев Тимур")
    with live.database.reading() as session:
        assert session.scalars(select(ServiceRequest.work)).all() == ["ТО-4"]


def test_a_change_by_another_shows_both_texts(
    live: Live, page: Page, desk: Desk, window: Callable[..., Page]
) -> None:
    _open(live, page, desk)
    page.keyboard.press("Digit2")
    page.fill("#comment", "Мой текст")
    other = window()
    live.sign_in(other, desk.colleague)
    visit(other, f"/tasks/{desk.tasks[0]}")
    other.keyboard.press("Digit3")
    other.fill("#comment", "Их текст")
    other.keyboard.press("Control+Enter")
    expect(other.locator("#c-title")).to_have_text("Зайцев Тимур")
    page.keyboard.press("Control+Enter")
    conflict = page.locator("#conflict")
    expect(conflict).to_contain_text("Артём Сухов")
    expect(conflict).to_contain_text("Их текст")
    expect(conflict).to_contain_text("Мой текст")
    expect(conflict).to_be_focused()
    assert _attempts(live) == 1


def test_a_task_of_another_says_whose_it_is(
    live: Live, page: Page, desk: Desk, window: Callable[..., Page]
) -> None:
    other = window()
    live.sign_in(other, desk.colleague)
    visit(other, f"/tasks/{desk.tasks[0]}")
    other.keyboard.press("KeyC")
    expect(other.locator("text=у вас до")).to_be_visible()
    _open(live, page, desk)
    expect(page.locator("#verdict")).to_contain_text("С клиентом уже работают")
    expect(page.locator("#outcome-form")).to_have_count(0)
    live.pass_time(timedelta(minutes=20))
    page.reload()
    page.keyboard.press("KeyC")
    expect(page.locator("text=у вас до")).to_be_visible()


def test_a_draft_survives_a_reload_and_ends_with_the_save(
    live: Live, page: Page, desk: Desk
) -> None:
    _open(live, page, desk)
    page.keyboard.press("Digit2")
    page.fill("#comment", "Гудки, никто не ответил")
    page.reload()
    expect(page.locator("#comment")).to_have_value("Гудки, никто не ответил")
    expect(page.locator("input[value=no_answer]")).to_be_checked()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#c-title")).to_have_text("Зайцев Тимур")
    kept = page.evaluate("Object.keys(sessionStorage)")
    assert not [one for one in kept if one.endswith(f":task-{desk.tasks[0]}")]


def test_pressing_twice_records_once(live: Live, page: Page, desk: Desk) -> None:
    _open(live, page, desk)
    posts: list[str] = []
    page.on("request", lambda r: posts.append(r.url) if r.url.endswith("/attempts") else None)
    page.keyboard.press("Digit2")
    page.evaluate(
        """() => { const form = document.getElementById("outcome-form");
                   const main = form.querySelector("[data-main]");
                   form.requestSubmit(main); form.requestSubmit(main); }"""
    )
    expect(page.locator("#c-title")).to_have_text("Зайцев Тимур")
    assert _attempts(live) == 1
    assert len(posts) == 1


def test_no_network_keeps_the_text_and_the_button(live: Live, page: Page, desk: Desk) -> None:
    _open(live, page, desk)
    page.keyboard.press("Digit2")
    page.fill("#comment", "Связь пропала")
    page.context.set_offline(True)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast.bad")).to_be_visible()
    expect(page.locator("#comment")).to_have_value("Связь пропала")
    page.context.set_offline(False)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#c-title")).to_have_text("Зайцев Тимур")
    live.troubles[:] = [t for t in live.troubles if "Failed to fetch" not in t]


def test_j_and_k_walk_the_queue_and_what_is_said_stays_out_of_addresses(
    live: Live, page: Page, desk: Desk
) -> None:
    _open(live, page, desk)
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url) if "/consequence" in r.url else None)
    page.keyboard.press("KeyJ")
    expect(page.locator("#c-title")).to_have_text("Зайцев Тимур")
    page.keyboard.press("KeyK")
    expect(page.locator("#c-title")).to_have_text("Соколова Марина")
    page.go_back()
    expect(page.locator("#c-title")).to_have_text("Зайцев Тимур")
    page.keyboard.press("Digit2")
    page.fill("#comment", "тайна")
    expect(page.locator("#conseq")).to_contain_text("Вернётся")
    page.wait_for_timeout(400)
    assert asked and not any("comment" in url or "form_key" in url for url in asked)


def test_a_watched_task_is_prolonged_and_confirmed(live: Live, page: Page, desk: Desk) -> None:
    with live.given() as given:
        task = given.session.get_one(Task, desk.tasks[0])
        task.state, task.control_at = TaskState.ON_CONTROL, given.now - timedelta(hours=1)
    _open(live, page, desk)
    page.keyboard.press("KeyP")
    page.locator(".ctl[open] .chip").last.click()
    page.locator(".ctl[open] button[type=submit]").click()
    expect(page.locator("#reason-e")).to_be_visible()
    page.fill("#reason", "Запись перенесли")
    page.locator(".ctl[open] button[type=submit]").click()
    expect(page.locator("#control")).to_contain_text("25 мар")
    page.keyboard.press("KeyY")
    page.locator(".ctl[open] button[type=submit]").click()
    expect(page.locator(".closed")).to_contain_text("Подтверждена после контроля")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_state_of_the_card_is_accessible(
    live: Live, window: Callable[..., Page], desk: Desk, scheme: str
) -> None:
    with live.given() as given:
        first = given.session.get_one(Task, desk.tasks[2])
        first.kind = TaskKind.EXTRA
    page = window(color_scheme=scheme)
    _open(live, page, desk)
    expect(page.locator("#client-history h3").first).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Digit1")
    page.select_option("#result_interview", desk.booked)
    for box in ("#plan", "#book", "#involve"):
        page.locator(box).check()
    assert_accessible(page)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#plan_due-e")).to_be_visible()
    assert_accessible(page)
    visit(page, f"/tasks/{desk.tasks[2]}")
    assert_accessible(page)
    visit(page, f"/work-lists/{first.work_list_id}")
    assert_accessible(page)
    visit(page, "/notifications")
    assert_accessible(page)


def test_a_copied_promise_ticks_the_next_step(live: Live, page: Page, desk: Desk) -> None:
    with live.given() as given:
        task = given.session.get_one(Task, desk.tasks[0])
        manager = given.session.scalars(select(Employee).where(Employee.login == desk.login)).one()
        work_list = given.session.get_one(WorkList, task.work_list_id)
        done = given.task(work_list, campaign=given.campaign("lost-clients"), state=TaskState.DONE)
        said = given.attempt(done, manager, outcome=Outcome.INTERVIEW)
        said.result_version_id = given.session.scalars(
            select(ResultCodeVersion.id).where(ResultCodeVersion.result_code_id == int(desk.think))
        ).one()
    _open(live, page, desk)
    page.keyboard.press("Digit5")
    page.get_by_role("link", name="Заполнить").click()
    page.locator("input[name=copy_of_task_id]").check()
    expect(page.locator("#plan")).to_be_checked()
    expect(page.locator("#conseq")).to_contain_text("Запланируйте новую задачу")
    page.get_by_role("button", name="Завтра 10:00").click()
    expect(page.locator("#conseq")).to_contain_text("новая встанет на чт 19")


def test_a_tick_that_came_with_a_result_goes_with_it(live: Live, page: Page, desk: Desk) -> None:
    _open(live, page, desk)
    page.keyboard.press("Digit1")
    plan = page.locator("#plan")
    page.select_option("#result_interview", desk.think)
    expect(plan).to_be_checked()
    page.select_option("#result_interview", desk.booked)
    expect(plan).not_to_be_checked()
    plan.check()
    page.select_option("#result_interview", desk.think)
    page.select_option("#result_interview", desk.booked)
    expect(plan).to_be_checked()  # set by hand it stays
    plan.uncheck()
    page.select_option("#result_interview", desk.think)
    page.get_by_role("button", name="Завтра 10:00").click()
    page.select_option("#result_interview", desk.booked)
    expect(plan).to_be_checked()  # and so does what was filled in


def test_taking_a_task_moves_nothing_under_the_hand(live: Live, page: Page, desk: Desk) -> None:
    with live.given() as given:
        task = given.session.get_one(Task, desk.tasks[0])
        given.session.get_one(Client, task.client_id).name = "Филиппова Валентина Владимировна"
    _open(live, page, desk)
    tiles = page.locator(".tiles-5")
    before = tiles.bounding_box()
    page.keyboard.press("KeyC")
    expect(page.get_by_role("button", name="Вернуть в очередь")).to_be_visible()
    expect(page.locator("#task-bar")).to_contain_text("у вас до")
    after = tiles.bounding_box()
    assert before is not None and after is not None
    assert after["y"] == before["y"]
    page.get_by_role("button", name="Вернуть в очередь").click()
    expect(page.locator("#task-bar")).not_to_contain_text("у вас до")


def test_a_complaint_has_room_for_its_sentence(live: Live, page: Page, desk: Desk) -> None:
    _open(live, page, desk)
    page.keyboard.press("Digit1")
    page.select_option("#result_interview", desk.booked)
    page.fill("#comment", "Приедет")
    page.fill("#mileage_km", "44000")
    page.keyboard.press("Control+Enter")
    complaint = page.locator("#mileage_km-e")
    expect(complaint).to_contain_text("Раньше было 45")
    box = complaint.bounding_box()
    assert box is not None and box["height"] < 24, "one line"


def test_a_day_chosen_by_keyboard_leads_to_its_times(live: Live, page: Page, desk: Desk) -> None:
    with live.given() as given:
        unit = given.session.get_one(Task, desk.tasks[0]).unit_id
        workshop = given.workshop("Цех № 2", parent=given.session.get_one(Unit, unit))
        name = workshop.name
    _open(live, page, desk)
    page.keyboard.press("KeyC")
    expect(page.locator("text=у вас до")).to_be_visible()
    page.keyboard.press("Digit1")
    page.select_option("#result_interview", desk.booked)
    page.keyboard.press("Escape")
    page.locator("#goal_reached").focus()
    page.keyboard.press("KeyB")
    page.select_option("#book_workshop", label=name)
    page.select_option("#book_kind", index=1)
    day = page.locator("#book-pick .chip").first
    day.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#book-pick input[type=radio]").first).to_be_focused()
