"""The page of one task (A12)."""

from flask import Response, g, request

from webui.numbers import row_number
from webui.requests import requires, session
from webui.tasks.answers import card_answer, empty_form
from webui.tasks.card import open_card
from webui.tasks.routes import bp
from webui.tasks.undone_draft import undone_values
from worklists.closing_undone import undone_answer
from worklists.permissions import WorkPermission


@bp.get("/tasks/<int:task_id>")
@requires(WorkPermission.SEE)
def show(task_id: int) -> Response:
    """The card between my queue and the history.

    ``?copy_of=`` fills in a repeat, ``?undone=1`` what was said in the outcome just taken back,
    ``?open=prolong`` opens that form of a task on control.
    """
    card = open_card(
        task_id, actor=g.actor, now=g.now, dial_now=request.args.get("dial") == "1",
        opened=request.args.get("open", ""),
    )  # fmt: skip
    copy_of = request.args.get("copy_of", type=row_number)
    form = None
    if copy_of is not None and card.shows == "outcome":
        form = empty_form(card, outcome="repeat", copy_of_task_id=copy_of)
    if "undone" in request.args and card.shows == "outcome":
        form = empty_form(card, **undone_values(card))
    if "undone" in request.args and card.shows == "job":
        form = empty_form(card, comment=undone_answer(session(), task_id))
    return card_answer(card, form=form)
