"""When tasks of a unit escalate, and to whom (rule 15)."""

from typing import Any

from flask import Blueprint, g, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange

from core.errors import Invalid
from directory.units.tree import get_unit
from webui.admin.answers import put_error, saved
from webui.forms import Form, choices
from webui.labels.words import label
from webui.requests import requires
from worklists.escalation.models import Level
from worklists.escalation.rules import (
    DEFAULT,
    LONGEST_HOURS,
    NOBODY,
    Rules,
    UnitRules,
    remove_rules,
    rules_seen,
    set_rules,
)
from worklists.permissions import WorkPermission

bp = Blueprint("admin_escalation", __name__, url_prefix="/admin/escalation")
_manages = requires(WorkPermission.MANAGE_ESCALATION)
_HOURS = (InputRequired(), NumberRange(min=1, max=LONGEST_HOURS))


class RulesForm(Form):
    """The rules of one unit."""

    take_hours = IntegerField(_l("Не взяли за, рабочих часов"), validators=_HOURS)
    done_hours = IntegerField(_l("Не закончили после срока за, рабочих часов"), validators=_HOURS)
    step_hours = IntegerField(_l("Следующий уровень ещё через, рабочих часов"), validators=_HOURS)
    highest = SelectField(_l("До кого доходит"))
    with_calls = BooleanField(_l("Звонки кампаний, назначенные человеку, тоже"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ways = [(one.value, label(one)) for one in Level]
        self.highest.choices = choices([(NOBODY, _("Не сообщать никому")), *ways])


@bp.get("")
@_manages
def page() -> Any:
    """The units with the rules that count in each."""
    rows = rules_seen(g.session, actor=g.actor)
    names = {row.unit_id: row.name for row in rows}
    return render_template("admin/escalation.html", rows=rows, names=names, levels=Level)


@bp.get("/<int:unit_id>")
@_manages
def unit(unit_id: int) -> Any:
    """The form of one unit, filled with what counts there."""
    row = _row(unit_id)
    return _unit_page(row, RulesForm(formdata=None, data=vars(row.rules)))


@bp.post("/<int:unit_id>")
@_manages
def save(unit_id: int) -> Any:
    """Rules of the unit's own."""
    row = _row(unit_id)
    form = RulesForm()
    if not form.validate():
        return _unit_page(row, form), 422
    rules = Rules(
        take_hours=form.take_hours.data,
        done_hours=form.done_hours.data,
        step_hours=form.step_hours.data,
        highest=int(form.highest.data),
        with_calls=form.with_calls.data,
    )
    try:
        set_rules(g.session, unit_id, rules, actor=g.actor, now=g.now)
    except Invalid as error:
        put_error(form, error)
        return _unit_page(row, form), 422
    return saved(url_for(".page"), _("Правила сохранены. Они действуют сразу."))


@bp.post("/<int:unit_id>/remove")
@_manages
def remove(unit_id: int) -> Any:
    """By the rules above again."""
    remove_rules(g.session, unit_id, actor=g.actor, now=g.now)
    return saved(url_for(".page"), _("Теперь действуют правила вышестоящего."))


def _row(unit_id: int) -> UnitRules:
    get_unit(g.session, unit_id, actor=g.actor)
    rows = rules_seen(g.session, actor=g.actor, with_archived=True)
    return next(row for row in rows if row.unit_id == unit_id)


def _unit_page(row: UnitRules, form: RulesForm) -> str:
    return render_template(
        "admin/escalation_unit.html", row=row, form=form, is_own=row.set_at == row.unit_id,
        default=DEFAULT,
    )  # fmt: skip
