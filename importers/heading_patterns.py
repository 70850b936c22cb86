"""Headings that no spelling fits, by patterns: «Дата закрытия ремонтного заказа»."""

from __future__ import annotations

import re

from importers.fields import Field

PATTERNS: tuple[tuple[Field, re.Pattern[str]], ...] = tuple(
    (field, re.compile(pattern))
    for field, pattern in (
        (
            Field.PHONE,
            r"\b(?:тел|телефон\w*|мобильн\w*|мобільн\w*|сотов\w*|phone\w*|mobile|msisdn|tel)\b",
        ),
        (Field.EMAIL, r"\be ?mail\b|электронн\w+ почт|електронн\w+ пошт"),
        (Field.VIN, r"\b(?:vin|вин)\b"),
        (
            Field.BIRTH_ON,
            r"\b(?:дата|день)\b.*\b(?:рожд\w*|народж\w*)|\bbirth\w*\b.*\b(?:date|day)\b",
        ),
        # «Пробег на последнем ТО» is no day.
        (Field.MILEAGE_KM, r"^(?:пробег|пробіг|mileage|odometer)\b"),
        (
            Field.NEXT_ON,
            r"(?:следующ|наступн|повторн|next)\w*\b.*(?:звон|дзвін|контакт|call|contact)",
        ),
        (
            Field.WARRANTY_UNTIL,
            r"(?:окончан|конец|истечен|заверш|закінч|до|end|until|expir)\w*\b.*"
            r"(?:гарант|warrant)|(?:гарант|warrant)\w*\b.*\b(?:до|по|until|end|expir\w*)\b",
        ),
        (
            Field.INSURED_UNTIL,
            r"(?:окончан|конец|истечен|заверш|закінч|end|until|expir)\w*\b.*"
            r"(?:осаго|каско|полис|поліс|страх|insur|policy)|"
            r"(?:осаго|каско|полис|поліс|страх\w*|insurance|policy)\b.*\b(?:до|по|until|end)\b",
        ),
        (
            Field.PLANNED_ON,
            r"(?:рекоменд\w*|планов\w*|план|следующ\w*|наступн\w*|очередн\w*|next|due|planned)\b.*"
            r"(?:\bто\b|дат|date|визит|візит|service|maintenance|обслуж)|"
            r"\bдата\b.*(?:рекоменд|планов|следующ|очередн|наступн)|"
            r"\b(?:план|plan)\w*\b.*\b(?:то|дата)\b",
        ),
        (
            Field.LAST_VISIT_ON,
            # Not «Дней с последнего визита», «Сумма последнего ЗН».
            r"^(?!.*\b(?:дней|дни|дня|месяц\w*|сколько|кол|количеств\w*|сумм\w*|стоимост\w*"
            r"|номер|причин\w*|days|months|sum|amount|total|number|no)\b).*"
            r"(?:(?:последн|крайн|предыдущ|прошл|останн|last|previous)\w*|\b(?:посл|пред))\b.*"
            r"(?:\bто\b|визит|візит|заезд|заїзд|обращен|обслуж|ремонт|visit|service|заказ)",
        ),
        (
            Field.SOLD_ON,
            r"^(?!.*\b(?:паспорт|птс|эптс|стс|ву|прав|удостов|свидетельств|полис)\w*\b).*"
            r"дата\b.*(?:продаж|выдач|реализ)",
        ),
        (
            Field.DONE_ON,
            r"\bдата\b.*\b(?:закрыт|завершен|окончан|закритт|завершенн)\w*\b.*"
            r"(?:зн|з н|наряд|заказ|ремонт|работ|замовл)",
        ),
        (
            Field.OPENED_ON,
            r"\bдата\b.*\b(?:открыт|создан|начал|прием|відкритт|створенн)\w*\b.*"
            r"(?:зн|з н|наряд|заказ|ремонт|работ|замовл)",
        ),
        (
            Field.CALLED_AT,
            r"\bдата\b.*\b(?:звонк|обзвон|дзвінк)\w*|\bcall\b.*\bdate\b",
        ),
        (
            # Not how long somebody talked or waited.
            Field.CALLED_TIME,
            r"^(?!.*\b(?:ожидан|очікув|длит|трив|сек|мин|хв|sec|min|wait|talk|dura))"
            r"(?:.*\b(?:время|час)\b.*\b(?:звонк|обзвон|дзвінк)\w*|.*\bcall\b.*\btime\b)",
        ),
        (
            Field.OUTCOME,
            r"\b(?:результат|итог|исход|підсумок)\w*\b.*(?:звон|контакт|разговор|дзвін|обзвон)",
        ),
        (Field.MILEAGE_KM, r"\b(?:пробег|пробіг|mileage|odometer)\b"),
        (
            Field.PLATE,
            r"\b(?:гос\w*|держ\w*|рег\w*|license)\b.*\b(?:номер|знак|plate)\b|\bгосномер\b",
        ),
        (Field.MAKE_MODEL, r"\bмарка\b.*\bмодель\b|\bмодель\b.*\bмарка\b"),
        (Field.YEAR, r"\b(?:год|рік)\b.*(?:выпуск|випуск|производ|изготов)"),
        (Field.TAX_ID, r"\b(?:инн|єдрпоу|рнокпп)\b"),
        (
            Field.VISIT_NUMBER,
            r"\b(?:номер|код)\b.*\b(?:заказ\w*|наряд\w*|зн|з н|замовл\w*)\b|"
            r"\bзаказ наряд\w*\b.*\bномер\b",
        ),
        (Field.NAME, r"\b(?:фио|піб)\b"),
        (
            Field.ESTIMATE,
            r"\b(?:ориентир|предварит|пример|приблиз|орієнт|попередн|estimat)\w*\b.*"
            r"(?:стоим|сумм|цен|варт|сум|cost|total)",
        ),
        (
            Field.ADVICE,
            r"\b(?:рекоменд\w*|recommend\w*|advis\w*)\b.*\b(?:работ\w*|робот\w*|work\w*)\b"
            r"|^что (?:было )?(?:рекоменд|совет|посовет)\w*\b",
        ),
        (Field.TOTAL, r"^(?:общая |итоговая )?(?:сумма|стоимость|сума|вартість|amount|total)\b"),
        (Field.DEALER, r"\b(?:дилер\w*|dealer)\b"),
        (Field.ADDRESS, r"\bадрес\w*\b"),
        (Field.COMMENT, r"\b(?:комментари\w*|примечани\w*|коментар\w*|примітк\w*|comment\w*)\b"),
    )
)
"""Tried in order, only when no spelling fits."""

