"""What the form of «Внешние данные» offers: units, kinds of files, limits; and what comes first."""

from typing import Any

from flask import g, get_flashed_messages
from sqlalchemy.orm import Session

from directory.units.models import UnitKind
from directory.units.tree import unit_tree
from importers.files import last_asked
from importers.formats.catalogue import LEAD_FORMATS
from importers.guard import MAX_ROWS
from importers.loads.running import DIRECTORY_FORMATS
from webui.labels.files import FORMATS
from webui.labels.loads import KINDS
from webui.requests import settings
from webui.selections.uploads import ENDINGS, Asked

REFUSED_UPLOAD = "upload"
"""The category of a flashed message that is shown in the form, not as a toast."""
_MEGABYTE = 1 << 20


def upload_form(reading: Session, asked: Asked) -> dict[str, Any]:
    """The values of the form: as the address has them, else those of the person's last file."""
    tree = unit_tree(reading, within=g.actor.unit_ids)
    units = [row for row in tree if row.unit.kind is not UnitKind.COMPANY]
    known = {row.unit.id for row in units}
    last = last_asked(reading, actor=g.actor)
    only = next(iter(known)) if len(known) == 1 else last[0] if last else None
    kinds = {code: words for code, words in KINDS.items() if code in DIRECTORY_FORMATS}
    offered = {**FORMATS, **kinds}
    wanted = (asked.variant, last[1] if last else "", *LEAD_FORMATS)
    return {
        "units": units,
        "unit_id": next((one for one in (asked.unit_id, only) if one in known), None),
        "variants": FORMATS,
        "kinds": kinds,
        "variant": next(one for one in wanted if one in offered),
        "problems": get_flashed_messages(category_filter=[REFUSED_UPLOAD]),
        "megabytes": settings().max_upload_bytes // _MEGABYTE,
        "max_bytes": settings().max_upload_bytes,
        "max_rows": MAX_ROWS,
        "endings": ENDINGS,
        "sheet": asked.sheet,
    }
