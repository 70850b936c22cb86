"""A supervisor's morning on both engines: an empty queue that explains itself, 500 tasks shared
out after a dry run, somebody absent, and what nobody did in time escalates (acceptance of issue 3).

Everything is done as people do it, by pages and keys; the clock is moved and the scheduler's jobs
run once where a night or an afternoon passes.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import func, select

from core.settings import Settings
from directory.clients.models import ContactRefusal, RefusalScope
from directory.staff.models import Employee, Role
from directory.units.models import UnitKind
from entrypoints.wiring import jobs_of
from tests.browser.conftest import Live, arrived, assert_accessible, serving, visit
from tests.given import Given
from worklists.escalation.digests import DIGEST
from worklists.lifecycle import TaskState
from worklists.models.attempt import Notification
from worklists.models.task import Task

CALLS, SHARE = 500, 125
"""So many calls, and what each of the four who can take them gets."""
TAKERS = ("Анна Сидорова", "Борис Котов", "Глеб Мороз", "Дина Юрьева")
BLOCKED = {"outside_hours": CALLS, "no_valid_phone": 3, "not_due": 4, "do_not_contact": 2}
ON_CONTROL = 1
EARLY = timedelta(hours=-3, minutes=-20)
"""From noon back to 8:40: nobody may be called before nine."""


@pytest.fixture
def live(settings: Settings) -> Iterator[Live]:
    """A server on each engine in turn."""
    with serving(settings) as running:
        running.pass_time(EARLY)
        yield running


@dataclass
class Office:
    """Logins of who takes part, and the result code that closes a call."""

    supervisor: str
    anna: str
    vera: str
    booked: str


@pytest.fixture
def office(live: Live) -> Office:
    with live.given() as given:
        company = given.unit("Автохолдинг", kind=UnitKind.COMPANY)
        unit = given.unit("Сервис Север", parent=company)
        boss = given.employee("Ольга Старшая", role=Role.SUPERVISOR, unit=unit)
        people = (*TAKERS, "Вера Лис", "Егор Полный")
        logins = {
            name: given.employee(name, role=Role.OPERATOR, unit=unit).login for name in people
        }
        for n in range(CALLS):
            client = given.client(f"Клиент {n:03d}", unit=unit, phone=f"+7916200{n:04d}")
            given.task(unit=unit, client=client)
        _blocked(given, unit)
        booked = str(given.code_id("booked_in_call"))
        return Office(boss.login, logins["Анна Сидорова"], logins["Вера Лис"], booked)


def _blocked(given: Given, unit) -> None:  # type: ignore[no-untyped-def]
    for _ in range(BLOCKED["no_valid_phone"]):
        given.task(unit=unit, client=given.client("Немой", unit=unit, phone=None))
    later = given.now + timedelta(days=3)
    for _ in range(BLOCKED["not_due"]):
        state = TaskState.DEFERRED
        # Outside hours outweighs the time of the task: only who lives elsewhere is open already.
        given.task(unit=unit, client=given.client("Далёкий", unit=unit), due_at=later,
                   state=state, time_zone="Asia/Yekaterinburg")  # fmt: skip
    for _ in range(BLOCKED["do_not_contact"]):
        client = given.client("Отказавшийся", unit=unit)
        given.session.add(ContactRefusal(client_id=client.id, scope=RefusalScope.ALL,
                                         source="tests", recorded_at=given.now))  # fmt: skip
        given.task(unit=unit, client=client)
    given.task(unit=unit, client=given.client("Проверяемый", unit=unit), state=TaskState.ON_CONTROL)


def test_a_supervisors_morning(
    live: Live, office: Office, settings: Settings, window: Callable[..., Page]
) -> None:
    boss, anna = window(), window()
    live.sign_in(boss, office.supervisor)
    live.sign_in(anna, office.anna)
    nobody_to_call(anna)
    where_everything_stands(boss)
    write_down_absence(boss)
    too_much_for_the_limits(boss)
    raise_limits(boss)
    share_out(boss)
    what_the_operators_see(live, anna, window(), office)
    one_is_called(live, anna, office)
    afternoon(live, settings)
    performer_is_told(live, anna, office)
    evening(live, settings)
    supervisor_acts(live, boss, office)


# ---- the steps of the morning


def nobody_to_call(page: Page) -> None:
    """The operator asks for a client too early and reads why there is none, until when."""
    visit(page, "/my")
    page.get_by_role("button", name="Следующий клиент").click()
    page.wait_for_url("**/queue?own=1")
    expect(page.locator("[data-toast]")).to_contain_text("Сейчас звонить некому")
    why = page.get_by_role("region", name="Сейчас звонить некому")
    expect(why).to_contain_text("Следующий клиент освободится")
    expect(why).to_contain_text("09:00")
    expect(_row(why, "Нерабочее время клиента")).to_contain_text(str(CALLS))
    expect(_row(why, "Нет телефона")).to_contain_text("когда появится номер")
    assert_accessible(page)


def where_everything_stands(page: Page) -> None:
    """Blocked by each reason, and together exactly the total; a number opens its list."""
    visit(page, "/stages")
    page.get_by_role("link", name="Очередь").click()
    expect(page.locator("h1")).to_have_text("Очередь")
    arrived(page)
    numbers = queue_numbers(page)
    total = numbers.pop("total")
    expected = BLOCKED | {"on_control": ON_CONTROL}
    assert {part: n for part, n in numbers.items() if n} == expected
    assert sum(numbers.values()) == total == sum(expected.values())
    page.locator('tfoot a[href*="part=no_valid_phone"]').click()
    expect(page.locator("h1")).to_have_text("Нет телефона")
    expect(page.locator('tbody a[href^="/tasks/"]')).to_have_count(BLOCKED["no_valid_phone"])
    assert_accessible(page)
    page.get_by_role("link", name="К очереди").click()
    page.locator('tfoot a[href*="part=outside_hours"]').click()
    expect(page.locator('tbody a[href^="/tasks/"]')).to_have_count(100)
    arrived(page)
    seen = 100
    while page.get_by_role("link", name="Показать следующие").count():
        page.get_by_role("link", name="Показать следующие").click()
        arrived(page)
        seen += page.locator('tbody a[href^="/tasks/"]').count()
    assert seen == CALLS


def write_down_absence(page: Page) -> None:
    page.get_by_role("link", name="Отсутствия").click()
    page.get_by_label("Кто отсутствует").select_option(label="Вера Лис")
    page.get_by_label("Первый день").fill("2026-03-18")
    page.get_by_label("Последний день").fill("2026-03-20")
    page.get_by_label("Кто замещает").select_option(label="Борис Котов")
    page.get_by_label("Причина").fill("Болезнь")
    page.get_by_role("button", name="Записать отсутствие").click()
    row = _row(page, "Вера Лис")
    expect(row).to_contain_text("отсутствует")
    expect(row).to_contain_text("Борис Котов")


def too_much_for_the_limits(page: Page) -> None:
    """With the usual limit of 50 most stays, and the page says so before anything happens."""
    choose_all_calls(page)
    expect(page.locator("#changed")).to_have_text("250")
    expect(_fact(page, "Не хватило места: все загружены")).to_contain_text("250")
    expect(page.get_by_text("Пока ничего не изменено.")).to_be_visible()
    page.get_by_role("link", name="Не надо").click()
    expect(page.get_by_text(f"Все {CALLS} найденные")).to_be_visible()


def raise_limits(page: Page) -> None:
    """150 for everybody of the unit, nothing for one."""
    page.get_by_role("link", name="Пределы и навыки").click()
    arrived(page)
    page.get_by_label("Предел: Сервис Север").fill("150")
    page.get_by_label("Предел: Егор Полный").fill("0")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-toast]")).to_be_visible()


def share_out(page: Page) -> None:
    """The dry run says who gets what and who nothing and why; confirming does exactly that."""
    choose_all_calls(page)
    expect(page.locator("#changed")).to_have_text(str(CALLS))
    assert_shares(page, "Кто сколько получит")
    assert_accessible(page)
    page.keyboard.press("Control+Enter")
    assert_shares(page, "Кто сколько получил")
    expect(page.locator("#changed")).to_have_text(str(CALLS))
    assert_accessible(page)
    page.get_by_role("link", name="К распределению").last.click()
    page.get_by_role("link", name="Что сделано").click()
    line = _row(page, "Ольга Старшая").first
    expect(line).to_contain_text("поровну")
    expect(line).to_contain_text(str(CALLS))


def what_the_operators_see(live: Live, anna: Page, vera: Page, office: Office) -> None:
    visit(anna, "/my")
    expect(anna.locator("#bell .dot")).to_be_visible()
    expect(anna.locator("main")).to_contain_text(str(SHARE))
    assert planned(live) == dict.fromkeys(TAKERS, SHARE)
    live.sign_in(vera, office.vera)
    visit(vera, "/my")
    expect(vera.locator("#bell .dot")).to_have_count(0)
    free = vera.locator("table[class*=tbl]").last.get_by_role("row")
    expect(free.filter(has_text="Нет телефона")).to_have_count(BLOCKED["no_valid_phone"])
    expect(free.filter(has_text="Просили не звонить")).to_have_count(BLOCKED["do_not_contact"])
    vera.get_by_role("button", name="Ещё 20").click()
    expect(vera.locator("[data-toast]")).to_contain_text("записаны как отсутствующий")
    assert "Вера Лис" not in planned(live)


def one_is_called(live: Live, page: Page, office: Office) -> None:
    """After nine the operator is handed a client of her own, and finishes."""
    live.pass_time(timedelta(minutes=25))
    visit(page, "/my")
    page.keyboard.press("KeyN")
    page.wait_for_url("**/tasks/*")
    page.keyboard.press("Digit1")
    page.select_option("#result_interview", office.booked)
    page.check("#goal_reached")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-toast]")).to_contain_text("задача закрыта", ignore_case=True)


def afternoon(live: Live, settings: Settings) -> None:
    """The next day after four working hours and a day more: those who have the tasks are told."""
    live.pass_time(timedelta(days=1, hours=4, minutes=10))
    sweep(live, settings)


def performer_is_told(live: Live, page: Page, office: Office) -> None:
    live.sign_in(page, office.anna)
    visit(page, "/notifications")
    told = page.locator(".notices li").filter(has_text="Ждут слишком долго")
    expect(told).to_have_count(1)
    expect(told).to_contain_text(f"задач: {SHARE - 1}")
    assert digests(live) == dict.fromkeys(TAKERS, 1)


def evening(live: Live, settings: Settings) -> None:
    live.pass_time(timedelta(hours=4, minutes=5))
    sweep(live, settings)


def supervisor_acts(live: Live, page: Page, office: Office) -> None:
    """One digest; opened from the bell; the list; one task handed over from there."""
    assert digests(live) == dict.fromkeys((*TAKERS, "Ольга Старшая"), 1)
    live.sign_in(page, office.supervisor)
    visit(page, "/stages")
    page.locator("#bell").click()
    arrived(page)
    page.get_by_role("link", name=re.compile("Ждут слишком долго")).click()
    page.wait_for_url(re.compile(r"/escalations\?digest=\d+"))
    expect(page.locator("#bell .dot")).to_have_count(0)  # opened is seen
    assert_accessible(page)
    rows = page.locator("table.escal tbody tr")
    expect(rows).to_have_count(200)
    expect(page.get_by_text("Показаны первые 200")).to_be_visible()
    row = rows.filter(has_text="Анна Сидорова").first
    client = row.locator("th a").inner_text()
    row.get_by_role("checkbox").check()
    page.locator("#h-person").select_option(label="Борис Котов")
    page.get_by_role("button", name="Передать отмеченные").click()
    expect(page.locator("#changed")).to_have_text("1")
    expect(_row(page, client)).to_contain_text("Борис Котов")
    arrived(page)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Кто сколько получил")).to_be_visible()
    assert planned(live) == dict.fromkeys(TAKERS, SHARE) | {
        "Анна Сидорова": SHARE - 2, "Борис Котов": SHARE + 1,
    }  # fmt: skip
    page.get_by_role("link", name="Эскалации").click()
    expect(page.locator("main").get_by_role("link", name=client, exact=True)).to_have_count(0)


# ---- what the steps are made of


def choose_all_calls(page: Page) -> None:
    """The board, narrowed to the calls of the morning; all found, evenly, checked."""
    visit(page, "/dispatch")
    page.keyboard.press("f")
    page.keyboard.press("Control+A")
    page.keyboard.type("Клиент")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"Все {CALLS} найденные")).to_be_visible()
    arrived(page)
    page.locator("h1").click()
    page.keyboard.press("a")
    expect(page.locator('input[name="all"]')).to_be_checked()
    assert_accessible(page)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="Кто сколько получит")).to_be_visible()


def assert_shares(page: Page, heading: str) -> None:
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    people = page.locator("section").filter(has=page.get_by_role("heading", name=heading))
    for name in TAKERS:
        expect(_row(people, name).get_by_role("cell").nth(1)).to_have_text(str(SHARE))
    for name, why in (("Вера Лис", "отсутствует"), ("Егор Полный", "нет места")):
        expect(_row(people, name).get_by_role("cell").nth(1)).to_have_text("0")
        expect(_row(people, name)).to_contain_text(why)


def queue_numbers(page: Page) -> dict[str, int]:
    """The line «Вместе»: part → number, and ``total``."""
    cells = page.locator("tfoot td")
    found = {"total": int(cells.first.inner_text())}
    for link in page.locator("tfoot a").all():
        part = re.search(r"part=(\w+)", link.get_attribute("href") or "")
        assert part is not None
        found[part.group(1)] = int(link.inner_text())
    return found


def planned(live: Live) -> dict[str, int]:
    """Who has how many tasks that wait."""
    with live.database.reading() as session:
        rows = (
            select(Employee.full_name, func.count(Task.id))
            .join(Task, Task.performer_id == Employee.id)
            .where(Task.state == TaskState.PLANNED)
            .group_by(Employee.full_name)
        )
        return dict(session.execute(rows).all())


def digests(live: Live) -> dict[str, int]:
    """Who was told of escalations, how many times."""
    with live.database.reading() as session:
        rows = select(Employee.full_name, func.count()).join(
            Notification, Notification.employee_id == Employee.id
        )
        told = rows.where(Notification.kind == DIGEST).group_by(Employee.full_name)
        return dict(session.execute(told).all())


def sweep(live: Live, settings: Settings) -> None:
    """Everything that runs by the clock, once."""
    for job in jobs_of(settings):
        job.run(live.database, live.clock)


def _row(within: Page | Locator, text: str) -> Locator:
    return within.get_by_role("row").filter(has_text=text)


def _fact(page: Page, text: str) -> Locator:
    return page.locator(".facts > div").filter(has_text=text)
