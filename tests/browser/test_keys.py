"""How many keys the work takes, in any layout, and when keys are silent (issue 3, item 11)."""

from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from campaigns.models import Outcome
from tests.browser.conftest import Live, arrived, assert_accessible, visit
from tests.browser.test_task_card import Desk, _attempts, _open, desk
from worklists.lifecycle import TaskState
from worklists.models.attempt import Attempt

__all__ = ["desk"]  # the fixture

_RUSSIAN = {"KeyC": "с", "KeyN": "т", "KeyZ": "я", "Shift+Digit1": "!", "Shift+Slash": ","}


@dataclass
class Keyboard:
    """Counts key presses; in the Russian layout the browser says another ``key`` for a place."""

    page: Page
    layout: str
    pressed: list[str] = field(default_factory=list)

    def press(self, keys: str) -> None:
        self.pressed.append(keys)
        letter = _RUSSIAN.get(keys)
        if self.layout == "latin" or letter is None or "+" in keys:
            self.page.keyboard.press(keys)
            return
        self.page.evaluate(
            """([code, key]) => {
              const on = document.activeElement || document.body;
              for (const type of ["keydown", "keyup"]) {
                on.dispatchEvent(new KeyboardEvent(type,
                  { code, key, bubbles: true, cancelable: true }));
              }
            }""",
            [keys, letter],
        )


@pytest.fixture(params=["latin", "russian"])
def keyboard(page: Page, request: pytest.FixtureRequest) -> Keyboard:
    return Keyboard(page, str(request.param))


def _last(live: Live) -> Attempt:
    with live.database.reading() as session:
        found = session.scalars(select(Attempt).order_by(Attempt.id.desc()).limit(1)).one()
        session.expunge(found)
        return found


def test_no_answer_takes_three_keys(live: Live, page: Page, desk: Desk, keyboard: Keyboard) -> None:
    _open(live, page, desk)
    keyboard.press("KeyC")
    expect(page.locator("text=у вас до")).to_be_visible()
    keyboard.press("Digit2")
    keyboard.press("Control+Enter")
    expect(page.locator("#c-title")).to_have_text("Зайцев Тимур")
    assert len(keyboard.pressed) <= 3
    assert _last(live).outcome is Outcome.NO_ANSWER


def test_an_interview_takes_four_keys(
    live: Live, page: Page, desk: Desk, keyboard: Keyboard
) -> None:
    _open(live, page, desk)
    keyboard.press("KeyC")
    expect(page.locator("text=у вас до")).to_be_visible()
    keyboard.press("Digit1")
    expect(page.locator("#result_interview option").nth(1)).to_contain_text("1. ")
    keyboard.press("Shift+Digit1")
    expect(page.locator("#result_interview")).to_have_value(desk.booked)
    keyboard.press("Control+Enter")
    expect(page.locator("#c-title")).to_have_text("Зайцев Тимур")
    assert len(keyboard.pressed) <= 4
    assert _last(live).outcome is Outcome.INTERVIEW


@pytest.mark.parametrize("start", ["/my", "/stages", "/tasks/{}"])
def test_the_next_client_takes_one_key(
    live: Live, page: Page, desk: Desk, keyboard: Keyboard, start: str
) -> None:
    live.sign_in(page, desk.login)
    visit(page, start.format(desk.tasks[2]))
    keyboard.press("KeyN")
    expect(page.locator("text=у вас до")).to_be_visible()
    assert keyboard.pressed == ["KeyN"]


def test_the_next_client_is_one_key_away_on_a_narrow_screen_too(
    live: Live, page: Page, desk: Desk
) -> None:
    page.set_viewport_size({"width": 900, "height": 700})
    live.sign_in(page, desk.login)
    visit(page, f"/tasks/{desk.tasks[2]}")
    page.keyboard.press("KeyN")
    expect(page.locator("text=у вас до")).to_be_visible()


def test_keys_are_silent_while_typing_and_beside_dialogs(
    live: Live, page: Page, desk: Desk
) -> None:
    _open(live, page, desk)
    posts: list[str] = []
    page.on("request", lambda r: posts.append(r.url) if r.method == "POST" else None)
    page.keyboard.press("KeyT")
    expect(page.locator("#comment")).to_be_focused()
    page.keyboard.type("cn2z?")
    expect(page.locator("#comment")).to_have_value("cn2z?")
    assert _attempts(live) == 0
    expect(page.locator("input[name=outcome]:checked")).to_have_count(0)
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+Slash")
    expect(page.locator("dialog#keys")).to_be_visible()
    for keys in ("KeyC", "KeyN", "Digit2", "KeyS", "Shift+Digit1"):
        page.keyboard.press(keys)
    expect(page.locator("input[name=outcome]:checked")).to_have_count(0)
    page.keyboard.press("Escape")
    page.keyboard.press("Digit2")
    expect(page.locator("input[value=no_answer]")).to_be_checked()
    # This answer comes after those that the other keys would have asked for.
    expect(page.locator("#conseq")).to_contain_text("Вернётся")
    assert posts == [] and page.evaluate("dialled") == []


