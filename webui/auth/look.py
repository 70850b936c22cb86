"""The theme of a page: the person's, on every computer; signed out, what this browser last had."""

from flask import Flask, Response, g, request

from directory.staff.people import THEMES
from webui.requests import settings

__all__ = ["THEMES", "install", "set_theme_cookie", "theme_code"]

_YEAR = 31_536_000


def install(app: Flask) -> None:
    """Let every page ask for its theme, and the browser remember that of the person."""
    app.jinja_env.globals["theme_code"] = theme_code
    app.after_request(_remember)


def theme_code() -> str:
    """«light», «dark» or «auto» (as the system has it)."""
    theme = g.get("theme") or request.cookies.get("theme")
    return theme if theme in THEMES else THEMES[0]


def set_theme_cookie(answer: Response, theme: str) -> None:
    """For the pages of nobody in particular: sign-in, an address that does not exist."""
    # Not HttpOnly: the switch in the menu changes it at once, and tells the server after.
    answer.set_cookie(
        "theme", theme, max_age=_YEAR, samesite="Lax", secure=settings().secure_cookies
    )


def _remember(answer: Response) -> Response:
    theme = g.get("theme")
    if theme in THEMES and theme != request.cookies.get("theme"):
        set_theme_cookie(answer, theme)
    return answer
