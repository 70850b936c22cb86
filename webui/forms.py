"""The base of every form, and the fields that know about time zones."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import Field, ValidationError
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import html_params

from core.days import FIRST_DAY, LAST_DAY
from webui import wording
from webui.kept_fields import rendered
from webui.labels.inputs import InputWords

_WORDS = InputWords()
_FORMATS = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M")


class Form(FlaskForm):  # type: ignore[misc]  # the library has no types
    """A form of this application; its token travels as `csrf_token` or in a header."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # the library has no types
        """What the library asks of a form."""

        def get_translations(self, _form: Any) -> InputWords:
            """Say the library's own refusals in the words and the language of the page."""
            return _WORDS

        def render_field(self, field: Any, render_kw: dict[str, Any]) -> Any:
            """The field's HTML, kept where nobody has filled the field in."""
            return rendered(field, render_kw, super().render_field)


def choices(
    pairs: Iterable[tuple[Any, Any]], *, blank: Any = None, group: str | None = None
) -> list[SelectChoice]:
    """Return options for a SelectField from (value, label) pairs; `blank` labels an empty first."""
    options = [SelectChoice(str(value), label, optgroup=group) for value, label in pairs]
    return [SelectChoice("", blank), *options] if blank is not None else options


def required(message: Any = None) -> InputRequired:
    """Return the validator of a field that must be filled in, with words that say what to do."""
    return InputRequired(message or _l("Заполните это поле."))


def not_blank(message: Any = None) -> DataRequired:
    """Return the validator of a text that must hold more than spaces."""
    return DataRequired(message or _l("Заполните это поле."))


def at_most(characters: int) -> Length:
    """Return the validator of a text's length."""
    return Length(max=characters, message=_l("Не длиннее %(max)d знаков."))


def sane_date(_form: Any, field: Any) -> None:
    """Refuse a day that nobody means (1900 to 2200): the next one may not exist, or its moment."""
    if field.data is not None and not FIRST_DAY <= field.data <= LAST_DAY:
        raise ValidationError(_l("Проверьте год."))


class LocalMoment(Field):  # type: ignore[misc]
    """A moment typed in the person's own time zone; `data` is an aware UTC datetime or None.

    One `datetime-local` input, or (`pair=True`) a date and a time named `<name>_date` and
    `<name>_time`, which quick chips can fill. A request may send either form.
    """

    def __init__(self, label: Any = None, validators: Any = None, *, pair: bool = False, **kw: Any):
        super().__init__(label, validators, **kw)
        self.pair = pair
        self.widget = _PairInput() if pair else _SingleInput()

    def process(self, formdata: Any, data: Any = ..., extra_filters: Any = None) -> None:
        """Read one value, or join the two halves of a pair."""
        on, at = f"{self.name}_date", f"{self.name}_time"
        if formdata is not None and (on in formdata or at in formdata):
            halves = [str(formdata.get(key, "")).strip() for key in (on, at)]
            formdata = MultiDict({self.name: "T".join(halves) if any(halves) else ""})
        kept = {} if data is ... else {"data": data}
        super().process(formdata, extra_filters=extra_filters, **kept)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Turn the local text into UTC; raises ValueError with the sentence to show."""
        self.data = None
        text = valuelist[0].strip() if valuelist else ""
        # A time without a day names no moment: it is left over where the date was emptied.
        if text and not text.startswith("T"):
            self.data = _to_utc(_parsed(text), wording.zone())

    def halves(self) -> tuple[str, str]:
        """Return what the date input and the time input show."""
        if self.raw_data:
            on, _, at = str(self.raw_data[0]).partition("T")
            return on, at
        if self.data is None:
            return "", ""
        local = self.data.astimezone(wording.zone())
        return f"{local:%Y-%m-%d}", f"{local:%H:%M}"

    def _value(self) -> str:
        return "T".join(self.halves()) if any(self.halves()) else ""


class _SingleInput:
    def __call__(self, field: LocalMoment, **kw: Any) -> Markup:
        kw.setdefault("id", field.id)
        attributes = html_params(type="datetime-local", name=field.name, value=field._value(), **kw)
        return Markup(f"<input {attributes}>")  # noqa: S704 - html_params escapes


class _PairInput:
    shows_label = True

    def __call__(self, field: LocalMoment, **kw: Any) -> Markup:
        on, at = field.halves()
        kw.setdefault("id", field.id)
        first = html_params(type="date", name=f"{field.name}_date", value=on, **kw)
        label = {"aria-label": str(_l("%(label)s: время", label=field.label.text))}
        kw |= {"id": f"{field.id}-time", "autofocus": False}
        second = html_params(type="time", name=f"{field.name}_time", value=at, **kw, **label)
        inputs = f"<input {first}><input {second}>"
        return Markup(f'<span class="pair">{inputs}</span>')  # noqa: S704 - html_params escapes


def _parsed(text: str) -> datetime:
    for pattern in _FORMATS:
        try:
            return datetime.strptime(text, pattern)  # noqa: DTZ007 - the zone is added next
        except ValueError:
            continue
    raise ValidationError(_l("Укажите дату и время."))


def _to_utc(local: datetime, zone: ZoneInfo) -> datetime:
    if not FIRST_DAY <= local.date() <= LAST_DAY:
        raise ValidationError(_l("Проверьте год."))
    moment = local.replace(tzinfo=zone).astimezone(UTC)
    # An hour that the clocks skip does not come back the same.
    if moment.astimezone(zone).replace(tzinfo=None) != local:
        raise ValidationError(_l("Такого времени в этот день нет: переводят часы."))
    return moment
