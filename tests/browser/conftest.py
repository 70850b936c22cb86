"""A real server with a real browser: each test has its own database and its own window.

``live`` is the server; ``page`` a window at 1366×768 that fails the test for any violation of the
content security policy and any error in the console.
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
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from sqlalchemy import select
from werkzeug.serving import make_server

from core.clock import ShiftedClock
from core.db import Database
from directory.staff.models import Appointment, Employee, Role
from directory.staff.sessions import open_session
from entrypoints.wiring import GRANTS
from tests.conftest import NOON, settings_for
from tests.given import Given
from webui.app import create_app

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
_AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_EXPECTED = re.compile(r"status of (409|422)\b|net::ERR_INTERNET_DISCONNECTED")
"""Answers that a page handles, and a network that a test cuts: the browser reports them anyway."""
_COLLECT_CSP = """
window.cspViolations = [];
document.addEventListener("securitypolicyviolation", (e) =>
  window.cspViolations.push(`${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}`));
"""

_TELEPHONE = """
window.dialled = [];
document.addEventListener("ui:settled", () => {
  const link = document.querySelector("a[data-dial]");
  if (link) { window.dialled.push(link.href); link.removeAttribute("data-dial"); }
});
"""
"""Stands in for the telephone program: a headless browser that has none drops keys for a while."""


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


@pytest.fixture
def live(sqlite_template: Path, tmp_path: Path) -> Iterator[Live]:
    """A server on a free port with an empty migrated database of its own."""
    path = tmp_path / "live.db"
    shutil.copy(sqlite_template, path)
    settings = settings_for(f"sqlite:///{path}", tmp_path)
    database = Database.connect(settings)
    clock = ShiftedClock()
    clock.offset = NOON - datetime.now(UTC)
    app = create_app(settings, database, clock, GRANTS)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    running = Live(f"http://127.0.0.1:{server.server_port}", database, clock)
    yield running
    server.shutdown()
    thread.join(timeout=10)
    server.server_close()
    database.dispose()
    assert running.troubles == []


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
        context.set_default_timeout(8000)
        context.add_init_script(_COLLECT_CSP + _TELEPHONE)
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


@pytest.fixture
def page(window: Callable[..., Page]) -> Page:
    """One window."""
    return window()


def csp_violations(page: Page) -> list[str]:
    """What the content security policy stopped on this page."""
    return [f"csp: {found}" for found in page.evaluate("window.cspViolations || []")]


def assert_accessible(page: Page, *, within: str | None = None) -> None:
    """Fail for every violation that axe-core finds on the page as it is now."""
    # Evaluated by the browser itself: the page's own policy forbids added scripts.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    options = {"runOnly": {"type": "tag", "values": _AXE_RULES}}
    found = page.evaluate(
        "([within, options]) => axe.run(within || document, options)", [within, options]
    )
    told = [
        f"{violation['id']}: {node['target']} {node.get('failureSummary', '')}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
    assert told == [], "\n".join(told)


def _heard(live: Live, message: Any) -> None:
    if message.type == "error" and not _EXPECTED.search(message.text):
        live.troubles.append(f"console: {message.text} {message.location.get('url', '')}")
