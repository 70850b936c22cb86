"""Heading → field. Headings as real files have them: Russian, Ukrainian, English."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Field(StrEnum):
    """What a column can mean. Only ``PHONE`` may stand in several columns."""

    NAME = "name"
    LAST_NAME = "last_name"
    FIRST_NAME = "first_name"
    PATRONYMIC = "patronymic"
    PHONE = "phone"
    EMAIL = "email"
    VIN = "vin"
    PLATE = "plate"
    MAKE = "make"
    MODEL = "model"
    MAKE_MODEL = "make_model"
    YEAR = "year"
    MILEAGE_KM = "mileage_km"
    LAST_VISIT_ON = "last_visit_on"
    PLANNED_ON = "planned_on"
    SOLD_ON = "sold_on"
    DEALER = "dealer"
    COMMENT = "comment"
    EXTERNAL_KEY = "external_key"


_EXACT = {
    Field.NAME: (
        "фио|клиент|фио клиента|имя клиента|наименование клиента|владелец|собственник|"
        "контрагент|фио владельца|фио собственника|наименование|піб|піб клієнта|клієнт|"
        "власник|піб власника|name|full name|client|customer|customer name|client name|owner|"
        "контактное лицо|контактна особа|покупатель|фио полностью"
    ),
    Field.LAST_NAME: "фамилия|прізвище|last name|surname|family name",
    Field.FIRST_NAME: "имя|ім'я|first name|given name",
    Field.PATRONYMIC: "отчество|по батькові|middle name|patronymic",
    Field.EMAIL: (
        "e mail|email|почта|эл почта|электронная почта|ел пошта|електронна пошта|mail|"
        "адрес электронной почты|пошта"
    ),
    Field.VIN: (
        "vin|вин|vin код|vin номер|вин код|вин номер|vin code|vin number|vin автомобиля|"
        "идентификационный номер|vin а м|номер кузова vin|він|він код|vin no"
    ),
    Field.PLATE: (
        "госномер|гос номер|г н|грз|гос рег знак|госрегзнак|регистрационный знак|"
        "регистрационный номер|номер а м|держномер|держ номер|державний номер|номерний знак|"
        "plate|license plate|plate number|registration number|reg number|рег номер|рег знак|"
        "государственный номер|гос знак"
    ),
    Field.MAKE: (
        "марка|марка автомобиля|марка а м|марка авто|марка тс|бренд|make|brand|марка автомобіля"
    ),
    Field.MODEL: (
        "модель|модель автомобиля|модель а м|модель авто|модель тс|model|модель автомобіля"
    ),
    Field.MAKE_MODEL: (
        "марка модель|марка и модель|марка та модель|автомобиль|авто|а м|тс|автомобіль|"
        "vehicle|car|make model|модель марка|марка модель автомобиля|марка модель тс|"
        "транспортное средство"
    ),
    Field.YEAR: (
        "год|год выпуска|г в|год вып|рік|рік випуску|year|model year|год модели|"
        "год производства|год изготовления"
    ),
    Field.MILEAGE_KM: (
        "пробег|пробег км|последний пробег|текущий пробег|пробіг|пробіг км|mileage|"
        "mileage km|odometer|пробег а м|одометр"
    ),
    Field.LAST_VISIT_ON: (
        "последний визит|дата визита|последнее то|дата то|последний заезд|дата заезда|"
        "останній візит|last visit|last visit date|last service|last service date|"
        "дата останнього візиту|останнє то"
    ),
    Field.PLANNED_ON: (
        "план то|плановая дата|дата план|план|плановое то|следующее то|планове то|"
        "planned date|next service|due date|next service date|наступне то|дата плана|срок то"
    ),
    Field.SOLD_ON: (
        "дата продажи|продажа|дата выдачи|дата продажу|sale date|sold on|date of sale|"
        "дата реализации"
    ),
    Field.DEALER: (
        "дилер|дилерский центр|дц|дилерський центр|автоцентр|dealer|сервисный центр|дилер продажи"
    ),
    Field.COMMENT: (
        "комментарий|комментарии|примечание|примечания|прим|коментар|примітка|comment|"
        "comments|note|notes|заметки|дополнительная информация"
    ),
    Field.EXTERNAL_KEY: (
        "код|код клиента|внешний код|ид|id|ид клиента|id клиента|код клієнта|зовнішній код|"
        "client id|customer id|external id|external key|лид|номер лида|id лида|guid|"
        "внешний ид"
    ),
}
_BY_HEADING = {
    heading: field for field, headings in _EXACT.items() for heading in headings.split("|")
}

# Tried in order, only when no exact heading fits.
_BY_PATTERN: tuple[tuple[Field, re.Pattern[str]], ...] = (
    (
        Field.PHONE,
        re.compile(
            r"\b(?:тел|телефон\w*|мобильн\w*|мобільн\w*|сотов\w*|phone\w*|mobile|msisdn|tel)\b"
        ),
    ),
    (Field.EMAIL, re.compile(r"\be ?mail\b|электронн\w+ почт|електронн\w+ пошт")),
    (Field.VIN, re.compile(r"\b(?:vin|вин)\b")),
    (
        Field.PLANNED_ON,
        re.compile(
            r"(?:рекоменд\w*|планов\w*|план|следующ\w*|наступн\w*|очередн\w*|next|due|planned)\b.*"
            r"(?:\bто\b|дат|date|визит|візит|service|maintenance|обслуж)|"
            r"\bдата\b.*(?:рекоменд|планов|следующ|очередн|наступн)|\b(?:план|plan)\w*\b.*\b(?:то|дата)\b"
        ),
    ),
    (
        Field.LAST_VISIT_ON,
        re.compile(
            r"(?:последн|крайн|предыдущ|прошл|останн|last|previous)\w*\b.*"
            r"(?:\bто\b|визит|візит|заезд|заїзд|обращен|обслуж|ремонт|visit|service|заказ)"
        ),
    ),
    (Field.SOLD_ON, re.compile(r"дата\b.*(?:продаж|выдач|реализ)")),
    (Field.MILEAGE_KM, re.compile(r"\b(?:пробег|пробіг|mileage|odometer)\b")),
    (
        Field.PLATE,
        re.compile(r"\b(?:гос\w*|держ\w*|рег\w*|license)\b.*\b(?:номер|знак|plate)\b|\bгосномер\b"),
    ),
    (Field.MAKE_MODEL, re.compile(r"\bмарка\b.*\bмодель\b|\bмодель\b.*\bмарка\b")),
    (Field.YEAR, re.compile(r"\b(?:год|рік)\b.*(?:выпуск|випуск|производ|изготов)")),
    (Field.NAME, re.compile(r"\b(?:фио|піб)\b")),
    (Field.DEALER, re.compile(r"\b(?:дилер\w*|dealer)\b")),
    (
        Field.COMMENT,
        re.compile(r"\b(?:комментари\w*|примечани\w*|коментар\w*|примітк\w*|comment\w*)\b"),
    ),
)
_NOT_A_WORD = re.compile(r"[^\w']+|_")
_PHONE_ONLY = re.compile(
    r"(?:доп\w*|другой|додатк\w*|контактн\w*) (?:номер|контакт)|контакт(?:ы|и)?|номер"
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table: its place (from 0), the heading as it stands, what it means."""

    index: int
    heading: str
    field: Field | None


