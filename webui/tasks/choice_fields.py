"""Selects of ids: whom, where, which result."""

from typing import Any

from wtforms import SelectField
from wtforms.validators import Optional, ValidationError

from webui.labels.words import sentence
from worklists.report_checks import CodeNotOffered


def number(value: Any) -> int | None:
    """The id that was chosen, if any."""
    return int(value) if value not in (None, "", "None") else None


class Choice(SelectField):  # type: ignore[misc]
    """A select of ids whose empty choice is None."""

    def __init__(self, text: Any, **kw: Any) -> None:
        super().__init__(text, coerce=number, validators=[Optional()], **kw)
        self.type = "SelectField"  # the look of the field goes by it

    def pre_validate(self, form: Any) -> None:
        if self.data is not None:
            super().pre_validate(form)


class ResultChoice(Choice):
    """A result code; one that was archived since the page was opened is told as such."""

    def pre_validate(self, form: Any) -> None:
        try:
            super().pre_validate(form)
        except ValidationError as error:
            raise ValidationError(str(sentence(CodeNotOffered(self.data)))) from error
