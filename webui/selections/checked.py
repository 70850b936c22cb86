"""What was checked before a run: only those answers, and that version, are run (A9).

A mark of them travels with the form; it grants nothing and guards no secret: it keeps a person from
running what they have not seen the result of.
"""

import hashlib
import json
from collections.abc import Sequence

from selections.models import Selection
from webui.selections.run_asked import AskedField, AskedRun


def mark_of(selection: Selection, asked: AskedRun, fields: Sequence[AskedField]) -> str:
    """The same for the same version and answers, however their lines are spaced.

    ``fields``: as the form shows them, so that a default counts as the answer that it is.
    """
    told = [
        selection.id,
        selection.version_no,
        asked.unit_id,
        asked.campaign_id,
        asked.hold_out_share,
        [[one.name, [line.strip() for line in one.typed.splitlines() if line.strip()]]
         for one in fields],
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]
