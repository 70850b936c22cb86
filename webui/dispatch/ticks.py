"""Ticks of the board that last over its pages, kept on the server (C3)."""

from collections.abc import Sequence
from typing import Any

from flask import g, make_response, redirect, request, url_for

from webui.dispatch.board import asked_tab
from webui.dispatch.routes import bp
from webui.numbers import row_number_or_none
from webui.requests import requires, session
from worklists.dispatch.ticking import clear_ticks, keep_ticks
from worklists.permissions import WorkPermission

_KEPT_IN_ADDRESS = ("tab", "after", "from", "sort")


@bp.post("/dispatch/ticks", endpoint="tick")
@requires(WorkPermission.DISPATCH)
def tick() -> Any:
    """Keep what is ticked, then show another page of the tab (by a redirect: «Back» works).

    With ``quiet`` only keep: the page does so by itself when a box is ticked.
    """
    if request.form.get("clear") == "1":
        clear_ticks(session(), actor=g.actor)
    else:
        keep_typed(request.form)
    if request.form.get("quiet"):
        return make_response("", 204)
    asked = request.args
    kept: dict[str, Any] = {name: asked[name] for name in _KEPT_IN_ADDRESS if asked.get(name)}
    return redirect(url_for("dispatch.board", **kept), 303)


def keep_typed(form: Any) -> Sequence[int]:
    """Keep the ticks of a sent form; returns all that are ticked on this tab."""
    return keep_ticks(
        session(),
        asked_tab(form.get("tab", "")),
        shown=_ids(form.get("shown", "").split(",")),
        ticked=_ids(form.getlist("task")),
        actor=g.actor,
    )


def _ids(texts: Sequence[str]) -> list[int]:
    """Whatever is no id of a row is left out."""
    return [found for one in texts if (found := row_number_or_none(one)) is not None]
