"""The steps of a manager's day, each made as a person makes it, and what they are made of."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from directory.clients.models import Client
from directory.staff.models import Employee
from entrypoints.wiring import JOBS
from importers.models import ImportedFile
from tests.browser.conftest import Live, arrived, dialled, visit
from tests.staff import PASSWORD
from worklists.lifecycle import TaskState
from worklists.models.attempt import Notification, ServiceRequest
from worklists.models.task import Finish, Task, TaskKind
from worklists.models.work_list import Involvement, WorkList

SAMPLES = Path(__file__).parents[2] / "samples"
DUE, LOST = SAMPLES / "to-2026-11.xlsx", SAMPLES / "lost-2026-11.xlsx"


@dataclass
class Office:
    """A manager, whoever helps with guarantees, and the ids of the codes that the day needs."""

    manager: str
    helper: str
    booked: str
    think: str
    complaint: str


def sign_in(page: Page, login: str) -> None:
    visit(page, "/")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Этапы")
    arrived(page)


def form_work_lists(live: Live, page: Page, *, count: int) -> list[int]:
    """Load the file, look, tick some, create; returns the tasks."""
    page.get_by_role("link", name="Выборки").click()
    page.get_by_role("link", name="Внешние данные").click()
    choose_file(page, DUE, "maintenance-due", goto=False)
    page.get_by_role("button", name="Загрузить").click()
    expect(page.locator("h1")).to_have_text(DUE.name)
    expect(page.locator(".file-k")).to_contain_text("118")
    assert tasks_of(live) == []
    boxes = page.locator("input[name=row]")
    for number in range(count):
        boxes.nth(number).check()
    button = page.get_by_role("button", name="Создать рабочие листы")
    expect(button).to_contain_text(f"({count})")
    button.click()
    expect(page.locator("main h2").first).to_contain_text(f"Создано задач: {count}")
    page.get_by_role("link", name="К этапам").click()
    expect(page.locator(".k-new .bcard")).to_have_count(count)
    return tasks_of(live)


def plan_second_call(page: Page, work_list: int) -> None:
    visit(page, f"/work-lists/{work_list}")
    page.keyboard.press("KeyP")
    page.get_by_role("button", name="Сегодня 16:00").first.click()
    page.fill("#plan_comment", "Сказать о подменном автомобиле")
    page.get_by_role("button", name="Запланировать", exact=True).click()
    expect(page.locator("[data-toast]")).to_contain_text("16:00")


def book_into_service(live: Live, page: Page, office: Office, task: int) -> None:
    """Take the task from the board, book in the call, reach the goal."""
    visit(page, "/stages")
    page.locator(f'a[href="/tasks/{task}"]').click()
    arrived(page)
    page.get_by_role("button", name="Позвонить").click()
    expect(page.get_by_text("у вас до")).to_be_visible()
    assert len(dialled(page)) == 1
    page.keyboard.press("Digit1")
    page.select_option("#result_interview", office.booked)
    page.fill("#comment", "=СЕГОДНЯ() подходит")
    page.fill("#mileage_km", "199000")
    page.check("#book")
    page.select_option("#book_workshop", label="Цех № 1")
    page.fill("#book_on", "2026-03-20")
    page.fill("#book_time", "10:30")
    page.fill("#book_work", "ТО-4")
    page.check("#goal_reached")
    save(page, "задача закрыта")
    assert state_of(live, task) is TaskState.DONE
    with live.database.reading() as session:
        booked = session.scalars(select(ServiceRequest)).one()
        assert (booked.task_id, booked.work, booked.wanted_minute) == (task, "ТО-4", 630)
    visit(page, f"/work-lists/{work_list_of(live, task)}")
    expect(page.get_by_text("Цех № 1: ТО-4")).to_be_visible()


def no_answer(live: Live, page: Page, task: int) -> None:
    """Deferred by the ladder, back in the queue two hours later."""
    visit(page, f"/tasks/{task}")
    page.keyboard.press("Digit2")
    save(page, "попытка 1 из 4")
    assert state_of(live, task) is TaskState.DEFERRED
    pass_time(live, timedelta(hours=1, minutes=50))
    assert state_of(live, task) is TaskState.DEFERRED
    pass_time(live, timedelta(minutes=11))
    assert state_of(live, task) is TaskState.PLANNED
    visit(page, f"/tasks/{task}")
    expect(page.locator(f"#q-{task}")).to_contain_text("недозвон")


def plan_callback(live: Live, page: Page, office: Office, task: int) -> int:
    visit(page, f"/tasks/{task}")
    page.keyboard.press("Digit1")
    page.select_option("#result_interview", office.think)
    expect(page.locator("#plan")).to_be_checked()
    page.fill("#comment", "Посоветуется с женой")
    page.get_by_role("button", name="Завтра 10:00").click()
    save(page, "новая встанет на чт 19")
    with live.database.reading() as session:
        assert session.get_one(Task, task).finish is Finish.REPLACED
        planned = session.scalars(select(Task).where(Task.predecessor_id == task)).one()
        assert (planned.kind, planned.state) == (TaskKind.CALLBACK, TaskState.DEFERRED)
        return planned.id


def leave_on_control_and_confirm(live: Live, page: Page, office: Office, task: int) -> None:
    visit(page, f"/tasks/{task}")
    page.keyboard.press("Digit1")
    page.select_option("#result_interview", office.booked)
    save(page, "Останется на контроле")
    assert state_of(live, task) is TaskState.ON_CONTROL
    page.get_by_role("link", name="На контроле").click()
    row = page.get_by_role("row").filter(has=page.locator(f'a[href="/tasks/{task}"]'))
    expect(row).to_contain_text("Клиент записан на сервис во время звонка")
    row.get_by_role("button", name="Подтвердить").click()
    expect(page.get_by_text("На контроле пусто")).to_be_visible()
    with live.database.reading() as session:
        confirmed = session.get_one(Task, task)
        assert (confirmed.state, confirmed.finish) == (TaskState.DONE, Finish.CONFIRMED)


def repeat_result(live: Live, page: Page, task: int) -> None:
    """The call planned at noon comes back at four; the client said it all before."""
    with live.database.reading() as session:
        second = session.scalars(select(Task).where(Task.predecessor_id == task)).one().id
    pass_time(live, timedelta(hours=2))
    assert state_of(live, second) is TaskState.PLANNED
    visit(page, f"/tasks/{second}")
    page.keyboard.press("Digit5")
    page.get_by_role("link", name="Заполнить").click()
    page.locator(f'input[name=copy_of_task_id][value="{task}"]').check()
    save(page, "с результатом выбранной задачи")
    with live.database.reading() as session:
        copied = session.get_one(Task, second)
        assert (copied.state, copied.finish) == (TaskState.DONE, Finish.REPEAT)
        assert session.get_one(WorkList, copied.work_list_id).closed_at is not None


def involve_department(live: Live, page: Page, office: Office, task: int) -> None:
    visit(page, f"/tasks/{task}")
    page.keyboard.press("Digit1")
    page.select_option("#result_interview", office.complaint)
    page.fill("#comment", "Стук после замены стойки")
    page.check("#involve")
    page.select_option("#involve_unit", label="Отдел гарантии")
    page.fill("#involve_due", "2026-03-19")
    page.fill("#involve_due-time", "12:00")
    page.fill("#involve_text", "Решить, гарантийный ли случай")
    save(page, "Останется на контроле")
    visit(page, f"/work-lists/{work_list_of(live, task)}")
    expect(page.locator(".wl-side")).to_contain_text("Решить, гарантийный ли случай")


def finish_there(live: Live, page: Page, office: Office, asked_from: int) -> None:
    """The other department's manager does it, in another browser."""
    with live.database.reading() as session:
        asked = session.scalars(select(Involvement)).one().to_task_id
    sign_in(page, office.helper)
    page.locator(f'a[href="/tasks/{asked}"]').click()
    expect(page.get_by_text("Просит Ирина Полякова")).to_be_visible()
    arrived(page)
    page.fill("#comment", "Случай гарантийный, стойку меняем")
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1")).to_have_text("Этапы")
    expect(page.locator(".k-done .bcard")).to_have_count(1)
    visit(page, f"/work-lists/{work_list_of(live, asked)}")
    origin = page.locator(".wl-side .panel").filter(has_text="Откуда пришло")
    expect(origin).to_contain_text("Сервис Север")
    expect(origin).to_contain_text("Выполнено")
    assert page.goto(f"/tasks/{asked_from}").status == 404  # type: ignore[union-attr]
    live.troubles[:] = [trouble for trouble in live.troubles if "404" not in trouble]


