"""The catalogue of kinds of work: added, changed, archived (A13)."""

from typing import Any

from flask import Blueprint, g, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, NumberRange

from core.errors import Invalid
from directory.permissions import DirectoryPermission
from directory.workshops.models import WorkKind
from directory.workshops.work_kinds import (
    LONGEST_MINUTES,
    STEP,
    add_work_kind,
    archive_work_kind,
    change_work_kind,
    get_work_kind,
)
from webui.admin.answers import put_error, saved
from webui.forms import Form, at_most, not_blank
from webui.requests import requires

bp = Blueprint("admin_work_kinds", __name__, url_prefix="/admin/work-kinds")
_manages = requires(DirectoryPermission.MANAGE_WORKSHOPS)


class KindForm(Form):
    """A kind of work in three languages."""

    ru = StringField(_l("Название"), validators=[not_blank(), at_most(100)])
    uk = StringField(_l("По-украински"), validators=[at_most(100)])
    en = StringField(_l("По-английски"), validators=[at_most(100)])
    code = StringField(_l("Код"), validators=[at_most(32)])
    minutes = IntegerField(
        _l("Обычно занимает, минут"),
        validators=[InputRequired(), NumberRange(min=STEP, max=LONGEST_MINUTES)],
    )


@bp.get("/new")
@_manages
def new() -> Any:
    """The form of one more kind of work."""
    return _page(KindForm(formdata=None, minutes=60), None)


@bp.post("")
@_manages
def create() -> Any:
    """Add a kind of work."""
    form = KindForm()
    if form.validate():
        try:
            add_work_kind(
                g.session, code=(form.code.data or "").strip(), names=_names(form),
                minutes=form.minutes.data, actor=g.actor, now=g.now,
            )  # fmt: skip
        except Invalid as error:
            put_error(form, error)
        else:
            return saved(url_for("admin_workshops.page"), _("Вид работ добавлен."))
    return _page(form, None), 422


@bp.get("/<int:work_kind_id>")
@_manages
def kind(work_kind_id: int) -> Any:
    """One kind of work."""
    found = get_work_kind(g.session, work_kind_id)
    form = KindForm(formdata=None, data={**found.names, "minutes": found.minutes})
    return _page(form, found)


@bp.post("/<int:work_kind_id>")
@_manages
def change(work_kind_id: int) -> Any:
    """Other words, another usual duration."""
    found = get_work_kind(g.session, work_kind_id)
    form = KindForm()
    if form.validate():
        try:
            change_work_kind(
                g.session, work_kind_id, names=_names(form), minutes=form.minutes.data,
                actor=g.actor, now=g.now,
            )  # fmt: skip
        except Invalid as error:
            put_error(form, error)
        else:
            return saved(url_for("admin_workshops.page"), _("Вид работ сохранён."))
    return _page(form, found), 422


@bp.post("/<int:work_kind_id>/archive")
@_manages
def archive(work_kind_id: int) -> Any:
    """No longer offered."""
    archive_work_kind(g.session, work_kind_id, is_archived=True, actor=g.actor, now=g.now)
    return saved(url_for("admin_workshops.page"), _("Вид работ в архиве."))


@bp.post("/<int:work_kind_id>/restore")
@_manages
def restore(work_kind_id: int) -> Any:
    """Offered again."""
    archive_work_kind(g.session, work_kind_id, is_archived=False, actor=g.actor, now=g.now)
    return saved(url_for("admin_workshops.page"), _("Вид работ возвращён."))


def _names(form: KindForm) -> dict[str, str]:
    return {name: form[name].data or "" for name in ("ru", "uk", "en")}


def _page(form: KindForm, found: WorkKind | None) -> str:
    return render_template("admin/work_kind.html", form=form, kind=found)
