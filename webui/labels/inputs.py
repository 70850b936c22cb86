"""Words of what a form field refuses by itself, in place of those the form library brings."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.i18n import translations

from webui.wording import language

_CHOICE = _l("Выберите значение из списка.")
_NUMBER = _l("Введите число.")

INPUT_ERRORS: Mapping[str, Any] = {
    "This field is required.": _l("Заполните это поле."),
    "Not a valid choice.": _CHOICE,
    "Invalid Choice: could not coerce.": _CHOICE,
    "Invalid choice(s): one or more data inputs could not be coerced.": _CHOICE,
    "Not a valid integer value.": _l("Введите целое число."),
    "Not a valid decimal value.": _NUMBER,
    "Not a valid float value.": _NUMBER,
    "Not a valid date value.": _l("Укажите дату."),
    "Not a valid time value.": _l("Укажите время."),
    "Not a valid datetime value.": _l("Укажите дату и время."),
    "Number must be at least %(min)s.": _l("Число должно быть не меньше %(min)s."),
    "Number must be at most %(max)s.": _l("Число должно быть не больше %(max)s."),
    "Number must be between %(min)s and %(max)s.": _l("Введите число от %(min)s до %(max)s."),
    "Date must be at least %(min)s.": _l("Выберите дату не раньше %(min)s."),
    "Date must be at most %(max)s.": _l("Выберите дату не позже %(max)s."),
    "Date must be between %(min)s and %(max)s.": _l("Выберите дату с %(min)s по %(max)s."),
    "Invalid input.": _l("Проверьте это поле: так его записать нельзя."),
    "Invalid email address.": _l("Проверьте адрес почты. Пример: name@example.org."),
}
"""The library's English sentence and ours; the library's `%(…)s` are filled in by itself."""


@lru_cache(maxsize=512)
def _of_library(_language: str, sentence: str) -> str:
    # It reads its catalogue anew at every request.
    return str(translations.gettext(sentence))


class InputWords:
    """Translations for a form: our sentences first, the library's own for the rest."""

    def gettext(self, sentence: str) -> str:
        """Our words in the language of the page."""
        ours = INPUT_ERRORS.get(sentence)
        return str(_of_library(language(), sentence) if ours is None else ours)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """Counted sentences; of these only a wrong choice of several reaches people."""
        if "not a valid choice" in singular:
            return str(_CHOICE)
        return str(translations.ngettext(singular, plural, number))
