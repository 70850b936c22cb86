"""Telling an open page at once that its bell has changed: server-sent events, few and short.

A stream holds a thread of the web server, so each process gives away a quarter of its threads at
most and ends each stream after some seconds; the browser comes again. Who gets none polls.
"""

import threading
import time
from collections.abc import Iterator

from flask import Flask, Response, current_app, g, make_response
from sqlalchemy.exc import SQLAlchemyError

from core.access import Actor
from core.db import Database
from webui.notifications import bp, unseen
from webui.requests import environment_of, in_background, requires, session
from worklists.permissions import WorkPermission

SECONDS = 25.0
"""How long one stream lasts."""
_PAUSE = 3.0
_RETRY_MS = 4_000


class Slots:
    """How many streams this process serves at once; each slot is given back once."""

    def __init__(self, web_threads: int) -> None:
        self._free = threading.BoundedSemaphore(slots) if (slots := web_threads // 4) else None

    def take(self) -> bool:
        """Whether there was a free one; it is the caller's now."""
        return self._free is not None and self._free.acquire(blocking=False)

    def give_back(self) -> None:
        """Let somebody else have it."""
        if self._free is not None:
            self._free.release()


def install(app: Flask, *, web_threads: int) -> None:
    """Give the application its slots."""
    app.extensions["stream_slots"] = Slots(web_threads)
    app.config.setdefault("STREAM_SECONDS", SECONDS)


@bp.get("/notifications/stream")
@requires(WorkPermission.SEE)
@in_background
def stream() -> Response:
    """``changed`` events while the number or the newest notification changes.

    204 when all slots are taken: an EventSource takes that for the end and does not come again.
    """
    slots: Slots = current_app.extensions["stream_slots"]
    if not slots.take():
        return make_response("", 204)
    # The stream reads in short sessions of its own: no transaction stays open for its length.
    session().close()
    database = environment_of(current_app).database
    lines = _lines(database, g.actor, current_app.config["STREAM_SECONDS"])
    response = Response(lines, mimetype="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"
    response.call_on_close(slots.give_back)
    return response


def _lines(database: Database, actor: Actor, seconds: float) -> Iterator[str]:
    ends = time.monotonic() + seconds
    known: tuple[int, int] | None = None
    yield f"retry: {_RETRY_MS}\n\n"
    while True:
        try:
            with database.reading() as reading:
                state = unseen(reading, actor=actor)
        except SQLAlchemyError:
            return
        # A comment when nothing changed: writing is how a vanished browser is noticed.
        text = f"event: changed\ndata: {state[0]}-{state[1]}\n\n" if state != known else ":\n\n"
        known = state
        yield text
        left = ends - time.monotonic()
        if left <= 0:
            return
        time.sleep(min(_PAUSE, left))
