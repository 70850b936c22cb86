"""What a press about a row that waits has come to: told where the next one is shown (A8)."""

from flask import flash, g, url_for

from importers.loads.decision_models import Choice, LoadDecision
from importers.loads.decisions_seen import came_of, decisions_of
from importers.loads.models import RecordLoad
from importers.loads.result_rows import names_of_clients
from importers.loads.seen import get_load, rows_of
from importers.loads.undeciding import rows_that_stay
from webui.labels.doubts import decision_words
from webui.labels.journal import actor_words
from webui.labels.loads import row_words
from webui.labels.spoken import gettext as _
from webui.labels.words import label
from webui.requests import session
from webui.wording import moment
from worklists.task_page import names_of


def tell_decision(
    load_id: int, row_no: int, decision: LoadDecision | None, words: str = ""
) -> None:
    """What was done, with the way back; None: somebody was quicker, here or in another window.

    ``words``: what to say of it, where its choice and what the rows came to say too little.
    """
    load = get_load(session(), load_id, actor=g.actor)
    if decision is None:
        flash(_decided_before(load, row_no), "bad")
        return
    address = url_for("load_doubts.undo", decision_id=decision.id)
    row_nos = [int(number) for number, *_ in decision.rows]
    may_undo = not rows_that_stay(session(), load, row_nos)
    came = came_of(session(), decision)
    is_well = words or came.loaded or decision.choice is Choice.SKIP
    without_undo = "message" if is_well else "bad"
    said = words or decision_words(decision.choice, came)
    flash(said, f"undo-here:{address}" if may_undo else without_undo)


def _decided_before(load: RecordLoad, row_no: int) -> str:
    """Who has decided what, as far as it is kept: what was pressed now has changed nothing."""
    found = rows_of(session(), load.id, row_nos=[row_no], actor=g.actor).rows
    standing = decisions_of(session(), load, actor=g.actor).of_row.get(row_no)
    told = [_("Строка %(number)s уже разобрана.", number=row_no)]
    if standing is not None:
        who = actor_words(standing.by, names_of(session(), [standing.by]))
        told.append(f"{label(standing.choice)} {who}, {moment(standing.at)}.")
    elif found:
        told.append(f"{row_words(found[0].verdict)}.")
    for name in names_of_clients(
        session(), [one.client_id for one in found], actor=g.actor
    ).values():
        told.append(_("Клиент: %(name)s.", name=name))
    told.append(_("Нажатое сейчас ничего не изменило."))
    return " ".join(told)
