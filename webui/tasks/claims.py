"""Taking a task into work, keeping it, giving it back (rule 8)."""

from functools import partial

from flask import Response, g, make_response, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from core.errors import Refused
from directory.calendars.absences import absent_ids
from directory.clients.models import Client
from webui.numbers import row_number
from webui.requests import is_htmx, keep_only, requires, session, settings
from webui.tasks.answers import card_answer, conflict_answer, leave
from webui.tasks.card import open_card, task_url
from webui.tasks.routes import bp
from webui.tasks.saved_words import of_client
from worklists.leases import LeaseLost, renew_lease
from worklists.permissions import WorkPermission
from worklists.queue import (
    give_back_others,
    release_task,
    take_next_task,
    take_task,
)
from worklists.refused_claims import note_refusal
from worklists.verdicts import Blocked, Verdict


@bp.post("/tasks/<int:task_id>/claim")
@requires(WorkPermission.WORK)
def claim(task_id: int) -> Response:
    """«Позвонить»: take the task, then dial; ``client_called`` takes it outside hours too,
    ``early`` a callback of one's own before its time."""
    called = request.form.get("client_called") == "1"
    try:
        take_task(
            session(),
            task_id,
            actor=g.actor,
            now=g.now,
            lease=settings().lease,
            client_called=called,
            early=request.form.get("early") == "1",
        )
    except Blocked as error:
        answer = conflict_answer(task_id, error)
        keep_only(partial(_note, task_id, error.verdict))
        return answer
    except Refused as error:
        return conflict_answer(task_id, error)
    if not is_htmx():
        return leave(_("Задача у вас. Наберите номер."), task_url(task_id))
    card = open_card(task_id, actor=g.actor, now=g.now, dial_now=not called)
    return card_answer(card)


def _note(task_id: int, verdict: Verdict, writing: Session) -> None:
    note_refusal(writing, task_id, verdict, actor=g.actor, now=g.now)


@bp.post("/tasks/<int:task_id>/release")
@requires(WorkPermission.WORK)
def release(task_id: int) -> Response:
    """«Вернуть в очередь»."""
    token = request.form.get("token", type=row_number) or 0
    try:
        task = release_task(session(), task_id, token=token, actor=g.actor, now=g.now)
    except LeaseLost as error:
        return conflict_answer(task_id, error)
    client = session().get_one(Client, task.client_id)
    toast = of_client(client, _("Задача вернулась в очередь."))
    if not is_htmx():
        return leave(toast, task_url(task_id))
    return card_answer(open_card(task_id, actor=g.actor, now=g.now), toast=toast)


@bp.post("/tasks/<int:task_id>/lease")
@requires(WorkPermission.WORK)
def lease(task_id: int) -> Response:
    """A sign of life from the open page: 204, or 409 when the task is somebody else's now."""
    token = request.args.get("token", type=row_number) or 0
    try:
        renew_lease(
            session(), task_id, token=token, actor=g.actor, now=g.now, lease=settings().lease
        )
    except LeaseLost:
        return make_response("", 409)
    return make_response("", 204)


@bp.post("/queue/next")
@requires(WorkPermission.WORK)
def take_next() -> Response:
    """«Следующий клиент»: hand out what should be done next, or say that there is nothing.

    One call in hand: another that this person held goes back, unless there is nothing else to do.
    """
    taken = take_next_task(session(), actor=g.actor, now=g.now, lease=settings().lease)
    if taken is None:
        return leave(_("Сейчас звонить некому. Вот почему."), url_for("queue.page", own=1))
    words = []  # none: the card itself says whose it is, and until when
    if give_back_others(session(), taken.task_id, actor=g.actor, now=g.now):
        words.append(_("Клиент ваш. Наберите номер. Незаконченный звонок вернулся в очередь."))
    if absent_ids(session(), [g.actor.person], g.now):
        words.append(_("На сегодня записано, что вас нет. Если вы работаете, скажите супервизору."))
    return leave(" ".join(words), task_url(taken.task_id))
