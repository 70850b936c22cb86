"""Clients who do not want to be called, as another system or a letter tells.

Needed: a phone, an e-mail, a VIN or the outside key. A name alone blocks nobody: namesakes.
"""

from __future__ import annotations

from importers.fields import PERSON, Field
from importers.formats.declaration import FileFormat, FormatKind

DO_NOT_CALL = FileFormat(
    code="do-not-call",
    kind=FormatKind.DIRECTORY,
    required=((Field.PHONE, Field.EMAIL, Field.VIN, Field.EXTERNAL_KEY),),
    optional=PERSON
    | {
        Field.VIN, Field.PLATE, Field.REASON, Field.SCOPE, Field.REFUSES, Field.REFUSED_ON,
        Field.CAMPAIGN,
    },
    own={
        Field.REFUSED_ON: (
            "дата|date|когда|дата записи|дата добавления|added|added on|с какого дня|"
            "с какого числа|с какой даты"
        ),
        Field.REASON: (
            "комментарий|комментарии|примечание|примечания|описание|коментар|примітка|comment|"
            "comments|note|notes|текст обращения|обращение|источник|source"
        ),
        Field.SCOPE: "тип|вид|ограничение|тип отказа|тип запрета|type|тема|область|статус|status",
    },
    stand_ins={Field.REASON: (Field.COMMENT, Field.OUTCOME), Field.REFUSED_ON: (Field.CALLED_AT,)},
    example=(
        Field.PHONE, Field.NAME, Field.VIN, Field.REFUSED_ON, Field.REASON, Field.SCOPE,
    ),
)  # fmt: skip
