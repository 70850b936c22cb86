"""What somebody who sees the product for the first time stumbled over, in a real browser."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Live, visit
from tests.browser.furnished import Office, furnish

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
