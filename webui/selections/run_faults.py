"""What fits a question of a selection where something else was answered (A9)."""

from collections.abc import Collection

from core.days import FIRST_DAY, LAST_DAY
from selections.rules import Parameter, ParameterType
from selections.values import BOUNDS, Meant
from selections.wire import LONGEST_TEXT, MOST_VALUES
from webui.labels.spoken import gettext as _
from webui.wording import day, whole


def what_fits(parameter: Parameter, uses: Collection[Meant]) -> str:
    """With the bounds; ``uses``: what the answer is compared with (``composing.uses_of``)."""
    match parameter.type:
        case ParameterType.DAY:
            return _("Введите дату от %(min)s до %(max)s.", min=day(FIRST_DAY), max=day(LAST_DAY))
        case ParameterType.NUMBER:
            return _number(uses)
        case ParameterType.TEXT:
            return _(
                "Введите не больше %(most)s строк, каждая не длиннее %(long)s знаков.",
                most=whole(MOST_VALUES), long=whole(LONGEST_TEXT),
            )  # fmt: skip
    return _("Выберите подразделение из списка.")


def _number(uses: Collection[Meant]) -> str:
    for meant in (Meant.DAYS_AHEAD, Meant.WHOLE):
        if meant in uses:
            most = whole(BOUNDS[meant][1])
            return _("Введите целое число от %(min)s до %(max)s.", min=0, max=most)
    most = whole(BOUNDS[Meant.MONEY][1])
    return _("Введите число от %(min)s до %(max)s.", min=0, max=most)
