"""Calendars: whose is whose, the week, the year with its days, holidays of a country."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import DateField, HiddenField, IntegerField, SelectField, StringField

from core.clock import local_day
from core.days import sane_day
from core.errors import Invalid, NotFound, Refused
from directory.calendars import editing
from directory.calendars.models import (
    CalendarDay,
    DayKind,
    ProductionCalendar,
    WorkCalendar,
)
from directory.calendars.visibility import (
    USUAL_WEEK,
    calendars_seen,
    days_of_year,
    get_calendar,
    week_of,
)
from directory.permissions import DirectoryPermission
from directory.staff.models import Employee
from directory.staff.visibility import employees_visible_to
from directory.units.models import Unit
from directory.units.tree import unit_tree
from webui.admin.answers import put_error, saved
from webui.admin.hours import HoursField, hours_written
from webui.admin.year_view import weekday_names, year_view
from webui.forms import Form, at_most, choices, required
from webui.labels.words import label, sentence
from webui.numbers import row_number, row_number_or_none
from webui.requests import requires

bp = Blueprint("admin_calendars", __name__, url_prefix="/admin/calendars")
_manages = requires(DirectoryPermission.MANAGE_CALENDARS)


class WeekForm(Form):
    """Seven lines of hours; an empty one is a day off."""

    version = HiddenField()
    monday = HoursField()
    tuesday = HoursField()
    wednesday = HoursField()
    thursday = HoursField()
    friday = HoursField()
    saturday = HoursField()
    sunday = HoursField()

    def days(self) -> list[HoursField]:
        """The fields of the days, Monday first."""
        return [field for field in self if isinstance(field, HoursField)]


class DayForm(Form):
    """How one day differs from the week."""

    day_on = DateField(_l("День"), validators=[required()])
    kind = SelectField(_l("Какой это день"))
    hours = HoursField(_l("Часы работы"))
    note = StringField(_l("Пометка"), validators=[at_most(editing.LONGEST_NOTE)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = choices((kind.value, label(kind)) for kind in DayKind)


class HolidaysForm(Form):
    """Whose holidays, and of which year."""

    country = SelectField(_l("Страна"))
    year = IntegerField(_l("Год"), validators=[required()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country.choices = choices((one.value, label(one)) for one in ProductionCalendar)


@bp.get("")
@_manages
def page() -> Any:
    """The tree of one's units with the calendar that applies to each, and people with their own."""
    own = calendars_seen(g.session, actor=g.actor)
    of_unit = {row.unit_id: row for row in own if row.unit_id is not None}
    people = {
        one.id: one
        for one in g.session.scalars(employees_visible_to(g.actor).where(Employee.is_active))
    }
    of_people = [(people[row.employee_id], row) for row in own if row.employee_id in people]
    without = [one for one in people.values() if one.id not in {who.id for who, _row in of_people}]
    return render_template(
        "admin/calendars.html",
        rows=unit_tree(g.session, within=g.actor.unit_ids),
        of_unit=of_unit,
        of_people=of_people,
        without=without,
        hours_of_week=_week_words,
    )


@bp.post("")
@_manages
def create() -> Any:
    """Give a unit or a person a calendar of its own."""
    unit_id = request.form.get("unit_id", type=row_number)
    employee_id = request.form.get("employee_id", type=row_number)
    if (unit_id is None) == (employee_id is None):
        return saved(url_for(".page"), _("Выберите, чей это календарь."), tone="bad")
    row = editing.add_calendar(
        g.session, unit_id=unit_id, employee_id=employee_id, actor=g.actor, now=g.now
    )
    return saved(_address(row.id), _("Календарь заведён: пока он такой же, как прежде."))


@bp.get("/<int:calendar_id>")
@_manages
def show(calendar_id: int) -> Any:
    """The year of a calendar, its week, and the forms to change them."""
    return _page(get_calendar(g.session, calendar_id, actor=g.actor))


@bp.post("/<int:calendar_id>/week")
@_manages
def save_week(calendar_id: int) -> Any:
    """Save the working week."""
    row = get_calendar(g.session, calendar_id, actor=g.actor)
    form = WeekForm()
    if not form.validate_on_submit():
        return _page(row, week_form=form), 422
    version = form.version.data or ""

    def change() -> None:
        editing.change_week(
            g.session, calendar_id, week=[field.hours for field in form.days()],
            version=row_number_or_none(version), actor=g.actor, now=g.now,
        )  # fmt: skip

    return _try(row, form, change, _("Рабочая неделя сохранена."), week_form=form)


@bp.post("/<int:calendar_id>/days")
@_manages
def save_day(calendar_id: int) -> Any:
    """Say how a day differs from the week."""
    row = get_calendar(g.session, calendar_id, actor=g.actor)
    form = DayForm()
    if not form.validate_on_submit():
        return _page(row, day_form=form), 422

    def change() -> None:
        editing.set_day(
            g.session, calendar_id, form.day_on.data, kind=DayKind(form.kind.data),
            hours=form.hours.hours or None, note=form.note.data or "", actor=g.actor, now=g.now,
        )  # fmt: skip

    return _try(row, form, change, _("День сохранён."), day=form.day_on.data, day_form=form)


