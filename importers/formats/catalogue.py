"""All formats, by code; and those that can be loaded today."""

from __future__ import annotations

from collections.abc import Mapping

from importers.formats.clients import CLIENTS
from importers.formats.declaration import FileFormat, LeadFormat
from importers.formats.do_not_call import DO_NOT_CALL
from importers.formats.lost_clients import LOST_CLIENTS
from importers.formats.maintenance_due import MAINTENANCE_DUE
from importers.formats.recall import RECALL
from importers.formats.recommendations import RECOMMENDATIONS
from importers.formats.results import RESULTS
from importers.formats.vehicles import VEHICLES
from importers.formats.visits import VISITS

LEAD_FORMATS: Mapping[str, LeadFormat] = {
    fmt.code: fmt for fmt in (MAINTENANCE_DUE, LOST_CLIENTS, RECALL)
}
"""Whose rows become work-lists: the variants that the pages and the command line offer."""

FORMATS: Mapping[str, FileFormat] = {
    **LEAD_FORMATS,
    **{fmt.code: fmt for fmt in (CLIENTS, VEHICLES, VISITS, RECOMMENDATIONS, DO_NOT_CALL, RESULTS)},
}
