"""«Команда»: what each person has in hand and did today, for who leads them."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, abort, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webui.boards import filters
from webui.exports.answers import workbook_answer
from webui.exports.workbook import Column
from webui.periods import Period, today
from webui.requests import requires, session
from worklists.lateness import is_overdue
from worklists.permissions import WorkPermission
from worklists.team import NUMBERS, TeamLine, TeamNumber, team
from worklists.team_tasks import team_tasks

bp = Blueprint("team", __name__)

_PER_PAGE = 100
_TITLES = {
    TeamNumber.IN_WORK: _l("В работе"),
    TeamNumber.OVERDUE: _l("Просрочено лично"),
    TeamNumber.CALLBACKS: _l("Перезвонов на сегодня"),
    TeamNumber.MISSED: _l("Пропущено перезвонов"),
}


@bp.get("/team")
@requires(WorkPermission.SEE)
def page() -> str:
    """The table; ``?unit=`` narrows it to one unit."""
    lines = _lines()
    return render_template(
        "boards/team.html",
        page="team",
        lines=lines,
        totals={name: sum(getattr(line, name) for line in lines) for name in NUMBERS},
        units=filters.units(),
        unit_id=filters.unit(),
        today=today(),
    )


@bp.get("/team/tasks")
@requires(WorkPermission.SEE)
def tasks() -> str:
    """The tasks behind a number: ``?number=``, perhaps ``person=`` and ``unit=`` of the table."""
    number = next((one for one in TeamNumber if one == request.args.get("number")), None)
    if number is None:
        abort(404)
    person, page_number = filters.whole("person"), filters.page_number()
    day = Period(today(), today())
    found = team_tasks(
        session(), number, actor=g.actor, now=g.now, day_began=day.since, day_ends=day.until,
        unit_id=filters.unit(), employee_id=person, limit=_PER_PAGE,
        offset=(page_number - 1) * _PER_PAGE,
    )  # fmt: skip
    return render_template(
        "boards/team_tasks.html",
        page="team",
        found=found,
        title=_TITLES[number],
        person_id=person,
        name=dict(filters.colleagues()).get(person or 0, ""),
        is_overdue=is_overdue,
        page_number=page_number,
        pages=-(-found.total // _PER_PAGE),
        back=url_for(".page", unit=filters.unit()),
    )


@bp.get("/team.xlsx")
@requires(WorkPermission.EXPORT)
def export() -> Response:
    """The table as a workbook."""
    rows = (_row(line) for line in _lines())
    return workbook_answer("team", _columns(), rows, sheet=_("Команда"))


def _lines() -> Sequence[TeamLine]:
    day = Period(today(), today())
    return team(
        session(),
        actor=g.actor,
        now=g.now,
        day_began=day.since,
        day_ends=day.until,
        unit_id=filters.unit(),
    )


def _columns() -> list[Column]:
    return [
        Column(_("Сотрудник"), 34), Column(_("В работе"), 12), Column(_("На контроле"), 14),
        Column(_("Проверить сегодня и раньше"), 16), Column(_("Просрочено"), 14),
        Column(_("Перезвонов сегодня"), 16), Column(_("Пропущено сегодня"), 16),
        Column(_("Попыток сегодня"), 14),
        Column(_("Успехов сегодня"), 14),
    ]  # fmt: skip


def _row(line: TeamLine) -> list[Any]:
    return [
        line.name, line.in_work, line.on_control, line.to_check, line.overdue, line.callbacks,
        line.missed, line.attempts, line.successes,
    ]  # fmt: skip
