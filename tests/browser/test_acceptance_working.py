"""Points of the acceptance list that are felt while working (design/ui/stack.md §8).

Each test carries the number of its point; ``test_acceptance_looking.py`` tells where others are.
Times are measured inside the page and printed; only generous bounds are asserted, since the machine
that tests may be busy.
"""

from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.browser.conftest import Live, dialled, serving_sqlite, visit
from tests.browser.furnished import Office, furnish

CALLS = 30
_SPEED = {"downloadThroughput": 60_000, "uploadThroughput": 60_000}
_SLOW = {"offline": False, "latency": 400} | _SPEED
_TIME_TO_NEXT_CARD = """(key) => new Promise((done) => {
  const before = document.getElementById("c-title").closest("#card").innerHTML;
  const start = performance.now();
  document.body.dispatchEvent(new KeyboardEvent("keydown", { code: key, bubbles: true }));
  const look = () => {
    const card = document.getElementById("card");
    const isNext = card && card.innerHTML !== before;
    requestAnimationFrame(isNext ? () => done(performance.now() - start) : look);
  };
  look();
})"""
_FOCUS = """() => {
  const el = document.activeElement;
  if (!el || el === document.body) return null;
  const label = el.closest("label");
  // The small button inside a date is the browser's, and so is its ring.
  const isOwn = /^(date|time)$/.test(el.type) && !el.matches(":focus-visible");
  const looks = isOwn || [el, label, el.parentElement].filter(Boolean).some((one) => {
    const style = getComputedStyle(one);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0)
      || style.boxShadow !== "none";
  });
  const shown = (/^(radio|checkbox)$/.test(el.type) && label) || el;
  const box = shown.getBoundingClientRect();
  const [x, y] = [box.left + box.width / 2, box.top + Math.min(box.height / 2, 300)];
  const top = document.elementFromPoint(x, y);
  const near = top && (shown.contains(top) || top.contains(shown));
  const pane = el.closest(".rail, header.bar, #queue, #card, #ctx");
  return { name: `${el.tagName}#${el.id}.${el.className} ${el.textContent.trim().slice(0, 30)}`,
    looks, near: Boolean(near), pane: pane ? pane.id || pane.className.split(" ")[0] : "" };
}"""


