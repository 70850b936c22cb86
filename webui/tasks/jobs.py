"""Closing a job in which nobody is phoned."""

from flask import Response, g, request, url_for
from flask_babel import gettext as _

from core.errors import Invalid, Refused
from webui.labels.words import sentence
from webui.numbers import row_number
from webui.requests import requires, session
from webui.tasks.answers import card_answer, conflict_answer, go_on, leave, undo_refused
from webui.tasks.card import Card, open_card, task_url
from webui.tasks.jobs_form import JobForm
from webui.tasks.routes import bp
from worklists.closing_undone import undo_job
from worklists.jobs_done import finish_job
from worklists.my_queue import place_of
from worklists.permissions import WorkPermission
from worklists.saving import changed_meanwhile


@bp.post("/tasks/<int:task_id>/job")
@requires(WorkPermission.WORK)
def finish(task_id: int) -> Response:
    """«Выполнено», or «Выполнить нельзя» with the reason."""
    card = open_card(task_id, actor=g.actor, now=g.now)
    typed = request.form.get("comment", "").strip()
    if card.shows != "job":
        error = changed_meanwhile(session(), card.page.task)
        return conflict_answer(task_id, error, comment=typed)
    place = place_of(card.page.task, actor=g.actor, now=g.now)
    form, done = JobForm(), request.form.get("done") != "0"
    if not form.validate():
        return card_answer(card, form=form, status=422, with_regions=False)
    try:
        finish_job(
            session(),
            task_id,
            comment=typed,
            done=done,
            version=request.form.get("version", type=row_number) or 0,
            token=request.form.get("token", type=row_number),
            actor=g.actor,
            now=g.now,
        )
    except Invalid as error:
        session().rollback()
        form.comment.errors = [sentence(error)]
        card = open_card(task_id, actor=g.actor, now=g.now)
        return card_answer(card, form=form, status=422, with_regions=False)
    except Refused as error:
        return conflict_answer(task_id, error, kept=_typed_again, comment=typed)
    words = _("Задача выполнена.") if done else _("Задача закрыта: выполнить нельзя.")
    undo = url_for(".undo_job", task_id=task_id)
    return go_on(task_id, toast=words, stay=False, saved=task_id, place=place, undo_url=undo)


@bp.post("/tasks/<int:task_id>/job/undo", endpoint="undo_job")
@requires(WorkPermission.WORK)
def undo(task_id: int) -> Response:
    """«Отменить» beside the message: the job is open again."""
    try:
        undo_job(session(), task_id, actor=g.actor, now=g.now)
    except Refused as error:
        return undo_refused(task_id, error)
    return leave(_("Задача снова открыта."), task_url(task_id, undone=1))


def _typed_again(card: Card) -> JobForm | None:
    if card.shows != "job":
        return None
    form = JobForm()
    form.version.data = card.page.task.version
    form.token.data = card.page.task.claim_token if card.is_mine else ""
    return form
