"""What can be done with a load that has ended, as far as this installation has the pages for it."""

from dataclasses import dataclass

from flask import current_app, url_for

from importers.loads.models import LoadState, RecordLoad
from importers.loads.result_rows import REJECTED
from importers.loads.spool import spool_file
from importers.loads.told import Verdict
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
    rejected = sum(int(load.counts.get(verdict.value, 0)) for verdict in REJECTED)
    doubtful = int(load.counts.get(Verdict.DOUBTFUL.value, 0))
    invalid = int(load.counts.get(Verdict.INVALID.value, 0))
    return Links(
        has_file=load.forgotten_at is None and spool_file(loads_folder(), load.id).exists(),
        rejected=rejected if load.forgotten_at is None else 0,
        doubts=_address("load_doubts.page", load) if has_loaded and doubtful else "",
        mend=_address("load_mending.page", load) if has_loaded and invalid else "",
        take_back=_address("loads.take_back", load) if has_loaded else "",
    )


def _address(endpoint: str, load: RecordLoad) -> str:
    """The page of a load; "" where this installation has no such page."""
    return url_for(endpoint, load_id=load.id) if endpoint in current_app.view_functions else ""
