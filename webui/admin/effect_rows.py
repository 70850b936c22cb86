"""Effects of a result as rows of a form; a row without a kind is none (rule 9)."""

from collections.abc import Mapping
from typing import Any

from flask import g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import FieldList, Form, FormField, IntegerField, SelectField, StringField
from wtforms.validators import Optional

from campaigns.effects import (
    FIELDS,
    MOST_EFFECTS,
    Effect,
    EffectKind,
    EffectsWrong,
    MessageTo,
    RetryBy,
    read_effects,
)
from campaigns.models import DataFault
from directory.clients.models import RefusalScope
from directory.units.models import Unit
from webui.forms import choices
from webui.labels.effects import wrong_words
from webui.labels.words import label

_ENUMS = {"by": RetryBy, "scope": RefusalScope, "what": DataFault, "to": MessageTo}
_NUMBERS = frozenset({"working_days", "days", "unit_id"})
_MOST_ROWS = MOST_EFFECTS + 5
"""More than may be saved: rows that were emptied stay until then."""


class EffectRow(Form):  # type: ignore[misc]  # the library has no types
    """One effect: which fields count is said by ``campaigns.effects.FIELDS``."""

    kind = SelectField(_l("Последствие"), validate_choice=False)
    by = SelectField(_l("Когда"), validate_choice=False)
    working_days = IntegerField(_l("Рабочих дней"), [Optional()])
    scope = SelectField(_l("О чём"), validate_choice=False)
    what = SelectField(_l("Что неверно"), validate_choice=False)
    unit_id = SelectField(_l("Отдел"), validate_choice=False)
    days = IntegerField(_l("Дней"), [Optional()])
    to = SelectField(_l("Кому"), validate_choice=False)
    address = StringField(_l("Адрес почты"))
    url = StringField(_l("Адрес https"))
    text = StringField(_l("Текст"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = ((kind.value, label(kind)) for kind in EffectKind)
        self.kind.choices = choices(kinds, blank=_("Нет"))
        for name, members in _ENUMS.items():
            self[name].choices = choices((one.value, label(one)) for one in members)
        self.unit_id.choices = choices(units_to_choose(), blank=_("Отдел качества кампании"))

    def effect(self) -> Effect | None:
        """The effect of the row; None: it is none."""
        if self.kind.data not in set(EffectKind):
            return None
        kind = EffectKind(self.kind.data)
        values: dict[str, Any] = {"kind": kind}
        for name in FIELDS[kind]:
            value = self[name].data
            if isinstance(value, str):
                value = value.strip()
            if value not in (None, ""):
                values[name] = _typed(name, value)
        return Effect(**values)


class EffectRows:
    """The list of rows."""

    FIELDS: Mapping[str, str] = {
        name: " ".join(kind.value for kind in EffectKind if name in FIELDS[kind])
        for name in ("by", "scope", "what", "unit_id", "to", "working_days", "days", "address",
                     "url", "text")
    }  # fmt: skip
    """Field to the kinds that show it."""

    @staticmethod
    def field() -> Any:
        """The field for a form."""
        return FieldList(FormField(EffectRow), max_entries=_MOST_ROWS)

    @staticmethod
    def has_room(rows: Any) -> bool:
        """Whether one more row can be added."""
        return len(rows) < _MOST_ROWS

    @staticmethod
    def effects(rows: Any) -> tuple[Effect, ...]:
        """The effects of the rows as they stand."""
        return tuple(effect for row in rows if (effect := row.form.effect()) is not None)


def rows_of(stored: Any) -> list[dict[str, Any]]:
    """What the rows show of a version's effects."""
    return [
        {"kind": effect.kind.value}
        | {name: _shown(getattr(effect, name)) for name in FIELDS[effect.kind]}
        for effect in read_effects(stored)
    ]


def put_effects_error(form: Any, error: EffectsWrong) -> None:
    """Show what is wrong above the rows."""
    form.effects.errors = [str(wrong_words(error))]


def units_to_choose() -> list[tuple[str, str]]:
    """Units in use, by name, as options."""
    units = g.session.execute(
        select(Unit.id, Unit.name).where(~Unit.is_archived).order_by(Unit.name, Unit.id)
    )
    return [(str(unit_id), name) for unit_id, name in units]


def _typed(name: str, value: Any) -> Any:
    try:
        if name in _ENUMS:
            return _ENUMS[name](value)
        return int(value) if name in _NUMBERS else value
    except ValueError:
        return None


def _shown(value: Any) -> Any:
    return str(value) if value is not None and not isinstance(value, int) else value
