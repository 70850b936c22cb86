"""Pictures for whoever wants to look at what a test sees: in the folder PROZVON_SCREENSHOTS."""

import os

from playwright.sync_api import Page

from tests.browser.measures import OVERFLOWS

_FOLDER = os.environ.get("PROZVON_SCREENSHOTS")


def picture(page: Page, name: str) -> None:
    """The page as it looks now."""
    if _FOLDER:
        page.screenshot(path=f"{_FOLDER}/{name}.png")


def pictures(page: Page, name: str) -> None:
    """The page in light and dark; nothing on it is wider than the window."""
    assert page.evaluate(OVERFLOWS) == []
    for scheme in ("light", "dark") if _FOLDER else ():
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.wait_for_timeout(400)  # Colours change slowly.
        picture(page, f"{name}-{scheme}")
    page.emulate_media(color_scheme="light")
