"""Words of a rule's parts: joins, operators, spans, parameters, and what is wrong with it (A5)."""

from typing import Any

from flask_babel import lazy_gettext as _l

from selections.checking import FOUND, Fault, Problem
from selections.fields import FieldType
from selections.rules import Join, Operator, ParameterType, Span, Subject
from webui.labels.pairs import Pairs
from webui.labels.rule_fields import FIELDS, RELATIONS, field_name, relation_words
from webui.labels.spoken import gettext as _

LABELS: Pairs = (
    (Join.ALL, _l("Все условия")),
    (Join.ANY, _l("Хотя бы одно")),
    (Join.NONE, _l("Ни одно из условий")),
    (Operator.ONE_OF, _l("один из")),
    (Operator.NONE_OF, _l("ни один из")),
    (Operator.CONTAINS, _l("содержит")),
    (Operator.AT_LEAST, _l("не меньше")),
    (Operator.AT_MOST, _l("не больше")),
    (Operator.BETWEEN, _l("от и до")),
    (Operator.COMING, _l("ближайшая годовщина")),
    (Operator.IS, _l("да или нет")),
    (Operator.KNOWN, _l("указано")),
    (Operator.UNKNOWN, _l("не указано")),
    (Span.DAY, _l("дн.")),
    (Span.WEEK, _l("нед.")),
    (Span.MONTH, _l("мес.")),
    (Span.YEAR, _l("г.")),
    (Subject.VEHICLE, _l("Автомобили с их владельцами")),
    (Subject.CLIENT, _l("Клиенты")),
    (ParameterType.DAY, _l("День")),
    (ParameterType.NUMBER, _l("Число")),
    (ParameterType.TEXT, _l("Текст")),
    (ParameterType.UNIT, _l("Подразделение")),
    (ParameterType.CENTRE, _l("ЦФО")),
    (ParameterType.WORKSHOP, _l("Цех")),
)

_DAY_OPERATORS = {
    Operator.AT_LEAST: _l("не раньше"),
    Operator.AT_MOST: _l("не позже"),
    Operator.BETWEEN: _l("между днями"),
}
_FAULTS = {
    Fault.EMPTY_GROUP: _l("В группе нет условий. Добавьте условие или удалите группу."),
    Fault.UNKNOWN_OPERATOR: _l("Так «%(name)s» не сравнить. Выберите другое сравнение."),
    Fault.VALUE_MISSING: _l("«%(name)s»: укажите значение."),
    Fault.VALUE_OF_OTHER_TYPE: _l("«%(name)s»: такое значение не подходит. Укажите другое."),
    Fault.TURNED_ROUND: _l("«%(name)s»: начало позже конца. Поменяйте их местами."),
    Fault.UNKNOWN_PARAMETER: _l("Вопроса «%(name)s» нет. Добавьте его или укажите значение."),
    Fault.NO_ORDER: _l("У строк «%(name)s» нет дня: последнюю не выбрать."),
    Fault.NO_ANCHOR: _l("«До него» можно указать только внутри «заезды до этого»."),
    Fault.SELECTION_GONE: _l("Такой выборки больше нет. Выберите другую."),
    Fault.CIRCLE: _l("Выборка входит сама в себя. Уберите её отсюда."),
    Fault.SELECTION_FAULTY: _l("В правиле этой выборки есть ошибка. Сначала исправьте её там."),
    Fault.QUESTION_OPEN: _l(
        "Эта выборка спрашивает «%(name)s». Дайте там ответ по умолчанию или сделайте вопрос "
        "необязательным."
    ),
}
_GONE = _l("Поля «%(name)s» здесь нет. Выберите другое.")
_PARAMETERS = {
    "period_from": _l("Начало периода"),
    "period_until": _l("Конец периода"),
    "visited_from": _l("Последний заезд не раньше"),
    "visited_until": _l("Последний заезд не позже"),
    "contacted_since": _l("Не звонили с"),
    "days": _l("Сколько дней вперёд"),
    "times": _l("Сколько раз не меньше"),
    "unit": _l("Подразделение"),
    "centre": _l("ЦФО"),
    "workshop": _l("Цех"),
    "vins": _l("Список VIN"),
    "day": _l("День"),
    "number": _l("Число"),
    "text": _l("Текст"),
}


def operator_words(operator: Operator, type_: FieldType) -> str:
    """The operator as it is chosen for a field of this type."""
    from webui.labels.words import label

    if type_ is FieldType.DAY and operator in _DAY_OPERATORS:
        return str(_DAY_OPERATORS[operator])
    return label(operator)


def fault_words(problem: Problem) -> str:
    """What is wrong at a place, and what to do."""
    if problem.fault is Fault.UNKNOWN_FIELD:
        return str(_GONE) % {"name": _named(problem.name) or problem.name}
    if problem.fault is Fault.EMPTY_GROUP and not problem.path:
        return _("Добавьте хотя бы одно условие.")
    name = _named(problem.name) or problem.name
    words: Any = _FAULTS[problem.fault]
    return str(words) % {"name": name} if "%(name)s" in str(words) else str(words)


def parameter_words(code: str, label: str) -> str:
    """The question as its author words it, else the words that belong to the code."""
    return label or str(_PARAMETERS.get(code, "")) or _("вопрос «%(code)s»", code=code)


def _named(code: str) -> str:
    if code == FOUND:
        return _("Входит в выборку")
    if code in FIELDS:
        return field_name(code)
    if code in _PARAMETERS:
        return str(_PARAMETERS[code])
    return str(relation_words(code).name) if code in RELATIONS else ""
