"""A real server with a real browser: each test has its own database and its own window.

``live`` is the server; ``page`` a window at 1366×768 that fails the test for any violation of the
content security policy and any error in the console. A module whose tests do not disturb each other
may define a ``live`` of its own with a wider scope by ``serving()``.
"""

import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from sqlalchemy import select
from werkzeug.serving import WSGIRequestHandler, make_server

from core.clock import ShiftedClock
from core.db import Database
from core.settings import Settings
from directory.staff.models import Appointment, Employee, Role
from directory.staff.sessions import open_session
from tests.application import application
from tests.conftest import NOON, settings_for
from tests.given import Given

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
_AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_EXPECTED = re.compile(r"status of (401|409|422)\b|net::ERR_INTERNET_DISCONNECTED")
"""Answers that a page handles, and a network that a test cuts: the browser reports them anyway."""
_PATIENCE = 15_000
"""Milliseconds until a condition is given up: the machine may be busy with other tests."""
_ON_EVERY_PAGE = """
window.cspViolations = [];
document.addEventListener("securitypolicyviolation", (e) =>
  window.cspViolations.push(`${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}`));
window.dialled = [];
document.addEventListener("click", (e) => {
  const link = e.target.closest?.('a[href^="tel:"]');
  if (!link) return;
  e.preventDefault();
  window.dialled.push(link.href);
}, true);
"""
"""Links to telephone programs are only noted: the browser's dialog about them takes the keys."""
expect.set_options(timeout=_PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs the browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@dataclass
class Live:
    """A running server. Its clock shows NOON on a Wednesday until a test moves it on."""

    url: str
    database: Database
    clock: ShiftedClock
    app: Flask
    troubles: list[str] = field(default_factory=list)
    """What a browser complained about so far; the test fails for it."""

    @contextmanager
    def given(self) -> Iterator[Given]:
        """Builders whose rows are committed at the end of the block."""
        with self.database.unit_of_work() as session:
            yield Given(session, now=self.clock(session))

    def sign_in(self, page: Page, login: str, role: Role | None = None) -> None:
        """Sign the person in without the form, in this role or the first that they have."""
        with self.database.unit_of_work() as session:
            employee = session.scalars(select(Employee).where(Employee.login == login)).one()
            first = select(Appointment.role).where(Appointment.employee_id == employee.id)
            token = open_session(
                session,
                employee.id,
                role=role or session.scalars(first.order_by(Appointment.id)).first(),
                now=self.clock(session),
                longest=timedelta(hours=14),
            )
        page.context.add_cookies([{"name": "sid", "value": token, "url": self.url}])

    def pass_time(self, by: timedelta) -> None:
        """Move the server's clock on."""
        self.clock.offset += by


@contextmanager
def serving(settings: Settings) -> Iterator[Live]:
    """A server on a free port that serves the migrated database of these settings."""
    database = Database.connect(settings)
    clock = ShiftedClock()
    clock.offset = NOON - datetime.now(UTC)
    app = application(settings, database, clock)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    running = Live(f"http://127.0.0.1:{server.server_port}", database, clock, app)
    yield running
    server.shutdown()
    thread.join(timeout=10)
    server.server_close()
    database.dispose()
    assert running.troubles == []


class _Silent(WSGIRequestHandler):
    """Keeps the report of a failed test readable."""

    def log_request(self, *_line: Any) -> None:
        pass


@contextmanager
def serving_sqlite(template: Path, folder: Path) -> Iterator[Live]:
    """A server with an empty SQLite database of its own."""
    path = folder / "live.db"
    shutil.copy(template, path)
    with serving(settings_for(f"sqlite:///{path}", folder)) as running:
        yield running


@pytest.fixture
def live(sqlite_template: Path, tmp_path: Path) -> Iterator[Live]:
    """A server of this test's own."""
    with serving_sqlite(sqlite_template, tmp_path) as running:
        yield running


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests of the run."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def window(chromium: Browser, live: Live) -> Iterator[Callable[..., Page]]:
    """Open windows of separate people: ``window(color_scheme="dark", …)`` as for a new context."""
    contexts: list[BrowserContext] = []

    def open_window(**options: Any) -> Page:
        chosen = {"viewport": {"width": 1366, "height": 768}, "locale": "ru-RU"} | options
        context = chromium.new_context(base_url=live.url, **chosen)
        context.set_default_timeout(_PATIENCE)
        context.add_init_script(_ON_EVERY_PAGE)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: live.troubles.append(f"script: {error}"))
        page.on("console", lambda message: _heard(live, message))
        return page

    yield open_window
    for context in contexts:
        for page in context.pages:
            live.troubles += csp_violations(page)
        context.close()
    heard, live.troubles[:] = [*live.troubles], []
    assert heard == []


@pytest.fixture
def page(window: Callable[..., Page]) -> Page:
    """One window."""
    return window()


def visit(page: Page, address: str) -> None:
    """Open the page and wait until keys work there."""
    page.goto(address)
    arrived(page)


def arrived(page: Page) -> None:
    """Wait until the page that has begun to come is whole and painted, and its scripts run.

    A click and ``expect`` are content with its first half, where no key is heard yet, no button
    asks back and numbers are missing. Say first what of the new page is seen.
    """
    page.wait_for_load_state()
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def dialled(page: Page) -> list[str]:
    """What the page has given to the telephone program, after it has given the first."""
    page.wait_for_function("() => window.dialled.length")
    return list(page.evaluate("window.dialled"))


def csp_violations(page: Page) -> list[str]:
    """What the content security policy stopped on this page, when all of it has come."""
    page.wait_for_load_state()
    return [f"csp: {found}" for found in page.evaluate("window.cspViolations || []")]


def assert_accessible(page: Page, *, within: str | None = None) -> None:
    """Fail for every violation that axe-core finds on the page as it is now."""
    found = violations(page, within=within)
    assert found == [], "\n".join(found)


def violations(
    page: Page, *, within: str | None = None, rules: list[str] | None = None
) -> list[str]:
    """What axe-core finds on the page as it is now: the rule, the element, what is wrong."""
    # A click returns when the next page begins: half of it is no page to judge.
    arrived(page)
    # Nor is one without the parts that it asks for by itself.
    expect(page.locator('[hx-trigger="load"]')).to_have_count(0)
    # Evaluated by the browser itself: the page's own policy forbids added scripts.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    wanted = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": _AXE_RULES}
    options = {"runOnly": wanted}
    found = page.evaluate(
        "([within, options]) => axe.run(within || document, options)", [within, options]
    )
    return [
        f"{violation['id']}: {node['target']} {node.get('failureSummary', '')}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def _heard(live: Live, message: Any) -> None:
    if message.type == "error" and not _EXPECTED.search(message.text):
        live.troubles.append(f"console: {message.text} {message.location.get('url', '')}")
