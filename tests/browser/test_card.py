"""What hangs on a task, in a real browser: folds, comments beside the outcome, a live bell (C4)."""

from playwright.sync_api import Page, expect
from sqlalchemy import select

from directory.staff.models import Employee, Role
from tests.browser.conftest import Live, assert_accessible, visit
from tests.browser.furnished import furnish
from tests.bytes_of import PDF, png
from worklists.models.task import Task


def _unfold(page: Page, title: str, shown: str) -> None:
    page.locator(".fold summary", has_text=title).click()
    expect(page.locator(shown)).to_be_visible()


def test_a_task_is_furnished_and_talked_about(live: Live, page: Page) -> None:
    office = furnish(live)
    live.sign_in(page, office.login, Role.HEAD)
    visit(page, f"/tasks/{office.calls[0]}")
    _unfold(page, "Документы", "#doc-file")
    for name, content in (("фото.png", png()), ("акт.pdf", PDF)):
        page.set_input_files(
            "#doc-file",
            {"name": name, "mimeType": "application/octet-stream", "buffer": content},
        )
        page.get_by_role("button", name="Приложить").click()
        expect(page.locator("#sec-documents").get_by_text(name)).to_be_visible()
    expect(page.locator("#n-documents")).to_have_text("2")
    assert page.locator(".doc-p img").evaluate("(img) => img.decode().then(() => true)")
    page.set_input_files(
        "#doc-file", {"name": "фото.png", "mimeType": "image/png", "buffer": b"<svg></svg>"}
    )
    page.get_by_role("button", name="Приложить").click()
    expect(page.locator("#sec-documents .err")).to_contain_text("приложить нельзя")
    _unfold(page, "Чек-лист", "#chk-item")
    for text in ("Проверить пробег", "Спросить про шины"):
        page.fill("#chk-item", text)
        page.press("#chk-item", "Enter")
        expect(page.locator("#sec-checklist").get_by_text(text)).to_be_visible()
    page.get_by_role("checkbox", name="Проверить пробег").click()
    expect(page.locator("#n-checklist")).to_have_text("1/2")
    _unfold(page, "Наблюдатели", "#watcher")
    page.get_by_role("button", name="Наблюдать", exact=True).click()
    expect(page.get_by_role("button", name="Не наблюдать")).to_be_visible()
    _unfold(page, "Связанные задачи", "#link-other")
    page.fill("#link-other", str(office.calls[1]))
    page.press("#link-other", "Enter")
    expect(page.locator("#sec-links a.lnk")).to_have_count(1)
    _unfold(page, "Приоритет", "#priority")
    assert_accessible(page)


def test_a_comment_is_written_beside_the_outcome(live: Live, page: Page) -> None:
    office = furnish(live)
    live.sign_in(page, office.login)
    visit(page, f"/tasks/{office.calls[0]}")
    page.fill("#comment", "Начал писать результат")
    page.locator("#c-title").focus()
    page.keyboard.press("h")
    expect(page.locator("#talk .tabs")).to_be_visible()
    page.locator("#talk").get_by_role("link", name="Комментарии").first.click()
    page.fill("#note-text", "Ключи у мастера")
    page.press("#note-text", "Control+Enter")
    expect(page.locator(".notes-l")).to_contain_text("Ключи у мастера")
    expect(page.locator("#comment")).to_have_value("Начал писать результат")
    page.locator("#talk").get_by_role("link", name="История").click()
    expect(page.locator("#talk .talk-l")).to_contain_text("Ключи у мастера")
    assert_accessible(page)


def test_the_bell_and_the_list_follow_the_server(live: Live, page: Page) -> None:
    office = furnish(live)
    live.sign_in(page, office.login)
    visit(page, "/notifications")
    before = page.locator("#notices li").count()
    with live.given() as given:
        me = given.session.scalars(select(Employee).where(Employee.login == office.login)).one()
        given.notification(given.session.get_one(Task, office.calls[2]), me)
    expect(page.locator("#notices li")).to_have_count(before + 1, timeout=30_000)
