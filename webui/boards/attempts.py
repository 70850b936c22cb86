"""The journal of attempts, narrowed by period, unit, person, campaign and outcome."""

from typing import Any

from flask import Blueprint, Response, g, render_template, request
from flask_babel import gettext as _

from campaigns.models import Outcome
from webui.boards import filters
from webui.exports.answers import workbook_answer
from webui.exports.workbook import Column
from webui.i18n import locale_code
from webui.labels.words import label
from webui.periods import asked_period, today
from webui.requests import requires, session
from webui.wording import caller, phone
from worklists.attempt_journal import AttemptFilter, AttemptLine, all_attempts, attempts_page
from worklists.permissions import WorkPermission
from worklists.soonest import MORE_THAN

bp = Blueprint("attempts", __name__)

_PER_PAGE = 50


@bp.get("/attempts")
@requires(WorkPermission.SEE)
def journal() -> str:
    """One page of the journal, newest first."""
    page = filters.page_number()
    lines, count = attempts_page(
        session(), _wanted(), actor=g.actor, limit=_PER_PAGE, offset=(page - 1) * _PER_PAGE
    )
    return render_template(
        "boards/attempts.html",
        page="attempts",
        lines=lines,
        count=count,
        period=_period(),
        today=today(),
        wanted=_wanted(),
        outcomes=tuple(Outcome),
        units=filters.units(),
        campaigns=filters.campaigns(),
        colleagues=filters.colleagues(),
        result_words=result_words,
        page_number=page,
        pages=-(-min(count, MORE_THAN) // _PER_PAGE),
        more_than=MORE_THAN,
    )


@bp.get("/attempts.xlsx")
@requires(WorkPermission.EXPORT)
def export() -> Response:
    """The journal as a workbook, with the filters of the page; streamed, whatever its length."""
    rows = map(_row, all_attempts(session(), _wanted(), actor=g.actor))
    return workbook_answer("attempts", _columns(), rows, sheet=_("Журнал попыток"))


def result_words(names: dict[str, Any] | None) -> str:
    """The wording of a result code in the person's language, else in Russian."""
    return str((names or {}).get(locale_code()) or (names or {}).get("ru", ""))


def _period() -> Any:
    return asked_period(days_back=7, days_ahead=0)


def _wanted() -> AttemptFilter:
    period = _period()
    asked = request.args.get("outcome", "")
    return AttemptFilter(
        since=period.since,
        until=period.until,
        unit_id=filters.unit(),
        employee_id=filters.whole("employee"),
        campaign_id=filters.whole("campaign"),
        outcome=next((outcome for outcome in Outcome if outcome.value == asked), None),
        client_id=filters.whole("client"),
    )


def _columns() -> list[Column]:
    return [
        Column(_("Когда"), 17), Column(_("Клиент"), 34), Column(_("Телефон"), 18),
        Column(_("Автомобиль"), 24), Column(_("VIN"), 20), Column(_("Цель"), 28),
        Column(_("Подразделение"), 24), Column(_("Кто звонил"), 26),
        Column(_("Вариант завершения"), 20), Column(_("Результат контакта"), 36),
        Column(_("Комментарий"), 44), Column(_("Пробег, км"), 12),
        Column(_("По другому разговору"), 12), Column(_("Задача"), 10), Column(_("Отменено"), 12),
    ]  # fmt: skip


def _row(line: AttemptLine) -> list[Any]:
    return [
        line.at, line.client, phone(line.phone), line.asset, line.vin, line.campaign, line.unit,
        caller(line.employee), label(line.outcome), result_words(line.result), line.comment,
        line.mileage_km, _("да") if line.is_copy else None, line.task_id,
        _("да") if line.is_undone else None,
    ]  # fmt: skip