MILEAGE = re.compile(
    r"^(?!.*\b(?:дата|date)\b).*\b(?:пробег\w*|пробіг\w*|mileage|odometer|kilomet\w+)\b"
)
DOCUMENT = re.compile(
    r"^(?!.*(?:контакт|связ|звон|contact|call)).*\b(?:(?:тех)?паспорт\w*|снилс|снілс|инн|кпп|огрн"
    r"|огрнип|окпо|бик|іпн|рнокпп|єдрпоу|э?птс|стс|ву|в у|права|свидетельств\w*|свідоцтв\w*"
    r"|удостоверен\w*|посвідчен\w*|договор\w*|договір|контракт\w*|дкп|счет|счета|р с|л с"
    r"|рахун\w*|полис\w*|поліс\w*|осаго|осцпв|каско|страхов\w*|серия|серії|карта|карты|штрих\w*"
    r"|артикул\w*|двигател\w*|двигун\w*|passport\w*|contract|agreement|invoice|account|iban"
    r"|policy|insurance|licen[cs]e|barcode|ean|imei|card|engine)\b"
)
"""Headings of papers and things that are numbered: their digits may well look like a phone."""
OTHER_KM = re.compile(
    r"^(?!.*(?:последн|прошл|предыдущ|крайн|останн|попередн|last|previous)).*"
    r"(?:\b(?:следующ|наступн|очередн|чергов|план|прогноз|рекоменд|меж ?серв|між ?серв|ожида"
    r"|расчет|розрахунк|интервал|інтервал|остат|остал|залиш|лимит|ліміт|гарант|средн|середн"
    r"|годов|річн|суточн|дневн|месячн|next|due|plan|forecast|recommend|expected|interval|remain"
    r"|limit|warrant|average|avg|annual)|\b(?:на|до) то\b"
    r"|\b(?:в|за) (?:год|день|месяц|сутки|период)\b|\bper (?:year|day|month)\b)"
)
"""Kilometres that no odometer shows today: of the next maintenance, between two, in a year."""
PHONE_ONLY = re.compile(
    r"(?:доп\w*|другой|додатк\w*|контактн\w*) (?:номер|контакт)|контакт(?:ы|и)?|номер"
)
UNIT_AT_END = re.compile(
    r" (?:руб(?:лей|ли)?|р|тыс руб|грн|uah|rub|usd|eur|у е|с ндс|без ндс|с учетом скидки|км|km|"
    r"дд мм гггг|dd mm yyyy|17 знаков|17 зн)$"
)
