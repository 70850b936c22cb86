"""Days of a rule in words: «от 18 до 12 месяцев назад», «в ближайшие 30 дней» (A5)."""

from datetime import date
from typing import Any

from selections.rules import Asked, Earlier, FromToday, Operator, Span, Value
from selections.settling import in_order
from webui.labels.spoken import gettext as _
from webui.labels.spoken import ngettext
from webui.wording import day


def day_words(operator: Operator, values: tuple[Value, ...], asked: Any) -> str:
    """When it is, without the name of the field; ``asked``: from a parameter to its words."""
    if operator is Operator.BETWEEN and len(values) == 2:
        return _between(values[0], values[1], asked)
    if not values or isinstance(values[0], str):
        return "…"
    value = values[0]
    if operator is Operator.COMING:
        return coming(value, Span.DAY) if isinstance(value, int) else one_day(value, asked)
    if operator is Operator.AT_LEAST:
        return _from(value, asked)
    return _until(value, asked)


def one_day(value: Value, asked: Any) -> str:
    """One end: a day, or how far from today it is."""
    match value:
        case FromToday(amount=0):
            return _("сегодня")
        case FromToday(amount=amount, span=span):
            length = span_words(abs(amount), span)
            return (
                _("%(length)s назад", length=length)
                if amount < 0
                else _("через %(length)s", length=length)
            )
        case Earlier(amount=amount, span=span):
            return _("за %(length)s", length=span_words(amount, span))
        case Asked():
            return str(asked(value.parameter))
        case date():
            return day(value)
    # A text is no such value: what is wrong with it is told at its field.
    return "…" if isinstance(value, str) else str(value)


def _between(low: Value, high: Value, asked: Any) -> str:
    low, high = in_order((low, high))
    if isinstance(low, FromToday) and isinstance(high, FromToday):
        if low.amount == high.amount == 0:
            return _("сегодня")
        if high.amount == 0 and low.amount < 0:
            return last(-low.amount, low.span)
        if low.amount == 0 and high.amount > 0:
            return coming(high.amount, high.span)
        if low.span is high.span and low.amount <= high.amount < 0:
            far = -low.amount
            return _("от %(far)s до %(near)s назад", far=far, near=genitive(-high.amount, low.span))
        if low.span is high.span and 0 < low.amount <= high.amount:
            near = low.amount
            if near == high.amount:
                return _("через %(length)s", length=span_words(near, low.span))
            return _("через %(near)s–%(far)s", near=near, far=span_words(high.amount, high.span))
    return _("с %(low)s по %(high)s", low=one_day(low, asked), high=one_day(high, asked))


def _from(value: Value, asked: Any) -> str:
    match value:
        case FromToday(amount=0):
            return _("сегодня или позже")
        case FromToday(amount=amount, span=span) if amount < 0:
            return last(-amount, span)
        case FromToday(amount=amount, span=span):
            return _("через %(length)s или позже", length=span_words(amount, span))
        case Earlier(amount=amount, span=span):
            return _("за %(length)s", length=span_words(amount, span))
    return _("не раньше %(day)s", day=one_day(value, asked))


def _until(value: Value, asked: Any) -> str:
    match value:
        case FromToday(amount=0):
            return _("сегодня или раньше")
        case FromToday(amount=amount, span=span) if amount < 0:
            return _("%(length)s назад или раньше", length=span_words(-amount, span))
        case FromToday(amount=amount, span=span):
            return _("не позже чем через %(length)s", length=span_words(amount, span))
        case Earlier(amount=amount, span=span):
            return _("раньше чем за %(length)s", length=span_words(amount, span))
    return _("не позже %(day)s", day=one_day(value, asked))


def span_words(n: int, span: Span) -> str:
    """«18 месяцев», as after «через»."""
    match span:
        case Span.DAY:
            return ngettext("%(num)s день", "%(num)s дней", n)
        case Span.WEEK:
            return ngettext("%(num)s неделю", "%(num)s недель", n)
        case Span.MONTH:
            return ngettext("%(num)s месяц", "%(num)s месяцев", n)
        case Span.YEAR:
            return ngettext("%(num)s год", "%(num)s лет", n)


def genitive(n: int, span: Span) -> str:
    """«12 месяцев», as after «до»."""
    match span:
        case Span.DAY:
            return ngettext("%(num)s дня", "%(num)s дней", n)
        case Span.WEEK:
            return ngettext("%(num)s недели", "%(num)s недель", n)
        case Span.MONTH:
            return ngettext("%(num)s месяца", "%(num)s месяцев", n)
        case Span.YEAR:
            return ngettext("%(num)s года", "%(num)s лет", n)


def last(n: int, span: Span) -> str:
    """«за последние 60 дней»."""
    match span:
        case Span.DAY:
            return ngettext("за последний %(num)s день", "за последние %(num)s дней", n)
        case Span.WEEK:
            return ngettext("за последнюю %(num)s неделю", "за последние %(num)s недель", n)
        case Span.MONTH:
            return ngettext("за последний %(num)s месяц", "за последние %(num)s месяцев", n)
        case Span.YEAR:
            return ngettext("за последний %(num)s год", "за последние %(num)s лет", n)


def coming(n: int, span: Span) -> str:
    """«в ближайшие 30 дней»."""
    match span:
        case Span.DAY:
            return ngettext("в ближайший %(num)s день", "в ближайшие %(num)s дней", n)
        case Span.WEEK:
            return ngettext("в ближайшую %(num)s неделю", "в ближайшие %(num)s недель", n)
        case Span.MONTH:
            return ngettext("в ближайший %(num)s месяц", "в ближайшие %(num)s месяцев", n)
        case Span.YEAR:
            return ngettext("в ближайший %(num)s год", "в ближайшие %(num)s лет", n)
