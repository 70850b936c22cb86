"""«На контроле»: what was promised and has to be checked, the most urgent first (A16)."""

from collections.abc import Sequence
from datetime import timedelta

from flask import Blueprint, g, render_template, request
from flask_babel import gettext as _

from webui.boards import filters
from webui.boards.attempts import result_words
from webui.periods import today
from webui.requests import requires, session
from webui.wording import zone
from worklists.controlled import ControlLine, tasks_on_control
from worklists.permissions import WorkPermission

bp = Blueprint("control", __name__)

_MOST = 200


@bp.get("/control")
@requires(WorkPermission.SEE)
def board() -> str:
    """The page; ``?all=1`` shows the control of the whole unit, ``&person=`` that of one of it."""
    only_mine = request.args.get("all") != "1"
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
        only_mine=only_mine,
        result_words=result_words,
        of_person=lines[0].left_by if lines and filters.whole("person") else "",
        is_cut=len(lines) == _MOST,
    )


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