@bp.post("/<int:calendar_id>/days/<day>/clear")
@_manages
def clear_day(calendar_id: int, day: str) -> Any:
    """Let a day follow the week again."""
    row = get_calendar(g.session, calendar_id, actor=g.actor)
    on = _day(day)
    if on is None:
        raise NotFound("day", day)
    editing.clear_day(g.session, calendar_id, on, actor=g.actor, now=g.now)
    return saved(_address(row.id, on), _("День снова как в рабочей неделе."))


@bp.post("/<int:calendar_id>/holidays")
@_manages
def install(calendar_id: int) -> Any:
    """Put in the production calendar of a year."""
    row = get_calendar(g.session, calendar_id, actor=g.actor)
    form = HolidaysForm()
    if not form.validate_on_submit():
        return _page(row, holidays_form=form), 422

    def change() -> None:
        editing.install_holidays(
            g.session, calendar_id, country=ProductionCalendar(form.country.data),
            year=form.year.data, actor=g.actor, now=g.now,
        )  # fmt: skip

    words = _("Праздники %(year)s года установлены.", year=str(form.year.data))
    first = date(form.year.data, 1, 1) if 1 <= form.year.data <= 9999 else None
    return _try(row, form, change, words, day=first, holidays_form=form)


@bp.post("/<int:calendar_id>/remove")
@_manages
def remove(calendar_id: int) -> Any:
    """Follow the calendar above again."""
    editing.remove_calendar(g.session, calendar_id, actor=g.actor, now=g.now)
    return saved(url_for(".page"), _("Своего календаря больше нет, действует вышестоящий."))


def _try(
    row: WorkCalendar,
    form: Form,
    change: Callable[[], None],
    words: str,
    *,
    day: date | None = None,
    **kept: Any,
) -> Any:
    try:
        change()
    except Refused as error:
        put_error(form, error)
        return _page(row, problem=sentence(error), **kept), 422 if isinstance(
            error, Invalid
        ) else 409
    return saved(_address(row.id, day), words)


def _page(
    row: WorkCalendar,
    *,
    week_form: WeekForm | None = None,
    day_form: DayForm | None = None,
    holidays_form: HolidaysForm | None = None,
    problem: str = "",
) -> str:
    today = local_day(g.now, g.actor.time_zone)
    chosen = _day(request.args.get("day", ""))
    number = request.args.get("year", type=row_number) or (chosen or today).year
    number = min(max(number, 1990), 2100)
    with g.session.no_autoflush:  # what was refused stays unwritten
        days = days_of_year(g.session, row.id, number)
        year = year_view(week_of(row), days, number, today=today)
        unit = g.session.get(Unit, row.unit_id) if row.unit_id is not None else None
        who = select(Employee.full_name).where(Employee.id == row.employee_id)
        name = unit.name if unit else g.session.scalar(who)
    there = days.get(chosen) if chosen else None
    return render_template(
        "admin/calendar.html",
        calendar=row,
        name=name,
        is_root=unit is not None and unit.parent_id is None,
        year=year,
        weekdays=weekday_names("wide"),
        chosen=there,
        week_form=week_form or _week_form(row),
        day_form=day_form or _day_form(chosen, there),
        holidays_form=holidays_form or HolidaysForm(formdata=None, year=number),
        problem=problem,
    )


def _week_form(row: WorkCalendar) -> WeekForm:
    form = WeekForm(formdata=None, version=row.version)
    for field, hours in zip(form.days(), week_of(row), strict=True):
        field.data = hours_written(hours)
    return form


def _day_form(chosen: date | None, there: CalendarDay | None) -> DayForm:
    if there is None:
        return DayForm(formdata=None, day_on=chosen)
    hours = hours_written(there.hours) if there.hours else ""
    return DayForm(
        formdata=None, day_on=chosen, kind=there.kind.value, hours=hours, note=there.note
    )


def _week_words(row: WorkCalendar | None) -> str:
    """«пн–пт 9:00–18:00»: neighbours with the same hours together."""
    week = USUAL_WEEK if row is None else week_of(row)
    names = weekday_names("abbreviated")
    parts = []
    first = 0
    for number in range(1, 8):
        if number < 7 and week[number] == week[first]:
            continue
        if week[first]:
            days = names[first] if number - first == 1 else f"{names[first]}–{names[number - 1]}"
            parts.append(f"{days} {hours_written(week[first])}")
        first = number
    return "; ".join(parts)


def _day(text: str) -> date | None:
    try:
        return sane_day(text)
    except ValueError:
        return None


def _address(calendar_id: int, day: date | None = None) -> str:
    year = day.year if day else None
    return url_for(".show", calendar_id=calendar_id, year=year)
