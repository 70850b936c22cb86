"""People: the list, one person, their roles and password."""

from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, StringField, ValidationError

from core.errors import Invalid, NotFound, Refused
from directory.permissions import DirectoryPermission
from directory.staff import people
from directory.staff.models import Employee, Role
from directory.staff.passwords import make_password
from directory.staff.sign_in import set_password
from directory.staff.visibility import (
    get_visible,
    is_manageable,
    people_found,
    posts_of,
    posts_of_all,
)
from directory.units.tree import unit_tree
from webui.admin.answers import put_error, saved, unit_choices
from webui.forms import Form, at_most, choices, not_blank, required
from webui.i18n import LOCALES
from webui.labels.words import label, sentence
from webui.numbers import row_number_or_none
from webui.requests import requires
from webui.zones import zone_choices

bp = Blueprint("admin_people", __name__, url_prefix="/admin/people")
_manages = requires(DirectoryPermission.MANAGE_PEOPLE)
_PAGE = 50


class PersonForm(Form):
    """What a person is called and how they sign in."""

    full_name = StringField(_l("Имя"), validators=[not_blank(), at_most(200)])
    login = StringField(_l("Логин"), validators=[not_blank(), at_most(64)])
    locale = SelectField(_l("Язык"), choices=choices(LOCALES.items()))
    time_zone = SelectField(_l("Часовой пояс"), validate_choice=False)
    version = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.time_zone.choices = zone_choices(_("Как у подразделения"), self.time_zone.data)


