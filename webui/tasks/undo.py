"""Taking the last outcome back: from the toast, with Z, or from the task's history (rule 9)."""

from flask import Response, g, url_for
from flask_babel import gettext as _

from core.errors import NotFound, Refused
from webui.requests import requires, session, settings
from webui.tasks.answers import leave, undo_refused
from webui.tasks.card import task_url
from webui.tasks.routes import bp
from worklists.outcome_effects import gone_out
from worklists.permissions import WorkPermission
from worklists.undoing import undo_attempt


@bp.post("/tasks/<int:task_id>/attempts/<int:attempt_id>/undo")
@requires(WorkPermission.WORK)
def undo(task_id: int, attempt_id: int) -> Response:
    """Open the task as it was before; 409 with the card as it is when that is not possible."""
    try:
        task = undo_attempt(session(), attempt_id, actor=g.actor, now=g.now, lease=settings().lease)
    except Refused as error:
        return undo_refused(task_id, error)
    if task.id != task_id:
        raise NotFound("attempt", attempt_id)
    words = _("Результат отменён, всё как было.")
    if gone_out(session(), attempt_id):
        words = _(
            "Результат отменён. Письмо или сообщение другой системе уже ушло: его не вернуть."
        )
    return leave(words, task_url(task_id, undone=1))


def undo_url(task_id: int, attempt_id: int) -> str:
    """Where the toast's button posts."""
    return url_for("tasks.undo", task_id=task_id, attempt_id=attempt_id)
