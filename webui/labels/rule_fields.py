"""Words of what a rule may ask: fields, and the rows that belong to a row (A5)."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from webui.labels.rule_vocabulary import FieldWords, RelationWords
from webui.labels.rule_work_fields import (
    WORK_ENTITIES,
    WORK_FIELDS,
    WORK_NARROWER,
    WORK_RELATIONS,
)
from webui.labels.spoken import gettext as _
from webui.labels.spoken import ngettext

_VISIT = (_l("есть заезд"), _l("нет заездов"))

ENTITIES: Mapping[str, Any] = {
    "client": _l("Клиент"),
    "vehicle": _l("Автомобиль"),
    "visit": _l("Заезд"),
    "recommendation": _l("Рекомендация"),
    "refusal": _l("Отказ от звонков"),
    "ownership": _l("Владение"),
    "visit_line": _l("Работа или деталь"),
    "client_unit": _l("Подразделение клиента"),
    **WORK_ENTITIES,
}

FIELDS: dict[str, FieldWords] = {
    "client.kind": FieldWords(_l("Вид клиента")),
    "client.name": FieldWords(_l("Имя или название")),
    "client.birth_on": FieldWords(_l("День рождения")),
    "client.has_phone": FieldWords(
        _l("Есть телефон"), yes=_l("есть телефон"), no=_l("нет телефона")
    ),
    "client.has_email": FieldWords(
        _l("Есть почта"), yes=_l("есть адрес почты"), no=_l("нет адреса почты")
    ),
    "client.refuses_all": FieldWords(
        _l("Просил не звонить"), yes=_l("просил не звонить"), no=_l("не просил не звонить")
    ),
    "client.created_on": FieldWords(_l("Появился в базе")),
    "client_unit.unit": FieldWords(_l("Подразделение"), within=_l("подразделения %(values)s")),
    "vehicle.make": FieldWords(_l("Марка")),
    "vehicle.model": FieldWords(_l("Модель")),
    "vehicle.year": FieldWords(_l("Год выпуска")),
    "vehicle.age": FieldWords(_l("Возраст автомобиля"), unit=_l("лет")),
    "vehicle.vin": FieldWords(_l("VIN"), hint=_l("По одному в строке или через запятую")),
    "vehicle.sold_on": FieldWords(_l("Дата продажи")),
    "vehicle.warranty_until": FieldWords(_l("Гарантия заканчивается")),
    "vehicle.insured_until": FieldWords(_l("Страховка заканчивается")),
    "vehicle.is_confirmed": FieldWords(
        _l("Владелец подтверждён"), yes=_l("владелец подтверждён"), no=_l("владелец не подтверждён")
    ),
    "ownership.from_on": FieldWords(_l("Начало владения"), is_plain=True),
    "ownership.until_on": FieldWords(_l("Конец владения")),
    "visit.done_on": FieldWords(_l("День заезда"), is_plain=True),
    "visit.opened_on": FieldWords(_l("День открытия заказ-наряда")),
    "visit.status": FieldWords(_l("Состояние заказ-наряда"), within=_l("в состоянии %(values)s")),
    "visit.workshop": FieldWords(_l("Цех"), within=_l("в цех %(values)s")),
    "visit.unit": FieldWords(_l("Подразделение цеха"), within=_l("в подразделение %(values)s")),
    "visit.mileage_km": FieldWords(_l("Пробег при заезде"), unit=_l("км")),
    "visit.total": FieldWords(_l("Сумма заказ-наряда"), unit="₽"),
    "visit_line.name": FieldWords(_l("Название работы или детали")),
    "visit_line.total": FieldWords(_l("Стоимость"), unit="₽"),
    "recommendation.status": FieldWords(
        _l("Состояние рекомендации"), within=_l("в состоянии %(values)s")
    ),
    "recommendation.advised_on": FieldWords(_l("Когда дали рекомендацию"), is_plain=True),
    "recommendation.closed_on": FieldWords(_l("Когда закрыли рекомендацию")),
    "recommendation.work": FieldWords(_l("Какая работа")),
    "recommendation.estimate": FieldWords(_l("Оценка стоимости"), unit="₽"),
    "refusal.scope": FieldWords(_l("От чего отказ"), within=_l("на %(values)s")),
    "refusal.purpose": FieldWords(_l("Повод")),
    "refusal.recorded_on": FieldWords(_l("Когда записали отказ"), is_plain=True),
    "refusal.stands": FieldWords(_l("Отказ действует"), yes=_l("действует"), no=_l("снят")),
    **WORK_FIELDS,
}


def _visits(n: int) -> str:
    return ngettext("%(num)s заезда", "%(num)s заездов", n)


def _orders(n: int) -> str:
    return ngettext("%(num)s заказ-наряда", "%(num)s заказ-нарядов", n)


def _open_orders(n: int) -> str:
    return ngettext("%(num)s открытого заказ-наряда", "%(num)s открытых заказ-нарядов", n)


def _vehicles(n: int) -> str:
    return ngettext("%(num)s автомобиля", "%(num)s автомобилей", n)


def _units(n: int) -> str:
    return ngettext("%(num)s подразделения", "%(num)s подразделений", n)


def _refusals(n: int) -> str:
    return ngettext("%(num)s отказа от звонков", "%(num)s отказов от звонков", n)


def _recommendations(n: int) -> str:
    return ngettext("%(num)s рекомендации", "%(num)s рекомендаций", n)


def _open_recommendations(n: int) -> str:
    return ngettext("%(num)s открытой рекомендации", "%(num)s открытых рекомендаций", n)


def _declined(n: int) -> str:
    return ngettext("%(num)s отклонённой рекомендации", "%(num)s отклонённых рекомендаций", n)


def _ownerships(n: int) -> str:
    return ngettext("%(num)s владельца", "%(num)s владельцев", n)


def _lines(n: int) -> str:
    return ngettext("%(num)s строки работ", "%(num)s строк работ", n)


RELATIONS: dict[str, RelationWords] = {
    "client.vehicles": RelationWords(
        _l("Автомобили клиента"), _l("есть автомобиль"), _l("нет автомобилей"), _vehicles,
        _l("последний автомобиль"), over=_l("по автомобилям"),
    ),
    "client.visits": RelationWords(
        _l("Заезды клиента"), _l("клиент заезжал"), _l("клиент не заезжал"), _visits,
        _l("последний заезд клиента"), over=_l("по заездам клиента"),
    ),
    "client.units": RelationWords(
        _l("Подразделения клиента"), _l("клиент"), _l("не клиент"), _units,
        _l("последнее подразделение"), offered=_l("клиент выбранного подразделения"),
    ),
    "client.refusals": RelationWords(
        _l("Отказы от звонков"), _l("есть отказ от звонков"), _l("нет отказов от звонков"),
        _refusals, _l("последний отказ от звонков"),
    ),
    "vehicle.visits": RelationWords(
        _l("Заезды"), *_VISIT, _visits, _l("последний заезд"), over=_l("по заездам"),
    ),
    "vehicle.orders": RelationWords(
        _l("Заказ-наряды, в том числе открытые"), _l("есть заказ-наряд"), _l("нет заказ-нарядов"),
        _orders, _l("последний заказ-наряд"), over=_l("по заказ-нарядам"),
    ),
    "vehicle.open_orders": RelationWords(
        _l("Открытые заказ-наряды"), _l("есть открытый заказ-наряд"),
        _l("нет открытых заказ-нарядов"), _open_orders, _l("последний открытый заказ-наряд"),
        over=_l("по открытым заказ-нарядам"),
    ),
    "vehicle.recommendations": RelationWords(
        _l("Рекомендации"), _l("есть рекомендация"), _l("нет рекомендаций"), _recommendations,
        _l("последняя рекомендация"), over=_l("по рекомендациям"),
    ),
    "vehicle.ownerships": RelationWords(
        _l("Владельцы"), _l("был владелец"), _l("не было владельцев"), _ownerships,
        _l("последний владелец"),
    ),
    "visit.lines": RelationWords(
        _l("Работы и детали"), _l("с работой или деталью"), _l("без работ и деталей"), _lines,
        _l("последняя строка"), over=_l("по работам и деталям"),
    ),
    "visit.recommendations": RelationWords(
        _l("Рекомендации этого заезда"), _l("с рекомендацией"), _l("без рекомендаций"),
        _recommendations, _l("последняя рекомендация"), over=_l("по рекомендациям"),
    ),
    "visit.earlier": RelationWords(
        _l("Заезды до этого"), *_VISIT, _visits, _l("предыдущий заезд"), before=_l("до него"),
        over=_l("по заездам"),
    ),
    "visit.earlier_here": RelationWords(
        _l("Заезды в этот же цех до этого"), *_VISIT, _visits, _l("предыдущий заезд"),
        before=_l("до него в этом же цехе"), over=_l("по заездам"),
    ),
    **WORK_RELATIONS,
}  # fmt: skip

NARROWER: dict[tuple[str, str, str], RelationWords] = {
    ("vehicle.recommendations", "recommendation.status", "open"): RelationWords(
        _l("Рекомендации"), _l("есть открытая рекомендация"), _l("нет открытых рекомендаций"),
        _open_recommendations, _l("последняя открытая рекомендация"),
        over=_l("по открытым рекомендациям"),
    ),
    ("vehicle.recommendations", "recommendation.status", "declined"): RelationWords(
        _l("Рекомендации"), _l("есть рекомендация, от которой отказались"),
        _l("нет рекомендаций, от которых отказались"), _declined,
        _l("последняя отклонённая работа"),
        over=_l("по отклонённым рекомендациям"),
    ),
    ("vehicle.orders", "visit.status", "open"): RelationWords(
        _l("Заказ-наряды"), _l("есть открытый заказ-наряд"), _l("нет открытых заказ-нарядов"),
        _open_orders, _l("последний открытый заказ-наряд"),
    ),
    **WORK_NARROWER,
}  # fmt: skip
"""Relation, field, its only value: words that say the condition too."""


def field_name(code: str) -> str:
    """The field as lists show it."""
    words = FIELDS.get(code)
    return str(words.name) if words else _("поле «%(code)s», которого больше нет", code=code)


def relation_words(code: str) -> RelationWords:
    """The words of a relation, also of one that is not there any more."""
    words = RELATIONS.get(code)
    if words is not None:
        return words
    gone = _("сведения «%(code)s», которых больше нет", code=code)
    return RelationWords(gone, gone, gone, lambda n: f"{n} {gone}", gone)


def lowered(text: Any) -> str:
    """The text as it stands within a sentence; «VIN» stays."""
    said = str(text)
    return said if said[1:2].isupper() else said[:1].lower() + said[1:]
