"""Keys of the card after a choice, a refused save, and the forms of a control (design §8)."""

from datetime import timedelta

from playwright.sync_api import Page, expect

from tests.browser.conftest import Live
from tests.browser.test_task_card import Desk, _open, desk
from worklists.lifecycle import TaskState
from worklists.models.task import Task

__all__ = ["desk"]  # the fixture

_NOTHING_IS_COVERED = """() => {
  const edges = (what) => document.querySelector(what).getBoundingClientRect();
  return edges("#ctx .pane-scroll").bottom <= edges("[data-toast]").top;
}"""
"""By the message: the room for it is made a moment after it has come."""

_ESCAPE_WITH_THE_COMPLAINT = """() => {
  const next = new MessageChannel();
  next.port1.onmessage = () => {
    const escape = new KeyboardEvent("keydown", { code: "Escape", bubbles: true });
    document.activeElement.dispatchEvent(escape);
  };
  new MutationObserver((_, seen) => {
    if (!document.querySelector("#reason-e")) return;
    seen.disconnect();
    next.port2.postMessage(0);
  }).observe(document, { childList: true, subtree: true });
}"""
"""The first thing after the script that brought the complaint, whatever else waits its turn."""


def _open_the_control(live: Live, page: Page, desk: Desk) -> None:
    """A task whose control is due, with the form that puts it off."""
    with live.given() as given:
        task = given.session.get_one(Task, desk.tasks[0])
        task.state, task.control_at = TaskState.ON_CONTROL, given.now - timedelta(hours=1)
    _open(live, page, desk)
    page.keyboard.press("KeyP")
    expect(page.locator(".ctl[open] input:not([type=hidden])").first).to_be_focused()


def test_a_digit_corrects_a_digit_and_letters_work_beside_a_list(
    live: Live, page: Page, desk: Desk
) -> None:
    _open(live, page, desk)
    page.keyboard.press("Digit1")
    expect(page.locator("#result_interview")).to_be_focused()
    page.keyboard.press("KeyD")
    expect(page.locator("#goal_reached")).to_be_checked()
    page.keyboard.press("Digit5")
    tile = page.locator("input[name=outcome][value=repeat]")
    expect(tile).to_be_checked()
    expect(tile).to_be_focused()
    expect(page.locator("#oc")).to_contain_text("Завершённых задач у клиента нет")
    page.keyboard.press("Digit2")
    expect(page.locator("input[name=outcome][value=no_answer]")).to_be_checked()
    page.keyboard.press("Shift+Slash")
    expect(page.locator("dialog#keys")).to_be_visible()


def test_a_refused_save_says_so_until_it_is_mended(live: Live, page: Page, desk: Desk) -> None:
    page.set_viewport_size({"width": 1280, "height": 640})
    _open(live, page, desk)
    page.keyboard.press("Digit1")
    page.keyboard.press("Control+Enter")
    field = page.locator("#result_interview")
    expect(field).to_be_focused()
    page.wait_for_timeout(600)
    expect(page.locator("#conseq")).to_contain_text("Не сохранено: проверьте отмеченные поля")
    box, foot = field.bounding_box(), page.locator(".c-foot").bounding_box()
    assert box and foot and box["y"] + box["height"] < foot["y"]
    page.select_option("#result_interview", desk.booked)
    expect(page.locator("#result_interview-e")).to_have_count(0)
    expect(page.locator("#conseq")).not_to_contain_text("Не сохранено")


def test_whom_the_queue_would_give_comes_next_and_the_toast_lies_beside(
    live: Live, page: Page, desk: Desk
) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    _open(live, page, desk, 1)
    page.keyboard.press("KeyC")
    expect(page.locator("text=у вас до")).to_be_visible()
    page.keyboard.press("Digit2")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#c-title")).to_have_text("Соколова Марина")
    toast = page.locator("[data-toast]")
    expect(toast).to_contain_text("Зайцев Т.: вернётся")
    card, said = page.locator("#card").bounding_box(), toast.bounding_box()
    assert card and said and said["x"] >= card["x"] + card["width"]


