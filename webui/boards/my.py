"""«Мои задачи»: what I perform or performed, and what I may take; as a list or as notes (A3)."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from directory.assets.plates import plate_shown
from directory.calendars.absences import absent_ids
from directory.calendars.standing_in import stood_in_for
from webui.boards import filters
from webui.exports.answers import workbook_answer
from webui.exports.workbook import Column
from webui.labels.queue import PART_LABELS
from webui.labels.words import label
from webui.periods import asked_period, today
from webui.requests import requires, session
from worklists.client_verdicts import weightiest_blocks
from worklists.dispatch.batches import BATCH, request_batch, return_rest
from worklists.dispatch.capacity import person_now
from worklists.lateness import is_overdue
from worklists.models.task import TaskKind
from worklists.my_tasks import AskedFilter, TaskFilter, available_tasks, my_tasks
from worklists.permissions import WorkPermission
from worklists.soonest import MORE_THAN

bp = Blueprint("my", __name__)

_PER_PAGE = 50


@bp.get("/my")
@requires(WorkPermission.SEE)
def tasks() -> str:
    """The page; ``?view=notes`` shows cards instead of a table."""
    page = filters.page_number()
    wanted = _wanted()
    mine = my_tasks(
        session(), wanted, actor=g.actor, now=g.now, limit=_PER_PAGE, offset=(page - 1) * _PER_PAGE
    )
    available = available_tasks(session(), wanted, actor=g.actor, limit=_PER_PAGE)
    free_ids = [line.task_id for line in available.lines]
    return render_template(
        "boards/my.html",
        page="my",
        mine=mine,
        available=available,
        blocks=weightiest_blocks(session(), free_ids, actor=g.actor, now=g.now),
        part_labels=PART_LABELS,
        wanted=wanted,
        period=_period(),
        today=today(),
        kinds=tuple(TaskKind),
        asked_filters=tuple(AskedFilter),
        is_overdue=is_overdue,
        view="notes" if request.args.get("view") == "notes" else "list",
        page_number=page,
        pages=-(-min(mine.count, MORE_THAN) // _PER_PAGE),
        more_than=MORE_THAN,
        batch=BATCH,
        stands_in=stood_in_for(session(), actor=g.actor, now=g.now),
        instant=timedelta(microseconds=1),
    )


@bp.post("/my/batch")
@requires(WorkPermission.WORK)
def more() -> Any:
    """«Ещё 20»: free tasks become mine, as many as I may have in hand."""
    got, room = request_batch(session(), actor=g.actor, now=g.now)
    if got:
        words = ngettext("Вам добавлена %(num)s задача.", "Вам добавлено задач: %(num)s.", got)
        flash(" ".join(filter(None, [words, _why_fewer(got, room)])))
    elif room:
        flash(_("Среди свободных задач нет таких, по которым можно звонить."))
    elif absent_ids(session(), [g.actor.person], g.now):
        flash(_("Вы записаны как отсутствующий: задачи не выдаются. Сообщите супервизору."), "bad")
    else:
        mine = person_now(session(), g.actor.person, g.now)
        words = _(
            "У вас на руках задач: %(n)s, можно не больше %(most)s. Сначала завершите их.",
            n=mine.in_hand, most=mine.at_most,
        )  # fmt: skip
        flash(words, "bad")
    return redirect(url_for("my.tasks"), 303)


def _why_fewer(got: int, room: int) -> str:
    if got >= BATCH:
        return ""
    if room:
        return str(_("Больше свободных задач, по которым можно звонить, нет."))
    mine = person_now(session(), g.actor.person, g.now)
    return str(_("Это предел: на руках %(n)s из %(most)s.", n=mine.in_hand, most=mine.at_most))


@bp.post("/my/return", endpoint="give_back")
@requires(WorkPermission.WORK)
def give_back() -> Any:
    """«Вернуть остальные»: my planned calls that I never tried are anybody's again."""
    number = return_rest(session(), actor=g.actor, now=g.now)
    if number:
        words = ngettext("Возвращена %(num)s задача.", "Возвращено задач: %(num)s.", number)
        flash(words)
    else:
        flash(_("Возвращать нечего: нетронутых запланированных звонков у вас нет."))
    return redirect(url_for("my.tasks"), 303)


@bp.get("/my.xlsx")
@requires(WorkPermission.EXPORT)
def export() -> Response:
    """My tasks as a workbook, with the filters of the page."""
    found = my_tasks(session(), _wanted(), actor=g.actor, now=g.now, limit=None)
    return workbook_answer("my-tasks", _columns(), map(_row, found.lines), sheet=_("Мои задачи"))


def _period() -> Any:
    return asked_period(days_back=7, days_ahead=7)


def _wanted() -> TaskFilter:
    period = _period()
    kinds = tuple(kind for kind in TaskKind if kind.value in request.args.getlist("kind"))
    return TaskFilter(
        since=period.since,
        until=period.until,
        kinds=kinds or tuple(TaskKind),
        hide_finished=request.args.get("hide_finished") == "1",
        asked=next((one for one in AskedFilter if one == request.args.get("asked")), None),
    )


def _columns() -> list[Column]:
    return [
        Column(_("Срок"), 17), Column(_("Клиент"), 34), Column(_("Автомобиль"), 24),
        Column(_("Госномер"), 12), Column(_("Вид задачи"), 20), Column(_("Что сделать"), 44),
        Column(_("Цель"), 28), Column(_("Подразделение"), 24), Column(_("Состояние"), 14),
        Column(_("Вариант завершения"), 20), Column(_("Попыток"), 9),
        Column(_("Комментарий"), 40), Column(_("Задача"), 10), Column(_("Рабочий лист"), 12),
    ]  # fmt: skip


def _row(line: Any) -> list[Any]:
    return [
        line.at, line.client, line.asset, plate_shown(line.plate), label(line.kind),
        line.goal, line.campaign, line.unit, label(line.state),
        label(line.outcome) if line.outcome else None, line.attempts,
        line.comment, line.task_id, line.work_list_id,
    ]  # fmt: skip
