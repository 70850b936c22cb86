"""The board: tabs, the list of one tab, and the panel that says what to do with the chosen."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import Response, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from directory.units.models import Unit, UnitKind
from selections.models import Lead, SelectionRun
from webui.boards import filters as offered
from webui.dispatch.routes import bp
from webui.exports.answers import workbook_answer
from webui.exports.workbook import Column
from webui.labels.dispatch import TAB_HINTS
from webui.labels.words import label
from webui.requests import requires, session
from webui.tasks.quick_times import quick_times
from worklists.dispatch.board import BoardLine, Cursor, all_lines, board_page, packages
from worklists.dispatch.capacity import people_for
from worklists.dispatch.filters import NOBODY, DispatchFilter
from worklists.dispatch.kept_filters import present_filter, present_tab, saved_filters
from worklists.dispatch.tabs import CLOSED_WITHIN, Tab, open_of_people
from worklists.dispatch.ticking import ticked_tasks
from worklists.dispatch.wishes import MOST_TASKS, PRIORITIES
from worklists.lateness import is_overdue
from worklists.models.dispatch import DispatchAction, DispatchMethod
from worklists.models.task import TaskKind
from worklists.permissions import WorkPermission

PACKAGES = "packages"
_TABS = (
    Tab.OPEN, Tab.UNASSIGNED, Tab.PLANNED, Tab.DEFERRED, Tab.OVERDUE, Tab.AT_RISK, Tab.IN_WORK,
    Tab.ON_CONTROL, Tab.LEFT_OVER, Tab.CLOSED,
)  # fmt: skip
_ALWAYS = frozenset(_TABS) - {Tab.LEFT_OVER}
_LEADS_LOOKED_AT = 200


@bp.get("/dispatch")
@requires(WorkPermission.DISPATCH)
def board() -> Any:
    """The board of this person, narrowed by the filter that they left it with.

    Without a tab it opens on the one that the filter was made for: on others it may find nothing.
    """
    if not request.args:
        tab = present_tab(session(), actor=g.actor)
        if tab not in (None, Tab.UNASSIGNED):
            return redirect(url_for("dispatch.board", tab=tab.value))
    is_left_over = asked_tab(request.args.get("tab", "")) is Tab.LEFT_OVER
    action = DispatchAction.CANCEL if is_left_over else DispatchAction.DISTRIBUTE
    return board_answer(MultiDict({"action": action.value}))


@bp.get("/dispatch.xlsx")
@requires(WorkPermission.DISPATCH)
def export() -> Response:
    """The tab as a workbook, narrowed as the page is."""
    wanted = present_filter(session(), actor=g.actor)
    tab = asked_tab(request.args.get("tab", ""))
    rows = map(_row, all_lines(session(), wanted, tab, actor=g.actor, now=g.now))
    return workbook_answer("dispatch", _columns(tab), rows, sheet=label(tab))


def board_answer(
    typed: Any, *, problem: str = "", is_far: bool = False, status: int = 200
) -> Response:
    """The page; ``typed``: the form of the panel as it was sent, ``problem``: what is wrong.

    ``is_far``: the due date is more than a year ahead and must be confirmed.
    """
    wanted = present_filter(session(), actor=g.actor)
    asked = typed.get("tab") or request.args.get("tab", "")
    tab = asked_tab(asked)
    newest_first = {"-at": True, "at": False}.get(request.args.get("sort", ""))
    seen = board_page(
        session(), wanted, tab, actor=g.actor, now=g.now, after=_cursor(),
        latest_first=newest_first,
    )  # fmt: skip
    is_packages = asked == PACKAGES
    ticked = ticked_tasks(session(), tab, actor=g.actor)
    here = {line.task_id for line in seen.lines}
    found = packages(session(), wanted, actor=g.actor, now=g.now) if is_packages else []
    people = people_for(session(), actor=g.actor, now=g.now)
    body = render_template(
        "dispatch/board.html",
        page="dispatch",
        seen=seen,
        tab=tab,
        tabs=[one for one in _TABS if one in (tab, *_ALWAYS) or seen.number(one)],
        tab_hints=TAB_HINTS,
        heading=_when(tab),
        is_overdue=is_overdue,
        is_packages=is_packages,
        packages=found,
        wanted=wanted,
        nobody=NOBODY,
        saved=saved_filters(session(), actor=g.actor),
        typed=typed,
        ticked=set(ticked),
        elsewhere=len(set(ticked) - here),
        problem=problem,
        is_far=is_far or typed.get("far_confirmed") == "1",
        actions=tuple(DispatchAction),
        methods=tuple(DispatchMethod),
        priorities=PRIORITIES,
        kinds=tuple(TaskKind),
        units=offered.units(),
        all_units=_all_units(),
        campaigns=offered.campaigns(),
        colleagues=offered.colleagues(),
        people=people,
        open_tasks=open_of_people(session(), [one.id for one in people], actor=g.actor),
        columns=_file_columns(wanted),
        recent_packages=_recent_packages(),
        quick_times=quick_times(g.now),
        sort=request.args.get("sort", ""),
        shown_from=max(offered.whole("from") or 1, 1),
        closed_days=CLOSED_WITHIN.days,
        most=MOST_TASKS,
    )
    return make_response(body, status)


def asked_tab(text: str) -> Tab:
    """The tab of an address or a form; an unknown one is that of unassigned tasks."""
    return next((tab for tab in Tab if tab.value == text), Tab.UNASSIGNED)


def _cursor() -> Cursor | None:
    at, _sep, number = request.args.get("after", "").rpartition("_")
    try:
        moment = datetime.fromisoformat(at)
        return Cursor(moment, int(number)) if moment.tzinfo else None
    except ValueError:
        return None


def _all_units() -> Sequence[tuple[int, str]]:
    """Every unit in use that can be handed work, as it can be involved (A6)."""
    rows = session().execute(
        select(Unit.id, Unit.name)
        .where(Unit.kind != UnitKind.COMPANY, Unit.is_archived.is_(False))
        .order_by(Unit.name)
    )
    return [(row.id, row.name) for row in rows]


def _recent_packages() -> Sequence[tuple[int, str]]:
    rows = session().execute(
        select(SelectionRun.id, SelectionRun.title)
        .where(SelectionRun.unit_id.in_(g.actor.unit_ids))
        .order_by(SelectionRun.id.desc())
        .limit(50)
    )
    return [(row.id, row.title) for row in rows]


def _file_columns(wanted: DispatchFilter) -> Sequence[str]:
    """What the leads of the package (else the newest ones) say, that could name a person."""
    leads = select(Lead.why).join(SelectionRun, SelectionRun.id == Lead.run_id)
    leads = leads.where(SelectionRun.unit_id.in_(g.actor.unit_ids))
    if wanted.package_id is not None:
        leads = leads.where(Lead.run_id == wanted.package_id)
    found: dict[str, None] = {}
    for why in session().scalars(leads.order_by(Lead.id.desc()).limit(_LEADS_LOOKED_AT)):
        found |= {key: None for key, value in why.items() if isinstance(value, str)}
    return list(found)


def _when(tab: Tab) -> str:
    """What the first column of the tab holds."""
    if tab is Tab.ON_CONTROL:
        return str(_("Проверить"))
    return str(_("Закрыта") if tab is Tab.CLOSED else _("Срок"))


def _columns(tab: Tab) -> list[Column]:
    return [
        Column(_when(tab), 17), Column(_("Клиент"), 34),
        Column(_("Автомобиль"), 26), Column(_("Цель"), 28), Column(_("Подразделение"), 24),
        Column(_("Исполнитель"), 26), Column(_("Вид задачи"), 20), Column(_("Состояние"), 14),
        Column(_("Приоритет"), 9), Column(_("Вариант завершения"), 20),
        Column(_("Чем закончилась"), 24),
        Column(_("Пропущено перезвонов"), 12), Column(_("Попыток"), 9),
        Column(_("Комментарий"), 40), Column(_("Задача"), 10),
    ]  # fmt: skip


def _row(line: BoardLine) -> list[Any]:
    return [
        line.at, line.client, line.asset, line.campaign, line.unit, line.performer,
        label(line.kind), label(line.state), line.priority,
        label(line.outcome) if line.outcome else None, label(line.finish) if line.finish else None,
        line.missed_times or None, line.attempts, line.comment, line.task_id,
    ]  # fmt: skip
