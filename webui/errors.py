"""From errors to answers: which refusal is which HTTP status, and the page that tells it."""

import logging
from uuid import uuid4

from flask import (
    Flask,
    Response,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
)
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from core.errors import Invalid, NotFound, NotPermitted, ProzvonError
from webui.labels.words import sentence
from webui.requests import is_htmx

logger = logging.getLogger(__name__)

STATUS: dict[type[Exception], int] = {NotFound: 404, NotPermitted: 403, Invalid: 422}
"""Every other refusal is 409: the state of things forbids the step."""


def install(app: Flask) -> None:
    """Answer every error with a page in the user's language, never with a bare 500."""
    app.register_error_handler(ProzvonError, _refusal)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _database)
    app.register_error_handler(Exception, _unexpected)


def status_of(error: ProzvonError) -> int:
    """The HTTP status that tells this refusal."""
    return next((code for kind, code in STATUS.items() if isinstance(error, kind)), 409)


def _refusal(error: ProzvonError) -> Response:
    return answer(status_of(error), str(sentence(error)))


def _stale(_error: StaleDataError) -> Response:
    return answer(409, None)


def _csrf(_error: CSRFError) -> Response:
    return answer(400, None)


def _http(error: HTTPException) -> Response:
    if error.code is not None and error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    if error.code == 405 and (above := _page_above()) is not None:
        return redirect(above, 303)  # type: ignore[return-value]
    response = answer(error.code or 500, None)
    for name, value in error.get_headers():
        if name not in {"Content-Type", "Content-Length"}:
            response.headers[name] = value
    return response


def _page_above() -> str | None:
    """Where to go from the address of a form that is opened by itself: the page it belongs to.

    A refused form leaves its own address in the bar; Enter there asks for it with GET.
    """
    if request.method != "GET" or is_htmx():
        return None
    adapter = current_app.create_url_adapter(request)
    path = request.path.rstrip("/").rpartition("/")[0]
    while adapter is not None and path:
        if adapter.test(path, method="GET"):
            return path
        path = path.rpartition("/")[0]
    return None


def _database(error: OperationalError) -> Response:
    logger.error("database unavailable", exc_info=error)
    response = answer(503, None)
    response.headers["Retry-After"] = "15"
    return response


def _unexpected(error: Exception) -> Response:
    reference = uuid4().hex[:8]
    # The statement's parameters may hold personal data: only the type and the place are logged.
    logger.error(
        "unexpected error",
        extra={"reference": reference, "endpoint": request.endpoint, "type": type(error).__name__},
        exc_info=error,
    )
    return answer(500, None, reference=reference)


def answer(status: int, words: str | None, *, reference: str | None = None) -> Response:
    """The page (or, for htmx, the toast) that tells the error; ``words`` None: the usual ones."""
    template = "errors/_toast.html" if is_htmx() and status < 500 else "errors/error.html"
    g.setdefault("actor_locale", None)
    response = make_response(
        render_template(
            template, status=status, reason=words, request_id=reference, retry_after=None
        ),
        status,
    )
    if is_htmx() and status < 500:
        response.headers["HX-Retarget"] = "#toasts"
        response.headers["HX-Reswap"] = "innerHTML"
    return response
