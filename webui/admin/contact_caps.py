"""How often a client may be contacted: the caps of the budget (rule 14)."""

from typing import Any

from flask import Blueprint, g, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange, Optional

from campaigns.contact_caps import (
    LONGEST_DAYS,
    MOST,
    caps_and_household,
    lift_cap,
    set_cap,
    set_household,
)
from campaigns.permissions import CampaignPermission
from core.errors import Invalid
from webui.admin.answers import put_error, saved
from webui.forms import Form
from webui.labels.queue import PART_LABELS
from webui.requests import requires
from webui.wording import whole
from worklists.households import measure_households
from worklists.permissions import WorkPermission
from worklists.pressure import measure_all
from worklists.queue_numbers import how_many_in, scope_of
from worklists.verdicts import BlockRule

bp = Blueprint("admin_caps", __name__, url_prefix="/admin/contact-caps")
_manages = requires(CampaignPermission.MANAGE_CONTACT_CAPS)


class CapForm(Form):
    """At most so many attempts within so many days."""

    most = IntegerField(
        _l("Не чаще, раз"), validators=[InputRequired(), NumberRange(min=1, max=MOST)]
    )
    days = IntegerField(
        _l("За сколько суток"), validators=[InputRequired(), NumberRange(min=1, max=LONGEST_DAYS)]
    )


class HouseholdForm(Form):
    """One call for all who share a number; empty: everybody by themselves."""

    household_days = IntegerField(
        _l("После звонка одному остальные ждут, суток"),
        validators=[Optional(), NumberRange(min=1, max=LONGEST_DAYS)],
    )


@bp.get("")
@_manages
def page() -> Any:
    """The caps, and a form for one more."""
    return _page(CapForm(formdata=None))


@bp.post("")
@_manages
def add() -> Any:
    """One more cap; it counts at once for everybody."""
    form = CapForm()
    if form.validate():
        try:
            set_cap(g.session, most=form.most.data, days=form.days.data, actor=g.actor, now=g.now)
        except Invalid as error:
            put_error(form, error)
        else:
            return _measured(_("Предел добавлен."))
    return _page(form), 422


@bp.post("/<int:cap_id>/lift")
@_manages
def lift(cap_id: int) -> Any:
    """The cap counts no more."""
    lift_cap(g.session, cap_id, actor=g.actor, now=g.now)
    return _measured(_("Предел снят."))


@bp.post("/household")
@_manages
def household() -> Any:
    """Ask for one call per household, or no more; it counts at once."""
    form = HouseholdForm()
    if not form.validate():
        return _page(CapForm(formdata=None), form), 422
    set_household(g.session, form.household_days.data, actor=g.actor, now=g.now)
    waiting = measure_households(g.session, now=g.now)
    words = [_("Сохранено."), _told(waiting, BlockRule.HOUSEHOLD)]
    return saved(url_for("admin_caps.page"), " ".join(words))


def _measured(words: str) -> Any:
    told = _told(measure_all(g.session, now=g.now), BlockRule.PRESSURE)
    return saved(url_for("admin_caps.page"), f"{words} {told}")


def _told(clients: int, rule: BlockRule) -> str:
    """How many clients wait, most of them with nothing to do, and how many tasks «Очередь» has."""
    told = _("Сейчас ждёт клиентов: %(clients)s.", clients=whole(clients))
    if not g.actor.may(WorkPermission.SEE):
        return str(told)
    scope = scope_of(g.session, actor=g.actor, now=g.now, day_began=g.now, own=False)
    tasks = how_many_in(g.session, scope, rule.value)
    where = _(
        "Их задач в очереди, в колонке «%(column)s»: %(tasks)s.",
        column=PART_LABELS[rule.value], tasks=whole(tasks),
    )  # fmt: skip
    return f"{told} {where}"


def _page(form: CapForm, household_form: HouseholdForm | None = None) -> str:
    caps, days = caps_and_household(g.session)
    return render_template(
        "admin/contact_caps.html",
        caps=caps,
        form=form,
        household=household_form or HouseholdForm(formdata=None, household_days=days),
    )
