"""«Записи на сервис»: the bookings of one day, by time (A13)."""

from datetime import date, timedelta
from functools import partial
from typing import Any

from flask import Response, g, render_template, request
from flask_babel import gettext as _

from core.clock import local_day
from core.days import sane_day
from directory.workshops.work_kinds import work_kinds
from webui.boards import filters
from webui.exports.answers import workbook_answer
from webui.exports.workbook import Column
from webui.labels.words import label
from webui.navigation import with_query
from webui.periods import today
from webui.requests import requires, session
from webui.service.routes import bp
from webui.service.slot_pick import booked_work, duration, kind_words
from webui.wording import minute_words
from worklists.bookings.listing import (
    BookingFilter,
    BookingLine,
    bookings,
    nearest_day,
    workshops_to_choose,
)
from worklists.models.attempt import ServiceRequestState
from worklists.permissions import WorkPermission


@bp.get("/service")
@requires(WorkPermission.SEE)
def page() -> str:
    """The list; ``?on=`` another day, ``?workshop=``, ``?kind=``, ``?state=``, ``?mine=1``."""
    wanted = _wanted()
    lines = bookings(session(), wanted, actor=g.actor)
    nearest = None if lines else nearest_day(session(), wanted, actor=g.actor)
    return render_template(
        "service/day.html",
        page="service",
        lines=lines,
        wanted=wanted,
        day_on=wanted.day_on,
        today=today(),
        day_at=partial(local_day, g.now),
        before=_day_url(_day() - timedelta(days=1)),
        after=_day_url(_day() + timedelta(days=1)),
        today_url=_day_url(today()),
        nearest=nearest,
        nearest_url=_day_url(nearest) if nearest else "",
        workshops=workshops_to_choose(session(), actor=g.actor),
        kinds=[(kind.id, kind_words(kind.names)) for kind in work_kinds(session())],
        states=tuple(ServiceRequestState),
        counts=_counts(lines),
        duration=duration,
        may_book=g.actor.may(WorkPermission.BOOK_SERVICE),
    )


@bp.get("/service.xlsx")
@requires(WorkPermission.EXPORT)
def export() -> Response:
    """The list as a workbook, with the filters of the page."""
    rows = map(_row, bookings(session(), _wanted(), actor=g.actor))
    return workbook_answer("service", _columns(), rows, sheet=_("Записи на сервис"))


def _wanted() -> BookingFilter:
    asked = request.args.get("state", "")
    return BookingFilter(
        day_on=_day(),
        workshop_id=filters.whole("workshop"),
        work_kind_id=filters.whole("kind"),
        state=next((one for one in ServiceRequestState if one.value == asked), None),
        employee_id=g.actor.employee_id if request.args.get("mine") == "1" else None,
    )


def _day() -> date:
    try:
        return sane_day(request.args.get("on", ""))
    except ValueError:
        return today()


def _day_url(day_on: date) -> str:
    return with_query(on=day_on.isoformat())


def _counts(lines: list[BookingLine]) -> list[tuple[str, int]]:
    """How many there are of each state that there is."""
    found = [(one, sum(line.request.state is one for line in lines)) for one in ServiceRequestState]
    return [(label(state), count) for state, count in found if count]


def _columns() -> list[Column]:
    return [
        Column(_("Дата"), 12), Column(_("Время"), 8), Column(_("Цех"), 28),
        Column(_("Клиент"), 34), Column(_("Телефон"), 16), Column(_("Автомобиль"), 26),
        Column(_("VIN"), 20), Column(_("Работы"), 34), Column(_("Минут"), 8),
        Column(_("Примечание"), 34), Column(_("Состояние"), 16), Column(_("Причина"), 30),
        Column(_("Кто записал"), 26), Column(_("Записан"), 17), Column(_("Задача"), 10),
    ]  # fmt: skip


def _row(line: BookingLine) -> list[Any]:
    one = line.request
    return [
        one.wanted_on, minute_words(one.wanted_minute), line.workshop, line.client, line.phone,
        line.vehicle, line.vin, booked_work(line), one.minutes, one.comment, label(one.state),
        one.reason, line.by, one.created_at, one.task_id,
    ]  # fmt: skip
