"""What every request gets: a session, the present moment, the person; and what ends it.

An unsafe request is one transaction: committed after the view when the status is below 400, rolled
back otherwise. A form key that was accepted before answers with what the first submit led to (P4).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, abort, g, make_response, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from core.access import Actor, Permission
from core.clock import Clock
from core.db import Database
from core.settings import Settings
from core.submissions import first_time, location_of, remember_location
from directory.staff import sessions
from directory.staff.models import Role

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
NOBODY = Actor(key="nobody")

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Environment:
    """What the pages are served from; ``current()`` returns that of the running application."""

    settings: Settings
    database: Database
    clock: Clock
    grants: Mapping[Role, frozenset[Permission]]


def public(view: View) -> View:
    """Anybody may open this page, signed in or not."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Whoever is signed in may open this page, whatever the role."""
    view.access = "signed_in"  # type: ignore[attr-defined]
    return view


def requires(permission: Permission) -> Callable[[View], View]:
    """Only a role with the permission may open this page; the use-case checks it again."""

    def declare(view: View) -> View:
        view.access = permission  # type: ignore[attr-defined]
        return view

    return declare


def reads_only(view: View) -> View:
    """This POST only asks (a search, whose words must not stand in an address): no transaction."""
    view.reads_only = True  # type: ignore[attr-defined]
    return view


def in_background(view: View) -> View:
    """A page asks this by itself: it is no sign that anybody still sits before it."""
    view.in_background = True  # type: ignore[attr-defined]
    return view


def is_htmx() -> bool:
    """Whether the page asked for a fragment."""
    return request.headers.get("HX-Request") == "true"


def install(app: Flask, environment: Environment) -> None:
    """Hook sessions, access and the transaction boundary into the application."""
    app.extensions["prozvon"] = environment
    app.before_request(_refuse_other_sites)
    app.before_request(_open)
    app.before_request(_check_access)
    app.before_request(_answer_repeats)
    app.after_request(_end)
    app.teardown_request(_close)


def environment_of(app: Flask) -> Environment:
    """The environment that ``install`` put into this application."""
    found = app.extensions["prozvon"]
    assert isinstance(found, Environment)
    return found


def _environment() -> Environment:
    from flask import current_app

    return environment_of(current_app)


def settings() -> Settings:
    """The settings of the running application."""
    return _environment().settings


def session() -> Session:
    """The database session of this request."""
    found = g.session
    assert isinstance(found, Session)
    return found


def keep_only(write: Callable[[Session], None]) -> None:
    """Of a request that is going to be refused keep only what ``write`` writes: its own trace."""
    g.session.rollback()
    write(g.session)
    g.session.commit()


def cookie_name() -> str:
    """Name of the cookie that holds the sign-in token."""
    return "__Host-sid" if settings().secure_cookies else "sid"


def set_session_cookie(response: Response, token: str) -> None:
    """Give the browser its sign-in token."""
    response.set_cookie(
        cookie_name(),
        token,
        max_age=int(settings().longest_session.total_seconds()),
        httponly=True,
        secure=settings().secure_cookies,
        samesite="Lax",
        path="/",
    )


def clear_session_cookie(response: Response) -> None:
    """Take the sign-in token from the browser."""
    response.delete_cookie(cookie_name(), secure=settings().secure_cookies, httponly=True)


def session_token() -> str | None:
    """The sign-in token that the browser sent."""
    return request.cookies.get(cookie_name())


def local_target(address: str | None, default: str) -> str:
    """The address if it is one of ours, else the default: no open redirects."""
    parts = urlsplit(address or "")
    ours = not parts.scheme and not parts.netloc and parts.path.startswith("/")
    return str(address) if ours and not parts.path.startswith("//") else default


def path_of(address: str | None) -> str | None:
    """The part of our own address after the host."""
    if not address or not address.startswith(request.host_url):
        return None
    return address[len(request.host_url) - 1 :]


def _refuse_other_sites() -> None:
    """A second fence beside the CSRF token: other sites may not send unsafe requests (P26)."""
    if request.method not in SAFE_METHODS and request.headers.get("Sec-Fetch-Site") == "cross-site":
        abort(403)


