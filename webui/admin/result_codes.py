"""Result codes: the catalogue by outcome, one code, order, archive (rule 9)."""

from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, SelectMultipleField, StringField
from wtforms.validators import Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from campaigns.effects import EffectsWrong
from campaigns.models import Outcome, ResultCode
from campaigns.permissions import CampaignPermission
from campaigns.result_codes import (
    FLAGS,
    CodeFlags,
    add_code,
    archive_code,
    change_code,
    get_code,
    get_version,
    wording,
)
from campaigns.result_order import (
    campaigns_to_offer,
    codes_by_outcome,
    move_code,
    offering_campaigns,
    restore_code,
)
from core.errors import Invalid
from webui.admin.answers import put_error, saved
from webui.admin.consequences import asked_of, consequence, previewed
from webui.admin.effect_rows import EffectRows, put_effects_error, rows_of
from webui.forms import Form, at_most, choices, not_blank
from webui.i18n import locale_code
from webui.labels.words import label
from webui.requests import requires

bp = Blueprint("admin_results", __name__, url_prefix="/admin/result-codes")
_manages = requires(CampaignPermission.MANAGE_RESULTS)
_LOCALES = ("ru", "en", "uk")
_SWITCHES = tuple(name for name in FLAGS if name != "effects")


class CheckboxListField(SelectMultipleField):  # type: ignore[misc]
    """Several of a list, each with a box of its own."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class CodeForm(Form):
    """Wording in three languages, and flags."""

    name_ru = StringField(_l("Название на русском"), validators=[not_blank(), at_most(120)])
    name_en = StringField(_l("Название на английском"), validators=[at_most(120)])
    name_uk = StringField(_l("Название на украинском"), validators=[at_most(120)])
    comment_required = BooleanField(_l("Комментарий обязателен"))
    asks_mileage = BooleanField(_l("Спросить пробег"))
    asks_acquisition = BooleanField(_l("Спросить, как записан"))
    needs_next_date = BooleanField(_l("Нужна дата новой задачи"))
    offers_service_request = BooleanField(_l("Предложить заявку на обслуживание"))
    offers_involvement = BooleanField(_l("Предложить привлечь отдел"))
    allows_control = BooleanField(_l("Можно оставить на контроле"))
    is_success = BooleanField(_l("Считать успехом"))
    effects = EffectRows.field()
    campaign_ids = CheckboxListField(_l("В каких кампаниях предлагать"), coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.campaign_ids.choices = [(c.id, c.name) for c in campaigns_to_offer(g.session)]


class NewCodeForm(CodeForm):
    """A code gets its key and outcome once: reports hang on them."""

    code = StringField(
        _l("Ключ"),
        validators=[
            not_blank(),
            Regexp(r"^[a-z][a-z0-9_]{0,31}$", message=_l("Латинские строчные буквы, цифры и _.")),
        ],
    )
    outcome = SelectField(_l("Исход"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.outcome.choices = choices((o.value, label(o)) for o in Outcome)


@bp.get("")
@_manages
def page() -> Any:
    """The catalogue, outcome by outcome."""
    with_archived = request.args.get("archived") == "1"
    return render_template(
        "admin/result_codes.html",
        groups=codes_by_outcome(g.session, locale=locale_code(), with_archived=with_archived),
        with_archived=with_archived,
        asked_of=asked_of,
        consequence=consequence,
    )


@bp.get("/new")
@_manages
def new() -> Any:
    """The form of a new code."""
    return _new_page(NewCodeForm(formdata=None, outcome=request.args.get("outcome")))


@bp.post("")
@_manages
def create() -> Any:
    """Add a code at the end of its outcome."""
    form = NewCodeForm()
    if _is_asking(form):
        return _new_page(form)
    if not form.validate_on_submit():
        return _new_page(form), 422
    try:
        add_code(
            g.session,
            code=form.code.data,
            outcome=Outcome(form.outcome.data),
            **_values(form),
            actor=g.actor,
            now=g.now,
        )
    except EffectsWrong as error:
        put_effects_error(form, error)
        return _new_page(form), 422
    except Invalid as error:
        put_error(form, error)
        return _new_page(form), 422
    return saved(url_for(".page"), _("Результат добавлен."))


@bp.get("/<int:code_id>")
@_manages
def code(code_id: int) -> Any:
    """One code: wording, flags, what it leads to."""
    found = get_code(g.session, code_id)
    version = get_version(g.session, found)
    names = {f"name_{locale}": version.names.get(locale, "") for locale in _LOCALES}
    switches = {name: getattr(version, name) for name in _SWITCHES}
    offered = offering_campaigns(g.session, code_id)
    form = CodeForm(
        formdata=None, campaign_ids=offered, effects=rows_of(version.effects), **names, **switches
    )
    return _code_page(found, form)


@bp.post("/<int:code_id>")
@_manages
def change(code_id: int) -> Any:
    """Save as a new version; calls recorded before keep the old one."""
    found = get_code(g.session, code_id)
    form = CodeForm()
    if _is_asking(form):
        return _code_page(found, form)
    if not form.validate_on_submit():
        return _code_page(found, form), 422
    try:
        change_code(g.session, code_id, **_values(form), actor=g.actor, now=g.now)
    except EffectsWrong as error:
        put_effects_error(form, error)
        return _code_page(found, form), 422
    except Invalid as error:
        put_error(form, error)
        return _code_page(found, form), 422
    return saved(
        url_for(".page"), _("Результат сохранён: версия %(number)s.", number=found.current_version)
    )


@bp.post("/<int:code_id>/up", defaults={"up": True})
@bp.post("/<int:code_id>/down", defaults={"up": False})
@_manages
def move(code_id: int, up: bool) -> Any:
    """Change places with the neighbour."""
    move_code(g.session, code_id, up=up, actor=g.actor, now=g.now)
    return saved(url_for(".page"), _("Порядок изменён."))


@bp.post("/<int:code_id>/archive")
@_manages
def archive(code_id: int) -> Any:
    """Offer the code no more."""
    archive_code(g.session, code_id, actor=g.actor, now=g.now)
    return saved(url_for(".page"), _("Результат в архиве."))


@bp.post("/<int:code_id>/restore")
@_manages
def restore(code_id: int) -> Any:
    """Offer the code again."""
    restore_code(g.session, code_id, actor=g.actor, now=g.now)
    return saved(url_for(".page"), _("Результат возвращён."))


def _values(form: CodeForm) -> dict[str, Any]:
    names = {locale: (form[f"name_{locale}"].data or "").strip() for locale in _LOCALES}
    return {
        "names": {locale: name for locale, name in names.items() if name},
        "flags": CodeFlags(
            **{name: form[name].data for name in _SWITCHES},
            effects=EffectRows.effects(form.effects),
        ),
        "campaign_ids": form.campaign_ids.data or [],
    }


def _new_page(form: NewCodeForm) -> str:
    chosen = form.outcome.data if form.outcome.data in set(Outcome) else Outcome.INTERVIEW
    return render_template(
        "admin/result_code.html",
        form=form,
        code=None,
        switches=_SWITCHES,
        effect_fields=EffectRows.FIELDS,
        may_add_effect=EffectRows.has_room(form.effects),
        preview=_preview(form, Outcome(chosen)),
    )


def _code_page(found: ResultCode, form: CodeForm) -> str:
    version = get_version(g.session, found)
    return render_template(
        "admin/result_code.html",
        form=form,
        code=found,
        version=version,
        name=wording(version.names, locale_code()),
        consequence=consequence(found.outcome, version),
        switches=_SWITCHES,
        effect_fields=EffectRows.FIELDS,
        may_add_effect=EffectRows.has_room(form.effects),
        preview=_preview(form, found.outcome),
    )


def _is_asking(form: CodeForm) -> bool:
    """One more row, or the preview: nothing is saved."""
    if "add_effect" in request.form:
        if EffectRows.has_room(form.effects):
            form.effects.append_entry()
        return True
    return "preview" in request.form


def _preview(form: CodeForm, outcome: Outcome) -> Any:
    """What the manager would see, in each campaign that is ticked; the rows as they stand."""
    return previewed(outcome, form, form.campaign_ids.data or [])