def hear_back(live: Live, page: Page, task: int) -> None:
    visit(page, "/stages")
    expect(page.locator("#bell .dot")).to_be_visible()
    page.locator("#bell").click()
    expect(page.locator(".notices")).to_contain_text("Привлечённое подразделение закончило")
    page.get_by_role("button", name="Отметить всё прочитанным").click()
    expect(page.locator("#bell .dot")).to_have_count(0)
    visit(page, f"/work-lists/{work_list_of(live, task)}")
    involved = page.locator(".wl-side .panel").filter(has_text="Привлечённые исполнители")
    expect(involved).to_contain_text("Отдел гарантии")
    expect(involved).to_contain_text("Выполнено")


def promised_callback(live: Live, page: Page, login: str, task: int) -> None:
    """The next morning at ten: back in the queue, and whoever promised is told once."""
    assert state_of(live, task) is TaskState.DEFERRED
    pass_time(live, timedelta(hours=18))
    pass_time(live, timedelta(minutes=1))
    assert state_of(live, task) is TaskState.PLANNED
    with live.database.reading() as session:
        kinds = select(Notification.kind).where(Notification.task_id == task)
        assert session.scalars(kinds).all() == ["callback_due"]
    live.sign_in(page, login)  # the night ended the session
    visit(page, "/notifications")
    expect(page.locator(".notices")).to_contain_text("Пора перезвонить")


