"""Headers that every answer carries: what the browser may load, keep and tell others."""

from __future__ import annotations

from time import perf_counter
from typing import Protocol

from flask import Flask, Response, g, request

# No nonce and no "unsafe": pages hold no inline script or style, so fragments need no state.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "media-src 'self' blob:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
        "manifest-src 'self'",
    )
)
_ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_HSTS = "max-age=31536000"


class HeaderSettings(Protocol):
    """What the headers depend on."""

    @property
    def secure_cookies(self) -> bool:
        """True when the site is only reached through HTTPS."""
        ...


def install(app: Flask, settings: HeaderSettings) -> None:
    """Add the headers to every answer, errors included."""

    def add(response: Response) -> Response:
        for name, value in _ALWAYS.items():
            # A document that is shown by itself brings a stricter policy of its own.
            response.headers.setdefault(name, value)
        if settings.secure_cookies:
            response.headers["Strict-Transport-Security"] = _HSTS
        _forbid_keeping(response)
        _tell_time(response)
        return response

    app.before_request(_start_the_watch)
    app.after_request(add)


def _start_the_watch() -> None:
    g.request_started = perf_counter()


def _forbid_keeping(response: Response) -> None:
    """Pages show personal data: neither a shared computer nor a proxy may keep them."""
    if request.endpoint == "static":
        return
    response.headers["Cache-Control"] = "no-store"
    response.vary.add("HX-Request")


def _tell_time(response: Response) -> None:
    started = g.get("request_started")
    if started is not None:
        spent = (perf_counter() - started) * 1000
        response.headers["Server-Timing"] = f"app;dur={spent:.1f}"
