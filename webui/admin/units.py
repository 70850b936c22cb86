"""The organisation tree: the list, one unit, moving it, the archive."""

from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from wtforms import SelectField, StringField

from core.errors import Invalid, Refused
from directory.permissions import DirectoryPermission
from directory.staff.models import Appointment, Employee
from directory.units import tree
from directory.units.models import Unit, UnitKind
from webui.admin.answers import put_error, saved, unit_choices
from webui.forms import Form, at_most, choices, not_blank, required
from webui.labels.words import label, sentence
from webui.requests import requires
from webui.zones import zone_choices
from worklists.unit_work import archive_unit_without_work, open_tasks_of_units

bp = Blueprint("admin_units", __name__, url_prefix="/admin/units")
_manages = requires(DirectoryPermission.MANAGE_UNITS)


class UnitForm(Form):
    """A unit, and below which one it stands."""

    name = StringField(_l("Название"), validators=[not_blank(), at_most(200)])
    code = StringField(_l("Код"), validators=[not_blank(), at_most(32)])
    kind = SelectField(_l("Вид"))
    parent_id = SelectField(_l("Входит в"), validators=[required()])
    time_zone = SelectField(_l("Часовой пояс"), validate_choice=False)

    def __init__(self, *args: Any, unit: Unit | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = choices((kind.value, label(kind)) for kind in UnitKind)
        self.time_zone.choices = zone_choices(_("Как у вышестоящего"), self.time_zone.data)
        if unit is not None and (unit.parent_id is None or unit.parent_id not in g.actor.unit_ids):
            del self.parent_id  # the highest unit that one sees is moved by nobody
        else:
            self.parent_id.choices = unit_choices(
                tree.unit_tree(g.session, within=g.actor.unit_ids),
                blank=_("Выберите подразделение"),
            )


@bp.get("")
@_manages
def page() -> Any:
    """The tree of one's units."""
    with_archived = request.args.get("archived") == "1"
    rows = tree.unit_tree(g.session, within=g.actor.unit_ids, with_archived=with_archived)
    return render_template("admin/units.html", rows=rows, with_archived=with_archived)


@bp.get("/new")
@_manages
def new() -> Any:
    """The form of a new unit, below the one it was asked at."""
    form = UnitForm(formdata=None, kind=UnitKind.DEPARTMENT.value)
    form.parent_id.data = request.args.get("below", "")
    return render_template("admin/unit.html", form=form, unit=None, problem="")


@bp.post("")
@_manages
def create() -> Any:
    """Add a unit."""
    form = UnitForm()
    if form.validate_on_submit():
        try:
            tree.add_unit(
                g.session,
                **_values(form),
                parent_id=int(form.parent_id.data),
                actor=g.actor,
                now=g.now,
            )
        except Invalid as error:
            put_error(form, error)
        else:
            return saved(url_for(".page"), _("Подразделение добавлено."))
    return render_template("admin/unit.html", form=form, unit=None, problem=""), 422


@bp.get("/<int:unit_id>")
@_manages
def unit(unit_id: int) -> Any:
    """One unit."""
    found = tree.get_unit(g.session, unit_id, actor=g.actor)
    return _unit_page(found)


@bp.post("/<int:unit_id>")
@_manages
def change(unit_id: int) -> Any:
    """Save the unit and move it where the form says; all or nothing."""
    found = tree.get_unit(g.session, unit_id, actor=g.actor)
    form = UnitForm(unit=found)
    if form.validate_on_submit():
        try:
            tree.change_unit(g.session, unit_id, **_values(form), actor=g.actor, now=g.now)
            if "parent_id" in form:
                tree.move_unit(
                    g.session,
                    unit_id,
                    parent_id=int(form.parent_id.data),
                    actor=g.actor,
                    now=g.now,
                )
        except Invalid as error:
            put_error(form, error)
        else:
            return saved(url_for(".page"), _("Подразделение сохранено."))
    return _unit_page(found, form=form), 422


@bp.post("/<int:unit_id>/archive")
@_manages
def archive(unit_id: int) -> Any:
    """No longer offer the unit."""
    return _archived(unit_id, archive_unit_without_work, _("Подразделение в архиве."))


@bp.post("/<int:unit_id>/restore")
@_manages
def restore(unit_id: int) -> Any:
    """Offer the unit again."""
    return _archived(unit_id, tree.restore_unit, _("Подразделение возвращено."))


def _archived(unit_id: int, step: Any, words: str) -> Any:
    found = tree.get_unit(g.session, unit_id, actor=g.actor)
    try:
        step(g.session, unit_id, actor=g.actor, now=g.now)
    except Refused as error:
        return _unit_page(found, problem=sentence(error)), 409
    return saved(url_for(".page"), words)


def _unit_page(unit: Unit, *, form: UnitForm | None = None, problem: str = "") -> str:
    people = select(func.count(Appointment.employee_id.distinct())).join(Employee)
    here = Appointment.unit_id == unit.id
    with g.session.no_autoflush:  # what was refused stays unwritten
        open_tasks = open_tasks_of_units(g.session, [unit.id])[unit.id]
        people_here = g.session.scalar(people.where(here, Employee.is_active))
    return render_template(
        "admin/unit.html",
        form=form or UnitForm(formdata=None, obj=unit, unit=unit),
        unit=unit,
        problem=problem,
        open_tasks=open_tasks,
        people=people_here,
    )


def _values(form: UnitForm) -> dict[str, Any]:
    return {
        "name": form.name.data,
        "code": form.code.data,
        "kind": UnitKind(form.kind.data),
        "time_zone": form.time_zone.data or None,
    }