def test_a_form_of_the_control_takes_the_focus_and_the_key(
    live: Live, page: Page, desk: Desk
) -> None:
    _open_the_control(live, page, desk)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#reason-e")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("KeyY")
    expect(page.locator("#comment")).to_be_focused()
    page.keyboard.type("Приехал")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".closed")).to_contain_text("Подтверждена после контроля")


def test_a_key_pressed_as_the_complaint_appears_is_not_undone(
    live: Live, page: Page, desk: Desk
) -> None:
    _open_the_control(live, page, desk)
    page.evaluate(_ESCAPE_WITH_THE_COMPLAINT)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#c-title")).to_be_focused()
    expect(page.locator("#reason-e")).to_be_visible()
    page.keyboard.press("KeyY")
    expect(page.locator("#comment")).to_be_focused()


def test_the_way_back_stays_as_a_line_beside_the_card(live: Live, page: Page, desk: Desk) -> None:
    page.clock.install()
    _open(live, page, desk, 1)
    # From here on no time passes but what is let pass: a busy machine makes the message no older.
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 1)
    page.keyboard.press("KeyS")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("#c-title")).not_to_have_text("Зайцев Тимур")
    toast = page.locator("[data-toast]")
    expect(toast).to_contain_text("Зайцев Т.: задача пропущена")
    page.wait_for_function(_NOTHING_IS_COVERED, polling=50)
    page.clock.run_for(100)
    # An answer that is still on its way would be waited for in vain.
    expect(page.locator('[hx-trigger="load"]')).to_have_count(0)
    page.clock.run_for(29_000)
    expect(toast).to_be_visible()
    page.clock.run_for(2_000)
    expect(toast).to_have_count(0)
    line = page.locator("#undo-line")
    expect(line).to_contain_text("задача пропущена")
    page.clock.run_for(8 * 60_000)
    page.clock.resume()
    page.keyboard.press("KeyZ")
    expect(page.locator("#c-title")).to_have_text("Зайцев Тимур")
    expect(toast).to_contain_text("Пропуск отменён")
    expect(line).to_be_empty()


def test_the_way_back_outlives_the_next_client_and_goes_with_its_use(
    live: Live, page: Page, desk: Desk
) -> None:
    _open(live, page, desk)
    page.keyboard.press("Digit2")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-toast]")).to_contain_text("Соколова М.")
    page.keyboard.press("KeyN")
    line = page.locator("#undo-line")
    expect(line).to_contain_text("Соколова М.")
    expect(page.locator("#c-title")).to_have_text("Зайцев Тимур")
    page.keyboard.press("KeyZ")
    expect(page.locator("#c-title")).to_have_text("Соколова Марина")
    expect(page.locator("[data-toast]")).to_contain_text("Результат отменён")
    expect(line).to_be_empty()
    page.reload()
    expect(line).to_be_empty()


def test_a_key_that_opens_a_part_of_the_form_goes_there(live: Live, page: Page, desk: Desk) -> None:
    page.set_viewport_size({"width": 1280, "height": 600})
    _open(live, page, desk)
    page.keyboard.press("Digit1")
    page.select_option("#result_interview", desk.booked)
    for key, field in (("KeyB", "#book_workshop"), ("KeyI", "#involve_unit"), ("KeyP", "#plan")):
        page.keyboard.press(key)
        expect(page.locator(field)).to_be_focused()
        expect(page.locator(field)).to_be_in_viewport()
    expect(page.locator("[data-key-cycle]").first).to_be_in_viewport()


def test_the_card_that_is_open_is_seen_in_the_queue(live: Live, page: Page, desk: Desk) -> None:
    page.set_viewport_size({"width": 1280, "height": 420})
    _open(live, page, desk, 2)
    expect(page.locator(".q-item[aria-current]")).to_be_in_viewport(ratio=1)
