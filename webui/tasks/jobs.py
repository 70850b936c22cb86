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
from worklists.answering import return_job
from worklists.closing_undone import undo_job
from worklists.jobs_done import finish_job
from worklists.my_queue import place_of
from worklists.permissions import WorkPermission
from worklists.saving import changed_meanwhile

_DONE, _GIVEN_UP, _RETURNED = "1", "0", "returned"
"""What the button that was pressed sends."""


@bp.post("/tasks/<int:task_id>/job")
@requires(WorkPermission.WORK)
def finish(task_id: int) -> Response:
    """«Выполнено», «Выполнить нельзя» with the reason, or «Вернуть» to whoever asked."""
    card = open_card(task_id, actor=g.actor, now=g.now)
    typed = request.form.get("comment", "").strip()
    if card.shows != "job":
        error = changed_meanwhile(session(), card.page.task)
        return conflict_answer(task_id, error, comment=typed)
    place = place_of(card.page.task, actor=g.actor, now=g.now)
    form, how = JobForm(), request.form.get("done") or _DONE
    if not form.validate():
        return card_answer(card, form=form, status=422, with_regions=False)
    try:
        _close(task_id, how, typed)
    except Invalid as error:
        session().rollback()
        form.comment.errors = [sentence(error)]
        card = open_card(task_id, actor=g.actor, now=g.now)
        return card_answer(card, form=form, status=422, with_regions=False)
    except Refused as error:
        return conflict_answer(task_id, error, kept=_typed_again, comment=typed)
    words = {
        _GIVEN_UP: _("Задача закрыта: выполнить нельзя."),
        _RETURNED: _("Задача возвращена тому, кто просил."),
    }
    undo = url_for(".undo_job", task_id=task_id)
    toast = words.get(how) or _("Задача выполнена.")
    return go_on(task_id, toast=toast, stay=False, saved=task_id, place=place, undo_url=undo)


@bp.post("/tasks/<int:task_id>/job/undo", endpoint="undo_job")
@requires(WorkPermission.WORK)
def undo(task_id: int) -> Response:
    """«Отменить» beside the message: the job is open again."""
    try:
        undo_job(session(), task_id, actor=g.actor, now=g.now)
    except Refused as error:
        return undo_refused(task_id, error)
    return leave(_("Задача снова открыта."), task_url(task_id, undone=1))


def _close(task_id: int, how: str, comment: str) -> None:
    version = request.form.get("version", type=row_number) or 0
    token = request.form.get("token", type=row_number)
    if how == _RETURNED:
        return_job(session(), task_id, reason=comment, version=version, token=token, actor=g.actor,
                   now=g.now)  # fmt: skip
    else:
        finish_job(session(), task_id, comment=comment, done=how != _GIVEN_UP, version=version,
                   token=token, actor=g.actor, now=g.now)  # fmt: skip


def _typed_again(card: Card) -> JobForm | None:
    if card.shows != "job":
        return None
    form = JobForm()
    form.version.data = card.page.task.version
    form.token.data = card.page.task.claim_token if card.is_mine else ""
    return form