def heading_norm(text: str) -> str:
    """Lower case, ё as е, only words and single spaces between them."""
    folded = text.casefold().replace("ё", "е").replace("’", "'").replace("`", "'")
    norm = " ".join(_NOT_A_WORD.sub(" ", folded).split())
    return norm.replace("ф и о", "фио").replace("п і б", "піб")


def field_of(*headings: str) -> Field | None:
    """What a heading means. Several: the same heading told in several ways, the best way first."""
    norms = [heading_norm(heading) for heading in headings]
    for norm in norms:
        if norm in _BY_HEADING:
            return _BY_HEADING[norm]
        if _PHONE_ONLY.fullmatch(norm):
            return Field.PHONE
    for norm in norms:
        for field, pattern in _BY_PATTERN:
            if len(norm) <= 80 and pattern.search(norm):
                return field
    return None


def map_columns(headings: Sequence[tuple[str, ...]]) -> tuple[Column, ...]:
    """Give each column its meaning. ``headings``: per column, its lines from top to bottom.

    A field that is there twice belongs to its first column, phones excepted.
    """
    columns, taken = [], set[Field]()
    for index, lines in enumerate(headings):
        told = " ".join(lines)
        # The lower line alone may say it («Клиент» over «Телефон»); the upper line alone may not.
        field = field_of(told, *lines[-1:]) if told else None
        if field in taken and field is not Field.PHONE:
            field = None
        if field is not None:
            taken.add(field)
        columns.append(Column(index, told, field))
    return tuple(columns)
