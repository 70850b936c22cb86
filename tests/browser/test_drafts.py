"""What was typed into an outcome outlives the session, and nobody else gets to see it (issue 3)."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from directory.staff.models import Employee, SignInSession
from tests.browser.conftest import Live, arrived, visit
from tests.browser.test_task_card import Desk, _attempts, _open, desk
from tests.staff import PASSWORD, password_hash
from worklists.models.attempt import Attempt

__all__ = ["desk"]  # the fixture


def _draft(page: Page) -> list[str]:
    return page.evaluate(
        """() => [...Object.keys(sessionStorage), ...Object.values(sessionStorage),
                  ...Object.keys(localStorage), ...Object.values(localStorage)]"""
    )  # type: ignore[no-any-return]


def _type_secret(page: Page) -> None:
    page.keyboard.press("Digit2")
    page.keyboard.press("KeyT")
    page.keyboard.type("Тайна клиента")


def _end_sessions(live: Live) -> None:
    with live.database.unit_of_work() as session:
        session.execute(
            update(SignInSession).values(ended_at=live.clock(session), ended_by="expired")
        )


def _give_password(live: Live, *logins: str) -> None:
    with live.given() as given:
        for one in given.session.scalars(select(Employee).where(Employee.login.in_(logins))):
            one.password_hash = password_hash()


def _sign_in_here(page: Page, login: str) -> None:
    arrived(page)  # what was sent in vain is remembered by a script of this page
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")


def test_a_draft_outlives_the_session_and_another_person_does_not_see_it(
    live: Live, page: Page, desk: Desk, window: Callable[..., Any]
) -> None:
    _give_password(live, desk.login, desk.colleague)
    _open(live, page, desk)
    _type_secret(page)
    _end_sessions(live)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#login")).to_be_visible()
    _sign_in_here(page, desk.login)
    expect(page.locator("#comment")).to_have_value("Тайна клиента")
    expect(page.locator("input[value=no_answer]")).to_be_checked()
    assert _attempts(live) == 0
    _end_sessions(live)
    page.reload()
    _sign_in_here(page, desk.colleague)
    expect(page.locator("#c-title")).to_be_visible()
    arrived(page)
    expect(page.locator("#comment")).to_have_value("")
    assert not any("Тайна" in text for text in _draft(page))


def test_a_draft_without_scripts_driving_the_form_outlives_the_session(
    live: Live, page: Page, desk: Desk
) -> None:
    """The form posts by itself (the driver did not load): the way over the sign-in keeps it too."""
    _give_password(live, desk.login)
    _open(live, page, desk)
    _type_secret(page)
    _end_sessions(live)
    page.evaluate(
        """() => { const form = document.getElementById("outcome-form");
                   const copy = (e) => e.stopImmediatePropagation();
                   form.addEventListener("submit", copy, true);
                   sessionStorage.setItem("draft-sent", form.dataset.draft);
                   HTMLFormElement.prototype.submit.call(form); }"""
    )
    expect(page.locator("#login")).to_be_visible()
    _sign_in_here(page, desk.login)
    expect(page.locator("#comment")).to_have_value("Тайна клиента")


def test_who_signs_out_leaves_nothing_in_the_browser(live: Live, page: Page, desk: Desk) -> None:
    _open(live, page, desk)
    _type_secret(page)
    assert any("Тайна" in text for text in _draft(page))
    other = page.context.new_page()
    visit(other, f"{live.url}/tasks/{desk.tasks[1]}")
    _type_secret(other)
    page.keyboard.press("Escape")
    page.keyboard.press("KeyU")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("#login")).to_be_visible()
    expect(other.locator("#login")).to_be_visible()
    for one in (page, other):
        assert not any("Тайна" in text for text in _draft(one))


def test_a_saved_draft_is_gone_and_a_lost_connection_keeps_it(
    live: Live, page: Page, desk: Desk
) -> None:
    _open(live, page, desk)
    _type_secret(page)
    page.context.set_offline(True)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast.bad")).to_be_visible()
    page.context.set_offline(False)
    page.reload()
    expect(page.locator("#comment")).to_have_value("Тайна клиента")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#c-title")).to_have_text("Зайцев Тимур")
    assert not any("Тайна" in text for text in _draft(page))
    with live.database.reading() as session:
        assert session.scalars(select(Attempt.comment)).all() == ["Тайна клиента"]
    live.troubles[:] = [t for t in live.troubles if "Failed to fetch" not in t]
