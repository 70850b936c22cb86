"""A supervisor's morning at the dispatch board: filter, all found, evenly, dry run, report (C3)."""

from playwright.sync_api import Page, expect

from directory.staff.models import Role
from tests.browser.conftest import Live, arrived, visit


def _furnish(live: Live) -> str:
    with live.given() as given:
        unit = given.unit("Сервис Север")
        head = given.employee("Ольга Старшая", role=Role.SUPERVISOR, unit=unit)
        for name in ("Анна Сидорова", "Борис Котов", "Вера Лис"):
            given.employee(name, role=Role.OPERATOR, unit=unit)
        for n in range(60):
            client = given.client(f"Клиент {n:02d}", unit=unit)
            given.task(unit=unit, client=client, asset=given.asset(client))
        given.task(unit=unit, client=given.client("Срочный", unit=unit), priority=1)
        return head.login


def test_five_dozen_tasks_are_shared_out_after_a_dry_run(live: Live, page: Page) -> None:
    live.sign_in(page, _furnish(live))
    visit(page, "/dispatch")
    page.keyboard.press("f")
    page.keyboard.type("Клиент")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Все 60 найденные")).to_be_visible()
    arrived(page)

    page.locator('input[name="task"]').first.check()
    expect(page.locator("[data-count-checked=task]")).to_have_text("1")
    page.locator("h1").click()
    page.keyboard.press("a")
    expect(page.locator('input[name="all"]')).to_be_checked()
    page.keyboard.press("Control+Enter")

    expect(page.get_by_role("heading", name="Кто сколько получит")).to_be_visible()
    expect(page.locator("#changed")).to_have_text("60")
    row = page.get_by_role("row").filter(has_text="Анна Сидорова").first
    expect(row.get_by_role("cell").nth(1)).to_have_text("20")
    arrived(page)
    page.keyboard.press("Control+Enter")

    expect(page.get_by_role("heading", name="Кто сколько получил")).to_be_visible()
    expect(page.get_by_role("button", name="Вернуть как было")).to_be_visible()
    page.get_by_role("link", name="К распределению").last.click()
    expect(page.get_by_text("Здесь пусто")).to_be_visible()
    page.get_by_role("link", name="Запланированы").click()
    expect(page.get_by_text("Все 60 найденные")).to_be_visible()


_CUT = """() => {
const needs = (select) => {
  const style = getComputedStyle(select);
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = style.font;
  const words = select.selectedOptions[0].textContent;
  return pen.measureText(words).width + parseFloat(style.paddingLeft)
    + parseFloat(style.paddingRight);
};
return [...document.querySelectorAll(".bar, .bar h1, .tabs, .tbl-x, .disp-list, select")]
  .filter((el) => el.getClientRects().length && !el.closest(".menu-p"))
  .filter((el) => el.tagName === "SELECT" ? needs(el) > el.clientWidth
    : el.scrollWidth > el.clientWidth + 1)
  .map((el) => `${el.tagName}.${el.className} ${el.scrollWidth} > ${el.clientWidth}`);
}"""


def test_nothing_that_leads_a_page_is_cut_at_1366_pixels(live: Live, page: Page) -> None:
    """Tabs, headings, filters and the columns of numbers are read without a scroll bar."""
    live.sign_in(page, _furnish(live))
    page.set_viewport_size({"width": 1366, "height": 768})
    for address in ("/dispatch", "/dispatch?tab=closed", "/queue", "/team", "/stages"):
        page.goto(f"{live.url}{address}")
        page.evaluate("document.fonts.ready")
        assert page.evaluate(_CUT) == [], address
