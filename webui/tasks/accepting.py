"""«Принять» what another unit asked for, and taking that back (A6)."""

from flask import Response, g, request, url_for
from flask_babel import gettext as _

from core.errors import Refused
from webui.numbers import row_number
from webui.requests import is_htmx, requires, session
from webui.tasks.answers import card_answer, conflict_answer, leave, undo_refused
from webui.tasks.card import open_card, task_url
from webui.tasks.routes import bp
from worklists.answering import accept_job, undo_acceptance
from worklists.permissions import WorkPermission


@bp.post("/tasks/<int:task_id>/accept")
@requires(WorkPermission.WORK)
def accept(task_id: int) -> Response:
    """The unit is going to do it: whoever asked is told; 409 when it changed meanwhile."""
    version = request.form.get("version", type=row_number) or 0
    try:
        accept_job(session(), task_id, version=version, actor=g.actor, now=g.now)
    except Refused as error:
        return conflict_answer(task_id, error)
    undo_url = url_for(".undo_acceptance", task_id=task_id)
    words = _("Задача принята, тот, кто просил, узнает.")
    if not is_htmx():
        return leave(words, task_url(task_id), undo_url=undo_url)
    session().flush()
    card = open_card(task_id, actor=g.actor, now=g.now)
    return card_answer(card, toast=words, undo_url=undo_url)


@bp.post("/tasks/<int:task_id>/accept/undo", endpoint="undo_acceptance")
@requires(WorkPermission.WORK)
def undo(task_id: int) -> Response:
    """«Отменить» beside the message: the request is new again."""
    try:
        undo_acceptance(session(), task_id, actor=g.actor, now=g.now)
    except Refused as error:
        return undo_refused(task_id, error)
    return leave(_("Принятие отменено."), task_url(task_id))
