"""«На контроле»: what was promised and has to be checked, the most urgent first (A16)."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, g, render_template, request
from flask_babel import gettext as _

from directory.assets.plates import plate_shown
from webui.boards import filters
from webui.boards.attempts import result_words
from webui.exports.answers import workbook_answer
from webui.exports.workbook import Column
from webui.periods import today
from webui.requests import requires, session
from webui.wording import zone
from worklists.controlled import ControlLine, tasks_on_control
from worklists.permissions import WorkPermission
from worklists.prolongings import TOO_OFTEN, Prolonging, prolongings_of

bp = Blueprint("control", __name__)

_MOST = 200


@bp.get("/control")
@requires(WorkPermission.SEE)
def board() -> str:
    """``?all=1`` shows the control of the whole unit, ``0`` one's own, ``&person=`` somebody's."""
    only_mine = _only_mine()
    lines = tasks_on_control(
        session(),
        actor=g.actor,
        only_mine=only_mine,
        left_by_id=filters.whole("person"),
        limit=_MOST,
    )
    return render_template(
        "boards/control.html",
        page="control",
        groups=_groups(lines),
        prolonged=_prolonged(lines),
        too_often=TOO_OFTEN,
        only_mine=only_mine,
        result_words=result_words,
        of_person=lines[0].left_by if lines and filters.whole("person") else "",
        is_cut=len(lines) == _MOST,
    )


@bp.get("/control.xlsx")
@requires(WorkPermission.EXPORT)
def export() -> Response:
    """What is on control as a workbook, with the filters of the page."""
    lines = tasks_on_control(
        session(),
        actor=g.actor,
        only_mine=_only_mine(),
        left_by_id=filters.whole("person"),
        limit=None,
    )
    prolonged = _prolonged(lines)
    rows = (_row(line, prolonged.get(line.task_id, ())) for line in lines)
    return workbook_answer("control", _columns(), rows, sheet=_("На контроле"))


def _prolonged(lines: Sequence[ControlLine]) -> Mapping[int, Sequence[Prolonging]]:
    return prolongings_of(session(), [line.task_id for line in lines])


def _only_mine() -> bool:
    """Who leads sees the unit until «Мои» is chosen; who calls sees what is theirs."""
    chosen = request.args.get("all")
    return chosen == "0" if chosen in {"0", "1"} else not g.actor.may(WorkPermission.DISPATCH)


def _columns() -> list[Column]:
    return [
        Column(_("Проверить"), 17), Column(_("Клиент"), 34), Column(_("Что обещано"), 36),
        Column(_("Комментарий"), 44), Column(_("Автомобиль"), 24), Column(_("Госномер"), 12),
        Column(_("Цель"), 28), Column(_("Подразделение"), 24), Column(_("Кто поставил"), 26),
        Column(_("Продлён, раз"), 12), Column(_("Почему продлён"), 44), Column(_("Задача"), 10),
        Column(_("Рабочий лист"), 12),
    ]  # fmt: skip


def _row(line: ControlLine, prolonged: Sequence[Prolonging]) -> list[Any]:
    return [
        line.control_at, line.client, result_words(line.result), line.comment, line.asset,
        plate_shown(line.plate), line.campaign, line.unit, line.left_by,
        len(prolonged), "; ".join(one.reason for one in prolonged), line.task_id, line.work_list_id,
    ]  # fmt: skip


def _groups(lines: Sequence[ControlLine]) -> list[tuple[str, str, list[ControlLine]]]:
    """Due today or before, this week, later; empty groups are left out."""
    now = today()
    week_ends = now + timedelta(days=6 - now.weekday())
    groups: dict[str, list[ControlLine]] = {"due": [], "week": [], "later": []}
    for line in lines:
        day = line.control_at.astimezone(zone()).date()
        groups["due" if day <= now else "week" if day <= week_ends else "later"].append(line)
    words = {"due": _("Сегодня и раньше"), "week": _("До конца недели"), "later": _("Позже")}
    return [(key, words[key], found) for key, found in groups.items() if found]
