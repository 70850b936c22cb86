"""Ties to other tasks."""

from flask import Response, g, request

from core.errors import Invalid
from webui.card.routes import bp
from webui.card.sections import answer, refuse
from webui.numbers import row_number
from webui.requests import requires, session
from worklists.card.links import link_tasks, unlink_tasks
from worklists.card.models import LinkKind
from worklists.permissions import WorkPermission


@bp.post("/tasks/<int:task_id>/links", endpoint="link")
@requires(WorkPermission.WORK)
def add(task_id: int) -> Response:
    """Tie this task to the one whose number was typed."""
    typed = request.form.get("other", "")
    digits = typed.replace("№", "").strip()
    other_id = int(digits) if digits.isdecimal() and len(digits) < 10 else 0
    wanted = request.form.get("kind", "")
    kind = LinkKind(wanted) if wanted in set(LinkKind) else LinkKind.RELATED
    try:
        link_tasks(session(), task_id, other_id=other_id, kind=kind, actor=g.actor, now=g.now)
    except Invalid as error:
        return refuse(task_id, "links", error, typed=typed)
    return answer(task_id, "links")


@bp.post("/task-links/<int:link_id>/remove", endpoint="unlink")
@requires(WorkPermission.WORK)
def remove(link_id: int) -> Response:
    """Take the tie away; ``here`` is the task whose card shows it."""
    pair = unlink_tasks(session(), link_id, actor=g.actor, now=g.now)
    here = request.form.get("here", type=row_number)
    return answer(here if here in pair else pair[0], "links")
