"""«Просроченные и эскалации»: what waits for too long, at which level, who has it (rule 15)."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, g, render_template, request, url_for
from flask_babel import gettext as _

from webui.boards import filters
from webui.exports.answers import workbook_answer
from webui.exports.workbook import Column
from webui.labels.words import label
from webui.requests import requires, session
from worklists.escalation.models import Level
from worklists.escalation.seen import MOST, EscalationLine, escalations, how_many
from worklists.lifecycle import TaskState
from worklists.models.dispatch import DispatchAction
from worklists.permissions import WorkPermission
from worklists.prolongings import TOO_OFTEN, prolongings_of
from worklists.soonest import MORE_THAN

bp = Blueprint("escalations", __name__)


@bp.get("/escalations")
@requires(WorkPermission.SEE)
def page() -> str:
    """What escalated to me; ``?all=1`` in my units; ``?level=``; ``?digest=`` one notification."""
    digest_id = filters.whole("digest")
    lines = _lines(digest_id)
    leads = g.actor.may(WorkPermission.DISPATCH)
    return render_template(
        "boards/escalations.html",
        page="escalations",
        lines=lines,
        prolonged=prolongings_of(
            session(), [one.task_id for one in lines if one.state is TaskState.ON_CONTROL]
        ),
        too_often=TOO_OFTEN,
        elsewhere=_elsewhere() if not lines and _only_mine() and not digest_id else 0,
        only_mine=_only_mine(),
        level=_level(),
        levels=tuple(Level),
        digest_id=digest_id,
        is_cut=len(lines) == MOST,
        most=MOST,
        more_than=MORE_THAN,
        colleagues=filters.colleagues() if leads else (),
        to_person=DispatchAction.TO_PERSON.value,
        may_take=g.actor.may(WorkPermission.WORK),
        may_set=g.actor.may(WorkPermission.MANAGE_ESCALATION),
        rules_url=url_for("admin_escalation.page"),
    )


@bp.get("/escalations.xlsx")
@requires(WorkPermission.EXPORT)
def export() -> Response:
    """The list as a workbook, narrowed as the page is."""
    lines = _lines(filters.whole("digest"), limit=None)
    rows = map(_row, lines)
    return workbook_answer("escalations", _columns(), rows, sheet=_("Эскалации"))


def _lines(digest_id: int | None, limit: int | None = MOST) -> Sequence[EscalationLine]:
    return escalations(
        session(), only_mine=_only_mine(), level=_level(), digest_id=digest_id, actor=g.actor,
        now=g.now, limit=limit,
    )  # fmt: skip


def _elsewhere() -> int:
    """How many wait in the units when nothing escalated to the person."""
    return how_many(session(), level=_level(), actor=g.actor)


def _only_mine() -> bool:
    return request.args.get("all") != "1"


def _level() -> Level | None:
    asked = filters.whole("level")
    return Level(asked) if asked in set(Level) else None


def _columns() -> list[Column]:
    return [
        Column(_("Ждёт с"), 17), Column(_("Клиент"), 34), Column(_("Что не сделано"), 18),
        Column(_("Уровень"), 16), Column(_("На уровне с"), 17), Column(_("У кого"), 26),
        Column(_("Кому сообщено"), 34), Column(_("Вид"), 20), Column(_("Цель"), 28),
        Column(_("Что сделать"), 44), Column(_("Автомобиль"), 24), Column(_("Подразделение"), 24),
        Column(_("Срок"), 17), Column(_("Задача"), 10),
    ]  # fmt: skip


def _row(line: EscalationLine) -> list[Any]:
    return [
        line.since, line.client, label(line.waits), label(line.level), line.begun_at, line.holder,
        ", ".join(line.told), label(line.kind), line.campaign, line.goal, line.asset, line.unit,
        line.due_at, line.task_id,
    ]  # fmt: skip