# ---- what the steps are made of


def choose_file(page: Page, file: Path, variant: str, *, goto: bool = True) -> None:
    if goto:
        visit(page, "/selections/files")
    if not page.locator("#f-unit").input_value():
        page.locator("#f-unit").select_option(index=1)
    page.locator(f"input[name=format][value={variant}]").check()
    page.set_input_files("#f-file", file)


def at_once(one: Page, two: Page, button: str) -> None:
    """Press in both windows before either has its answer."""
    for page in (one, two):
        arrived(page)
    for page in (one, two):
        page.evaluate("(button) => { document.querySelector(button).click(); }", button)


def save(page: Page, consequence: str) -> None:
    """Ctrl+Enter; waits for the toast that tells what came of it."""
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-toast]")).to_contain_text(consequence, ignore_case=True)


def pass_time(live: Live, by: timedelta) -> None:
    """Let time pass; the scheduler wakes afterwards."""
    live.pass_time(by)
    for job in JOBS:
        job.run(live.database, live.clock)


def tasks_of(live: Live) -> list[int]:
    with live.database.reading() as session:
        return list(session.scalars(select(Task.id).order_by(Task.id)))


def state_of(live: Live, task_id: int) -> TaskState:
    with live.database.reading() as session:
        return session.get_one(Task, task_id).state


def work_list_of(live: Live, task_id: int) -> int:
    with live.database.reading() as session:
        return session.get_one(Task, task_id).work_list_id


def employee_of(live: Live, login: str) -> int:
    with live.database.reading() as session:
        return session.scalars(select(Employee.id).where(Employee.login == login)).one()


def counts(live: Live) -> tuple[int, int, int]:
    """Files, work-lists and tasks that there are."""
    with live.database.reading() as session:
        found = [session.scalar(select(func.count()).select_from(table)) or 0
                 for table in (ImportedFile, WorkList, Task)]  # fmt: skip
        assert session.scalar(select(func.count()).select_from(Client)) == found[1]
        return found[0], found[1], found[2]
