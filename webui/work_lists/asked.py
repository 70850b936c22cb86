"""One request to another unit as the asking side sees it: its thread, mending, closing (A6)."""

from uuid import uuid4

from flask import Blueprint, Response, flash, g, make_response, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField

from core.errors import Invalid, Refused
from webui.forms import Form, LocalMoment, at_most, not_blank
from webui.labels.journal import journal_line
from webui.labels.words import sentence
from webui.requests import requires, session
from webui.tasks.quick_times import quick_times
from webui.wording import moment
from worklists.asking_again import AskedPage, asked_page, close_request, send_again
from worklists.involved import AskedStep
from worklists.permissions import WorkPermission

bp = Blueprint("asked", __name__)

_FIELDS = {"involve_text": "text", "involve_due_at": "due"}


class MendForm(Form):
    """What is asked after all, and by when."""

    text = StringField(
        _l("Что нужно сделать"), [not_blank(_l("Напишите, что нужно сделать.")), at_most(1000)]
    )
    due = LocalMoment(_l("Срок"), pair=True)


@bp.get("/involvements/<int:involvement_id>")
@requires(WorkPermission.SEE)
def show(involvement_id: int) -> Response:
    """What was asked, how far it has come, and what can be done about it."""
    return _answer(asked_page(session(), involvement_id, actor=g.actor))


@bp.post("/involvements/<int:involvement_id>/again")
@requires(WorkPermission.INVOLVE)
def again(involvement_id: int) -> Response:
    """«Отправить снова» what was returned: the same task, mended."""
    page = asked_page(session(), involvement_id, actor=g.actor)
    form = MendForm()
    valid, due_at = form.validate(), form.due.data
    if due_at is None and not form.due.errors:
        form.due.errors = [_("Укажите дату и время.")]
    if not valid or due_at is None:
        return _answer(page, form, status=422)
    try:
        task = send_again(
            session(), involvement_id, text=form.text.data, due_at=due_at, actor=g.actor,
            now=g.now,
        )  # fmt: skip
    except Invalid as error:
        session().rollback()
        form[_FIELDS.get(error.field, "text")].errors = [sentence(error)]
        page = asked_page(session(), involvement_id, actor=g.actor)
        return _answer(page, form, status=422)
    except Refused as error:
        return _refused(involvement_id, error)
    words = _("Просьба отправлена снова.")
    if task.due_at != due_at:  # moved into the working time of the unit
        words = f"{words} {_('Срок')}: {moment(task.due_at)}."
    flash(words)
    return _back(involvement_id)


@bp.post("/involvements/<int:involvement_id>/close")
@requires(WorkPermission.INVOLVE)
def close(involvement_id: int) -> Response:
    """«Закрыть просьбу»: the asker does without it."""
    try:
        close_request(session(), involvement_id, actor=g.actor, now=g.now)
    except Refused as error:
        return _refused(involvement_id, error)
    flash(_("Просьба закрыта."))
    return _back(involvement_id)


def _refused(involvement_id: int, error: Refused) -> Response:
    session().rollback()
    page = asked_page(session(), involvement_id, actor=g.actor)
    return _answer(page, status=409, problem=str(sentence(error)))


def _answer(
    page: AskedPage, form: MendForm | None = None, *, status: int = 200, problem: str = ""
) -> Response:
    is_mine = page.line.standing.step is AskedStep.RETURNED and g.actor.may(WorkPermission.INVOLVE)
    task = page.line.task
    due_at = task.due_at if task.due_at > g.now else None
    if is_mine and form is None:
        form = MendForm(formdata=None, text=task.goal, due=due_at)
    html = render_template(
        "work_lists/asked.html",
        asked=page,
        form=form if is_mine else None,
        journal=[journal_line(entry, page.people) for entry in page.history],
        chips=quick_times(g.now),
        keys=(uuid4().hex, uuid4().hex),
        problem=problem,
    )
    return make_response(html, status)


def _back(involvement_id: int) -> Response:
    return redirect(url_for(".show", involvement_id=involvement_id), 303)  # type: ignore[return-value]