class RoleForm(Form):
    """A role at a unit and everything below it."""

    role = SelectField(_l("Роль"))
    unit_id = SelectField(_l("Подразделение"), validators=[required()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = choices((role.value, label(role)) for role in Role)
        self.unit_id.choices = unit_choices(
            unit_tree(g.session, within=g.actor.unit_ids), blank=_("Выберите подразделение")
        )


class NewPersonForm(PersonForm, RoleForm):
    """A person with their first role; all that is wrong with it is told at once."""

    def validate_login(self, field: StringField) -> None:
        """A login that cannot be had is told together with the other mistakes."""
        try:
            people.require_free_login(g.session, field.data or "")
        except Invalid as error:
            raise ValidationError(sentence(error)) from error


@bp.get("")
@_manages
def page() -> Any:
    """The people of one's units, found by name or login."""
    text = request.args.get("q", "").strip()
    with_disabled = request.args.get("disabled") == "1"
    found = list(
        g.session.scalars(
            people_found(g.actor, text=text, with_disabled=with_disabled).limit(_PAGE + 1)
        )
    )
    posts = posts_of_all(g.session, [person.id for person in found], actor=g.actor)
    return render_template(
        "admin/people.html",
        people=found[:_PAGE],
        has_more=len(found) > _PAGE,
        posts=posts,
        text=text,
        with_disabled=with_disabled,
    )


@bp.get("/new")
@_manages
def new() -> Any:
    """The form of a new person."""
    return _new_page(NewPersonForm())


@bp.post("")
@_manages
def create() -> Any:
    """Add a person and go on to give them a password."""
    form = NewPersonForm()
    if not form.validate_on_submit():
        return _new_page(form), 422
    try:
        employee = people.add_employee(
            g.session,
            **_values(form),
            role=Role(form.role.data),
            unit_id=int(form.unit_id.data),
            actor=g.actor,
            now=g.now,
        )
    except Invalid as error:
        put_error(form, error)
        return _new_page(form), 422
    return saved(
        _address(employee.id), _("Человек добавлен. Задайте пароль, чтобы можно было войти.")
    )


@bp.get("/<int:employee_id>")
@_manages
def person(employee_id: int) -> Any:
    """One person: data, roles, password."""
    return _person_page(get_visible(g.session, employee_id, actor=g.actor))


@bp.post("/<int:employee_id>")
@_manages
def change(employee_id: int) -> Any:
    """Save the person's data."""
    employee = get_visible(g.session, employee_id, actor=g.actor)
    form = PersonForm()
    if not form.validate_on_submit():
        return _person_page(employee, form=form), 422
    version = form.version.data or ""
    try:
        people.change_employee(
            g.session,
            employee_id,
            **_values(form),
            version=row_number_or_none(version),
            actor=g.actor,
            now=g.now,
        )
    except Refused as error:
        put_error(form, error)
        return _person_page(employee, form=form), 422 if isinstance(error, Invalid) else 409
    return saved(_address(employee_id), _("Данные сохранены."))


@bp.post("/<int:employee_id>/roles")
@_manages
def give_role(employee_id: int) -> Any:
    """Give one more role."""
    employee = get_visible(g.session, employee_id, actor=g.actor)
    form = RoleForm()
    if not form.validate_on_submit():
        return _person_page(employee, role_form=form), 422
    people.give_role(
        g.session,
        employee_id,
        role=Role(form.role.data),
        unit_id=int(form.unit_id.data),
        actor=g.actor,
        now=g.now,
    )
    return saved(_address(employee_id), _("Роль назначена."))


@bp.post("/<int:employee_id>/roles/<role>/<int:unit_id>/end")
@_manages
def take_role(employee_id: int, role: str, unit_id: int) -> Any:
    """Take a role away; it is gone at the person's next click."""
    if role not in set(Role):
        raise NotFound("role", role)
    employee = get_visible(g.session, employee_id, actor=g.actor)
    try:
        people.take_role(
            g.session, employee_id, role=Role(role), unit_id=unit_id, actor=g.actor, now=g.now
        )
    except people.LastAdministrator as error:
        return _person_page(employee, problem=error), 409
    if not posts_of(g.session, employee_id, actor=g.actor):
        return saved(url_for(".page"), _("Роль снята."))
    return saved(_address(employee_id), _("Роль снята."))


@bp.post("/<int:employee_id>/password")
@_manages
def new_password(employee_id: int) -> Any:
    """Make a password, show it this once, and sign the person out everywhere."""
    password = make_password()
    set_password(g.session, employee_id, password=password, actor=g.actor, now=g.now)
    return _person_page(get_visible(g.session, employee_id, actor=g.actor), password=password)


@bp.post("/<int:employee_id>/disable")
@_manages
def disable(employee_id: int) -> Any:
    """No more sign-in, and out at once."""
    employee = get_visible(g.session, employee_id, actor=g.actor)
    try:
        people.disable_employee(g.session, employee_id, actor=g.actor, now=g.now)
    except people.LastAdministrator as error:
        return _person_page(employee, problem=error), 409
    return saved(_address(employee_id), _("Вход закрыт, все сеансы завершены."))


@bp.post("/<int:employee_id>/enable")
@_manages
def enable(employee_id: int) -> Any:
    """Sign-in with the old password again."""
    people.enable_employee(g.session, employee_id, actor=g.actor, now=g.now)
    return saved(_address(employee_id), _("Вход снова открыт."))


@bp.post("/<int:employee_id>/sign-out")
@_manages
def sign_out(employee_id: int) -> Any:
    """Out of every browser; the password stays."""
    people.sign_out_everywhere(g.session, employee_id, actor=g.actor, now=g.now)
    return saved(_address(employee_id), _("Все сеансы завершены."))


def _values(form: PersonForm) -> dict[str, Any]:
    return {
        "login": form.login.data,
        "full_name": form.full_name.data,
        "locale": form.locale.data,
        "time_zone": form.time_zone.data or None,
    }


def _address(employee_id: int) -> str:
    return url_for(".person", employee_id=employee_id)


def _new_page(form: NewPersonForm) -> str:
    return render_template("admin/person_new.html", form=form)


def _person_page(
    employee: Employee,
    *,
    form: PersonForm | None = None,
    role_form: RoleForm | None = None,
    password: str = "",
    problem: Refused | None = None,
) -> str:
    return render_template(
        "admin/person.html",
        employee=employee,
        form=form or PersonForm(formdata=None, obj=employee),
        role_form=role_form or RoleForm(formdata=None),
        posts=posts_of(g.session, employee.id, actor=g.actor),
        may_change=is_manageable(g.session, employee.id, actor=g.actor),
        password=password,
        problem=sentence(problem) if problem else "",
    )
