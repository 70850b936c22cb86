"""«Этапы»: the board of work-lists, with the chosen one below it (A2)."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, g, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from directory.clients.first_phones import first_phones
from webui.boards import filters
from webui.boards.attempts import result_words
from webui.exports.answers import workbook_answer
from webui.exports.workbook import Column
from webui.first_steps import first_steps
from webui.labels.words import label
from webui.requests import is_htmx, requires, session
from webui.wording import phone
from worklists.permissions import WorkPermission
from worklists.soonest import MORE_THAN
from worklists.stages import BoardFilter, Stage, board
from worklists.work_list_summary import work_list_summary

bp = Blueprint("stages", __name__)

STAGE_WORDS = {
    Stage.NEW: _l("Новые"),
    Stage.IN_WORK: _l("В работе"),
    Stage.ON_CONTROL: _l("На контроле"),
    Stage.DONE: _l("Обработаны"),
}
OF_FINISHED = "finished"
"""``?campaign=`` of this shows what is of finished campaigns."""
_STEP = 50
_MOST = 500
_EXPORTED = 5000


@bp.get("/stages")
@requires(WorkPermission.SEE)
def page() -> str:
    """The board; ``?list=7`` shows that work-list below it."""
    chosen = filters.whole("list")
    summary = work_list_summary(session(), chosen, actor=g.actor) if chosen else None
    if is_htmx() and request.headers.get("HX-Target", "").split("#")[-1] == "chosen":
        return render_template("boards/_chosen.html", chosen=summary)
    limit = min(filters.whole("limit") or _STEP, _MOST)
    columns = board(session(), actor=g.actor, now=g.now, narrowed=_narrowed(), limit=limit)
    is_bare = not any(column.count for column in columns) and not request.args
    return render_template(
        "boards/stages.html",
        page="stages",
        columns=columns,
        steps=first_steps(session()) if is_bare else [],
        words=STAGE_WORDS,
        chosen=summary,
        more_than=MORE_THAN,
        next_limit=min(limit + _STEP, _MOST) if limit < _MOST else None,
        units=filters.units(),
        campaigns=filters.campaigns(),
        finished=filters.finished_campaigns(),
        of_finished=OF_FINISHED,
        narrowed=_narrowed(),
    )


@bp.get("/stages.xlsx")
@requires(WorkPermission.EXPORT)
def export() -> Response:
    """The board as a workbook, with the filters of the page."""
    columns = board(session(), actor=g.actor, now=g.now, narrowed=_narrowed(), limit=_EXPORTED)
    phones = first_phones(session(), [card.client_id for one in columns for card in one.cards])
    rows = (_row(column.stage, card, phones) for column in columns for card in column.cards)
    return workbook_answer("stages", _columns(), rows, sheet=_("Этапы"))


def _narrowed() -> BoardFilter:
    """Who leads sees everybody's work unless they ask for their own; who has no work, always."""
    only_mine = request.args.get("mine") == "1"
    leads = g.actor.may(WorkPermission.DISPATCH) or not g.actor.may(WorkPermission.WORK)
    return BoardFilter(
        of_everybody=leads and not only_mine,
        unit_id=filters.unit(),
        campaign_id=filters.whole("campaign"),
        of_finished=request.args.get("campaign") == OF_FINISHED,
        only_mine=only_mine,
        only_overdue=request.args.get("overdue") == "1",
    )


def _columns() -> list[Column]:
    return [
        Column(_("Этап"), 14), Column(_("Клиент"), 34), Column(_("Телефон"), 18),
        Column(_("Автомобиль"), 26), Column(_("VIN"), 20), Column(_("Цель"), 28),
        Column(_("Подразделение"), 24), Column(_("Исполнитель"), 30),
        Column(_("Состояние задачи"), 16), Column(_("Что сделать"), 36), Column(_("Срок"), 17),
        Column(_("Последний результат"), 22), Column(_("Результат контакта"), 28),
        Column(_("Попыток"), 9),
        Column(_("Комментарий"), 40), Column(_("Рабочий лист"), 12),
    ]  # fmt: skip


def _row(stage: Stage, card: Any, phones: Mapping[int, str]) -> list[Any]:
    return [
        str(STAGE_WORDS[stage]), card.client, phone(phones.get(card.client_id)), card.asset,
        card.vin, card.campaign, card.unit, card.person, label(card.state), card.goal,
        card.due_at, label(card.outcome) if card.outcome else None, result_words(card.result),
        card.attempts, card.comment, card.work_list_id,
    ]  # fmt: skip
