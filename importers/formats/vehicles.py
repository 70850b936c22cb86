"""Vehicles of the directory, with their owners where the file names them.

Needed: a VIN or a plate.
"""

from __future__ import annotations

from importers.fields import PERSON, VEHICLE, Field
from importers.formats.declaration import FileFormat, FormatKind

VEHICLES = FileFormat(
    code="vehicles",
    kind=FormatKind.DIRECTORY,
    required=((Field.VIN, Field.PLATE),),
    optional=PERSON
    | VEHICLE
    | {
        Field.MILEAGE_KM, Field.MILEAGE_ON, Field.SOLD_ON, Field.WARRANTY_UNTIL,
        Field.INSURED_UNTIL,
    },
    own={
        Field.PLATE: "номер|рег|знак|number",
        Field.MAKE_MODEL: "наименование|название|name|description|описание",
        Field.EXTERNAL_KEY: "код владельца|id владельца|код власника|owner id|owner code",
        Field.NAME: "текущий владелец|собственник тс|current owner",
        Field.WARRANTY_UNTIL: "гарантия по|гарантия до даты",
    },
    # The mileage that the workshop knows is that of the last visit.
    stand_ins={Field.MILEAGE_ON: (Field.LAST_VISIT_ON,)},
    example=(
        Field.VIN, Field.PLATE, Field.MAKE, Field.MODEL, Field.YEAR, Field.MILEAGE_KM,
        Field.SOLD_ON, Field.WARRANTY_UNTIL, Field.INSURED_UNTIL, Field.NAME, Field.PHONE,
    ),
)  # fmt: skip
