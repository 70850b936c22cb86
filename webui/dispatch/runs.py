"""Dry runs and runs: ask, look, confirm, take back, take out as XLSX."""

from datetime import UTC, datetime
from typing import Any

from flask import Response, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from core.errors import Invalid, Refused
from webui.dispatch.board import asked_tab, board_answer
from webui.dispatch.routes import bp
from webui.dispatch.ticks import keep_typed
from webui.exports.answers import workbook_answer
from webui.exports.workbook import Column
from webui.labels.words import label, sentence
from webui.requests import requires, session
from webui.wording import moment, whole, zone
from worklists.dispatch.confirming import DraftTooOld, confirm_run
from worklists.dispatch.dry_run import plan_run
from worklists.dispatch.kept_filters import present_filter
from worklists.dispatch.seen_runs import RunLine, RunSummary, recent_runs, run_lines, run_page
from worklists.dispatch.taking_back import AllTouched, take_back_run, untouched_count
from worklists.dispatch.ticking import clear_ticks
from worklists.dispatch.wishes import Wish
from worklists.far_dates import FarAhead
from worklists.models.dispatch import DispatchAction, DispatchMethod, RunState
from worklists.permissions import WorkPermission

_SHOWN = 100


@bp.post("/dispatch/runs")
@requires(WorkPermission.DISPATCH)
def plan() -> Any:
    """Work out what would happen, and show it."""
    form = request.form
    found, tab = None, asked_tab(form.get("tab", ""))
    if form.get("all") == "1":
        found = (present_filter(session(), actor=g.actor), tab)
    ids = keep_typed(form)
    try:
        run = plan_run(
            session(), _wish(form), task_ids=ids, found=found, tab=tab,
            is_far_confirmed=form.get("far_confirmed") == "1", actor=g.actor, now=g.now,
        )  # fmt: skip
    except (Invalid, Refused) as refused:
        # The form was not used up: corrected, it is sent again with the same key.
        session().rollback()
        g.form_key = None
        keep_typed(form)
        is_far = isinstance(refused, FarAhead)
        return board_answer(form, problem=str(sentence(refused)), is_far=is_far, status=422)
    return redirect(url_for("dispatch.run", run_id=run.id), 303)


@bp.get("/dispatch/runs")
@requires(WorkPermission.DISPATCH)
def runs() -> str:
    """What was dispatched so far, the newest first."""
    found = recent_runs(session(), actor=g.actor)
    return render_template("dispatch/runs.html", page="dispatch", runs=found, describe=describe,
                           state_of=state_of)  # fmt: skip


@bp.get("/dispatch/runs/<int:run_id>")
@requires(WorkPermission.DISPATCH)
def run(run_id: int) -> str:
    """The dry run with its button, or the report of what was done."""
    seen = run_page(session(), run_id, actor=g.actor)
    after = max(request.args.get("after", 0, type=int), 0)
    lines = list(run_lines(session(), run_id, actor=g.actor, limit=_SHOWN + 1, after=after))
    one = seen.summary.run
    return render_template(
        "dispatch/run.html",
        page="dispatch",
        seen=seen,
        run=one,
        lines=lines[:_SHOWN],
        after=after,
        following=after + _SHOWN if len(lines) > _SHOWN else None,
        previous=max(after - _SHOWN, 0) if after else None,
        describe=describe,
        state_of=state_of,
        undoable=untouched_count(session(), one) if one.state is RunState.DONE else 0,
        is_mine=one.created_by == g.actor.employee_id,
    )


@bp.post("/dispatch/runs/<int:run_id>/confirm")
@requires(WorkPermission.DISPATCH)
def confirm(run_id: int) -> Any:
    """Do what the dry run said."""
    try:
        confirm_run(session(), run_id, actor=g.actor, now=g.now)
        clear_ticks(session(), actor=g.actor)
    except DraftTooOld as refused:
        session().rollback()
        flash(str(sentence(refused)), "bad")
        return redirect(url_for("dispatch.board"), 303)
    changed = run_page(session(), run_id, actor=g.actor).summary.changed
    flash(ngettext("Готово: изменена %(num)s задача.", "Готово: изменено задач: %(num)s.", changed))
    return redirect(url_for("dispatch.run", run_id=run_id), 303)


