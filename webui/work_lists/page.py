"""The page of a work-list, and the tasks that are made from it (A6, A14)."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from flask import (
    Blueprint,
    Response,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, StringField

from campaigns.result_codes import wording
from core.errors import Invalid, NotFound
from directory.permissions import DirectoryPermission
from webui.boards.attempts import result_words
from webui.forms import Form, LocalMoment, at_most, choices
from webui.i18n import locale_code
from webui.labels.journal import JournalLine, actor_words, journal_line
from webui.labels.words import label, sentence
from webui.requests import requires, session
from webui.tasks.looks import Link
from webui.tasks.quick_times import quick_times
from webui.wording import moment
from webui.work_lists.involve_form import (
    asks_to_fill,
    fill_from_preset,
    involve_form,
    take_preset_out,
)
from worklists.far_dates import FarAhead
from worklists.involvement import involve_unit
from worklists.models.task import TaskKind
from worklists.offered import performers_for
from worklists.permissions import WorkPermission
from worklists.planning import plan_task
from worklists.reports import NewTask
from worklists.work_list_page import WorkListPage, newest_task_id, work_list_page

bp = Blueprint("work_lists", __name__)


class PlanForm(Form):
    """A new task for this client in this unit."""

    plan_kind = SelectField(_l("Вид"))
    plan_due = LocalMoment(_l("Когда"), pair=True)
    plan_far_confirmed = BooleanField(_l("Дата верна"))
    plan_comment = StringField(_l("Что сделать"), [at_most(1000)])
    plan_performer = SelectField(_l("Исполнитель"))

    is_far = False
    """Whether the date is so far ahead that it has to be confirmed."""


_FIELDS = {
    "involve_unit_id": "involve_unit",
    "involve_due_at": "involve_due",
    "new_task_kind": "plan_kind",
    "new_task_due_at": "plan_due",
    "new_task_performer_id": "plan_performer",
}


@dataclass(frozen=True)
class WorkListView:
    """The page with its words."""

    page: WorkListPage
    may_work: bool
    may_involve: bool

    @property
    def initiator(self) -> str:
        return self.page.initiator or actor_words(self.page.work_list.initiator)

    @property
    def facts(self) -> list[tuple[str, str]]:
        summary = self.page.summary
        return [
            (_("Подразделение"), summary.unit),
            (_("Цель"), summary.purpose),
            (_("Инициатор"), self.initiator),
            (_("ЦФО"), summary.centre or "—"),
            (_("Ответственный"), summary.responsible or _("не назначен")),
            (_("Открыт"), moment(summary.opened_at)),
        ]

    @property
    def links(self) -> list[Link]:
        """Helper buttons; from here the history is of all vehicles of the client (A7)."""
        if not g.actor.may(DirectoryPermission.SEE_CLIENTS):
            return []
        client = self.page.client.id
        found = [Link(f"/clients/{client}", _("Клиент"), "users")]
        if len(self.page.assets) == 1:
            found.append(Link(f"/assets/{self.page.assets[0].id}", _("Автомобиль"), "car"))
        found.append(Link(f"/clients/{client}/history", _("История"), "history"))
        return found

    @property
    def journal(self) -> list[JournalLine]:
        results = result_names(self.page)
        return [journal_line(entry, self.page.people, results) for entry in self.page.history]


def result_names(page: WorkListPage) -> dict[int, str]:
    """Result codes of the history in the language of the page, by the id of their version."""
    return {key: wording(names, locale_code()) for key, names in page.results.items()}


@bp.get("/work-lists/<int:work_list_id>")
@requires(WorkPermission.SEE)
def show(work_list_id: int) -> Response:
    """The work-list as this person sees it; an emptied one leads to where its tasks are."""
    return _answer(work_list_id)


@bp.post("/work-lists/<int:work_list_id>/involvements")
@requires(WorkPermission.INVOLVE)
def involve(work_list_id: int) -> Response:
    """Ask another unit: a task in a work-list of its own."""
    page = work_list_page(session(), work_list_id, actor=g.actor)
    form = involve_form(page.work_list.unit_id)
    if asks_to_fill():
        fill_from_preset(form, page.work_list.unit_id)
        session().rollback()
        return _answer(work_list_id, involving=form)
    if not form.validate():
        return _answer(work_list_id, involving=form, status=422)
    try:
        involve_unit(
            session(), work_list_id, form.draft(), from_task_id=None,
            asset_id=page.summary.asset_id, actor=g.actor, now=g.now,
        )  # fmt: skip
    except Invalid as error:
        return _refused(work_list_id, form, error, involving=form)
    flash(_("Подразделение получило задачу."))
    return _back(work_list_id)


@bp.post("/work-lists/<int:work_list_id>/preset")
@requires(WorkPermission.INVOLVE)
def preset(work_list_id: int) -> str:
    """The fields of a request as the chosen preset fills them in; nothing is saved."""
    unit_id = work_list_page(session(), work_list_id, actor=g.actor).work_list.unit_id
    form = involve_form(unit_id)
    if form.involve_preset.data is None:
        take_preset_out(form)
    else:
        fill_from_preset(form, unit_id)
    chips = quick_times(g.now) if "quick" in request.args else ()
    return render_template("work_lists/_preset.html", form=form, chips=chips)


@bp.post("/work-lists/<int:work_list_id>/tasks")
@requires(WorkPermission.WORK)
def plan(work_list_id: int) -> Response:
    """«Запланировать новую задачу» (A14)."""
    source = newest_task_id(session(), work_list_id, actor=g.actor)
    if source is None:
        raise NotFound("work_list", work_list_id)
    form = _plan_form(work_list_page(session(), work_list_id, actor=g.actor))
    if not _is_valid(form, "plan_due"):
        return _answer(work_list_id, planning=form, status=422)
    new = NewTask(
        kind=TaskKind(form.plan_kind.data),
        due_at=form.plan_due.data,
        comment=(form.plan_comment.data or "").strip(),
        performer_id=int(form.plan_performer.data) if form.plan_performer.data else None,
        is_far_confirmed=form.plan_far_confirmed.data,
    )
    try:
        planned = plan_task(session(), source, new, actor=g.actor, now=g.now)
    except Invalid as error:
        return _refused(work_list_id, form, error, planning=form)
    flash(_("Задача запланирована на %(at)s.", at=moment(planned.due_at)))
    return _back(work_list_id)


def _answer(
    work_list_id: int, *, involving: Form | None = None, planning: Form | None = None,
    status: int = 200,
) -> Response:  # fmt: skip
    page = work_list_page(session(), work_list_id, actor=g.actor)
    if page.work_list.merged_into_id is not None:
        return make_response(
            redirect(url_for(".show", work_list_id=page.work_list.merged_into_id), 303)
        )
    may_work = g.actor.may(WorkPermission.WORK)
    may_involve = g.actor.may(WorkPermission.INVOLVE)
    html = render_template(
        "work_lists/page.html",
        view=WorkListView(page, may_work, may_involve),
        involving=involving or (_involving(page) if may_involve else None),
        planning=planning or (_plan_form(page, formdata=None) if may_work else None),
        is_involving=involving is not None,
        is_planning=planning is not None,
        keys=(uuid4().hex, uuid4().hex),
        result_words=result_words,
        chips=quick_times(g.now),
    )
    return make_response(html, status)


def _involving(page: WorkListPage) -> Form:
    return involve_form(page.work_list.unit_id, formdata=None)


def _plan_form(page: WorkListPage, **values: Any) -> Any:
    form = PlanForm(**values)
    form.plan_kind.choices = [
        (kind.value, label(kind)) for kind in (TaskKind.CALLBACK, TaskKind.EXTRA)
    ]
    people = performers_for(session(), page.work_list.unit_id)
    form.plan_performer.choices = choices(people, blank=_l("Я"))
    return form


def _is_valid(form: Any, moment_name: str) -> bool:
    valid = bool(form.validate())
    if form[moment_name].data is None and not form[moment_name].errors:
        form[moment_name].errors = [_("Укажите дату и время.")]
        return False
    return valid


def _refused(work_list_id: int, form: Any, error: Invalid, **forms: Any) -> Response:
    session().rollback()
    form[_FIELDS.get(error.field, error.field)].errors = [sentence(error)]
    form.is_far = isinstance(error, FarAhead)
    return _answer(work_list_id, status=422, **forms)


def _back(work_list_id: int) -> Response:
    return redirect(url_for("work_lists.show", work_list_id=work_list_id), 303)  # type: ignore[return-value]
