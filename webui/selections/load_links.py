"""What can be done with a load that has ended."""

from dataclasses import dataclass

from flask import url_for

from importers.loads.deciding import DECIDABLE
from importers.loads.models import LoadState, RecordLoad
from importers.loads.spool import spool_file
from importers.loads.taking_back import can_be_taken_back
from importers.loads.told import REJECTED, Verdict
from webui.selections.load_uploads import loads_folder

_RAN = (LoadState.DONE, LoadState.CANCELLED, LoadState.REFUSED)


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses, "" for what cannot be done. ``rejected``: how many rows were not taken."""

    has_file: bool
    rejected: int
    doubts: str
    mend: str
    take_back: str


def links_of(load: RecordLoad) -> Links:
    """What can be done with the load now."""
    has_loaded = load.batches > 0 and load.state in _RAN
    may_decide = load.batches > 0 and load.state in DECIDABLE and load.forgotten_at is None
    may_go = has_loaded and can_be_taken_back(load)
    rejected = sum(int(load.counts.get(verdict.value, 0)) for verdict in REJECTED)
    doubtful = int(load.counts.get(Verdict.DOUBTFUL.value, 0))
    invalid = int(load.counts.get(Verdict.INVALID.value, 0))
    return Links(
        has_file=load.forgotten_at is None and spool_file(loads_folder(), load.id).exists(),
        rejected=rejected if load.forgotten_at is None else 0,
        doubts=url_for("load_doubts.page", load_id=load.id) if may_decide and doubtful else "",
        mend=url_for("load_mending.page", load_id=load.id) if may_decide and invalid else "",
        take_back=url_for("loads.take_back", load_id=load.id) if may_go else "",
    )
