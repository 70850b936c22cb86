"""Campaigns: what is said, when it calls, how it tries again, whether it runs (rules 9, 15)."""

from datetime import time
from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms import Form as PlainForm
from wtforms.validators import InputRequired, NumberRange, Optional

from campaigns.editing import (
    FIELDS,
    CampaignDraft,
    CampaignWrong,
    campaigns_to_edit,
    change_campaign,
    get_campaign,
    ladder_preview,
    move_campaign,
)
from campaigns.lifecycle import TRANSITIONS, CampaignAction
from campaigns.models import Campaign
from campaigns.permissions import CampaignPermission
from core.errors import NotFound, Refused
from core.journal import history_of
from directory.calendars.visibility import calendar_of_unit
from webui.admin.answers import put_error, saved
from webui.admin.effect_rows import units_to_choose
from webui.admin.result_codes import CheckboxListField
from webui.forms import Form, at_most, choices, not_blank
from webui.labels.words import sentence
from webui.requests import requires
from webui.wording import moment

bp = Blueprint("admin_campaigns", __name__, url_prefix="/admin/campaigns")
_manages = requires(CampaignPermission.MANAGE_CAMPAIGNS)
_RUNGS = {
    "minutes": _l("минут"),
    "hours": _l("часов"),
    "days": _l("дней"),
    "working_hours": _l("рабочих часов"),
    "working_days": _l("рабочих дней"),
}
_DAYS = (_l("пн"), _l("вт"), _l("ср"), _l("чт"), _l("пт"), _l("сб"), _l("вс"))
_PLAIN = tuple(
    name for name in FIELDS
    if name not in {"retry_ladder", "call_from_minute", "call_until_minute", "call_weekdays",
                    "data_unit_id", "quality_unit_id"}
)  # fmt: skip
_SPARE = 2
"""Empty rows below the ladder, to add rungs without scripts."""


class RungForm(PlainForm):  # type: ignore[misc]  # the library has no types
    """One rung; without a number it is none."""

    amount = IntegerField(_l("Через"), [Optional(), NumberRange(1, 1000)])
    unit = SelectField(_l("Чего"), choices=choices(_RUNGS.items()), validate_choice=False)
    other_part = BooleanField(_l("в другую часть дня"))


