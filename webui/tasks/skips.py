"""«Пропустить»: pass the task over with a reason, and go on with the next one (rule 16)."""

from flask import Response, g, request
from flask_babel import gettext as _

from core.errors import Refused
from webui.labels.words import sentence
from webui.requests import requires, session
from webui.tasks.answers import card_answer, leave, next_task
from webui.tasks.card import open_card, task_url
from webui.tasks.routes import bp
from worklists.permissions import WorkPermission
from worklists.skips import SkipReasonMissing, skip_task


@bp.post("/tasks/<int:task_id>/skip")
@requires(WorkPermission.WORK)
def skip(task_id: int) -> Response:
    """Pass the task over; 409 or 422 with the card as it is when that is not possible."""
    reason_id = request.form.get("reason", type=int) or 0
    try:
        skip_task(session(), task_id, reason_id=reason_id, actor=g.actor, now=g.now)
    except (Refused, SkipReasonMissing) as refused:
        session().rollback()
        card = open_card(task_id, actor=g.actor, now=g.now)
        status = 422 if isinstance(refused, SkipReasonMissing) else 409
        return card_answer(card, status=status, toast=str(sentence(refused)), toast_tone="bad")
    session().flush()
    following = next_task(after=task_id)
    words = _("Задача пропущена: сегодня она вам больше не достанется.")
    return leave(words, task_url(following) if following is not None else "/")
