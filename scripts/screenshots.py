"""Take the pictures of docs/screenshots/: serves a fresh demo and walks through it in a browser.

``python scripts/screenshots.py [FOLDER]``; needs Chromium. Every page, light and dark, 1366x768.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "samples/to-2026-11.xlsx"
SIZE = {"width": 1366, "height": 768}
PASSWORD = "prozvon-demo-2026"
NO_TELEPHONE = """
document.addEventListener("click", (e) => {
  if (e.target.closest?.('a[href^="tel:"]')) e.preventDefault();
}, true);
"""
"""A headless browser without a telephone program swallows what is pressed after such a link."""


@contextmanager
def served_demo() -> Iterator[str]:
    """A demo installation of its own; yields its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as var:
        environment = os.environ | {"PROZVON_VAR": var, "PROZVON_PORT": str(port)}
        start = [sys.executable, "-c", "from entrypoints.cli import main; main()", "run"]
        server = subprocess.Popen(start, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(address)
            yield address
        finally:
            server.terminate()
            server.wait(30)


def _wait_for(address: str) -> None:
    for _ in range(300):
        try:
            urlopen(f"{address}/sign-in").close()
            return
        except OSError:
            time.sleep(1)
    raise TimeoutError("the demo did not start")


def sign_in(page: Page, address: str, login: str) -> None:
    """Sign in and choose the first role where there are several."""
    page.goto(f"{address}/sign-in")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_load_state()
    if "/role" in page.url:
        page.locator(".choice").first.click()
        page.wait_for_load_state()


def walk(page: Page, address: str) -> Iterator[str]:
    """Go from page to page as the people of the demo; yields the name of each picture."""
    page.goto(f"{address}/sign-in")
    yield "sign-in"
    sign_in(page, address, "smirnov")
    page.goto(f"{address}/stages")
    yield "stages"
    page.locator(".k-new .bcard-a").nth(1).click()
    page.locator("#chosen h2").wait_for()
    yield "stages-chosen"
    work_list = page.locator("#chosen a.lnk").first.get_attribute("href")
    page.locator("#chosen tbody th a").first.click()
    page.locator("#card").wait_for()
    yield "task"
    page.keyboard.press("KeyC")
    page.get_by_text("у вас до").first.wait_for()
    page.keyboard.press("Digit1")
    yield "task-in-work"
    page.keyboard.press("Escape")
    page.keyboard.press("Digit2")
    page.locator("#consequence, .conseq").first.wait_for()
    page.wait_for_timeout(600)
    yield "task-no-answer"
    page.goto(f"{address}{work_list}")
    yield "work-list"
    links = {
        name: page.get_by_role("link", name=text, exact=True).first.get_attribute("href")
        for name, text in {
            "client": "Клиент",
            "vehicle": "Автомобиль",
            "history": "История",
        }.items()
    }
    for name, path in links.items():
        page.goto(f"{address}{path}")
        yield name
    for name, path in {
        "my": "/my", "my-notes": "/my?view=notes", "control": "/control", "attempts": "/attempts",
        "notifications": "/notifications", "search": "/search",
    }.items():  # fmt: skip
        page.goto(f"{address}{path}")
        yield name
    page.goto(f"{address}/selections/files")
    yield "files"
    page.set_input_files("input[type=file]", SAMPLE)
    if not page.locator("#f-unit").input_value():
        page.locator("#f-unit").select_option(index=1)
    page.get_by_role("button", name="Загрузить", exact=True).click()
    page.get_by_text("Строк в файле").wait_for()
    yield "file-rows"
    page.context.clear_cookies(name="sid")
    sign_in(page, address, "lebedev")
    for name, path in {
        "queue": "/queue", "dispatch": "/dispatch", "team": "/team", "absences": "/admin/absences",
        "escalations": "/escalations?all=1", "service": "/service", "presets": "/admin/presets",
        "dispatch-on-control": "/dispatch?tab=on_control", "account": "/account",
        "keys": "/account/keys",
    }.items():  # fmt: skip
        page.goto(f"{address}{path}")
        yield name
    page.context.clear_cookies(name="sid")
    sign_in(page, address, "orlov")
    yield from walk_selections(page, address)
    page.context.clear_cookies(name="sid")
    sign_in(page, address, "admin")
    for name, path in {
        "people": "/admin/people", "person": "/admin/people/2", "units": "/admin/units",
        "results": "/admin/result-codes", "calendars": "/admin/calendars",
        "contact-caps": "/admin/contact-caps", "campaigns": "/admin/campaigns",
        "campaign": "/admin/campaigns/1", "result": "/admin/result-codes/1",
        "escalation-rules": "/admin/escalation", "workshops": "/admin/workshops",
        "work-kinds": "/admin/work-kinds",
    }.items():  # fmt: skip
        page.goto(f"{address}{path}")
        yield name


def walk_selections(page: Page, address: str) -> Iterator[str]:
    """From the list of selections over the builder to the leads of a run."""
    page.goto(f"{address}/selections")
    yield "selections"
    page.get_by_role("link", name="Невыполненные рекомендации").first.click()
    page.wait_for_load_state()
    yield "selection"
    page.get_by_role("link", name="Изменить", exact=True).click()
    page.get_by_text("Сейчас подходит").wait_for()
    page.wait_for_timeout(1_000)
    yield "selection-builder"
    page.go_back()
    page.get_by_role("link", name="Запустить", exact=True).click()
    page.get_by_label("Кампания").select_option(index=1)
    page.get_by_role("button", name="Проверить").click()
    page.get_by_text("Что получится").wait_for()
    yield "selection-dry-run"
    page.get_by_role("button", name="Выбрать клиентов").click()
    page.get_by_text("Почему здесь").wait_for()
    yield "selection-leads"


def main(folder: Path) -> None:
    """Write ``<name>-light.png`` and ``<name>-dark.png`` for every page."""
    folder.mkdir(parents=True, exist_ok=True)
    for theme in ("light", "dark"):
        with served_demo() as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path="/usr/bin/chromium", args=["--no-sandbox"]
            )
            context = browser.new_context(viewport=SIZE, locale="ru-RU", color_scheme=theme)
            context.add_init_script(NO_TELEPHONE)
            page = context.new_page()
            for name in walk(page, address):
                page.wait_for_timeout(400)
                page.screenshot(path=folder / f"{name}-{theme}.png")
                print(f"{name}-{theme}", flush=True)
            browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs/screenshots")
