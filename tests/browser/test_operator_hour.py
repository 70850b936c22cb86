"""An operator's hour by keyboard alone: not one click of a mouse (issue 3, item 11)."""

from datetime import timedelta

from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from campaigns.models import Outcome
from directory.staff.models import Role
from tests.browser.conftest import Live, arrived, visit
from tests.staff import PASSWORD, password_hash
from worklists.lifecycle import TaskState
from worklists.models.attempt import Attempt
from worklists.models.skip import TaskSkip
from worklists.models.task import Task

CLIENTS = 30


def _furnish(live: Live) -> str:
    with live.given() as given:
        unit = given.unit("Сервис Север")
        me = given.employee("Ирина Полякова", role=Role.OPERATOR, unit=unit)
        me.password_hash = password_hash()
        given.catalogue()
        campaign = given.campaign()
        for number in range(CLIENTS):
            client = given.client(f"Клиент {number:02d}", unit=unit, phone=f"+79126401{number:03d}")
            due_at = given.now - timedelta(hours=2, minutes=-number)
            asset = given.asset(client)
            given.task(unit=unit, client=client, asset=asset, campaign=campaign, due_at=due_at)
        return me.login


def test_an_hour_without_a_mouse(live: Live, page: Page) -> None:
    login = _furnish(live)
    mouse: list[str] = []
    page.expose_function("heardMouse", lambda name: mouse.append(name))
    page.add_init_script(
        """for (const name of ["mousedown", "pointerdown", "touchstart"])
             addEventListener(name, () => window.heardMouse(name), true);"""
    )
    visit(page, "/")
    page.keyboard.press("Tab")
    for _ in range(8):
        if page.evaluate("document.activeElement.id") == "login":
            break
        page.keyboard.press("Tab")
    page.keyboard.type(login)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".rail")).to_be_visible()
    arrived(page)

    _no_answer(page)
    _undo(live, page)
    _interview(page)
    _callback(live, page)
    _refusal(page)
    _bad_data(page)
    _comment(live, page)
    _skip(live, page)
    _batch(live, page)
    _sign_out(page)
    assert mouse == []
    with live.database.reading() as session:
        found = session.execute(
            select(Attempt.outcome, func.count())
            .where(Attempt.undone_at.is_(None))
            .group_by(Attempt.outcome)
        ).all()
    assert {row[0]: row[1] for row in found} == {
        Outcome.NO_ANSWER: 1,
        Outcome.INTERVIEW: 2,
        Outcome.REFUSED: 1,
        Outcome.BAD_DATA: 1,
    }


def _next_client(page: Page) -> None:
    with page.expect_navigation():  # the task before may say «у вас до» as well
        page.keyboard.press("KeyN")
    expect(page.get_by_text("у вас до")).to_be_visible()
    arrived(page)


def _save(page: Page, says: str) -> None:
    before = page.locator("#c-title").inner_text()
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-toast]")).to_contain_text(says)
    expect(page.locator("#c-title")).not_to_have_text(before)


def _no_answer(page: Page) -> None:
    _next_client(page)
    page.keyboard.press("Digit2")
    _save(page, "вернётся")


def _undo(live: Live, page: Page) -> None:
    page.keyboard.press("KeyZ")
    page.wait_for_url("**/tasks/*?undone=1")
    arrived(page)
    with live.database.reading() as session:
        assert session.scalar(
            select(func.count()).where(Task.state == TaskState.DEFERRED)
        ) == 0  # fmt: skip


def _interview(page: Page) -> None:
    _next_client(page)
    page.keyboard.press("Digit1")
    page.keyboard.press("Shift+Digit1")
    page.keyboard.press("KeyD")
    expect(page.locator("#goal_reached")).to_be_checked()
    _save(page, "закрыта")


def _callback(live: Live, page: Page) -> None:
    """A promised call: the result ticks the next step, a key chooses when."""
    _next_client(page)
    page.keyboard.press("Digit1")
    codes = page.locator("#result_interview option").all_inner_texts()
    think = next(n for n, words in enumerate(codes) if "подума" in words.lower())
    page.keyboard.press(f"Shift+Digit{think}")
    expect(page.locator("#plan")).to_be_checked()
    page.keyboard.press("KeyQ")
    expect(page.locator("[name=plan_due_date]")).not_to_have_value("")
    first = page.locator("[name=plan_due_date]").input_value()
    for _ in range(3):
        page.keyboard.press("KeyQ")
    assert page.locator("[name=plan_due_date]").input_value() >= first
    page.keyboard.press("KeyT")
    page.keyboard.type("Спросит мужа")
    _save(page, "")


def _refusal(page: Page) -> None:
    _next_client(page)
    page.keyboard.press("Digit3")
    _save(page, "")


def _bad_data(page: Page) -> None:
    _next_client(page)
    page.keyboard.press("Digit4")
    _save(page, "")


def _comment(live: Live, page: Page) -> None:
    _next_client(page)
    page.keyboard.press("Digit2")
    page.keyboard.press("KeyT")
    page.keyboard.type("Гудки, 2 раза")
    _save(page, "вернётся")
    with live.database.reading() as session:
        last = session.scalars(select(Attempt.comment).order_by(Attempt.id.desc()).limit(1)).one()
        assert last == "Гудки, 2 раза"


def _skip(live: Live, page: Page) -> None:
    _next_client(page)
    page.keyboard.press("KeyS")
    expect(page.locator(".c-head .menu-i").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".c-head .menu-i").nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-toast]")).to_be_visible()
    with live.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(TaskSkip)) == 1


def _batch(live: Live, page: Page) -> None:
    arrived(page)
    page.keyboard.press("KeyG")
    page.keyboard.press("KeyM")
    expect(page.locator("h1")).to_have_text("Мои задачи")
    arrived(page)
    page.keyboard.press("KeyB")
    expect(page.locator("[data-toast]")).to_contain_text("задач")
    expect(page.locator("#mine + .n, .sec-h .n").first).not_to_have_text("0")
    arrived(page)
    page.keyboard.press("KeyR")
    expect(page.locator("dialog#confirm")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[data-toast]")).to_contain_text("озвращен")
    with live.database.reading() as session:
        held = select(func.count()).where(
            Task.state == TaskState.PLANNED, Task.performer_id.is_not(None)
        )
        assert session.scalar(held) in (0, 1)


def _sign_out(page: Page) -> None:
    arrived(page)
    page.keyboard.press("KeyU")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("#login")).to_be_visible()
