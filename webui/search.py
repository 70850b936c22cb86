"""One search box. What is typed travels by POST: names and phones must not stand in addresses."""

from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from directory.assets.plates import plate_shown, vehicle_words
from directory.clients.search import MatchedField, SearchHit, SearchResult, search_clients
from directory.permissions import DirectoryPermission
from webui.exports.answers import workbook_answer
from webui.exports.workbook import Column
from webui.labels.words import label
from webui.requests import is_htmx, reads_only, requires
from webui.wording import phone
from worklists.permissions import WorkPermission

bp = Blueprint("search", __name__)

_LONGEST = 200
_EXPORTED = 2000


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
    query = _query()
    found = search_clients(g.session, query, actor=g.actor) if query else None
    if is_htmx():
        return render_template("search/_results.html", query=query, found=found, matched=matched)
    if found is not None and len(found.hits) == 1 and not found.is_corrected:
        return redirect(_address(found), 303)
    return render_template("search/page.html", query=query, found=found, matched=matched)


@bp.post("/search.xlsx")
@requires(WorkPermission.EXPORT)
@reads_only
def export() -> Any:
    """Who was found as a workbook: more than the page shows, at most 2000.

    The journal keeps by what was searched, not the words: they may be a name or a phone.
    """
    g.actor.require(DirectoryPermission.SEE_CLIENTS)
    query = _query()
    if not query:
        return redirect(url_for(".page"), 303)
    found = search_clients(g.session, query, actor=g.actor, limit=_EXPORTED)
    return _workbook(found)


def _workbook(found: SearchResult) -> Response:
    rows = (_row(found, hit) for hit in found.hits)
    return workbook_answer(
        "clients", _columns(), rows, sheet=_("Клиенты"), query=f"by={found.kind.value}"
    )


def _columns() -> list[Column]:
    return [
        Column(_("Клиент"), 36), Column(_("Вид клиента"), 20), Column(_("Телефоны"), 36),
        Column(_("Автомобили"), 48), Column(_("Совпало"), 14), Column(_("Что совпало"), 24),
        Column(_("Прежний владелец"), 12), Column(_("Карточка"), 10),
    ]  # fmt: skip


def _row(found: SearchResult, hit: SearchHit) -> list[Any]:
    vehicles = (
        vehicle_words(one.make, one.model, one.plate) for one in found.vehicles[hit.client_id]
    )
    return [
        hit.name, str(label(hit.kind)), ", ".join(map(phone, found.phones[hit.client_id])),
        "; ".join(vehicles), str(label(hit.field)), matched(hit),
        _("да") if hit.is_past_owner else None, hit.client_id,
    ]  # fmt: skip


def matched(hit: SearchHit) -> str:
    """What of the client was found, as it is written everywhere else."""
    return plate_shown(hit.value) if hit.field is MatchedField.PLATE else phone(hit.value)


def _query() -> str:
    return request.form.get("q", "")[:_LONGEST].strip()


def _address(found: SearchResult) -> str:
    return url_for("clients.card", client_id=found.hits[0].client_id)
