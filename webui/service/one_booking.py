"""One booking: its history, and what is done with it (A13)."""

from collections.abc import Callable
from datetime import date, time
from typing import Any

from flask import Response, flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, IntegerField, StringField, TimeField
from wtforms.validators import NumberRange, Optional

from core.clock import local_day
from core.errors import Invalid, Refused
from webui.forms import Form, at_most, choices
from webui.labels.journal import journal_line
from webui.labels.words import sentence
from webui.numbers import row_number_or_none
from webui.requests import local_target, requires, session
from webui.service.routes import bp
from webui.service.slot_pick import SlotPick, duration, slot_pick
from webui.tasks.choice_fields import Choice
from webui.wording import minute_of, moment
from worklists.bookings.free_times import Except
from worklists.bookings.listing import BookingLine, history_of_booking
from worklists.bookings.listing import booking as booking_line
from worklists.bookings.outcomes import (
    cancel_booking,
    mark_arrived,
    mark_no_show,
    move_booking,
    take_back_arrival,
)
from worklists.models.attempt import ServiceRequest, ServiceRequestState
from worklists.offered import bookable_and_units
from worklists.permissions import WorkPermission
from worklists.task_page import names_of

_FIELDS = {
    "service_request_workshop_id": "book_workshop",
    "service_request_wanted_on": "book_on",
    "service_request_wanted_minute": "book_time",
    "service_request_work_kind_id": "book_kind",
    "service_request_slot": "book_slot",
}


class MoveForm(Form):
    """Another time, work or workshop."""

    book_workshop = Choice(_l("Цех"))
    book_on = DateField(_l("Дата"), [Optional()])
    book_time = TimeField(_l("Время"), [Optional()])
    book_kind = Choice(_l("Вид работ"), validate_choice=False)
    book_slot = IntegerField(_l("Время"), [Optional(), NumberRange(0, 24 * 60 - 1)])

    planned: frozenset[int] = frozenset()
    """Workshops of the choice that are booked by their capacity."""

    @property
    def is_in_plan(self) -> bool:
        """Whether the chosen one is."""
        return self.book_workshop.data in self.planned


class CancelForm(Form):
    """Why it is cancelled, and whether the client is called again."""

    reason = StringField(_l("Причина"), [at_most(300)])
    call_again = BooleanField(_l("Позвонить клиенту снова: поставить задачу"))


@bp.get("/service/<int:request_id>")
@requires(WorkPermission.SEE)
def booking(request_id: int) -> Response:
    """The booking with its history; ``?open=move`` opens the form of moving it."""
    line = booking_line(session(), request_id, actor=g.actor)
    return _page(line, is_moving=request.args.get("open") == "move")


@bp.post("/service/<int:request_id>/move")
@requires(WorkPermission.BOOK_SERVICE)
def move(request_id: int) -> Response:
    """Another time; 422 with the times as they are when it cannot be had.

    ``show_times`` only asks what is free for the workshop, work and day that were chosen.
    """
    line = booking_line(session(), request_id, actor=g.actor)
    form = _move_form(line, request.form)
    if "show_times" in request.form:
        return _page(line, moving=form, is_moving=True)
    if not form.validate() or not isinstance(form.book_on.data, date):
        if not form.book_on.errors:
            form.book_on.errors = [_("Укажите дату.")]
        return _page(line, moving=form, is_moving=True, status=422)
    minute = minute_of(form.book_time.data)
    try:
        moved = move_booking(
            session(),
            request_id,
            workshop_id=form.book_workshop.data or line.request.workshop_id,
            work_kind_id=form.book_kind.data,
            day_on=form.book_on.data,
            minute=form.book_slot.data if form.is_in_plan else minute,
            version=_version(),
            actor=g.actor,
            now=g.now,
        )
    except Invalid as error:
        session().rollback()
        field = form._fields.get(_FIELDS.get(error.field, ""), form.book_on)
        field.errors = [sentence(error)]
        line = booking_line(session(), request_id, actor=g.actor)
        return _page(line, moving=form, is_moving=True, status=422)
    except Refused as error:
        return _conflict(request_id, error)
    words = _("Запись перенесена.")
    if moved.control_until is not None:
        words += " " + _("Останется на контроле до %(at)s.", at=moment(moved.control_until))
    return _done(request_id, words)


@bp.post("/service/<int:request_id>/times")
@requires(WorkPermission.BOOK_SERVICE)
def times(request_id: int) -> str:
    """What is free for the choice so far, as a part of the form of moving; nothing is written."""
    line = booking_line(session(), request_id, actor=g.actor)
    pick = _pick(line, _move_form(line, request.form))
    return render_template("service/_times.html", pick=pick)


