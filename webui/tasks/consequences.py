"""The line beside the save button: what saving would lead to."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import g, render_template, request
from flask_babel import gettext as _

from campaigns.effects import EffectKind, find
from campaigns.models import Outcome
from campaigns.windows import is_open, window_of
from core.errors import Invalid, Refused
from webui.labels.words import sentence
from webui.requests import requires, session
from webui.tasks.answers import Line, outcome_hint
from webui.tasks.card import Card, card_to_save
from webui.tasks.outcome_form import OutcomeForm
from webui.tasks.routes import bp
from worklists.attempts import NewTask, consequence_of
from worklists.far_dates import check_planned_for
from worklists.involvement import is_asking
from worklists.models.task import TaskKind
from worklists.permissions import WorkPermission
from worklists.repeats import has_finished_tasks
from worklists.service_requests import is_booked


@bp.get("/tasks/<int:task_id>/consequence")
@requires(WorkPermission.WORK)
def consequence(task_id: int) -> str:
    """Texts do not come here: an address is no place for what a client said."""
    card = card_to_save(task_id, actor=g.actor, now=g.now)
    return render_template("tasks/_consequence.html", line=_line(card))


def _line(card: Card) -> Line:
    if card.offer is None:
        return Line(_("Задачу уже изменили. Откройте её снова."), is_warning=True)
    form = OutcomeForm.of(card.offer, g.actor, formdata=request.args, meta={"csrf": False})
    if form.chosen is None:
        return outcome_hint()
    if form.chosen is Outcome.INTERVIEW and form.code is None:
        return Line(_("Выберите результат контакта."))
    if form.chosen is Outcome.REPEAT and not form.copy_of_task_id.data:
        return _nothing_to_copy(card)
    report = form.report()
    task_id = card.page.task.id
    try:
        found = consequence_of(session(), task_id, report, actor=g.actor, now=g.now)
    except Refused as error:
        return Line(sentence(error), is_warning=True)
    line = Line.of(found)
    if _books_nothing(card, form):
        words = _("Заявка на обслуживание не заполнена: цех о записи не узнает.")
        line = Line(f"{line.text} {words}", is_warning=True)
    elif _asks_nobody(card, form):
        words = _("Отдел не привлечён: о вопросе никто не узнает.")
        line = Line(f"{line.text} {words}", is_warning=True)
    if report.new_task is not None and (far := _far(report.new_task, g.now)):
        return Line(far, is_warning=True)
    if report.new_task is None or report.new_task.kind is not TaskKind.CALLBACK:
        return line
    late = _outside_hours(card, report.new_task.due_at)
    return Line(f"{line.text} {late}", is_warning=True) if late else line


def _nothing_to_copy(card: Card) -> Line:
    """A repeat without the task whose result it takes."""
    if has_finished_tasks(session(), card.page.task, actor=g.actor):
        return Line(_("Выберите задачу, результат которой подходит."))
    words = _("Завершённых задач у клиента нет: выберите другой результат.")
    return Line(words, is_warning=True)


def _books_nothing(card: Card, form: OutcomeForm) -> bool:
    """Whether the client is said to be booked, and no workshop is told of it."""
    code = form.code
    if code is None or not code.is_success or not form.counts("book") or form.book.data:
        return False
    return not is_booked(session(), card.page.task)


def _asks_nobody(card: Card, form: OutcomeForm) -> bool:
    """Whether the result is a question to another unit, and no unit is asked."""
    code = form.code
    if code is None or code.is_success or code.needs_next_date:
        return False
    if find(code.effects, EffectKind.DEPARTMENT_TASK):
        return False  # a department is told anyway
    if not form.counts("involve") or form.involve.data:
        return False
    return not is_asking(session(), card.page.task)


def _far(new: NewTask, now: datetime) -> str:
    """A warning when the date is further ahead than anybody plans."""
    try:
        check_planned_for(new.due_at, is_confirmed=new.is_far_confirmed, now=now)
    except Invalid as error:
        return str(sentence(error))
    return ""


def _outside_hours(card: Card, at: datetime) -> str:
    """A warning when the client's clock then shows an hour at which nobody calls."""
    zone = card.page.task.time_zone
    if is_open(window_of(card.page.campaign), zone, at):
        return ""
    wall = at.astimezone(ZoneInfo(zone))
    return str(
        _("У клиента будет %(time)s, нерабочее время: перенесём на утро.", time=f"{wall:%H:%M}")
    )
