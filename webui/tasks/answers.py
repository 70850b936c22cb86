"""How the card is answered: a whole page, or the card with the regions that go with it."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import uuid4

from flask import Response, g, make_response, redirect, render_template, request
from flask_babel import gettext as _
from markupsafe import Markup

from campaigns.models import Outcome
from core.errors import Refused
from webui.labels.tasks import consequence_words
from webui.labels.words import label, sentence
from webui.requests import is_htmx, session
from webui.service.slot_pick import SlotPick, slot_pick
from webui.tasks.card import Card, open_card, task_url
from webui.tasks.jobs_form import JobForm
from webui.tasks.looks import OUTCOME_LOOKS
from webui.tasks.outcome_form import OutcomeForm
from webui.wording import due_words, language
from worklists.bookings.free_times import Except
from worklists.bookings.taking import own_hold
from worklists.card.summary import card_counts
from worklists.consequences import Consequence
from worklists.lifecycle import TaskState
from worklists.models.task import Task, TaskKind
from worklists.my_queue import Place, QueueRow, When, queue_for, upcoming
from worklists.queue_peek import next_in_queue
from worklists.verdicts import verdict_on

_QUEUE = 50
UNDO = "undo:"
"""A flashed message of this category carries the address that takes back what it tells of."""


@dataclass(frozen=True)
class Line:
    """The line beside the save button."""

    text: str
    is_warning: bool = False
    by_keys: str = ""
    """How to do it faster, for who has scripts."""

    @classmethod
    def of(cls, found: Consequence) -> "Line":
        return cls(consequence_words(found))


@dataclass(frozen=True)
class Conflict:
    """What happened meanwhile, their text and ours."""

    words: str
    theirs: str = ""
    mine: str = ""


@dataclass(frozen=True)
class QueueView:
    """One row of the queue with its words; fifty of them are shown, so each is made ready."""

    id: int
    url: str
    client: str
    icon: str
    due: str
    about: str
    tries: Markup


@dataclass(frozen=True)
class QueueGroup:
    """Rows under one heading."""

    when: When
    rows: list[QueueView]


@dataclass(frozen=True)
class Queue:
    """The left column."""

    groups: list[QueueGroup]
    count: int
    is_cut: bool


def outcome_hint() -> Line:
    """What the line says before anything is chosen."""
    return Line(_("Выберите результат звонка."), by_keys=_("Цифрой 1–5 или щелчком."))


def queue_view() -> Queue:
    """The queue of the person who asks."""
    rows = queue_for(session(), actor=g.actor, now=g.now, limit=_QUEUE + 1)
    is_cut, rows = len(rows) > _QUEUE, rows[:_QUEUE]
    some_url = task_url(0).rpartition("0")
    grouped: dict[When, list[QueueView]] = {when: [] for when in When}
    for row in rows:
        grouped[row.when].append(_queue_row(row, f"{some_url[0]}{row.id}{some_url[2]}"))
    groups = [QueueGroup(when, views) for when, views in grouped.items() if views]
    return Queue(groups, len(rows), is_cut)


def next_task(*, after: int, place: Place | None = None) -> int | None:
    """The task to go on with: the one that «Следующий клиент» would give.

    When it would give none: the one below the place that this one had, else the first, and as the
    last resort what is not due yet.
    """
    handed_out = next_in_queue(session(), actor=g.actor, now=g.now)
    if handed_out is not None and handed_out != after:
        return handed_out
    places = upcoming(
        session(), after_id=after, place=place, actor=g.actor, now=g.now, limit=_QUEUE
    )
    due = (other.id for other in places if other.at <= g.now)
    first = places[0].id if places else None
    return next((task_id for task_id in due if _may_be_worked(task_id)), first)


def _may_be_worked(task_id: int) -> bool:
    task = session().get_one(Task, task_id)
    return verdict_on(session(), task, now=g.now, viewer_id=g.actor.employee_id).is_clear


def card_answer(
    card: Card,
    *,
    form: Any = None,
    status: int = 200,
    conflict: Conflict | None = None,
    line: Line | None = None,
    toast: str = "",
    toast_tone: str = "ok",
    undo_url: str = "",
    saved_draft: str = "",
    push: str = "",
    with_regions: bool = True,
    pick: SlotPick | None = None,
) -> Response:
    """The page of the task, or for htmx the card with what goes with it.

    ``push`` is the address that the browser should show after an htmx answer, ``undo_url`` where
    the toast's button takes the last thing back.
    """
    form = form or empty_form(card)
    values = {
        "card": card,
        "pick": pick or _pick(card, form),
        "extras": card_counts(session(), card.page.task.id, actor=g.actor),
        "form": form,
        "form_key": uuid4().hex,
        "conflict": conflict,
        "line": line or outcome_hint(),
        "queue": queue_view(),
        "toast": toast,
        "toast_tone": toast_tone,
        "undo_url": undo_url,
        "saved_draft": saved_draft,
        "with_queue": with_regions and not wants_card_only(),
        "with_context": with_regions,
    }
    partial = is_htmx() and "HX-History-Restore-Request" not in request.headers
    template = "tasks/_answer.html" if partial else "tasks/page.html"
    response = make_response(render_template(template, **values), status)
    if partial and push:
        response.headers["HX-Push-Url"] = push
    return response


def wants_card_only() -> bool:
    """A click in the queue marks its row by itself: the queue need not come again."""
    return request.method == "GET"


def _pick(card: Card, form: Any) -> SlotPick:
    """The times for what is chosen in the outcome form; nothing is asked before a workshop is."""
    if not isinstance(form, OutcomeForm) or not form.book.data or not form.books_slot:
        return SlotPick()
    mine = Except(task_id=card.page.task.id, employee_id=g.actor.employee_id)
    found = own_hold(session(), card.page.task.id, actor=g.actor, now=g.now)
    return slot_pick(
        form.book_workshop.data, form.book_kind.data, form.book_on.data, form.book_slot.data,
        but=mine, held_until=found.until if found else None,
    )  # fmt: skip


def empty_form(card: Card, **values: Any) -> Any:
    """The form that the card shows, before anything is typed."""
    task = card.page.task
    hidden = {"version": task.version, "token": task.claim_token if card.is_mine else ""}
    if card.shows == "outcome" and card.offer is not None:
        return OutcomeForm.of(card.offer, card.actor, formdata=None, data=hidden | values)
    if card.shows == "job":
        return JobForm(formdata=None, data=hidden | values)
    return None


def undo_refused(task_id: int, error: Refused) -> Response:
    """409: the card as it is, with the reason why nothing was taken back."""
    session().rollback()
    card = open_card(task_id, actor=g.actor, now=g.now)
    return card_answer(card, status=409, toast=str(sentence(error)), toast_tone="bad")


def go_on(
    task_id: int,
    *,
    toast: str,
    stay: bool,
    saved: int,
    undo_url: str = "",
    place: Place | None = None,
) -> Response:
    """After a save: the next task of the queue, or this one; then nothing is left to do: home.

    ``place`` is where the saved task stood in the queue before.
    """
    following = saved if stay else next_task(after=saved, place=place)
    if following is None:
        return leave(toast, undo_url=undo_url)
    if not is_htmx():
        return leave(toast, task_url(following), undo_url=undo_url)
    session().flush()
    session().expire_all()
    card = open_card(following, actor=g.actor, now=g.now)
    return card_answer(
        card,
        toast=toast,
        undo_url=undo_url,
        saved_draft=f"task-{saved}",
        push=task_url(following),
    )


def leave(toast: str, url: str = "/", *, undo_url: str = "") -> Response:
    """Go to another page and say there what was done (if anything has to be said), with a button
    that takes it back."""
    from flask import flash

    if toast:
        flash(toast, f"{UNDO}{undo_url}" if undo_url else "message")
    if not is_htmx():
        return redirect(url, 303)  # type: ignore[return-value]
    response = make_response("")
    response.headers["HX-Redirect"] = url
    return response


def conflict_answer(
    task_id: int, error: Refused, *, kept: Any = None, comment: str = ""
) -> Response:
    """409: nothing was written; the card as it is now, both texts, and what was typed.

    ``kept`` makes the form again from the request, given the new card.
    """
    session().rollback()
    card = open_card(task_id, actor=g.actor, now=g.now)
    form = kept(card) if kept is not None else None
    conflict = Conflict(str(sentence(error)), _theirs(card), comment if form is None else "")
    if form is not None and comment and conflict.theirs:
        conflict = Conflict(conflict.words, conflict.theirs, comment)
    return card_answer(card, form=form, status=409, conflict=conflict)


def _theirs(card: Card) -> str:
    task = card.page.task
    words = [label(task.outcome)] if task.outcome else [label(task.state)]
    if task.comment:
        words.append(task.comment)
    return ": ".join(words)


def _queue_row(row: QueueRow, url: str) -> QueueView:
    about = [row.campaign, row.asset]
    if row.outcome is not None:
        about.append(label(row.outcome).lower())
    return QueueView(
        id=row.id,
        url=url,
        client=row.client,
        icon=_icon(row),
        due=due_words(row.at, row.when is When.OVERDUE, g.now),
        about=" · ".join(part for part in about if part),
        tries=_tries(language(), row.attempts, row.attempts_at_most),
    )


@lru_cache(maxsize=256)
def _tries(_language: str, n: int, of: int) -> Markup:
    """One dot per attempt that the campaign allows, filled for those made."""
    if of <= 1:
        return Markup("")
    dots = Markup('<i class="on"></i>') * n + Markup("<i></i>") * (of - n)
    words = _("Попыток: %(n)s из %(of)s", n=n, of=of)
    return Markup('<span class="att" role="img" aria-label="{}">{}</span>').format(words, dots)


def _icon(row: QueueRow) -> str:
    if row.state is TaskState.IN_WORK:
        return "lock"
    if row.state is TaskState.ON_CONTROL:
        return "eye-check"
    if row.kind is TaskKind.CALLBACK:
        return "calendar-time"
    if row.outcome is Outcome.NO_ANSWER:
        return OUTCOME_LOOKS[row.outcome][1]
    return "phone" if row.kind is TaskKind.CALL else "clipboard-list"
