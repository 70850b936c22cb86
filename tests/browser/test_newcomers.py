"""What somebody who sees the product for the first time stumbled over, in a real browser."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from directory.staff.models import Role
from tests.browser.conftest import Live, visit
from tests.browser.furnished import Office, furnish
from worklists.models.task import Task, TaskKind

STYLES = Path(__file__).parents[2] / "webui/static/css"


@pytest.fixture
def office(live: Live) -> Office:
    return furnish(live)


@pytest.fixture
def at_task(live: Live, page: Page, office: Office) -> Page:
    """The page of the first call."""
    live.sign_in(page, office.login)
    visit(page, f"/tasks/{office.calls[0]}")
    return page


def test_the_results_do_not_hang_on_a_container(at_task: Page) -> None:
    """A container inside a fieldset was at times laid out without its contents."""
    for sheet in STYLES.glob("*.css"):
        assert not re.search(r"@container|container(-type)?:", sheet.read_text()), sheet.name
    for width in (1920, 1600, 1366, 1200, 1024, 800):
        at_task.set_viewport_size({"width": width, "height": 768})
        sizes = [tile.bounding_box() for tile in at_task.locator(".tiles-5 .tile").all()]
        assert len(sizes) == 5
        assert all(box and box["width"] > 100 and box["height"] > 30 for box in sizes), width
    at_task.keyboard.press("Digit1")
    expect(at_task.locator(".tiles-5 input:checked")).to_have_count(1)


def test_the_title_follows_the_task(at_task: Page, office: Office) -> None:
    title = at_task.title()
    at_task.keyboard.press("KeyJ")
    expect(at_task).not_to_have_url(re.compile(f"/tasks/{office.calls[0]}$"))
    number = at_task.url.rsplit("/", 1)[1]
    expect(at_task).to_have_title(re.compile(f"№ {number}"))
    assert at_task.title() != title


def test_a_session_that_ended_leads_back_to_what_was_typed(
    live: Live, at_task: Page, office: Office
) -> None:
    at_task.keyboard.press("Digit1")
    at_task.fill("textarea[name=comment]", "Просил перезвонить")
    sid = next(one for one in at_task.context.cookies() if one["name"] == "sid")
    at_task.context.add_cookies([{**sid, "value": "gone"}])
    at_task.get_by_role("button", name="Сохранить и закрыть").click()
    expect(at_task.get_by_text("введённое сохранено")).to_be_visible()
    next_url = at_task.locator("input[name=next]").input_value()
    assert next_url == f"/tasks/{office.calls[0]}"
    live.sign_in(at_task, office.login)
    visit(at_task, next_url)
    expect(at_task.locator("textarea[name=comment]")).to_have_value("Просил перезвонить")
    expect(at_task.get_by_text("Восстановлено то, что вы ввели")).to_be_visible()


def test_a_refused_save_names_everything_and_restores_nothing(
    live: Live, at_task: Page, office: Office
) -> None:
    with live.given() as given:
        code = str(given.code_id("booked_in_call"))
    at_task.keyboard.press("Digit1")
    at_task.select_option("[name=result_interview]", code)
    at_task.fill("[name=mileage_km]", "10")
    at_task.check("[name=book]")
    at_task.fill("[name=book_on]", "2020-01-01")
    at_task.check("[name=plan]")
    at_task.fill("[name=plan_due_date]", "2020-01-01")
    at_task.fill("[name=plan_due_time]", "10:00")
    at_task.get_by_role("button", name="Сохранить и закрыть").click()
    expect(at_task.get_by_text("Не сохранено: проверьте")).to_be_visible()
    for field in ("mileage_km", "book_workshop", "book_on", "book_work", "plan_due"):
        expect(at_task.locator(f"#{field}-e")).to_be_visible()
    expect(at_task.get_by_text("Восстановлено то, что вы ввели")).to_be_hidden()


def test_a_filter_by_keys_waits_and_keeps_the_focus(live: Live, page: Page, office: Office) -> None:
    live.sign_in(page, office.login)
    visit(page, "/stages")
    page.focus("#f-campaign")
    page.keyboard.press("ArrowDown")
    page.wait_for_timeout(300)
    assert "campaign" not in page.url
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("campaign=\\d"))
    expect(page.locator("#f-campaign")).to_be_focused()


def test_an_empty_board_with_a_filter_says_so(live: Live, page: Page, office: Office) -> None:
    live.sign_in(page, office.login)
    visit(page, "/stages?campaign=2147483647")
    expect(page.get_by_text("С этим фильтром пусто").first).to_be_visible()
    expect(page.get_by_text("Загрузите файл импортера")).to_have_count(0)
    page.get_by_role("link", name="Сбросить").first.click()
    expect(page).to_have_url(re.compile("/stages$"))


def test_a_text_box_drawn_larger_does_not_offend_the_policy(
    live: Live, page: Page, office: Office
) -> None:
    """Its size is an inline style, which htmx would copy; the page fixture hears the refusal."""
    with live.given() as given:
        given.session.get_one(Task, office.job).kind = TaskKind.DEPARTMENT
    live.sign_in(page, office.login)
    visit(page, f"/tasks/{office.job}")
    page.evaluate("document.querySelector('#comment').style.height = '200px'")
    page.keyboard.press("KeyJ")
    expect(page).not_to_have_url(re.compile(f"/tasks/{office.job}$"))
    expect(page.locator("#comment")).to_be_visible()


def test_a_preview_is_where_the_page_goes(live: Live, page: Page) -> None:
    with live.given() as given:
        head = given.employee("Глава", role=Role.HEAD, unit=given.unit())
        campaign, code = given.campaign().id, given.code_id("complaint")
        login = head.login
    live.sign_in(page, login)
    visit(page, f"/admin/campaigns/{campaign}")
    page.get_by_role("button", name="Показать", exact=True).click()
    expect(page).to_have_url(re.compile("/preview#outlook$"))
    expect(page.get_by_text("Если начать сейчас, попытки")).to_be_in_viewport()
    visit(page, f"/admin/result-codes/{code}")
    page.get_by_role("button", name="Показать, что увидит менеджер").click()
    expect(page).to_have_url(re.compile("#last-effect$"))
    expect(page.locator("#last-effect")).to_be_in_viewport()
