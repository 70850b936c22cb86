"""Clients who have not come for long.

Needed: (a name or a VIN) and (a phone or a VIN). The last visit is used where it is there.
"""

from __future__ import annotations

from importers.columns import Field
from importers.formats.declaration import NAME_OR_VIN, PHONE_OR_VIN, LeadFormat, all_but

LOST_CLIENTS = LeadFormat(
    code="lost-clients",
    campaign="lost-clients",
    required=(NAME_OR_VIN, PHONE_OR_VIN),
    optional=all_but({Field.NAME, Field.VIN, Field.PHONE, Field.PLANNED_ON}),
)
