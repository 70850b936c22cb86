"""Clients of the directory: who they are and how to reach them.

Needed: a name, and something by which the client is known again: a phone, an e-mail, the outside
key or the tax number.
"""

from __future__ import annotations

from importers.fields import PERSON, Field
from importers.formats.declaration import FileFormat, FormatKind

CLIENTS = FileFormat(
    code="clients",
    kind=FormatKind.DIRECTORY,
    required=(
        (Field.NAME, Field.LAST_NAME),
        (Field.PHONE, Field.EMAIL, Field.EXTERNAL_KEY, Field.TAX_ID),
    ),
    optional=PERSON
    | {Field.ADDRESS, Field.BIRTH_ON, Field.TAX_ID, Field.CLIENT_KIND, Field.COMMENT,
       Field.REFUSES},
    own={
        Field.NAME: "название|организация|компания|юр лицо|название организации|title|company",
        Field.CLIENT_KIND: "тип|вид|категория|type|kind|лицо",
        Field.BIRTH_ON: "д рожд",
        Field.EXTERNAL_KEY: "номер|no|number|ссылка",
    },
    example=(
        Field.NAME, Field.CLIENT_KIND, Field.PHONE, Field.EMAIL, Field.ADDRESS, Field.BIRTH_ON,
        Field.TAX_ID, Field.EXTERNAL_KEY, Field.COMMENT,
    ),
)  # fmt: skip
