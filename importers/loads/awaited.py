"""For which clients a call waited when a call of a file was made: a page tells it (A8)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from core.access import Actor
from importers.loads.batch import Setting
from importers.loads.models import RecordLoad
from importers.loads.results import ResultsApplier
from importers.loads.running import source_of
from importers.typed_rows import TypedRow


def awaited_then(
    session: Session,
    load: RecordLoad,
    row: TypedRow,
    client_ids: Collection[int],
    *,
    actor: Actor,
    now: datetime,
) -> frozenset[int]:
    """Those of the clients at whose call the row's result could be saved."""
    setting = Setting(session, load.unit_id, actor, now, source_of(load.sha256), only_looks=True)
    applier = ResultsApplier(setting, [row])
    return frozenset(one for one in client_ids if applier.awaits(row, one))
