"""«Пропустить»: pass the task over with a reason, and go on with the next one (rule 16)."""

from flask import Response, g, request, url_for
from flask_babel import gettext as _

from core.errors import Refused
from directory.clients.models import Client
from webui.labels.words import sentence
from webui.requests import requires, session, settings
from webui.tasks.answers import card_answer, leave, next_task, undo_refused
from webui.tasks.card import open_card, task_url
from webui.tasks.routes import bp
from webui.tasks.saved_words import of_client
from worklists.permissions import WorkPermission
from worklists.skips import SkipReasonMissing, skip_task
from worklists.skips_undone import undo_skip


@bp.post("/tasks/<int:task_id>/skip")
@requires(WorkPermission.WORK)
def skip(task_id: int) -> Response:
    """Pass the task over; 409 or 422 with the card as it is when that is not possible."""
    reason_id = request.form.get("reason", type=int) or 0
    try:
        task = skip_task(session(), task_id, reason_id=reason_id, actor=g.actor, now=g.now)
    except (Refused, SkipReasonMissing) as refused:
        session().rollback()
        card = open_card(task_id, actor=g.actor, now=g.now)
        status = 422 if isinstance(refused, SkipReasonMissing) else 409
        return card_answer(card, status=status, toast=str(sentence(refused)), toast_tone="bad")
    session().flush()
    following = next_task(after=task_id)
    client = session().get_one(Client, task.client_id)
    words = of_client(client, _("Задача пропущена, сегодня она вам больше не достанется."))
    url = task_url(following) if following is not None else "/"
    return leave(words, url, undo_url=url_for(".undo_skip", task_id=task_id))


@bp.post("/tasks/<int:task_id>/skip/undo", endpoint="undo_skip")
@requires(WorkPermission.WORK)
def undo(task_id: int) -> Response:
    """«Отменить» beside the message: the task as if it had not been passed over."""
    try:
        undo_skip(session(), task_id, actor=g.actor, now=g.now, lease=settings().lease)
    except Refused as error:
        return undo_refused(task_id, error)
    return leave(_("Пропуск отменён, всё как было."), task_url(task_id))
