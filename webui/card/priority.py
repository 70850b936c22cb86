"""Handing a task out sooner or later."""

from flask import Response, g, request

from core.errors import Refused
from webui.card.routes import bp
from webui.card.sections import answer, refuse
from webui.numbers import row_number
from webui.requests import requires, session
from worklists.card.priority import change_priority
from worklists.permissions import WorkPermission


@bp.post("/tasks/<int:task_id>/priority", endpoint="change_priority")
@requires(WorkPermission.DISPATCH)
def change(task_id: int) -> Response:
    """From 1 (first) to 9."""
    wanted = request.form.get("priority", type=row_number) or 0
    try:
        change_priority(session(), task_id, priority=wanted, actor=g.actor, now=g.now)
    except Refused as error:
        return refuse(task_id, "priority", error)
    return answer(task_id, "priority")
