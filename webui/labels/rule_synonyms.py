"""Other words that people look for a field or a value by (A5); shown nowhere."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from directory.assets.make_names import CYRILLIC_MAKES

_CALLS = _l("контакт связь обзвон звонок общались разговор")
_MAINTENANCE = _l("ТО техобслуживание обслуживание прогноз")

FIELD_SYNONYMS: Mapping[str, Any] = {
    "client.has_phone": _l("номер мобильный контакт связь"),
    "client.has_email": _l("e-mail email адрес контакт связь"),
    "client.refuses_all": _l("отказ запрет контакт связь звонок"),
    "client.created_on": _l("новый клиент дата создания"),
    "client.birth_on": _l("дата рождения возраст"),
    "client.name": _l("фамилия ФИО организация контрагент"),
    "client.kind": _l("физлицо юрлицо организация"),
    "vehicle.make": _l("бренд производитель автомобиль машина"),
    "vehicle.model": _l("машина автомобиль"),
    "vehicle.year": _l("возраст старше"),
    "vehicle.age": _l("год старше"),
    "vehicle.vin": _l("ВИН кузов"),
    "vehicle.sold_on": _l("покупка купили"),
    "vehicle.insured_until": _l("ОСАГО КАСКО полис"),
    "vehicle.next_maintenance_on": _MAINTENANCE,
    "vehicle.expected_km": _l("одометр километраж прогноз"),
    "vehicle.km_per_day": _l("одометр километраж"),
    "visit.mileage_km": _l("одометр километраж"),
    "visit.total": _l("чек деньги стоимость выручка"),
    "visit.workshop": _l("сервис СТО где"),
}
DAY_SYNONYMS = _l("когда день дата")
"""Of every field that is a day."""
MONEY_SYNONYMS = _l("сколько рублей цена стоимость деньги")
_OPEN = _l("открыта открытая открытые невыполненная в работе")
_DONE = _l("закрыта закрытая выполненная готова сделана")
VALUE_SYNONYMS: Mapping[tuple[str, str], Any] = {
    ("recommendation.status", "open"): _OPEN,
    ("recommendation.status", "done"): _DONE,
    ("recommendation.status", "declined"): _l("отказ отклонена отклонённая отказался"),
    ("visit.status", "open"): _OPEN,
    ("visit.status", "done"): _DONE,
    ("booking.state", "requested"): _l("запись ожидается приедет"),
    ("booking.state", "arrived"): _l("заезд приезжал был"),
    ("booking.state", "no_show"): _l("неявка не явился"),
    ("booking.state", "cancelled"): _l("отмена отменена"),
}
RELATION_SYNONYMS: Mapping[str, Any] = {
    "client.attempts": _CALLS,
    "vehicle.attempts": _CALLS,
    "visit.contacts_since": _CALLS,
    "booking.contacts_since": _CALLS,
    "client.refusals": _l("запрет не беспокоить контакт связь"),
    "client.visits": _l("визит ремонт сервис ТО приезжал"),
    "vehicle.visits": _l("визит ремонт сервис ТО приезжал"),
    "vehicle.orders": _l("визит ремонт сервис ТО"),
    "vehicle.recommendations": _l("советовали рекомендовано работы"),
    "vehicle.ownerships": _l("хозяин собственник"),
    "visit.lines": _l("ремонт услуга запчасть ТО"),
    "client.bookings": _l("запись ТО визит"),
    "vehicle.bookings": _l("запись ТО визит"),
}


def value_synonyms(field: str, value: str) -> str:
    """What else finds a value of the field in its list."""
    if field == "vehicle.make":
        return CYRILLIC_MAKES.get(value.casefold(), "")
    return str(VALUE_SYNONYMS.get((field, value), ""))
