"""Visits: the work orders of a workshop, one line for each, or one for each line of the order.

Needed: the order's number, a day (closed or opened), and the vehicle by VIN or plate.
"""

from __future__ import annotations

from importers.fields import PERSON, VEHICLE, Field
from importers.formats.declaration import FileFormat, FormatKind
from importers.spellings import SPELLINGS

_KINDS_OF_WORK = frozenset(
    {
        "вид работ",
        "вид ремонта",
        "причина обращения",
        "вид обслуживания",
        "вид робіт",
        "repair type",
    }
)
"""What the order was for: its work only where no column names that."""
_WORK = [one for one in SPELLINGS[Field.WORK].split("|") if one not in _KINDS_OF_WORK]

VISITS = FileFormat(
    code="visits",
    kind=FormatKind.DIRECTORY,
    required=(
        (Field.VISIT_NUMBER,),
        (Field.DONE_ON, Field.OPENED_ON),
        (Field.VIN, Field.PLATE),
    ),
    optional=PERSON
    | VEHICLE
    | {
        Field.OPENED_ON, Field.DONE_ON, Field.WORKSHOP, Field.TOTAL, Field.LINE_TOTAL, Field.WORK,
        Field.VISIT_STATUS, Field.MILEAGE_KM,
    },
    own={
        Field.VISIT_NUMBER: "номер|no|number|код|id|ид|guid|регистратор|док|document",
        Field.DONE_ON: "дата|date|день|дата то|період|период|дата реализации|дата продажи",
        Field.OPENED_ON: (
            "дата|date|период|дата заезда|дата приезда|заезд|дата заїзду|заїзд|дата обращения"
        ),
        Field.VISIT_STATUS: "статус|status|состояние|стан|этап",
        Field.WORK: "|".join((*_WORK, "наименование", "содержание работ")),
        # «Стоимость» is that of the line where another column tells the order's amount.
        Field.TOTAL: SPELLINGS[Field.TOTAL],
        Field.LINE_TOTAL: "стоимость|вартість|cost",
        Field.NAME: "фио клиента|клиент|контрагент|заказчик|плательщик",
        Field.MILEAGE_KM: "одометр|км",
    },
    stand_ins={
        Field.DONE_ON: (Field.LAST_VISIT_ON,),
        Field.WORK: (Field.COMMENT, Field.REASON),
        Field.WORKSHOP: (Field.DEALER,),
    },
    example=(
        Field.VISIT_NUMBER, Field.OPENED_ON, Field.DONE_ON, Field.VISIT_STATUS, Field.VIN,
        Field.PLATE, Field.MILEAGE_KM, Field.NAME, Field.PHONE, Field.WORKSHOP, Field.WORK,
        Field.TOTAL,
    ),
)  # fmt: skip
