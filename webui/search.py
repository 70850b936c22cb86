"""One search box. What is typed travels by POST: names and phones must not stand in addresses."""

from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for

from directory.clients.search import SearchResult, search_clients
from directory.permissions import DirectoryPermission
from webui.requests import is_htmx, reads_only, requires

bp = Blueprint("search", __name__)

_LONGEST = 200


@bp.get("/search")
@requires(DirectoryPermission.SEE_CLIENTS)
def page() -> Any:
    """The empty box, with what may be typed into it."""
    return render_template("search/page.html", query="", found=None)


@bp.post("/search")
@requires(DirectoryPermission.SEE_CLIENTS)
@reads_only
def results() -> Any:
    """Who was found; a single one opens at once when the form was sent by hand."""
    query = request.form.get("q", "")[:_LONGEST].strip()
    found = search_clients(g.session, query, actor=g.actor) if query else None
    if is_htmx():
        return render_template("search/_results.html", query=query, found=found)
    if found is not None and len(found.hits) == 1:
        return redirect(_address(found), 303)
    return render_template("search/page.html", query=query, found=found)


def _address(found: SearchResult) -> str:
    return url_for("clients.card", client_id=found.hits[0].client_id)
