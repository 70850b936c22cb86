"""What is done with a task on control: confirm, watch longer, call again (A16)."""

from collections.abc import Callable
from typing import Any

from flask import Response, g, request, url_for
from flask_babel import gettext as _

from core.errors import Invalid, Refused
from directory.clients.models import Client
from webui.forms import Form
from webui.labels.words import sentence
from webui.numbers import row_number
from webui.requests import local_target, requires, session
from webui.tasks.answers import card_answer, conflict_answer, go_on, leave, undo_refused
from webui.tasks.card import open_card, task_url
from webui.tasks.control_forms import CallAgainForm, ConfirmForm, ProlongForm, control_forms
from webui.tasks.routes import bp
from webui.tasks.saved_words import of_client
from webui.wording import moment
from worklists.closing_undone import undo_confirmation, undo_prolonging
from worklists.control import call_again as call_client_again
from worklists.control import confirm_control, prolong_control
from worklists.far_dates import FarAhead
from worklists.permissions import WorkPermission
from worklists.saving import get_task


@bp.post("/tasks/<int:task_id>/control/confirm")
@requires(WorkPermission.WORK)
def confirm(task_id: int) -> Response:
    """What was hoped for has come: close."""

    def done(form: Any, version: int) -> str:
        confirm_control(
            session(), task_id, comment=form.comment.data or "", version=version,
            actor=g.actor, now=g.now,
        )  # fmt: skip
        return str(_("Контроль подтверждён, задача закрыта."))

    undo = url_for(".undo_confirmation", task_id=task_id)
    return _step(task_id, ConfirmForm(), {}, done, undo_url=undo)


@bp.post("/tasks/<int:task_id>/control/confirm/undo", endpoint="undo_confirmation")
@requires(WorkPermission.WORK)
def undo(task_id: int) -> Response:
    """On control again; 409 with the card as it is when that is not possible any more."""
    try:
        undo_confirmation(session(), task_id, actor=g.actor, now=g.now)
    except Refused as error:
        return undo_refused(task_id, error)
    return leave(_("Снова на контроле."), task_url(task_id, undone=1))


@bp.post("/tasks/<int:task_id>/control/prolong")
@requires(WorkPermission.WORK)
def prolong(task_id: int) -> Response:
    """Watch until a later date, for a reason."""

    def done(form: Any, version: int) -> str:
        task = prolong_control(
            session(), task_id, until=form.until.data, reason=form.reason.data or "",
            version=version, actor=g.actor, now=g.now,
        )  # fmt: skip
        return str(_("Контроль продлён до %(at)s.", at=moment(task.control_at)))

    undo = url_for(".undo_prolonging", task_id=task_id)
    return _step(task_id, ProlongForm(), {}, done, needs="until", undo_url=undo)


@bp.post("/tasks/<int:task_id>/control/prolong/undo", endpoint="undo_prolonging")
@requires(WorkPermission.WORK)
def undo_longer(task_id: int) -> Response:
    """As before the prolonging; 409 with the card as it is when that is not possible any more."""
    try:
        undo_prolonging(session(), task_id, actor=g.actor, now=g.now)
    except Refused as error:
        return undo_refused(task_id, error)
    return leave(_("Срок контроля прежний."), task_url(task_id))


@bp.post("/tasks/<int:task_id>/control/call-again")
@requires(WorkPermission.WORK)
def call_again(task_id: int) -> Response:
    """Phone once more instead of watching on."""

    def done(form: Any, version: int) -> str:
        planned = call_client_again(
            session(), task_id, due_at=form.due_at.data, comment=form.note.data or "",
            is_far_confirmed=form.far_confirmed.data, version=version, actor=g.actor, now=g.now,
        )  # fmt: skip
        return str(_("Звонок запланирован на %(at)s.", at=moment(planned.due_at)))

    fields = {"new_task_due_at": "due_at", "comment": "note"}
    return _step(task_id, CallAgainForm(), fields, done, needs="due_at")


def _step(
    task_id: int,
    form: Any,
    fields: dict[str, str],
    done: Callable[[Any, int], str],
    *,
    needs: str = "",
    undo_url: str = "",
) -> Response:
    task = get_task(session(), task_id, actor=g.actor)
    client = session().get_one(Client, task.client_id)
    valid = form.validate()
    if needs and form[needs].data is None and not form[needs].errors:
        form[needs].errors = [_("Укажите дату и время.")]
        valid = False
    if not valid:
        return _ask_again(task_id, form)
    try:
        words = of_client(client, done(form, request.form.get("version", type=row_number) or 0))
    except Invalid as error:
        session().rollback()
        form[fields.get(error.field, error.field)].errors = [sentence(error)]
        if isinstance(error, FarAhead):
            form.is_far = True
        return _ask_again(task_id, form)
    except Refused as error:
        typed = [request.form.get(name, "") for name in ("comment", "reason", "note")]
        return conflict_answer(task_id, error, comment=" ".join(filter(None, typed)))
    if "next" in request.form:
        target = local_target(request.form["next"], task_url(task_id))
        return leave(words, target, undo_url=undo_url)
    return go_on(task_id, toast=words, stay=True, saved=task_id, undo_url=undo_url)


def _ask_again(task_id: int, form: Form) -> Response:
    card = open_card(task_id, actor=g.actor, now=g.now)
    forms = control_forms(card.page.task, g.now, failed=form)
    card = open_card(task_id, actor=g.actor, now=g.now, control=forms)
    return card_answer(card, status=422, with_regions=False)
