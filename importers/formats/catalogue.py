"""All variants, by code."""

from __future__ import annotations

from collections.abc import Mapping

from importers.formats.declaration import LeadFormat
from importers.formats.lost_clients import LOST_CLIENTS
from importers.formats.maintenance_due import MAINTENANCE_DUE

FORMATS: Mapping[str, LeadFormat] = {fmt.code: fmt for fmt in (MAINTENANCE_DUE, LOST_CLIENTS)}
