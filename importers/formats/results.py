"""What a round of calls that was made elsewhere came to.

Needed: the result in the words of whoever called, when, and whom: a phone, a VIN or the outside
key. Without its day a call has no place among the others: it could neither be known again nor put
in order, and the next try would count from the day of the load.
"""

from __future__ import annotations

from importers.fields import PERSON, Field
from importers.formats.declaration import FileFormat, FormatKind

RESULTS = FileFormat(
    code="results",
    kind=FormatKind.RESULTS,
    required=(
        (Field.OUTCOME,), (Field.CALLED_AT,), (Field.PHONE, Field.VIN, Field.EXTERNAL_KEY),
    ),
    optional=PERSON
    | {
        Field.VIN, Field.PLATE, Field.MILEAGE_KM, Field.CALLED_TIME, Field.CALLER,
        Field.NEXT_ON, Field.CAMPAIGN, Field.COMMENT, Field.REASON,
    },
    own={
        Field.OUTCOME: "статус|status|состояние|стан|ответ|решение|отметка|исполнение",
        Field.CALLED_AT: "дата|date|когда|день",
        Field.CALLED_TIME: "время|time|час",
        Field.NEXT_ON: "план|плановая дата|срок|дата план|due date|дата следующего контакта",
        Field.COMMENT: (
            "комментарий|комментарии|описание|содержание|запись разговора|текст|примечание|"
            "комментарий оператора|comment|notes|коментар"
        ),
        Field.EXTERNAL_KEY: "код клиента|id клиента|лид|id лида|номер лида|lead id|id",
    },
    stand_ins={Field.NEXT_ON: (Field.PLANNED_ON,), Field.OUTCOME: (Field.ADVICE_STATUS,)},
    alone={Field.CALLED_TIME: Field.CALLED_AT},
    example=(
        Field.PHONE, Field.NAME, Field.VIN, Field.CALLED_AT, Field.OUTCOME, Field.COMMENT,
        Field.CALLER, Field.NEXT_ON, Field.MILEAGE_KM,
    ),
)  # fmt: skip
