"""The form of a request to another unit, and a preset that fills it in (A6).

The server fills in, so that it works without scripts. ``involve_was`` travels along and says what
the last preset had put in: a field that differs from it was changed by hand and stays as it is.
"""

import json
from typing import Any

from flask import g, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, StringField

from core.errors import NotFound, Refused
from webui.forms import Form, LocalMoment, at_most, choices, not_blank
from webui.labels.words import sentence
from webui.numbers import row_number
from webui.requests import session
from webui.tasks.choice_fields import Choice
from webui.wording import zone
from worklists.offered import units_to_involve
from worklists.presets import FilledIn, fill_in, presets_for
from worklists.reports import InvolvementDraft

FILL = "fill"
"""Name of the button that fills the form in from the chosen preset instead of sending it."""


_EMPTY = {
    "involve_unit": None,
    "involve_text": "",
    "involve_due": None,
    "involve_documents": False,
}


class InvolveForm(Form):
    """What another unit is asked."""

    involve_preset = Choice(_l("Заготовка"))
    involve_unit = Choice(_l("Подразделение"))
    involve_text = StringField(
        _l("Что нужно сделать"), [not_blank(_l("Напишите, что нужно сделать.")), at_most(1000)]
    )
    involve_due = LocalMoment(_l("Срок"), pair=True)
    involve_documents = BooleanField(_l("Приложить документы задачи"))
    involve_was = HiddenField()

    def validate(self, extra_validators: Any = None) -> bool:
        """A unit and a moment are demanded here: their fields know no empty choice as wrong."""
        valid = bool(super().validate(extra_validators))
        for field, words in (
            (self.involve_unit, _("Выберите подразделение.")),
            (self.involve_due, _("Укажите дату и время.")),
        ):
            if field.data is None and not field.errors:
                field.errors = [words]
                valid = False
        return valid

    def draft(self) -> InvolvementDraft:
        """What is to be asked. Call after ``validate`` said yes."""
        assert self.involve_due.data is not None
        return InvolvementDraft(
            unit_id=self.involve_unit.data,
            text=self.involve_text.data.strip(),
            due_at=self.involve_due.data,
            with_documents=self.involve_documents.data,
        )


def involve_form(unit_id: int, **values: Any) -> InvolveForm:
    """The form with what the unit may choose."""
    form = InvolveForm(**values)
    units = units_to_involve(session(), except_id=unit_id)
    form.involve_unit.choices = choices(units, blank=_l("Выберите подразделение"))
    offer_presets(form, presets_for(session(), unit_id))
    return form


def offer_presets(form: Any, presets: list[tuple[int, str]]) -> None:
    """What may be chosen to fill the form in."""
    form.involve_preset.choices = choices(presets, blank=_l("Без заготовки"))


def asks_to_fill() -> bool:
    """Whether «Заполнить» was pressed."""
    return FILL in request.form


def fill_from_preset(form: Any, unit_id: int) -> None:
    """Put in what the chosen preset says, beside what was changed by hand."""
    preset_id = request.form.get("involve_preset", type=row_number)
    if preset_id is None:
        form.involve_preset.errors = [_("Выберите заготовку.")]
        return
    try:
        filled = fill_in(session(), preset_id, unit_id=unit_id, actor=g.actor, now=g.now)
    except NotFound:
        form.involve_preset.errors = [_("Этой заготовки больше нет. Выберите другую.")]
        return
    except Refused as error:
        form.involve_preset.errors = [sentence(error)]
        return
    _put(form, filled)


def take_preset_out(form: Any) -> None:
    """Empty again what the last preset had put in and nobody changed since."""
    typed, was = _typed(form), _was(form)
    for name, empty in _EMPTY.items():
        if typed[name] and typed[name] == was.get(name):
            form[name].data, form[name].raw_data = empty, None
    form.involve_was.data, form.involve_was.raw_data = "", None


def _put(form: Any, filled: FilledIn) -> None:
    was, values = _was(form), _values(filled)
    typed = _typed(form)
    for name, value in values.items():
        if typed[name] in ("", was.get(name, "")):
            form[name].data, form[name].raw_data = value, None
    form.involve_was.data = json.dumps(_texts(values))
    form.involve_was.raw_data = None


def _values(filled: FilledIn) -> dict[str, Any]:
    return {
        "involve_unit": filled.unit_id,
        "involve_text": filled.text,
        "involve_due": filled.due_at,
        "involve_documents": filled.with_documents,
    }


def _typed(form: Any) -> dict[str, str]:
    return {
        "involve_unit": str(form.involve_unit.data or ""),
        "involve_text": (form.involve_text.data or "").strip(),
        "involve_due": " ".join(form.involve_due.halves()).strip(),
        "involve_documents": "y" if form.involve_documents.data else "",
    }


def _texts(values: dict[str, Any]) -> dict[str, str]:
    """What the preset's values look like when they come back from the form."""
    due = values["involve_due"].astimezone(zone())
    return {
        "involve_unit": str(values["involve_unit"]),
        "involve_text": values["involve_text"],
        "involve_due": f"{due:%Y-%m-%d %H:%M}",
        "involve_documents": "y" if values["involve_documents"] else "",
    }


def _was(form: Any) -> dict[str, str]:
    try:
        was = json.loads(form.involve_was.data or "{}")
    except ValueError:
        return {}
    return was if isinstance(was, dict) else {}
