"""The form of a campaign, and what it makes of a campaign and back."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms import Form as PlainForm
from wtforms.validators import InputRequired, NumberRange, Optional

from campaigns.editing import FIELDS, CampaignDraft, draft_of
from campaigns.models import Campaign, MissedCallback
from webui.admin.clock_field import ClockField
from webui.admin.effect_rows import units_to_choose
from webui.admin.result_codes import CheckboxListField
from webui.forms import Form, at_most, choices, not_blank
from webui.labels.words import label
from webui.numbers import row_number_or_none
from webui.wording import minute_words

_DAYS = (_l("пн"), _l("вт"), _l("ср"), _l("чт"), _l("пт"), _l("сб"), _l("вс"))
_MADE_UP = {"retry_ladder", "call_from_minute", "call_until_minute", "call_weekdays",
            "data_unit_id", "quality_unit_id", "missed_callback"}  # fmt: skip
_PLAIN = tuple(name for name in FIELDS if name not in _MADE_UP)
_SPARE = 2
"""Empty rows below the ladder, to add rungs without scripts."""


class RungForm(PlainForm):  # type: ignore[misc]  # the library has no types
    """One rung, in several units at once; without a number it is none."""

    class Meta:
        """What the library asks of a part of a form: the words of the whole."""

        get_translations = Form.Meta.get_translations

    days = IntegerField(_l("Дней"), [Optional(), NumberRange(0, 1000)])
    hours = IntegerField(_l("Часов"), [Optional(), NumberRange(0, 1000)])
    minutes = IntegerField(_l("Минут"), [Optional(), NumberRange(0, 1000)])
    is_working = BooleanField(_l("рабочего времени"))
    other_part = BooleanField(_l("в другую часть дня"))

    def validate_minutes(self, field: Any) -> None:
        """Working time is counted in whole hours and days."""
        if field.data and self.is_working.data:
            raise ValidationError(_l("Рабочее время задают днями и часами."))


class CampaignForm(Form):
    """All that may be changed."""

    version = HiddenField()
    opened_with = HiddenField()
    """The values as the page showed them at first, JSON: what the person changed since."""
    name = StringField(_l("Название"), [not_blank(), at_most(120)])
    goal = StringField(_l("Цель звонка"), [not_blank(), at_most(300)])
    script = TextAreaField(_l("Сценарий, шаг на строку"), [at_most(4000)])
    priority = IntegerField(_l("Приоритет, 1 раньше всех"), [InputRequired(), NumberRange(1, 9)])
    rungs = FieldList(FormField(RungForm), max_entries=25)
    attempts_per_task = IntegerField(_l("Попыток на задачу, не больше"), [Optional()])
    attempts_per_client = IntegerField(_l("Попыток на клиента, не больше"), [Optional()])
    call_from_minute = ClockField(_l("Звонить с"), [InputRequired()])
    call_until_minute = ClockField(_l("Звонить до"), [InputRequired()])
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
    opens_after_days = IntegerField(_l("Открыть через, дней"), [Optional(), NumberRange(0, 366)])
    expires_after_days = IntegerField(
        _l("Закрыть ещё через, дней"), [Optional(), NumberRange(0, 3660)]
    )
    missed_callback = SelectField(_l("Если не перезвонили вовремя"))
    missed_after_minutes = IntegerField(
        _l("Считать пропущенным через, минут"), [InputRequired(), NumberRange(1, 7 * 24 * 60)]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = units_to_choose()
        self.data_unit_id.choices = choices(units, blank=_("Подразделение рабочего листа"))
        self.quality_unit_id.choices = choices(units, blank=_("Не указан"))
        self.missed_callback.choices = choices((one.value, label(one)) for one in MissedCallback)

    def draft(self) -> CampaignDraft:
        """What is to be written. Call after ``validate`` said yes."""
        return CampaignDraft(
            **{name: self[name].data for name in _PLAIN},
            retry_ladder=[rung for row in self.rungs if (rung := _rung(row.form))],
            call_from_minute=self.call_from_minute.minute,
            call_until_minute=self.call_until_minute.minute,
            call_weekdays=sum(1 << day for day in set(self.call_weekdays.data or ())),
            data_unit_id=int(self.data_unit_id.data) if self.data_unit_id.data else None,
            quality_unit_id=int(self.quality_unit_id.data) if self.quality_unit_id.data else None,
            missed_callback=MissedCallback(self.missed_callback.data),
        )

    def opened_version(self) -> int | None:
        """The version that the person saw; None when the form does not say."""
        return row_number_or_none(self.version.data or "")

    def opened_values(self) -> Mapping[str, Any]:
        """Field of a campaign → its value when the page was opened; nothing if it does not say."""
        try:
            values = json.loads(self.opened_with.data or "{}")
        except ValueError:
            return {}
        return values if isinstance(values, dict) else {}


def form_of(found: Campaign, draft: CampaignDraft | None = None) -> CampaignForm:
    """The form as the campaign stands; ``draft``: filled in with these values instead."""
    stands = draft_of(found)
    draft = draft or stands
    days = [day for day in range(7) if draft.call_weekdays >> day & 1]
    values = {name: getattr(draft, name) for name in _PLAIN} | {
        "version": str(found.version),
        "opened_with": json.dumps(asdict(stands), ensure_ascii=False),
        "rungs": [_row(rung) for rung in draft.retry_ladder] + [{}] * _SPARE,
        "call_from_minute": minute_words(draft.call_from_minute),
        "call_until_minute": minute_words(draft.call_until_minute),
        "call_weekdays": days,
        "data_unit_id": str(draft.data_unit_id or ""),
        "quality_unit_id": str(draft.quality_unit_id or ""),
        "missed_callback": draft.missed_callback.value,
    }
    return CampaignForm(formdata=None, data=values)


def field_names(form: CampaignForm) -> dict[str, str]:
    """Field of a campaign → its words, for the journal."""
    names = {name: str(form[name].label.text) for name in FIELDS if name in form}
    return names | {"retry_ladder": _("Повторы")}


def _row(rung: dict[str, Any]) -> dict[str, Any]:
    amounts = {unit: rung.get(unit) or rung.get(f"working_{unit}")
               for unit in ("days", "hours", "minutes")}  # fmt: skip
    is_working = any(unit.startswith("working_") for unit in rung)
    return amounts | {"is_working": is_working, "other_part": "part" in rung}


def _rung(row: Any) -> dict[str, Any] | None:
    prefix = "working_" if row.is_working.data else ""
    amounts = (("days", row.days), ("hours", row.hours), ("minutes", row.minutes))
    rung: dict[str, Any] = {f"{prefix}{unit}": field.data for unit, field in amounts if field.data}
    if not rung:
        return None
    return rung | {"part": "other"} if row.other_part.data else rung
