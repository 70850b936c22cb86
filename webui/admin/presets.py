"""Presets of requests to other units: the list, one preset, archive (A6)."""

from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired

from core.errors import Refused
from directory.units.tree import unit_tree
from webui.admin.answers import put_error, saved, unit_choices
from webui.forms import Form, at_most, choices, not_blank, required
from webui.labels.words import label
from webui.numbers import row_number
from webui.requests import requires
from worklists.models.preset import DueIn, InvolvementPreset
from worklists.offered import units_to_involve
from worklists.permissions import WorkPermission
from worklists.presets import (
    PresetChangedByAnother,
    PresetDraft,
    add_preset,
    answers_for_company,
    archive_preset,
    change_preset,
    get_preset,
    presets_listed,
)

bp = Blueprint("admin_presets", __name__, url_prefix="/admin/presets")
_manages = requires(WorkPermission.MANAGE_PRESETS)
_COMPANY = "company"


class PresetForm(Form):
    """What is usually asked, of whom, by when."""

    unit_id = SelectField(_l("Кто пользуется"), validators=[required()])
    to_unit_id = SelectField(_l("Кого просят"), validators=[required()])
    subject = StringField(_l("Тема просьбы"), validators=[not_blank(), at_most(120)])
    text = TextAreaField(_l("Что нужно сделать"), validators=[at_most(800)])
    due_amount = IntegerField(_l("Срок"), validators=[InputRequired(_l("Укажите срок."))])
    due_in = SelectField(_l("В чём считать"))
    with_documents = BooleanField(_l("Приложить документы задачи"))
    version = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tree = unit_tree(g.session, within=g.actor.unit_ids)
        self.unit_id.choices = unit_choices(tree, blank=_("Выберите подразделение"))
        if answers_for_company(g.session, actor=g.actor):
            blank, *units = self.unit_id.choices
            everybody = choices([(_COMPANY, _("Вся компания"))])
            self.unit_id.choices = [blank, *everybody, *units]
        self.to_unit_id.choices = choices(
            units_to_involve(g.session, except_id=0), blank=_("Выберите подразделение")
        )
        self.due_in.choices = choices((one.value, label(one)) for one in DueIn)

    def draft(self) -> PresetDraft:
        """What was typed. Call after ``validate`` said yes."""
        return PresetDraft(
            unit_id=None if self.unit_id.data == _COMPANY else int(self.unit_id.data),
            to_unit_id=int(self.to_unit_id.data),
            subject=self.subject.data,
            text=self.text.data or "",
            due_amount=self.due_amount.data,
            due_in=DueIn(self.due_in.data),
            with_documents=self.with_documents.data,
        )


@bp.get("")
@_manages
def page() -> Any:
    """The presets of one's units and of the company, and a form for one more."""
    return _list(PresetForm(formdata=None, due_amount=2))


@bp.post("")
@_manages
def create() -> Any:
    """Write one down."""
    form = PresetForm()
    if not form.validate():
        return _list(form), 422
    try:
        add_preset(g.session, form.draft(), actor=g.actor, now=g.now)
    except Refused as error:
        g.session.rollback()
        put_error(form, error)
        return _list(form), 422
    return saved(url_for(".page"), _("Заготовка добавлена."))


@bp.get("/<int:preset_id>")
@_manages
def preset(preset_id: int) -> Any:
    """One preset."""
    found = get_preset(g.session, preset_id, actor=g.actor)
    return _one(found, _filled(found))


@bp.post("/<int:preset_id>")
@_manages
def change(preset_id: int) -> Any:
    """Change it; 409 with what was typed when somebody else has changed it."""
    found, form = get_preset(g.session, preset_id, actor=g.actor), PresetForm()
    if not form.validate():
        return _one(found, form), 422
    version = request.form.get("version", type=row_number) or 0
    try:
        change_preset(g.session, preset_id, form.draft(), version=version, actor=g.actor,
                      now=g.now)  # fmt: skip
    except Refused as error:
        g.session.rollback()
        put_error(form, error)
        found = get_preset(g.session, preset_id, actor=g.actor)
        is_stale = isinstance(error, PresetChangedByAnother)
        if is_stale:  # what is typed here can be sent again on purpose
            form.version.data, form.version.raw_data = found.version, None
        return _one(found, form), 409 if is_stale else 422
    return saved(url_for(".page"), _("Заготовка сохранена."))


@bp.post("/<int:preset_id>/archive")
@_manages
def archive(preset_id: int) -> Any:
    """Offer it no more; with ``restore=1`` again."""
    is_archived = request.form.get("restore") != "1"
    archive_preset(g.session, preset_id, is_archived=is_archived, actor=g.actor, now=g.now)
    words = _("Заготовка убрана в архив.") if is_archived else _("Заготовка снова доступна.")
    return saved(url_for(".page", archived=None if is_archived else 1), words)


def _filled(found: InvolvementPreset) -> PresetForm:
    return PresetForm(
        formdata=None,
        unit_id=_COMPANY if found.unit_id is None else str(found.unit_id),
        to_unit_id=str(found.to_unit_id),
        subject=found.subject,
        text=found.text,
        due_amount=found.due_amount,
        due_in=found.due_in.value,
        with_documents=found.with_documents,
        version=found.version,
    )


def _list(form: PresetForm) -> str:
    with_archived = request.args.get("archived") == "1"
    rows = presets_listed(g.session, with_archived=with_archived, actor=g.actor)
    return render_template("admin/presets.html", rows=rows, form=form, with_archived=with_archived)


def _one(found: InvolvementPreset, form: PresetForm) -> str:
    return render_template("admin/preset.html", preset=found, form=form)