@bp.post("/dispatch/runs/<int:run_id>/undo")
@requires(WorkPermission.DISPATCH)
def undo(run_id: int) -> Any:
    """Take back what nobody has touched since."""
    try:
        number = take_back_run(session(), run_id, actor=g.actor, now=g.now)
    except AllTouched as refused:
        session().rollback()
        flash(str(sentence(refused)), "bad")
        return redirect(url_for("dispatch.run", run_id=run_id), 303)
    flash(ngettext("Возвращена %(num)s задача.", "Возвращено задач: %(num)s.", number))
    return redirect(url_for("dispatch.run", run_id=run_id), 303)


@bp.get("/dispatch/runs/<int:run_id>.xlsx", endpoint="run_export")
@requires(WorkPermission.DISPATCH)
def run_export(run_id: int) -> Response:
    """The tasks of the run with what became of each, as a workbook."""
    state = run_page(session(), run_id, actor=g.actor).summary.run.state
    lines = run_lines(session(), run_id, actor=g.actor)
    rows = (_row(line, state) for line in lines)
    return workbook_answer(f"dispatch-{run_id}", _columns(), rows, sheet=_("Распределение"))


def describe(wish: Wish) -> str:
    """«Распределить: поровну», «Изменить приоритет: 2», «Изменить срок: ср 25 ноя, 10:00»."""
    words = {
        DispatchAction.DISTRIBUTE: lambda: label(wish.method).lower(),
        DispatchAction.PRIORITY: lambda: str(wish.priority),
        DispatchAction.DUE: lambda: moment(wish.due_at),
        DispatchAction.CANCEL: lambda: wish.reason,
    }.get(wish.action)
    return f"{label(wish.action)}: {words()}" if words else label(wish.action)


def state_of(summary: RunSummary) -> str:
    """«Выполнено», «Отменено», «Отменено частично, 4 из 28»."""
    if summary.is_partly_undone:
        numbers = {"n": whole(summary.undone), "total": whole(summary.changed)}
        return str(_("Отменено частично, %(n)s из %(total)s", **numbers))
    return label(summary.run.state)


def _wish(form: Any) -> Wish:
    action = next((a for a in DispatchAction if a.value == form.get("action")), None)
    method = next((m for m in DispatchMethod if m.value == form.get("method")), None)
    people = form.getlist("people", type=int)
    if action is DispatchAction.TO_PERSON:
        people = form.getlist("person", type=int)
    return Wish(
        action=action or DispatchAction.DISTRIBUTE,
        employee_ids=tuple(people),
        unit_id=form.get("to_unit", type=int) if action is DispatchAction.TO_UNIT else None,
        method=method or DispatchMethod.EVENLY,
        column=form.get("column", ""),
        over_limit=form.get("over_limit") == "1",
        priority=form.get("new_priority", type=int),
        due_at=_moment(form.get("due_date", ""), form.get("due_time", "")),
        reason=form.get("reason", "").strip()[:500],
        at_most=_at_most(form.get("at_most", "")),
    )


def _at_most(text: str) -> int | None:
    """What was typed; None for an empty field, 0 (refused) for what is no number."""
    digits = "".join(text.split())
    if not digits:
        return None
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 0


def _moment(day: str, time: str) -> datetime | None:
    try:
        local = datetime.fromisoformat(f"{day}T{time}")
    except ValueError:
        return None
    return local.replace(tzinfo=zone()).astimezone(UTC)


def _columns() -> list[Column]:
    return [
        Column(_("Задача"), 10), Column(_("Клиент"), 34), Column(_("Цель"), 28),
        Column(_("Подразделение"), 24), Column(_("Срок"), 17), Column(_("Приоритет"), 9),
        Column(_("Было у"), 26), Column(_("Стало у"), 26), Column(_("Отдел"), 24),
        Column(_("Итог"), 44), Column(_("Новая задача"), 12),
    ]  # fmt: skip


def _row(line: RunLine, state: RunState) -> list[Any]:
    if line.reason is not None:
        outcome = label(line.reason)
    elif line.is_undone:
        outcome = _("Возвращена")
    elif state is RunState.UNDONE:
        outcome = _("Не возвращена: с ней уже работали")
    else:
        outcome = _("Будет изменена") if state is RunState.DRAFT else _("Изменена")
    return [
        line.task_id, line.client, line.campaign, line.unit, line.due_at, line.priority,
        line.from_name, line.to_name if line.reason is None else "", line.to_unit, outcome,
        line.successor_id,
    ]  # fmt: skip
