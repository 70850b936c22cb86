"""The filter of the board: applied, saved by name, shared, used, forgotten."""

from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _

from webui.dispatch.routes import bp
from webui.labels.words import sentence
from webui.requests import requires, session
from worklists.dispatch.filters import DispatchFilter
from worklists.dispatch.kept_filters import (
    FilterNameMissing,
    forget_filter,
    keep_filter,
    save_filter,
    use_filter,
)
from worklists.dispatch.tabs import Tab
from worklists.dispatch.ticking import clear_ticks
from worklists.permissions import WorkPermission

_FIELDS = {
    "unit": "unit_id",
    "performer": "performer_id",
    "campaign": "campaign_id",
    "kind": "kind",
    "priority": "priority",
    "from": "due_from",
    "to": "due_to",
    "package": "package_id",
    "text": "text",
}


@bp.post("/dispatch/filter")
@requires(WorkPermission.DISPATCH)
def narrow() -> Any:
    """Narrow the board; it stays so until something else is chosen. Another filter ends ticks."""
    form = request.form
    typed = {} if form.get("clear") == "1" else {
        name: form[key] for key, name in _FIELDS.items() if form.get(key, "").strip()
    }  # fmt: skip
    wanted = DispatchFilter.from_json(typed)
    if keep_filter(session(), wanted, tab=_tab(), actor=g.actor, now=g.now):
        _forget_ticks()
    return _back()


@bp.post("/dispatch/filters")
@requires(WorkPermission.DISPATCH)
def save() -> Any:
    """Save the present filter under a name, for a unit if one is chosen."""
    unit_id = request.form.get("unit", type=int)
    try:
        save_filter(
            session(), request.form.get("name", ""), shared_unit_id=unit_id, actor=g.actor,
            now=g.now,
        )  # fmt: skip
    except FilterNameMissing as refused:
        flash(str(sentence(refused)), "bad")
        return _back()
    flash(_("Отбор сохранён."))
    return _back()


@bp.post("/dispatch/filters/<int:filter_id>/use")
@requires(WorkPermission.DISPATCH)
def use(filter_id: int) -> Any:
    """Narrow the board by a saved filter."""
    if use_filter(session(), filter_id, tab=_tab(), actor=g.actor, now=g.now):
        _forget_ticks()
    return _back()


@bp.post("/dispatch/filters/<int:filter_id>/forget")
@requires(WorkPermission.DISPATCH)
def forget(filter_id: int) -> Any:
    """Remove one's own saved filter."""
    forget_filter(session(), filter_id, actor=g.actor)
    flash(_("Отбор удалён."))
    return _back()


def _forget_ticks() -> None:
    """Other tasks are shown now: ticks that nobody sees would be acted upon. It is said."""
    if clear_ticks(session(), actor=g.actor):
        flash(_("Отметки сняты: отбор изменён."))


def _back() -> Any:
    return redirect(url_for("dispatch.board", tab=_asked() or None), 303)


def _asked() -> str:
    return request.args.get("tab") or request.form.get("tab", "")


def _tab() -> Tab | None:
    """The tab that the filter is made for; packages are none."""
    return next((tab for tab in Tab if tab.value == _asked()), None)
