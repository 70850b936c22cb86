"""A line on which a page comes in two pieces, as over a weak network or from a busy server."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flask import Flask

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_PAUSE_SECONDS = 0.2
_FIRST_PIECE = 0.65


@contextmanager
def pages_in_pieces(app: Flask) -> Iterator[None]:
    """Send what is no static file in two pieces, until the end of the block."""
    whole = app.wsgi_app

    def in_pieces(environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        answer = whole(environ, start)
        return answer if environ["PATH_INFO"].startswith("/static/") else _two(answer)

    app.wsgi_app = in_pieces  # type: ignore[method-assign]
    yield
    app.wsgi_app = whole  # type: ignore[method-assign]


def _two(answer: Iterable[bytes]) -> Iterator[bytes]:
    try:
        body = b"".join(answer)
    finally:
        if hasattr(answer, "close"):
            answer.close()
    cut = int(len(body) * _FIRST_PIECE)
    yield body[:cut]
    time.sleep(_PAUSE_SECONDS)
    yield body[cut:]
