"""Clients whose vehicle is due for maintenance.

Needed: (a name or a VIN) and (a phone or a VIN). The planned date is used where it is there; a row
with a wrong one is still a call to make, so it is a warning.
"""

from __future__ import annotations

from importers.columns import Field
from importers.formats.declaration import NAME_OR_VIN, PHONE_OR_VIN, LeadFormat, all_but

MAINTENANCE_DUE = LeadFormat(
    code="maintenance-due",
    campaign="maintenance-due",
    required=(NAME_OR_VIN, PHONE_OR_VIN),
    optional=all_but({Field.NAME, Field.VIN, Field.PHONE}),
)
