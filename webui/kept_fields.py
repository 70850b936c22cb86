"""Form fields as HTML, kept: a field that nobody has filled in looks the same at every request.

Only untouched fields are kept, so nothing that a person typed stays in memory. The key holds all
that the library's widgets look at: name, flags, choices, keywords, the words' language.
"""

from collections.abc import Callable
from typing import Any

from wtforms import Field, SelectField, SelectMultipleField
from wtforms.fields import SelectChoice

from webui.wording import language

_MOST = 2_000
_kept: dict[Any, Any] = {}


def rendered(
    field: Field, keywords: dict[str, Any], render: Callable[[Field, dict[str, Any]], Any]
) -> Any:
    """The HTML of the field, from memory if it is untouched and was shown like this before."""
    key = _key(field, keywords)
    if key is None:
        return render(field, keywords)
    found = _kept.get(key)
    if found is None:
        if len(_kept) >= _MOST:
            _kept.clear()
        found = _kept[key] = render(field, keywords)
    return found


def _key(field: Field, keywords: dict[str, Any]) -> Any:
    """All that the look depends on; None when the field was filled in or is of an unknown kind."""
    if field.raw_data or not (field.data is None or field.data is False or field.data == ""):
        return None
    choices: Any = ()
    if isinstance(field, SelectField):
        if isinstance(field, SelectMultipleField) or not isinstance(field.choices, list):
            return None
        choices = tuple(map(_choice, field.choices))
    if field.render_kw or None in choices:
        return None
    label = str(field.label.text) if getattr(field.widget, "shows_label", False) else ""
    key = (
        type(field), field.id, field.name, field.data, tuple(vars(field.flags).items()), choices,
        tuple(keywords.items()), label, language(),
    )  # fmt: skip
    try:
        hash(key)
    except TypeError:
        return None
    return key


def _choice(one: Any) -> tuple[str, str] | None:
    if isinstance(one, SelectChoice):
        plain = not one.render_kw and one.optgroup is None
        return (str(one.value), str(one.label)) if plain else None
    return (str(one[0]), str(one[1])) if isinstance(one, tuple) and len(one) == 2 else None