@bp.post("/service/<int:request_id>/cancel")
@requires(WorkPermission.BOOK_SERVICE)
def cancel(request_id: int) -> Response:
    """The client will not come."""
    form = CancelForm()
    line = booking_line(session(), request_id, actor=g.actor)
    if not form.validate():
        return _page(line, cancelling=form, status=422)
    try:
        cancelled = cancel_booking(
            session(),
            request_id,
            reason=form.reason.data or "",
            call_again=form.call_again.data,
            version=_version(),
            actor=g.actor,
            now=g.now,
        )
    except Invalid as error:
        session().rollback()
        form.reason.errors = [sentence(error)]
        line = booking_line(session(), request_id, actor=g.actor)
        return _page(line, cancelling=form, status=422)
    except Refused as error:
        return _conflict(request_id, error)
    if cancelled.next_task_id is None:
        return _done(request_id, _("Запись отменена."))
    words = _("Запись отменена. Позвонить снова: задача № %(id)s.", id=cancelled.next_task_id)
    return _done(request_id, words)


@bp.post("/service/<int:request_id>/no-show")
@requires(WorkPermission.BOOK_SERVICE)
def no_show(request_id: int) -> Response:
    """Nobody came."""
    return _deed(request_id, mark_no_show, _("Отмечено: не приехал. Поставлена задача позвонить."))


@bp.post("/service/<int:request_id>/arrived")
@requires(WorkPermission.BOOK_SERVICE)
def arrived(request_id: int) -> Response:
    """The client has come."""
    return _deed(request_id, mark_arrived, _("Отмечено: приехал."))


@bp.post("/service/<int:request_id>/expected")
@requires(WorkPermission.BOOK_SERVICE)
def expected(request_id: int) -> Response:
    """That the client has come was a mistake."""
    return _deed(request_id, take_back_arrival, _("Клиента снова ждут."))


def _deed(request_id: int, deed: Callable[..., ServiceRequest], words: str) -> Response:
    try:
        deed(session(), request_id, version=_version(), actor=g.actor, now=g.now)
    except Refused as error:
        return _conflict(request_id, error)
    return _done(request_id, words)


def _version() -> int:
    return row_number_or_none(request.form.get("version", "")) or 0


def _done(request_id: int, words: str) -> Response:
    flash(words, "message")
    own = url_for(".booking", request_id=request_id)
    return redirect(local_target(request.form.get("back"), own), 303)  # type: ignore[return-value]


def _conflict(request_id: int, error: Refused) -> Response:
    session().rollback()
    line = booking_line(session(), request_id, actor=g.actor)
    return _page(line, problem=sentence(error), status=409)


def _move_form(line: BookingLine, typed: Any) -> MoveForm:
    one = line.request
    minute = one.wanted_minute
    now_booked = {
        "book_workshop": one.workshop_id,
        "book_on": one.wanted_on,
        "book_kind": one.work_kind_id,
        "book_slot": minute,
        "book_time": time(*divmod(minute, 60)) if minute is not None else None,
    }
    form = MoveForm(formdata=typed, data=now_booked)
    workshops, _units, form.planned = bookable_and_units(session(), near_id=one.workshop_id)
    form.book_workshop.choices = choices(workshops)
    return form


def _pick(line: BookingLine, moving: MoveForm) -> SlotPick:
    """The times to choose from; the booking's own place counts as free."""
    day_on = moving.book_on.data
    return slot_pick(
        moving.book_workshop.data,
        moving.book_kind.data,
        day_on if isinstance(day_on, date) else None,
        moving.book_slot.data,
        but=Except(request_id=line.request.id),
    )


def _page(
    line: BookingLine,
    *,
    moving: MoveForm | None = None,
    cancelling: CancelForm | None = None,
    is_moving: bool = False,
    problem: str = "",
    status: int = 200,
) -> Response:
    moving = moving or _move_form(line, None)
    is_open = line.request.state is ServiceRequestState.REQUESTED
    history = history_of_booking(session(), line.request)
    people = names_of(session(), [entry.actor for entry in history])
    return make_response(
        render_template(
            "service/booking.html",
            page="service",
            line=line,
            moving=moving,
            cancelling=cancelling or CancelForm(formdata=None, call_again=True),
            is_moving=is_moving,
            is_cancelling=cancelling is not None,
            planned=moving.planned,
            in_plan=moving.is_in_plan,
            pick=_pick(line, moving),
            problem=problem,
            journal=[journal_line(entry, people) for entry in history],
            duration=duration,
            is_due=line.request.wanted_on <= local_day(g.now, line.time_zone),
            may_book=g.actor.may(WorkPermission.BOOK_SERVICE) and is_open,
            may_take_back=g.actor.may(WorkPermission.BOOK_SERVICE)
            and line.request.state is ServiceRequestState.ARRIVED,
        ),
        status,
    )
