"""Clients whose vehicle is due for maintenance.

Needed: (a name or a VIN) and (a phone or a VIN). The planned date is used where it is there; a row
with a wrong one is still a call to make, so it is a warning.
"""

from __future__ import annotations

from importers.fields import Field
from importers.formats.declaration import LEAD_FIELDS, NAME_OR_VIN, PHONE_OR_VIN, LeadFormat

MAINTENANCE_DUE = LeadFormat(
    code="maintenance-due",
    campaign="maintenance-due",
    required=(NAME_OR_VIN, PHONE_OR_VIN),
    optional=LEAD_FIELDS,
    own={
        # The day to come, unless another column tells that.
        Field.PLANNED_ON: "дата то",
        Field.LAST_VISIT_ON: "дата то",
    },
    stand_ins={
        Field.LAST_VISIT_ON: (Field.DONE_ON, Field.OPENED_ON),
        Field.DEALER: (Field.WORKSHOP,),
        Field.COMMENT: (Field.ADVICE, Field.WORK),
    },
    example=(
        Field.NAME, Field.PHONE, Field.EMAIL, Field.VIN, Field.PLATE, Field.MAKE, Field.MODEL,
        Field.YEAR, Field.MILEAGE_KM, Field.LAST_VISIT_ON, Field.PLANNED_ON, Field.COMMENT,
    ),
)  # fmt: skip
