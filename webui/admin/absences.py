"""Who is away: the list, a new absence with its substitute, an earlier return."""

from collections.abc import Collection
from datetime import datetime, time, timedelta
from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import DateField, SelectField, StringField

from core.errors import Invalid, Refused
from directory.calendars import absences
from directory.calendars.visibility import calendar_of_person, require_person_seen
from directory.calendars.working_time import moment_at
from directory.permissions import DirectoryPermission
from directory.staff.models import Employee
from directory.staff.visibility import employees_visible_to
from webui.admin.answers import put_error, saved
from webui.forms import Form, at_most, choices, required, sane_date
from webui.labels.words import sentence
from webui.requests import requires, settings
from worklists.dispatch.tabs import open_of_people
from worklists.permissions import WorkPermission

bp = Blueprint("admin_absences", __name__, url_prefix="/admin/absences")
_manages = requires(DirectoryPermission.MANAGE_ABSENCES)
_DAY = timedelta(days=1)


class AbsenceForm(Form):
    """Who is away on which days, and who stands in."""

    employee_id = SelectField(_l("Кто отсутствует"), validators=[required()])
    from_on = DateField(_l("Первый день"), validators=[required(), sane_date])
    until_on = DateField(_l("Последний день"), validators=[required(), sane_date])
    substitute_id = SelectField(_l("Кто замещает"))
    reason = StringField(_l("Причина"), validators=[at_most(300)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = g.session.scalars(employees_visible_to(g.actor).where(Employee.is_active)).all()
        names = [(one.id, one.full_name) for one in people]
        self.employee_id.choices = choices(names, blank=_("Выберите человека"))
        self.substitute_id.choices = choices(names, blank=_("Никто"))


@bp.get("")
@_manages
def page() -> Any:
    """Present and coming absences of one's people, or the past ones."""
    return _page()


@bp.post("")
@_manages
def create() -> Any:
    """Write down an absence: whole days where the person lives."""
    form = AbsenceForm()
    if not form.validate_on_submit():
        return _page(form), 422
    employee_id = int(form.employee_id.data)
    require_person_seen(g.session, employee_id, actor=g.actor)
    calendar = calendar_of_person(g.session, employee_id, default_zone=settings().time_zone)
    first, last = (datetime.combine(day.data, time()) for day in (form.from_on, form.until_on))
    try:
        absences.add_absence(
            g.session,
            employee_id,
            from_at=moment_at(calendar.zone, first),
            until_at=moment_at(calendar.zone, last + _DAY),
            substitute_id=int(form.substitute_id.data) if form.substitute_id.data else None,
            reason=form.reason.data or "",
            actor=g.actor,
            now=g.now,
        )
    except Invalid as error:
        put_error(form, error)
        return _page(form), 422
    left = _open_tasks([employee_id]).get(employee_id, 0)
    words = ngettext(
        "Открыта %(num)s задача: её можно передать другим.",
        "Открытых задач: %(num)s, их можно передать другим.",
        left,
    )
    return saved(
        url_for(".page"), " ".join([_("Отсутствие записано."), *([words] if left else [])])
    )


@bp.post("/<int:absence_id>/end")
@_manages
def end(absence_id: int) -> Any:
    """The person is back, or does not go at all."""
    try:
        ended = absences.end_absence(g.session, absence_id, actor=g.actor, now=g.now)
    except Refused as error:
        return _page(problem=sentence(error)), 409
    words = _("Отсутствие отменено.") if ended.cancelled_at else _("Человек снова на месте.")
    return saved(url_for(".page"), words)


def _open_tasks(employee_ids: Collection[int]) -> dict[int, int]:
    """How many each of them has, for who may hand them to others; nothing for anybody else."""
    if not g.actor.may(WorkPermission.DISPATCH):
        return {}
    return open_of_people(g.session, employee_ids, actor=g.actor)


def _page(form: AbsenceForm | None = None, *, problem: str = "") -> str:
    over = request.args.get("over") == "1"
    with g.session.no_autoflush:  # what was refused stays unwritten
        rows = absences.absences_listed(g.session, over=over, actor=g.actor, now=g.now)
        form = form or AbsenceForm(formdata=None)
    instant = timedelta(microseconds=1)
    return render_template(
        "admin/absences.html", rows=rows, over=over, form=form, problem=problem, instant=instant,
        open_tasks={} if over else _open_tasks([row.absence.employee_id for row in rows]),
    )  # fmt: skip