@pytest.fixture(scope="module")
def live(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """One office with a long queue; each test takes calls of its own."""
    with serving_sqlite(sqlite_template, tmp_path_factory.mktemp("working")) as running:
        yield running


@pytest.fixture(scope="module")
def office(live: Live) -> Office:
    return furnish(live, calls=CALLS)


@pytest.fixture
def desk(live: Live, page: Page, office: Office) -> Page:
    """A window of the manager on the first call."""
    live.sign_in(page, office.login)
    visit(page, f"/tasks/{office.calls[0]}")
    return page


@pytest.fixture
def network(desk: Page) -> CDPSession:
    session = desk.context.new_cdp_session(desk)
    session.send("Network.enable")
    return session


def test_04_j_paints_the_next_card_soon(desk: Page) -> None:
    times = [desk.evaluate(_TIME_TO_NEXT_CARD, "KeyJ") for _ in range(20)]
    print(f"J to the next card: median {median(times):.0f} ms of {sorted(map(round, times))}")
    assert median(times) < 3000


def test_05_a_slow_network_does_not_delay_fields(desk: Page, network: CDPSession) -> None:
    desk.wait_for_load_state("networkidle")
    network.send("Network.emulateNetworkConditions", _SLOW)
    took, asked = desk.evaluate(
        """() => {
          const [real, asked] = [window.fetch, []];
          window.fetch = (...what) => { asked.push(String(what[0])); return real(...what); };
          const start = performance.now();
          const key = new KeyboardEvent("keydown", { code: "Digit1", bubbles: true });
          document.body.dispatchEvent(key);
          const field = document.getElementById("result_interview");
          const took = field.getClientRects().length ? performance.now() - start : null;
          window.fetch = real;
          return [took, asked];
        }"""
    )
    assert took is not None  # shown by the same event, so without any answer
    print(f"outcome to its fields: {took:.1f} ms")
    assert took < 500
    assert asked == []


def test_06_a_slow_network_shows_that_it_works(desk: Page, network: CDPSession) -> None:
    # So slow that a busy machine paints the bar before the answer is there.
    network.send("Network.emulateNetworkConditions", _SLOW | {"latency": 2000})
    shown = desk.evaluate(
        """() => new Promise((done) => {
          const [card, bar] = [document.getElementById("card"), document.querySelector(".load")];
          const start = performance.now();
          const key = new KeyboardEvent("keydown", { code: "KeyJ", bubbles: true });
          document.body.dispatchEvent(key);
          const look = () => {
            if (Number(getComputedStyle(bar).opacity) > 0)
              done([performance.now() - start, card.isConnected, card.checkVisibility()]);
            else requestAnimationFrame(look);
          };
          look();
        })"""
    )
    print(f"busy bar after {shown[0]:.0f} ms")
    assert shown[0] < 1000
    assert shown[1:] == [True, True]
    expect(desk.locator("body.busy")).to_have_count(0)


def test_14_a_whole_call_takes_few_keys(desk: Page, office: Office) -> None:
    visit(desk, f"/tasks/{office.calls[5]}")
    pressed = ["KeyC", "Digit1", "ArrowDown", "Tab", "Space", "Control+Enter"]
    desk.keyboard.press(pressed[0])
    expect(desk.get_by_text("у вас до")).to_be_visible()
    assert len(dialled(desk)) == 1
    desk.keyboard.press(pressed[1])
    expect(desk.locator("#result_interview")).to_be_focused()
    desk.keyboard.press(pressed[2])
    desk.keyboard.press(pressed[3])
    expect(desk.locator("#goal_reached")).to_be_focused()
    desk.keyboard.press(pressed[4])
    desk.keyboard.press(pressed[5])
    expect(desk.locator("[data-toast]")).to_contain_text("задача закрыта")
    expect(desk.locator("#task-bar h1")).not_to_have_text(f"Задача № {office.calls[5]}")
    assert len(pressed) <= 8


@pytest.mark.parametrize(
    ("following", "previous", "goto", "stages"),
    [("о", "л", "п", "ы"), ("о", "л", "п", "і")],
    ids=["ru", "uk"],
)
def test_15_keys_work_in_other_layouts(
    desk: Page, network: CDPSession, following: str, previous: str, goto: str, stages: str
) -> None:
    def press(code: str, key: str) -> None:
        for kind in ("keyDown", "keyUp"):
            event = {"type": kind, "code": code, "key": key}
            network.send("Input.dispatchKeyEvent", event)

    first = desk.locator("#task-bar h1").inner_text()
    press("KeyJ", following)
    expect(desk.locator("#task-bar h1")).not_to_have_text(first)
    press("KeyK", previous)
    expect(desk.locator("#task-bar h1")).to_have_text(first)
    press("KeyG", goto)
    press("KeyS", stages)
    expect(desk.locator("h1")).to_have_text("Этапы")


def test_16_letters_are_text_in_fields_and_can_be_switched_off(desk: Page) -> None:
    # A key that walks marks the row at once, before the card has come.
    current = desk.locator(".q-item[aria-current]")
    first = current.get_attribute("href")
    desk.locator("#comment").press_sequentially("jkc2?")
    expect(desk.locator("#comment")).to_have_value("jkc2?")
    assert desk.locator("[name=outcome]:checked").count() == 0
    desk.locator("#c-title").focus()
    desk.keyboard.press("Shift+Slash")
    expect(desk.locator("#keys")).to_be_visible()
    desk.keyboard.press("KeyJ")
    desk.locator("[data-keys-switch]").uncheck()
    desk.keyboard.press("Escape")
    expect(desk.locator("#keys")).to_be_hidden()
    for _ in range(2):
        desk.keyboard.press("KeyJ")
        desk.keyboard.press("Digit2")
        assert current.get_attribute("href") == first
        assert desk.locator("[name=outcome]:checked").count() == 0
        visit(desk, desk.url)


def test_18_the_queue_is_one_stop(desk: Page, office: Office) -> None:
    panes: list[str] = []
    in_queue: list[str] = []
    desk.evaluate("document.body.focus()")
    for _ in range(90):
        desk.keyboard.press("Tab")
        found = desk.evaluate(_FOCUS)
        if found is None:
            break
        if found["pane"] and (not panes or panes[-1] != found["pane"]):
            panes.append(found["pane"])
        if desk.evaluate("Boolean(document.activeElement.closest('.q-list'))"):
            in_queue.append(found["name"])
    assert panes == ["rail", "bar", "queue", "card", "ctx"]
    assert len(in_queue) == 1
    item = desk.locator(".q-item[aria-current]")
    item.focus()
    rows = desk.locator(".q-item")
    for key, at in (("End", rows.count() - 1), ("Home", 0), ("ArrowDown", 1), ("ArrowUp", 0)):
        desk.keyboard.press(key)
        expect(rows.nth(at)).to_be_focused()


@pytest.mark.parametrize("place", ["call", "stages", "my tasks", "rows of a file", "work-list"])
def test_19_focus_is_seen_wherever_it_is(desk: Page, office: Office, place: str) -> None:
    visit(desk, office.pages[place][1])
    if place == "call":
        desk.locator("label:has([name=outcome][value=interview])").click()
        desk.select_option("#result_interview", index=1)
        for box in ("#plan", "#book", "#involve"):
            desk.check(box)
        desk.locator(".skip").focus()
    unseen = []
    stops = 0
    for _ in range(150):
        desk.keyboard.press("Tab")
        found: dict[str, Any] | None = desk.evaluate(_FOCUS)
        if found is None:
            break
        stops += 1
        if not (found["looks"] and found["near"]):
            unseen.append(found)
    assert stops > 10
    assert unseen == []


def test_20_closing_returns_focus_to_what_opened(desk: Page) -> None:
    opener = desk.get_by_role("button", name="Клавиши")
    opener.click()
    expect(desk.locator("#keys")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(opener).to_be_focused()
    menu = desk.locator("header.bar details.menu summary")
    menu.click()
    desk.keyboard.press("Escape")
    expect(menu).to_be_focused()
    expect(desk.locator("header.bar details.menu[open]")).to_have_count(0)


def test_34_the_queue_stays_where_it_is_after_a_save(desk: Page, office: Office) -> None:
    middle = desk.locator(".q-item").nth(25)
    middle.click()
    expect(desk.locator("#c-title")).to_have_text(middle.locator(".nm").inner_text())
    number = desk.locator("#task-bar h1").inner_text().split()[-1]
    queue = desk.locator(".q-list")
    scrolled = queue.evaluate("(el) => el.scrollTop")
    assert scrolled > 100
    before = desk.locator(".q-item").count()
    desk.keyboard.press("Digit2")
    with desk.expect_response("**/attempts") as saved:
        desk.keyboard.press("Control+Enter")
    expect(desk.locator("[data-toast]")).to_contain_text("попытка 1 из 4")
    answer = saved.value.text()
    assert 'id="queue"' in answer
    assert f'id="q-{number}"' not in answer
    expect(desk.locator(".q-item")).to_have_count(before - 1)
    expect(desk.locator(".q-head .num")).to_have_text(str(before - 1))
    assert abs(queue.evaluate("(el) => el.scrollTop") - scrolled) < 80
