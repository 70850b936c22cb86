"""Recording what came of the call (A13-A16)."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from flask import Response, g, request
from flask_babel import gettext as _

from core.errors import Invalid, Refused
from webui.labels.tasks import consequence_words
from webui.periods import today
from webui.requests import requires, session, settings
from webui.tasks.answers import Line, card_answer, conflict_answer, go_on
from webui.tasks.card import Card, card_to_save, open_card
from webui.tasks.outcome_form import OutcomeForm
from webui.tasks.routes import bp
from webui.tasks.saved_words import saved_words
from webui.tasks.slots import SlotChoice, held
from webui.tasks.undo import undo_url
from webui.work_lists.involve_form import asks_to_fill, fill_from_preset
from worklists.attempts import record_attempt
from worklists.involvement import InvolvementDueInPast
from worklists.lifecycle import TaskState
from worklists.models.task import Task
from worklists.my_queue import place_of
from worklists.permissions import WorkPermission
from worklists.report_checks import faults_of
from worklists.saving import changed_meanwhile
from worklists.service_requests import WantedInPast, workshop_day


@bp.post("/tasks/<int:task_id>/attempts")
@requires(WorkPermission.WORK)
def record(task_id: int) -> Response:
    """Save the outcome: 422 with the form when something is missing, 409 when the task changed."""
    card = card_to_save(task_id, actor=g.actor, now=g.now)
    typed = request.form.get("comment", "").strip()
    if card.offer is None:
        # It was closed, taken or put on control since the page was opened.
        error = changed_meanwhile(session(), card.page.task)
        return conflict_answer(task_id, error, comment=typed)
    form = OutcomeForm.of(card.offer, g.actor)
    if "show_times" in request.form:
        return _with_times(task_id, form)
    if asks_to_fill():
        return _filled_in(card, form)
    if not form.validate():
        _complain_of_all(card, form)
        return _ask_again(open_card(task_id, actor=g.actor, now=g.now), form)
    place = place_of(card.page.task, actor=g.actor, now=g.now)
    report = form.report()
    try:
        recorded = record_attempt(
            session(),
            task_id,
            report,
            actor=g.actor,
            now=g.now,
            lease=settings().lease,
        )
    except Invalid as error:
        form.complain(error)
        session().rollback()
        _complain_of_all(card, form)
        return _ask_again(open_card(task_id, actor=g.actor, now=g.now), form)
    except Refused as error:
        return conflict_answer(task_id, error, kept=_typed_again, comment=typed)
    words = consequence_words(recorded.consequence)
    if recorded.settled:
        words = _("%(what)s Вместе с ней: %(n)s.", what=words, n=len(recorded.settled))
    return go_on(
        task_id,
        toast=saved_words(card, _saved(recorded.task.state, words), report),
        place=place,
        stay=_stays(),
        saved=task_id,
        undo_url=undo_url(task_id, recorded.attempt.id),
    )


def _filled_in(card: Card, form: OutcomeForm) -> Response:
    """«Заполнить»: the same form with what the preset says; nothing is saved."""
    form.involve.data = True
    fill_from_preset(form, card.page.unit.id)
    session().rollback()
    card = open_card(card.page.task.id, actor=g.actor, now=g.now)
    return card_answer(card, form=form, with_regions=False)


def _complain_of_all(card: Card, form: OutcomeForm) -> None:
    """What the form itself cannot know, beside what it found: one round of mending, not three."""
    if form.chosen is None:
        return
    task = session().get_one(Task, card.page.task.id)
    found = faults_of(session(), task, form.code, form.report(), actor=g.actor, now=g.now)
    for error in (*found, *_past_days(form)):
        form.complain(error)


def _with_times(task_id: int, form: OutcomeForm) -> Response:
    """Without scripts: the same form with the free times; a chosen one is held. Nothing is saved.

    The answer is a success: what is held stays, and the form gets a new key.
    """
    choice = SlotChoice(
        form.book_workshop.data, form.book_kind.data, form.book_on.data, form.book_slot.data
    )
    pick = held(task_id, choice)
    session().flush()
    return card_answer(open_card(task_id, actor=g.actor, now=g.now), form=form, pick=pick)


def _past_days(form: OutcomeForm) -> Iterator[Invalid]:
    """Days gone by in a booking or a request that lacks something else: no report holds them."""
    on, due = form.book_on.data, form.involve_due.data
    if form.counts("book") and form.book.data and on is not None and on < _booking_day(form):
        yield WantedInPast(on)
    if form.counts("involve") and form.involve.data and due is not None and due <= g.now:
        yield InvolvementDueInPast(due)


def _booking_day(form: OutcomeForm) -> date:
    """Today where the client is booked; no workshop is chosen yet: where the person is."""
    workshop_id = form.book_workshop.data
    if workshop_id is None:
        return today()
    return workshop_day(session(), workshop_id, actor=g.actor, now=g.now)


def _stays() -> bool:
    return request.form.get("stay") == "1"


def _saved(state: TaskState, words: str) -> str:
    future, past = _("Задача закроется"), _("Задача закрыта")
    return words.replace(future, past) if state is TaskState.DONE else words


def _ask_again(card: Card, form: OutcomeForm) -> Response:
    if card.shows != "outcome":
        error = changed_meanwhile(session(), card.page.task)
        return conflict_answer(card.page.task.id, error, comment=form.comment.data or "")
    line = Line(_("Не сохранено: проверьте отмеченные поля."), is_warning=True)
    return card_answer(card, form=form, status=422, line=line, with_regions=False)


def _typed_again(card: Card) -> Any:
    """The form with everything typed, on the task as it is now; None when it shows no form."""
    if card.offer is None:
        return None
    form = OutcomeForm.of(card.offer, g.actor)
    form.version.data = card.page.task.version
    form.version.raw_data = None
    form.token.data = card.page.task.claim_token if card.is_mine else ""
    form.token.raw_data = None
    return form
