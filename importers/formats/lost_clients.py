"""Clients who have not come for long.

Needed: (a name or a VIN) and (a phone or a VIN). The last visit is used where it is there.
"""

from __future__ import annotations

from importers.fields import Field
from importers.formats.declaration import LEAD_FIELDS, NAME_OR_VIN, PHONE_OR_VIN, LeadFormat

LOST_CLIENTS = LeadFormat(
    code="lost-clients",
    campaign="lost-clients",
    required=(NAME_OR_VIN, PHONE_OR_VIN),
    optional=LEAD_FIELDS,
    own={Field.LAST_VISIT_ON: "дата то"},
    stand_ins={
        Field.LAST_VISIT_ON: (Field.DONE_ON, Field.OPENED_ON),
        Field.DEALER: (Field.WORKSHOP,),
        Field.COMMENT: (Field.ADVICE, Field.WORK),
    },
    example=(
        Field.NAME, Field.PHONE, Field.EMAIL, Field.VIN, Field.PLATE, Field.MAKE, Field.MODEL,
        Field.YEAR, Field.MILEAGE_KM, Field.LAST_VISIT_ON, Field.COMMENT,
    ),
)  # fmt: skip
