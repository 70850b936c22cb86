"""Work that was advised at a visit and not done.

Needed: what was advised, and the vehicle by VIN or plate, or the order by its number.
"""

from __future__ import annotations

from importers.fields import PERSON, VEHICLE, Field
from importers.formats.declaration import FileFormat, FormatKind

RECOMMENDATIONS = FileFormat(
    code="recommendations",
    kind=FormatKind.DIRECTORY,
    required=((Field.ADVICE,), (Field.VIN, Field.PLATE, Field.VISIT_NUMBER)),
    optional=PERSON
    | VEHICLE
    | {
        Field.VISIT_NUMBER, Field.ESTIMATE, Field.ADVISED_ON, Field.ADVICE_STATUS,
        Field.CLOSED_ON,
    },
    own={
        Field.ADVICE: (
            "работа|работы|наименование работ|наименование работы|перечень работ|описание|"
            "содержание|что сделать|робота|роботи|опис|work|works|description|item|позиция|"
            "номенклатура|вид работ|наименование"
        ),
        Field.ADVISED_ON: "дата|date|дата то|дата зн|дата визита|дата заказ наряда|дата документа",
        Field.ADVICE_STATUS: "статус|состояние|status|стан|решение|этап|отметка",
        Field.ESTIMATE: "сумма|стоимость|цена|сума|вартість|ціна|price|cost|total|amount",
        Field.VISIT_NUMBER: "номер|код|no|number",
        Field.CLOSED_ON: "дата выполнения|дата закрытия|выполнено|дата виконання|closed|done",
    },
    stand_ins={
        Field.ADVICE: (Field.WORK, Field.COMMENT),
        Field.ADVISED_ON: (Field.OPENED_ON, Field.LAST_VISIT_ON),
        Field.ESTIMATE: (Field.TOTAL,),
        Field.ADVICE_STATUS: (Field.VISIT_STATUS,),
        Field.CLOSED_ON: (Field.DONE_ON,),
    },
    example=(
        Field.VISIT_NUMBER, Field.VIN, Field.ADVICE, Field.ESTIMATE, Field.ADVISED_ON,
        Field.ADVICE_STATUS, Field.CLOSED_ON, Field.NAME, Field.PHONE,
    ),
)  # fmt: skip
