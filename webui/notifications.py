"""The bell and its page."""

from typing import Any

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from sqlalchemy import union_all
from sqlalchemy.orm import Session

from core.access import Actor
from core.statements import ask
from importers.folders.notices import (
    UNSEEN_FILES,
    SeenNotice,
    file_notices_of,
    mark_file_notices,
    seen_files_by,
)
from webui.labels.folders import ICONS, notice_words
from webui.labels.notices import NOTICES, OTHER_NOTICE, PLAN_STOPPED
from webui.labels.selections import unattended_words
from webui.labels.words import label
from webui.numbers import row_number
from webui.requests import in_background, is_htmx, local_target, requires, session, settings
from worklists.escalation.digests import DIGEST
from worklists.notifications import UNSEEN, Notice, mark_seen, notifications_of
from worklists.permissions import WorkPermission
from worklists.plan_notices import (
    UNSEEN_PLANS,
    SeenPlanNotice,
    mark_plan_notices,
    plan_notices_of,
    seen_plans_by,
)
from worklists.visibility import seen_by

bp = Blueprint("notifications", __name__)

_ALL = union_all(UNSEEN, UNSEEN_FILES, UNSEEN_PLANS)
"""In one statement: every page asks it."""


def unseen(reading: Session, *, actor: Actor) -> tuple[int, int]:
    """How many the bell shows, of tasks, files and plans, and what changes with the newest."""
    if actor.employee_id is None:
        return 0, 0
    of_whom = seen_by(actor) | seen_files_by(actor) | seen_plans_by(actor)
    told = ask(reading, _ALL, {"person": actor.employee_id} | of_whom).all()
    return sum(count for count, _ in told), sum(newest or 0 for _, newest in told)


@bp.app_context_processor
def bell() -> dict[str, Any]:
    """``unread`` for the frame of every page; a part of a page has no bell."""
    if g.get("session") is None or g.get("role") is None or is_htmx():
        return {}
    if not g.actor.may(WorkPermission.SEE) or g.session.in_nested_transaction():
        return {}
    if not g.session.is_active:
        return {"unread": 0}
    unread, newest = unseen(g.session, actor=g.actor)
    return {"unread": unread, "bell_state": f"{unread}-{newest}"}


@bp.get("/notifications/bell", endpoint="bell")
@requires(WorkPermission.SEE)
@in_background
def look() -> Response:
    """The bell when it differs from the ``state`` that the page shows; else 204."""
    unread, newest = unseen(session(), actor=g.actor)
    state = f"{unread}-{newest}"
    if request.args.get("state") == state:
        return make_response("", 204)
    return make_response(render_template("_bell.html", unread=unread, bell_state=state))


@bp.get("/notifications")
@requires(WorkPermission.SEE)
def listing() -> str:
    """What is new, then what was seen; for htmx only the list."""
    found = notifications_of(session(), actor=g.actor)
    files = file_notices_of(session(), actor=g.actor)
    plans = plan_notices_of(session(), actor=g.actor)
    others = [*map(_file_view, files), *map(_plan_view, plans)]
    others.sort(key=lambda one: (one["line"].is_new, one["line"].at), reverse=True)
    return render_template(
        "notifications/_list.html" if is_htmx() else "notifications/page.html",
        notices=[_view(notice) for notice in found],
        newest=max((notice.id for notice in found), default=0),
        others=others,
        newest_file=max((notice.id for notice in files), default=0),
        newest_plan=max((notice.id for notice in plans), default=0),
        has_new=any(one.is_new for one in found) or any(one["line"].is_new for one in others),
        sends_mail=settings().sends_mail,
    )


@bp.post("/notifications/seen")
@requires(WorkPermission.SEE)
def seen() -> Response:
    """Mark all that the page showed, or the one that is opened, as seen."""
    only = request.form.get("only", type=row_number)
    up_to = request.form.get("up_to", type=row_number) or 0
    files_up_to = request.form.get("files_up_to", type=row_number) or 0
    mark_seen(session(), up_to=up_to, only=only, actor=g.actor, now=g.now)
    mark_file_notices(session(), up_to=files_up_to, actor=g.actor, now=g.now)
    plans_up_to = request.form.get("plans_up_to", type=row_number) or 0
    mark_plan_notices(session(), up_to=plans_up_to, actor=g.actor, now=g.now)
    target = local_target(request.form.get("next"), url_for("notifications.listing"))
    return redirect(target, 303)  # type: ignore[return-value]


def _view(notice: Notice) -> dict[str, Any]:
    words, icon = NOTICES.get(notice.kind, OTHER_NOTICE)
    url = url_for("tasks.show", task_id=notice.task_id)
    if notice.kind == DIGEST:
        url = url_for("escalations.page", digest=notice.id)
    return {"line": notice, "words": words, "icon": icon, "url": url}


def _file_view(notice: SeenNotice) -> dict[str, Any]:
    url = url_for("files.page")
    if notice.imported_file_id is not None:
        url = url_for("files.show", file_id=notice.imported_file_id)
    elif notice.load_id is not None:
        url = url_for("loads.show", load_id=notice.load_id)
    told = notice_words(notice)
    return {"line": notice, "words": label(notice.kind), "icon": ICONS[notice.kind],
            "url": url, "where": notice.unit, "told": told}  # fmt: skip


def _plan_view(notice: SeenPlanNotice) -> dict[str, Any]:
    url = url_for("selections.page")
    if notice.selection_id is not None:
        # The fragment is the button that switches the plan on again.
        place = f"plan-{notice.plan_id}"
        url = url_for("selections.show", selection_id=notice.selection_id, _anchor=place)
    words, icon = PLAN_STOPPED
    where = f"{notice.campaign}, {notice.unit}"
    return {"line": notice, "words": words, "icon": icon, "url": url, "where": where,
            "told": unattended_words(notice.problem)}  # fmt: skip