class CampaignForm(Form):
    """All that may be changed."""

    name = StringField(_l("Название"), [not_blank(), at_most(120)])
    goal = StringField(_l("Цель звонка"), [not_blank(), at_most(300)])
    script = TextAreaField(_l("Сценарий, шаг на строку"), [at_most(4000)])
    priority = IntegerField(_l("Приоритет, 1 раньше всех"), [InputRequired(), NumberRange(1, 9)])
    rungs = FieldList(FormField(RungForm), max_entries=25)
    attempts_per_task = IntegerField(_l("Попыток на задачу, не больше"), [Optional()])
    attempts_per_client = IntegerField(_l("Попыток на клиента, не больше"), [Optional()])
    call_from_minute = TimeField(_l("Звонить с"), [InputRequired()])
    call_until_minute = TimeField(_l("Звонить до"), [InputRequired()])
    call_weekdays = CheckboxListField(
        _l("Дни недели"), coerce=int, choices=choices(enumerate(_DAYS))
    )
    control_days = IntegerField(_l("Контроль через, дней"), [InputRequired(), NumberRange(0, 366)])
    cooling_off_days = IntegerField(
        _l("После отказа не звонить, дней"), [InputRequired(), NumberRange(0, 3660)]
    )
    data_unit_id = SelectField(_l("Кто исправляет данные"))
    quality_unit_id = SelectField(_l("Отдел качества"))
    is_pressure_exempt = BooleanField(_l("Не считать в пределе частоты звонков"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = units_to_choose()
        self.data_unit_id.choices = choices(units, blank=_("Подразделение рабочего листа"))
        self.quality_unit_id.choices = choices(units, blank=_("Не указан"))

    def draft(self) -> CampaignDraft:
        """What is to be written. Call after ``validate`` said yes."""
        return CampaignDraft(
            **{name: self[name].data for name in _PLAIN},
            retry_ladder=[rung for row in self.rungs if (rung := _rung(row.form))],
            call_from_minute=_minute(self.call_from_minute.data),
            call_until_minute=_minute(self.call_until_minute.data) or 24 * 60,
            call_weekdays=sum(1 << day for day in set(self.call_weekdays.data or ())),
            data_unit_id=int(self.data_unit_id.data) if self.data_unit_id.data else None,
            quality_unit_id=int(self.quality_unit_id.data) if self.quality_unit_id.data else None,
        )


@bp.get("")
@_manages
def page() -> Any:
    """All campaigns."""
    return render_template(
        "admin/campaigns.html", campaigns=campaigns_to_edit(g.session, actor=g.actor)
    )


@bp.get("/<int:campaign_id>")
@_manages
def campaign(campaign_id: int) -> Any:
    """One campaign: what may be changed, when it would try again, who changed what."""
    found = get_campaign(g.session, campaign_id, actor=g.actor)
    return _page(found, CampaignForm(formdata=None, data=_shown(found)))


@bp.post("/<int:campaign_id>")
@_manages
def change(campaign_id: int) -> Any:
    """Save; tasks that wait already keep the times they have."""
    found = get_campaign(g.session, campaign_id, actor=g.actor)
    form = CampaignForm()
    if not form.validate_on_submit():
        return _page(found, form), 422
    try:
        change_campaign(g.session, campaign_id, form.draft(), actor=g.actor, now=g.now)
    except CampaignWrong as error:
        if error.field == "retry_ladder":
            return _page(found, form, ladder_error=sentence(error)), 422
        put_error(form, error)
        return _page(found, form), 422
    return saved(url_for(".campaign", campaign_id=campaign_id), _("Кампания сохранена."))


@bp.post("/<int:campaign_id>/state")
@_manages
def move(campaign_id: int) -> Any:
    """Pause, resume or finish."""
    try:
        action = CampaignAction(request.form.get("action", ""))
    except ValueError:
        raise NotFound("action", campaign_id) from None
    address = url_for(".campaign", campaign_id=campaign_id)
    try:
        move_campaign(g.session, campaign_id, action, actor=g.actor, now=g.now)
    except Refused:
        return saved(address, _("Состояние уже другое: посмотрите, что можно."), tone="bad")
    return saved(address, _("Состояние кампании изменено."))


def _page(found: Campaign, form: CampaignForm, *, ladder_error: str = "") -> str:
    zone = g.actor.time_zone
    first = min(g.actor.unit_ids, default=None)
    calendar = calendar_of_unit(g.session, first, default_zone=zone) if first else None
    tries = ladder_preview(found, zone=zone, calendar=calendar, now=g.now)
    return render_template(
        "admin/campaign.html",
        form=form,
        campaign=found,
        actions=[action for (state, action) in TRANSITIONS if state is found.state],
        ladder_error=ladder_error,
        tries=", ".join(moment(at) for at in tries),
        field_names=_names(form),
        history=history_of(g.session, "campaign", found.id)[-20:],
    )


def _names(form: CampaignForm) -> dict[str, Any]:
    names = {name: form[name].label.text for name in FIELDS if name in form}
    return names | {"retry_ladder": _("Повторы"), "state": _("Состояние")}


def _shown(found: Campaign) -> dict[str, Any]:
    values = {name: getattr(found, name) for name in _PLAIN}
    days = [day for day in range(7) if found.call_weekdays >> day & 1]
    return values | {
        "rungs": [_row(rung) for rung in found.retry_ladder] + [{}] * _SPARE,
        "call_from_minute": _clock(found.call_from_minute),
        "call_until_minute": _clock(found.call_until_minute),
        "call_weekdays": days,
        "data_unit_id": str(found.data_unit_id or ""),
        "quality_unit_id": str(found.quality_unit_id or ""),
    }


def _row(rung: dict[str, Any]) -> dict[str, Any]:
    unit = next(name for name in _RUNGS if rung.get(name))
    return {"amount": rung[unit], "unit": unit, "other_part": "part" in rung}


def _rung(row: Any) -> dict[str, Any] | None:
    if not row.amount.data:
        return None
    rung: dict[str, Any] = {row.unit.data: row.amount.data}
    return rung | {"part": "other"} if row.other_part.data else rung


def _minute(at: Any) -> int:
    return int(at.hour * 60 + at.minute)


def _clock(minute: int) -> Any:
    return time(minute // 60 % 24, minute % 60)
