"""What the forms of administration share: errors at their field, options, where a save leads."""

from typing import Any

from flask import flash, redirect
from wtforms.fields import SelectChoice

from core.errors import Refused
from directory.units.tree import UnitRow
from webui.forms import Form
from webui.labels.words import sentence

_INDENT = "\u2003"


def put_error(form: Form, error: Refused) -> None:
    """Say the refusal at the field it names, or above the form when it names none."""
    words = sentence(error)
    field = form._fields.get(getattr(error, "field", ""))
    if field is None:
        form.form_errors.append(words)
    else:
        field.errors = [*field.errors, words]


def saved(address: str, words: Any, *, tone: str = "ok") -> Any:
    """Go to the page and say there what was done."""
    flash(str(words), tone)
    return redirect(address, 303)


def unit_choices(rows: list[UnitRow], *, blank: Any) -> list[SelectChoice]:
    """The tree as options of a select, indented; nothing is chosen beforehand."""
    units = (SelectChoice(str(row.unit.id), _INDENT * row.depth + row.unit.name) for row in rows)
    return [SelectChoice("", blank), *units]
