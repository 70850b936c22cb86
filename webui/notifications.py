"""The bell and its page."""

from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l

from webui.requests import is_htmx, local_target, requires, session
from worklists.notifications import Notice, mark_seen, notifications_of, unseen_count
from worklists.permissions import WorkPermission

bp = Blueprint("notifications", __name__)

WORDS = {
    "involvement_done": (_l("Привлечённое подразделение закончило"), "users-group"),
    "control_due": (_l("Пора проверить"), "eye-check"),
    "callback_due": (_l("Пора перезвонить"), "calendar-time"),
    "task_given": (_l("Вам поставили задачу"), "user-check"),
    "tasks_given": (_l("Вам передали задачи, первая из них"), "user-check"),
}


@bp.app_context_processor
def bell() -> dict[str, Any]:
    """``unread`` for the frame of every page; a part of a page has no bell."""
    if g.get("session") is None or g.get("role") is None or is_htmx():
        return {}
    if not g.actor.may(WorkPermission.SEE) or g.session.in_nested_transaction():
        return {}
    return {"unread": unseen_count(g.session, actor=g.actor) if g.session.is_active else 0}


@bp.get("/notifications")
@requires(WorkPermission.SEE)
def listing() -> str:
    """What is new, then what was seen."""
    found = notifications_of(session(), actor=g.actor)
    return render_template(
        "notifications/page.html",
        notices=[_view(notice) for notice in found],
        newest=max((notice.id for notice in found), default=0),
        has_new=any(notice.is_new for notice in found),
    )


@bp.post("/notifications/seen")
@requires(WorkPermission.SEE)
def seen() -> Response:
    """Mark all that the page showed, or the one that is opened, as seen."""
    only = request.form.get("only", type=int)
    up_to = request.form.get("up_to", type=int) or 0
    mark_seen(session(), up_to=up_to, only=only, actor=g.actor, now=g.now)
    target = local_target(request.form.get("next"), url_for("notifications.listing"))
    return redirect(target, 303)  # type: ignore[return-value]


def _view(notice: Notice) -> dict[str, Any]:
    words, icon = WORDS.get(notice.kind, (_l("Задача изменилась"), "bell"))
    return {"line": notice, "words": words, "icon": icon}
