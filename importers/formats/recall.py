"""Vehicles that their maker calls back: a list of VINs, with or without anything else.

Needed: the VIN alone. Who owns the vehicle is known to the directory; a name and a phone are used
where they are there. What the recall is about is told to the manager as the comment.
"""

from __future__ import annotations

from importers.fields import Field
from importers.formats.declaration import LEAD_FIELDS, LeadFormat

RECALL = LeadFormat(
    code="recall",
    campaign="recall",
    required=((Field.VIN,),),
    optional=LEAD_FIELDS,
    own={
        Field.LAST_VISIT_ON: "дата то",
        Field.COMMENT: (
            "кампания|код кампании|номер кампании|название кампании|отзывная кампания|отзыв|"
            "код отзыва|номер отзыва|описание отзыва|описание кампании|бюллетень|"
            "номер бюллетеня|сервисный бюллетень|акция|код акции|номер акции|название акции|"
            "сервисная акция|мероприятие|код мероприятия|номер мероприятия|описание|"
            "необходимые работы|работы|вид работ|операция|код операции|причина|причина отзыва|"
            "відклик|відкликання|код відклику|відклична кампанія|кампанія|сервісна акція|опис|"
            "recall|recall code|recall no|recall number|campaign|campaign code|campaign no|"
            "campaign number|service campaign|bulletin|action code|description|tsb"
        ),
    },
    stand_ins={
        Field.LAST_VISIT_ON: (Field.DONE_ON, Field.OPENED_ON),
        Field.DEALER: (Field.WORKSHOP,),
        Field.COMMENT: (Field.CAMPAIGN, Field.WORK, Field.ADVICE),
    },
    example=(
        Field.VIN, Field.MAKE, Field.MODEL, Field.YEAR, Field.NAME, Field.PHONE, Field.COMMENT,
    ),
)  # fmt: skip