def test_ones_own_key_is_pressed_shown_and_given_back(live: Live, page: Page, desk: Desk) -> None:
    live.sign_in(page, desk.login)
    visit(page, "/account/keys")
    row = page.locator(".own-key", has=page.locator("#k-next_client"))
    row.get_by_role("button", name="Задать").click()
    page.keyboard.press("F5")
    expect(page.locator("[data-key-refused]")).to_be_visible()
    note = page.locator("[data-unsaved-note]")
    expect(note).to_be_hidden()
    page.keyboard.press("KeyC")
    expect(page.locator("#k-next_client")).to_have_value("KeyC")
    expect(note).to_be_visible()
    asked: list[str] = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.locator("a[href='/account']").first.click()
    expect(page.locator("#k-next_client")).to_have_value("KeyC")
    assert asked == ["beforeunload"], "leaving asks"
    assert_accessible(page)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".notice[role=alert]").first).to_contain_text(
        "Клавиша «C» для «Следующий клиент» уже занята: «Позвонить, взять в работу»"
    )
    arrived(page)
    row.get_by_role("button", name="Задать").click()
    page.keyboard.press("BracketRight")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-toast]")).to_contain_text("Клавиши сохранены")
    visit(page, "/my")
    expect(page.locator(".q-next .kbd")).to_have_text("Ъ / ]")
    page.keyboard.press("Shift+Slash")
    line = page.locator("#keys dl > div", has_text="Следующий клиент")
    expect(line.locator("kbd")).to_have_text("Ъ / ]")
    page.keyboard.press("Escape")
    page.keyboard.press("KeyN")
    page.keyboard.press("BracketRight")
    expect(page.locator("text=у вас до")).to_be_visible()
    visit(page, "/account/keys")
    page.locator("button[name=reset][value=next_client]").click()
    expect(page.locator("#k-next_client")).to_have_value("")


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("/stages", ["Следующий клиент", "Следующая строка", "Отменить", "Моё меню"]),
        ("/my", ["Следующий клиент", "Ещё 20", "Вернуть остальные"]),
        ("/tasks/{}", ["Пропустить", "Писать комментарий", "Предыдущая задача", "Недозвон"]),
        ("/control", ["Следующая строка"]),
        ("/queue", ["Следующая строка"]),
    ],
)
def test_the_sheet_of_keys_lists_what_the_page_can(
    live: Live, page: Page, desk: Desk, address: str, shown: list[str]
) -> None:
    live.sign_in(page, desk.login)
    visit(page, address.format(desk.tasks[0]))
    page.keyboard.press("Shift+Slash")
    sheet = page.locator("#keys dl")
    for words in shown:
        if words != "Отменить":
            expect(sheet).to_contain_text(words)
    page.emulate_media(media="print")
    expect(sheet).to_be_visible()
    expect(page.locator("main")).to_be_hidden()


def test_the_sheet_also_lists_what_works_only_at_times(live: Live, page: Page, desk: Desk) -> None:
    """Before a result is chosen there is no tick for D, before a save no message for Z."""
    live.sign_in(page, desk.login)
    visit(page, f"/tasks/{desk.tasks[0]}")
    page.keyboard.press("Shift+Slash")
    rows = dict(
        page.locator("#keys [data-keys-list] > div").evaluate_all(
            "(rows) => rows.map((one) => [...one.children].map((part) => part.textContent))"
        )
    )
    assert rows["Работа по цели завершена"] == "В / D"
    assert rows["Отменить последнее, пока сообщение на экране"] == "Я / Z"
    assert rows["Закрыть меню или окно, выйти из поля"] == "Esc"


def test_the_key_of_the_history_never_closes_it(live: Live, page: Page, desk: Desk) -> None:
    live.sign_in(page, desk.login)
    visit(page, f"/tasks/{desk.tasks[0]}")
    for _ in range(2):
        page.keyboard.press("KeyH")
        expect(page.locator("#history")).to_have_attribute("open", "")


def test_undo_is_one_key(live: Live, page: Page, desk: Desk, keyboard: Keyboard) -> None:
    from worklists.models.task import Task

    _open(live, page, desk)
    page.keyboard.press("Digit2")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#c-title")).to_have_text("Зайцев Тимур")
    keyboard.press("KeyZ")
    expect(page.locator("#c-title")).to_have_text("Соколова Марина")
    with live.database.reading() as session:
        assert session.get_one(Task, desk.tasks[0]).state is TaskState.PLANNED
