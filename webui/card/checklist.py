"""The checklist's forms."""

from flask import Response, g, request

from core.errors import Invalid
from webui.card.routes import bp
from webui.card.sections import answer, refuse
from webui.requests import requires, session
from worklists.card.checklists import add_item, move_item, remove_item, tick_item
from worklists.permissions import WorkPermission


@bp.post("/tasks/<int:task_id>/checklist", endpoint="add_item")
@requires(WorkPermission.WORK)
def add(task_id: int) -> Response:
    """One more item."""
    text = request.form.get("item", "")
    try:
        add_item(session(), task_id, text=text, actor=g.actor, now=g.now)
    except Invalid as error:
        return refuse(task_id, "checklist", error, typed=text)
    return answer(task_id, "checklist")


@bp.post("/checklist/<int:item_id>/tick", endpoint="tick_item")
@requires(WorkPermission.WORK)
def tick(item_id: int) -> Response:
    """``done`` = 1: done; 0: not done after all."""
    is_done = request.form.get("done") == "1"
    item = tick_item(session(), item_id, is_done=is_done, actor=g.actor, now=g.now)
    return answer(item.task_id, "checklist")


@bp.post("/checklist/<int:item_id>/move", endpoint="move_item")
@requires(WorkPermission.WORK)
def move(item_id: int) -> Response:
    """``to`` = ``up`` or ``down``."""
    item = move_item(session(), item_id, up=request.form.get("to") == "up", actor=g.actor)
    return answer(item.task_id, "checklist")


@bp.post("/checklist/<int:item_id>/remove", endpoint="remove_item")
@requires(WorkPermission.WORK)
def remove(item_id: int) -> Response:
    """Take it off the list."""
    task_id = remove_item(session(), item_id, actor=g.actor, now=g.now).task_id
    return answer(task_id, "checklist")
