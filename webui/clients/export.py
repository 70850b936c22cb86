"""A client's history as a workbook: visits, advice, tasks and calls, the newest first (A7)."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from flask import Blueprint, Response, g
from flask_babel import get_locale
from flask_babel import gettext as _

from directory.clients.card import get_client
from directory.permissions import DirectoryPermission
from directory.visits.history import Advice, PastVisit, history_of_client
from webui.clients.pages import asset_asked_for
from webui.exports.answers import workbook_answer
from webui.exports.workbook import Column
from webui.labels.clients import result_name
from webui.labels.words import label
from webui.requests import requires, session
from webui.wording import caller, zone
from worklists.client_tasks import ClientAttempt, ClientTask, tasks_of_client
from worklists.permissions import WorkPermission

bp = Blueprint("client_export", __name__)


@bp.get("/clients/<int:client_id>/history.xlsx")
@requires(WorkPermission.EXPORT)
def export(client_id: int) -> Response:
    """What the page of the history shows, all vehicles or ``?asset=`` one, in one sheet."""
    g.actor.require(DirectoryPermission.SEE_CLIENTS)
    client = get_client(session(), client_id, actor=g.actor)
    rows = sorted(_rows(client_id, asset_asked_for()), key=_newest_first, reverse=True)
    return workbook_answer(
        f"client-{client.id}-history", _columns(), rows, sheet=_("История клиента")
    )


def _newest_first(row: list[Any]) -> tuple[date, float]:
    """By the day as the person sees it; of a day's rows those with a time come first."""
    at = row[0]
    if isinstance(at, datetime):
        return at.astimezone(zone()).date(), at.timestamp()
    return at, 0.0


def _columns() -> list[Column]:
    return [
        Column(_("Когда"), 17), Column(_("Что"), 22), Column(_("Номер"), 14),
        Column(_("Автомобиль"), 28), Column(_("Подразделение"), 26), Column(_("Кто"), 26),
        Column(_("Состояние"), 20), Column(_("Результат"), 34), Column(_("Подробно"), 60),
        Column(_("Пробег, км"), 12), Column(_("Сумма"), 14),
    ]  # fmt: skip


def _rows(client_id: int, asset_id: int | None) -> Iterator[list[Any]]:
    done = history_of_client(session(), client_id, actor=g.actor, asset_id=asset_id)
    yield from map(_visit, done.visits)
    yield from map(_advice, done.recommendations)
    tasks = tasks_of_client(session(), client_id, actor=g.actor, asset_id=asset_id)
    for task in tasks:
        yield _task(task)
        yield from (_call(attempt, task) for attempt in task.attempts)


def _visit(visit: PastVisit) -> list[Any]:
    lines = "; ".join(line.name for line in visit.lines)
    return [
        visit.on, _("Заказ-наряд"), visit.number, visit.vehicle, visit.workshop, None,
        str(label(visit.status)), None, lines, visit.mileage_km, visit.total,
    ]  # fmt: skip


def _advice(one: Advice) -> list[Any]:
    return [
        one.advised_on, _("Рекомендация"), one.visit_number, one.vehicle, None, None,
        str(label(one.status)), None, one.work, None, one.estimate,
    ]  # fmt: skip


def _task(task: ClientTask) -> list[Any]:
    return [
        task.closed_at or task.control_at or task.due_at, str(label(task.kind)), task.id,
        task.vehicle, task.unit, task.performer, str(label(task.state)),
        _result(task), ". ".join(filter(None, (task.campaign, task.goal, task.comment))),
        None, None,
    ]  # fmt: skip


def _call(attempt: ClientAttempt, task: ClientTask) -> list[Any]:
    state = _("отменён") if attempt.is_undone else _("по другому разговору")
    return [
        attempt.at, _("Результат звонка"), task.id, task.vehicle, task.unit,
        caller(attempt.employee), state if attempt.is_undone or attempt.is_copy else None,
        _result(attempt),
        attempt.comment, attempt.mileage_km, None,
    ]  # fmt: skip


def _result(of: ClientTask | ClientAttempt) -> str | None:
    named = result_name(of.result_names, str(get_locale()))
    return named or (str(label(of.outcome)) if of.outcome else None)
