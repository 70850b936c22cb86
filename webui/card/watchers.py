"""Watching a task, and asking a colleague to."""

from flask import Response, g, request

from core.errors import Invalid
from webui.card.routes import bp
from webui.card.sections import answer, refuse
from webui.numbers import row_number
from webui.requests import requires, session
from worklists.card.watchers import add_watcher, unwatch_task, watch_task
from worklists.permissions import WorkPermission


@bp.post("/tasks/<int:task_id>/watch")
@requires(WorkPermission.SEE)
def watch(task_id: int) -> Response:
    """I want to know."""
    watch_task(session(), task_id, actor=g.actor, now=g.now)
    return answer(task_id, "watchers")


@bp.post("/tasks/<int:task_id>/unwatch")
@requires(WorkPermission.SEE)
def unwatch(task_id: int) -> Response:
    """I, or the colleague named, no more."""
    employee_id = request.form.get("employee", type=row_number)
    unwatch_task(session(), task_id, employee_id=employee_id, actor=g.actor, now=g.now)
    return answer(task_id, "watchers")


@bp.post("/tasks/<int:task_id>/watchers", endpoint="add_watcher")
@requires(WorkPermission.WORK)
def add(task_id: int) -> Response:
    """A colleague who sees the task."""
    employee_id = request.form.get("employee", type=row_number) or 0
    try:
        add_watcher(session(), task_id, employee_id=employee_id, actor=g.actor, now=g.now)
    except Invalid as error:
        return refuse(task_id, "watchers", error)
    return answer(task_id, "watchers")
