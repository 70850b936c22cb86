"""Known devices: a browser on which a login was right before is not locked out by strangers (P28).

The cookie holds the newest few login hashes, signed; it opens nothing, it only counts tries apart.
"""

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from directory.staff.logins import login_hash, same_login
from webui.requests import settings

_YEAR = 365 * 24 * 3600
_KEPT = 5


def is_known_device(login: str) -> bool:
    """Whether this login signed in from this browser within a year."""
    return _mark(login) in _marks()


def remember_device(response: Response, login: str) -> None:
    """Note that the login was right on this browser."""
    mark = _mark(login)
    marks = [mark, *(other for other in _marks() if other != mark)][:_KEPT]
    response.set_cookie(
        _cookie_name(),
        _serializer().dumps(marks),
        max_age=_YEAR,
        httponly=True,
        secure=settings().secure_cookies,
        samesite="Lax",
        path="/",
    )


def _marks() -> list[str]:
    try:
        found = _serializer().loads(request.cookies.get(_cookie_name(), ""), max_age=_YEAR)
    except BadSignature:
        return []
    return found if isinstance(found, list) else []


def _mark(login: str) -> str:
    return login_hash(same_login(login))[:24]


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="known device")


def _cookie_name() -> str:
    return "__Host-device" if settings().secure_cookies else "device"
