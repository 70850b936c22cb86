"""Free times while the outcome form is filled in; a chosen one is held for some minutes (A13)."""

from dataclasses import dataclass
from datetime import date

from flask import Response, g, make_response, render_template, request
from flask_babel import gettext as _

from core.days import sane_day
from core.errors import Refused
from webui.labels.words import sentence
from webui.numbers import row_number_or_none
from webui.requests import requires, session
from webui.service.slot_pick import SlotPick, slot_pick
from webui.tasks.routes import bp
from worklists.bookings.free_times import Except
from worklists.bookings.taking import drop_hold, hold_slot, own_hold
from worklists.permissions import WorkPermission
from worklists.saving import get_task


@dataclass(frozen=True)
class SlotChoice:
    """What was chosen of workshop, work, day and time so far."""

    workshop_id: int | None
    work_kind_id: int | None
    day_on: date | None
    minute: int | None


@bp.post("/tasks/<int:task_id>/slot")
@requires(WorkPermission.BOOK_SERVICE)
def slot(task_id: int) -> Response:
    """The times for the choice as a part of the form; a chosen time is held."""
    get_task(session(), task_id, actor=g.actor)
    return make_response(render_template("service/_times.html", pick=held(task_id, _choice())))


def held(task_id: int, choice: SlotChoice) -> SlotPick:
    """Hold the chosen time if there is one, else let go; what is to be shown then.

    Who chose a workshop only gets back what they hold there: the page was opened anew.
    """
    mine = Except(task_id=task_id, employee_id=g.actor.employee_id)
    now_held = own_hold(session(), task_id, actor=g.actor, now=g.now)
    if (
        now_held is not None
        and choice.minute is None
        and choice.work_kind_id is None
        and choice.workshop_id == now_held.workshop_id
    ):
        choice = SlotChoice(
            now_held.workshop_id, now_held.work_kind_id, now_held.day_on, now_held.minute
        )
    pick = slot_pick(
        choice.workshop_id, choice.work_kind_id, choice.day_on, choice.minute, but=mine
    )
    if pick.minute is None:
        problem = ""
        if choice.minute is not None and pick.times is not None:
            problem = _("В это время мест нет: выберите другое.")
        if now_held is not None:
            drop_hold(session(), task_id, actor=g.actor)
        return _again(choice, mine, problem) if problem else pick
    assert choice.workshop_id is not None and pick.day_on is not None
    try:
        kept = hold_slot(
            session(), task_id, workshop_id=choice.workshop_id, work_kind_id=pick.work_kind_id,
            day_on=pick.day_on, minute=pick.minute, actor=g.actor, now=g.now,
        )  # fmt: skip
    except Refused as error:
        session().rollback()
        return _again(choice, mine, sentence(error))
    return slot_pick(
        choice.workshop_id, pick.work_kind_id, pick.day_on, pick.minute, but=mine,
        held_until=kept.until,
    )  # fmt: skip


def _again(choice: SlotChoice, mine: Except, problem: str) -> SlotPick:
    return slot_pick(
        choice.workshop_id, choice.work_kind_id, choice.day_on, None, but=mine, problem=problem
    )


def _choice() -> SlotChoice:
    typed = request.form
    try:
        day_on = sane_day(typed.get("book_on", ""))
    except ValueError:
        day_on = None
    minute = typed.get("book_slot", "")
    return SlotChoice(
        workshop_id=row_number_or_none(typed.get("book_workshop", "")),
        work_kind_id=row_number_or_none(typed.get("book_kind", "")),
        day_on=day_on,
        minute=int(minute) if minute.isdecimal() and len(minute) < 5 else None,
    )
