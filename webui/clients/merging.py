"""«Объединить»: choose the other card of a client, compare, merge; take it back."""

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange
from wtforms.widgets import HiddenInput

from core.errors import Refused
from directory.clients.card import contact_points_of, get_client
from directory.clients.editing import ClientChanged
from directory.clients.merge_models import ClientMerge
from directory.clients.models import Client, ContactKind
from directory.clients.search import SearchHit, SearchResult, search_clients
from directory.permissions import DirectoryPermission
from webui.forms import Form
from webui.labels.merging import MOVED
from webui.labels.spoken import gettext as _
from webui.labels.spoken import ngettext
from webui.labels.words import label, sentence
from webui.numbers import MOST
from webui.requests import is_htmx, local_target, reads_only, requires, session
from webui.search import matched
from worklists.merging.comparison import compare_clients
from worklists.merging.merge import merge_clients
from worklists.merging.undo import undo_merge

bp = Blueprint("client_merging", __name__)

_LONGEST = 200
_NUMBERS = 3
_ALIKE = 8
_LISTED = ("contact_points", "ownerships")
"""Shown one by one: not counted as well."""


class MergeForm(Form):
    """Which versions of the two cards the person compared."""

    kept_version = IntegerField(
        widget=HiddenInput(), validators=[InputRequired(), NumberRange(0, MOST)]
    )
    double_version = IntegerField(
        widget=HiddenInput(), validators=[InputRequired(), NumberRange(0, MOST)]
    )


@bp.get("/clients/<int:client_id>/merge")
@requires(DirectoryPermission.MERGE_CLIENTS)
def choose(client_id: int) -> Any:
    """The box to find the other card with; those with a number of this client to begin with."""
    client = get_client(session(), client_id, actor=g.actor)
    return render_template(
        "clients/merge_choose.html", client=client, query="", found=None, matched=matched,
        hits=_alike(client),
    )  # fmt: skip


@bp.post("/clients/<int:client_id>/merge")
@requires(DirectoryPermission.MERGE_CLIENTS)
@reads_only
def find(client_id: int) -> Any:
    """Who else was found."""
    client = get_client(session(), client_id, actor=g.actor)
    query = request.form.get("q", "")[:_LONGEST].strip()
    found = search_clients(session(), query, actor=g.actor) if query else None
    template = "clients/_merge_found.html" if is_htmx() else "clients/merge_choose.html"
    return render_template(
        template, client=client, query=query, found=found, hits=_others(found, client_id),
        matched=matched,
    )  # fmt: skip


@bp.get("/clients/<int:client_id>/merge/<int:double_id>")
@requires(DirectoryPermission.MERGE_CLIENTS)
def compare(client_id: int, double_id: int) -> Any:
    """Both cards side by side: what stays, what moves."""
    return _page(client_id, double_id)


@bp.post("/clients/<int:client_id>/merge/<int:double_id>")
@requires(DirectoryPermission.MERGE_CLIENTS)
def merge(client_id: int, double_id: int) -> Any:
    """Merge them."""
    form = MergeForm()
    if not form.validate():
        return _page(client_id, double_id, status=422)
    try:
        done = merge_clients(
            session(), client_id, double_id, kept_version=form.kept_version.data,
            double_version=form.double_version.data, actor=g.actor, now=g.now,
        )  # fmt: skip
    except ClientChanged as error:
        return _page(client_id, double_id, problem=_changed(error), status=409)
    except Refused as error:
        return _page(client_id, double_id, problem=str(sentence(error)), status=409)
    address = url_for("client_merging.undo", merge_id=done.id)
    flash(_("Карточки объединены."), f"undo:{address}")
    card = url_for("clients.card", client_id=client_id)
    return redirect(local_target(request.args.get("back"), card), 303)


@bp.post("/clients/merges/<int:merge_id>/undo")
@requires(DirectoryPermission.MERGE_CLIENTS)
def undo(merge_id: int) -> Any:
    """Two clients again."""
    done = undo_merge(session(), merge_id, actor=g.actor, now=g.now)
    flash(_undone(done))
    return redirect(url_for("clients.card", client_id=done.kept_id), 303)


def _undone(done: ClientMerge) -> str:
    if not done.stayed:
        return _("Объединение отменено: всё вернулось к дублю.")
    stayed = ngettext(
        "У клиента осталась %(num)s запись, с которой после объединения работали.",
        "У клиента осталось %(num)s записей, с которыми после объединения работали.",
        done.stayed,
    )
    return _("Объединение отменено. %(stayed)s", stayed=stayed)


def _changed(error: ClientChanged) -> str:
    if error.by_name:
        return _(
            "Одну из карточек только что изменил другой сотрудник (%(who)s). Сверьте их ещё раз.",
            who=error.by_name,
        )
    return _("Одну из карточек только что изменили. Сверьте их ещё раз.")


def _alike(client: Client) -> list[SearchHit]:
    """Those with a number or the name of this client."""
    points = contact_points_of(session(), client.id)
    phones = [one.value for one in points if one.kind is ContactKind.PHONE and one.is_valid]
    found: dict[int, SearchHit] = {}
    for text in (*phones[:_NUMBERS], client.name):
        for hit in _others(search_clients(session(), text, actor=g.actor, limit=_ALIKE), client.id):
            found.setdefault(hit.client_id, hit)
    return list(found.values())[:_ALIKE]


def _others(found: SearchResult | None, client_id: int) -> list[SearchHit]:
    return [hit for hit in found.hits if hit.client_id != client_id] if found else []


def _page(client_id: int, double_id: int, *, problem: str | None = None, status: int = 200) -> Any:
    found = compare_clients(session(), client_id, double_id, actor=g.actor, now=g.now)
    form = MergeForm(formdata=None)
    form.kept_version.data = found.kept.card.client.version
    form.double_version.data = found.double.card.client.version
    page = render_template(
        "clients/merge.html", found=found, form=form, problem=problem,
        back=local_target(request.args.get("back"), "") or None,
        differences=". ".join(label(one) for one in found.differences),
        moved=[(words, name) for name, words in MOVED.items() if name not in _LISTED],
    )  # fmt: skip
    return page, status