def _open() -> None:
    g.actor, g.employee, g.role, g.roles, g.signed_in = NOBODY, None, None, (), None
    if request.endpoint in {None, "static"}:
        return
    environment = _environment()
    safe = request.method in SAFE_METHODS or getattr(_current_view(), "reads_only", False)
    too_much = _read_body()
    database = environment.database
    g.session = database.reading_session() if safe else database.writing_session()
    g.now = environment.clock(g.session)
    token = session_token()
    if token is None:
        return
    found = sessions.actor_of(
        g.session,
        token,
        now=g.now,
        idle=environment.settings.idle_session,
        grants=environment.grants,
    )
    if found is not None:
        g.signed_in = found
        g.actor, g.employee = found.actor, found.employee
        g.role, g.roles = found.role, found.roles
        g.actor_locale, g.time_zone = found.employee.locale, found.actor.time_zone
        g.theme = found.employee.theme
    if too_much is not None:
        raise too_much


def _read_body() -> HTTPException | None:
    """Read the form before the transaction begins: a slow upload must not hold SQLite's writer.

    Returns what forbids the body (too large), to be raised when the person is known.
    """
    if request.method in SAFE_METHODS:
        return None
    try:
        _ = request.form
    except HTTPException as error:
        return error
    return None


def _check_access() -> Any:
    if request.endpoint in {None, "static"}:
        return None
    access = access_of(_current_view())
    if access == "public":
        return None
    if g.signed_in is None:
        return _ask_to_sign_in()
    if access == "signed_in":
        return None
    if g.role is None:
        return redirect(url_for("auth.role", next=request.full_path.rstrip("?")))
    g.actor.require(access)
    return None


def _current_view() -> Any:
    from flask import current_app

    return current_app.view_functions[str(request.endpoint)]


def access_of(view: Any) -> Any:
    """What the view declares; None when it declares nothing (a test forbids that)."""
    return getattr(view, "access", None)


def _ask_to_sign_in() -> Response:
    """To the form, which leads back to the page; whoever had signed in before is told why."""
    asked = request.method in SAFE_METHODS and not is_htmx()
    back = request.full_path.rstrip("?") if asked else path_of(request.referrer)
    was_in = 1 if session_token() is not None else None
    address = url_for("auth.sign_in", next=local_target(back, "/"), left=was_in)
    if is_htmx() or getattr(_current_view(), "in_background", False):
        response = make_response("", 401)
        response.headers["HX-Redirect"] = address
        return response
    return redirect(address, 303)  # type: ignore[return-value]


def _answer_repeats() -> Any:
    key = request.form.get("form_key") if request.method not in SAFE_METHODS else None
    if not key or request.endpoint == "static":
        return None
    if ":" in key:
        # Keys of the program itself have one («plan:7:…»): nobody takes them before it does.
        abort(400)
    g.form_key = key[:64]
    if first_time(g.session, g.form_key, actor_key=g.actor.key, at=g.now):
        return None
    location = location_of(g.session, g.form_key) or request.referrer or "/"
    g.form_key = None
    if is_htmx():
        response = make_response("")
        response.headers["HX-Redirect"] = location
        return response
    return redirect(location, 303)


def _end(response: Response) -> Response:
    found: Session | None = g.get("session")
    if found is None or request.method in SAFE_METHODS:
        return response
    if response.status_code >= 400:
        found.rollback()
        return response
    if g.get("form_key"):
        address = response.location or response.headers.get("HX-Push-Url") or request.referrer
        remember_location(found, g.form_key, local_target(address, "/") if address else None)
    found.commit()
    return response


def _close(_error: BaseException | None) -> None:
    found: Session | None = g.pop("session", None)
    if found is not None:
        found.close()
    signed_in_as = g.get("signed_in")
    if request.endpoint is not None and getattr(_current_view(), "in_background", False):
        return
    if signed_in_as is not None and signed_in_as.should_be_touched(g.now):
        with _environment().database.unit_of_work() as writing:
            sessions.touch(writing, signed_in_as.session_id, now=g.now)
