"""Which language and which clock a page is shown in, and the filters that write values in them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import flask_babel
from flask import Flask, Response, current_app, g, request
from jinja2 import StrictUndefined

from directory.assets.plates import plate_shown
from webui import wording, zones

LOCALES = {"ru": "Русский", "uk": "Українська", "en": "English"}
"""The languages of the interface, each named in itself."""

_YEAR = 31_536_000
_FILTERS: dict[str, Callable[..., str]] = {
    "moment": wording.moment,
    "day": wording.day,
    "day_short": wording.day_short,
    "clock": wording.clock,
    "due": wording.due_words,
    "money": wording.money,
    "phone": wording.phone,
    "initials": wording.initials,
    "whole": wording.whole,
    "caller": wording.caller,
    "called_by": wording.called_by,
    "tenths": wording.tenths,
    "zone": zones.zone_name,
    "plate": plate_shown,
}


class LocaleSettings(Protocol):
    """What language and time depend on before anybody has signed in."""

    @property
    def default_locale(self) -> str:
        """One of LOCALES."""
        ...

    @property
    def time_zone(self) -> str:
        """IANA name of the zone the company works in."""
        ...

    @property
    def secure_cookies(self) -> bool:
        """True when the site is only reached through HTTPS."""
        ...


class _Words(flask_babel.Domain):  # type: ignore[misc]  # the library has no types
    """The library's catalogues, found by the language alone: it names the locale at each word."""

    def __init__(self) -> None:
        super().__init__()
        self._by_language: dict[str, Any] = {}

    def get_translations(self) -> Any:
        """The catalogue of the page's language."""
        spoken = wording.language()
        found = self._by_language.get(spoken)
        if found is None:
            found = super().get_translations()
            if spoken:
                self._by_language[spoken] = found
        return found


def install(app: Flask, settings: LocaleSettings) -> None:
    """Set up translations, time zones and the filters of templates.

    `g.actor_locale` and `g.time_zone` are the choices of the person signed in; the app sets them
    before the first template is rendered.
    """
    app.config["DEFAULT_LOCALE"] = settings.default_locale
    app.config["DEFAULT_TIME_ZONE"] = settings.time_zone
    babel = flask_babel.Babel(
        app,
        default_locale=settings.default_locale,
        default_translation_directories=str(Path(__file__).parent / "translations"),
        locale_selector=locale_code,
        timezone_selector=lambda: wording.zone().key,
        default_timezone=settings.time_zone,
    )
    babel.domain_instance = _Words()
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(_FILTERS)
    app.jinja_env.globals["locale_code"] = locale_code
    app.jinja_env.globals["locales"] = LOCALES

    def remember(response: Response) -> Response:
        return remember_choice(response, secure=settings.secure_cookies)

    app.after_request(remember)


def locale_code() -> str:
    """Return the language of this page: the person's, the one just asked for, the browser's."""
    choices = (g.get("actor_locale"), request.args.get("lang"), request.cookies.get("locale"))
    for code in choices:
        if code in LOCALES:
            return str(code)
    fallback = str(current_app.config["DEFAULT_LOCALE"])
    return request.accept_languages.best_match(list(LOCALES), default=fallback) or fallback


def remember_choice(response: Response, *, secure: bool) -> Response:
    """Keep the person's language, or `?lang=uk`, in a cookie: for pages shown to nobody in
    particular, which are those of signing in and of addresses that do not exist."""
    chosen = g.get("actor_locale") or request.args.get("lang")
    if chosen in LOCALES and chosen != request.cookies.get("locale"):
        response.set_cookie(
            "locale", chosen, max_age=_YEAR, samesite="Lax", secure=secure, httponly=True
        )
    return response
