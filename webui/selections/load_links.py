"""What can be done with a load that has ended."""

from dataclasses import dataclass

from flask import url_for

from importers.formats.catalogue import FORMATS
from importers.formats.declaration import FormatKind
from importers.loads.doubtful import WaitingLoad
from importers.loads.models import LoadState
from importers.loads.spool import spool_file
from importers.loads.taking_back import can_be_taken_back
from importers.loads.told import NOT_LOADED
from webui.selections.load_uploads import loads_folder

_RAN = (LoadState.DONE, LoadState.CANCELLED, LoadState.REFUSED)


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses, "" for what cannot be done. ``rejected``: how many rows were not taken.

    ``people`` and ``rows``: how many ``doubts`` and ``mend`` show.
    """

    has_file: bool
    rejected: int
    doubts: str
    people: int
    mend: str
    rows: int
    take_back: str
    calls_stay: bool
    """It has saved calls, which were made: it cannot be taken back as a whole."""


def links_of(waiting: WaitingLoad) -> Links:
    """What can be done with the load now."""
    load = waiting.load
    has_loaded = load.batches > 0 and load.state in _RAN
    may_decide = load.batches > 0
    may_go = has_loaded and can_be_taken_back(load)
    rejected = sum(int(load.counts.get(verdict.value, 0)) for verdict in NOT_LOADED)
    people = waiting.people if may_decide else 0
    rows = waiting.rejected if may_decide else 0
    return Links(
        has_file=load.forgotten_at is None and spool_file(loads_folder(), load.id).exists(),
        rejected=rejected if load.forgotten_at is None else 0,
        doubts=url_for("load_doubts.page", load_id=load.id) if people else "",
        people=people,
        mend=url_for("load_mending.page", load_id=load.id) if rows else "",
        rows=rows,
        take_back=url_for("loads.take_back", load_id=load.id) if may_go else "",
        calls_stay=has_loaded and FORMATS[load.format].kind is FormatKind.RESULTS,
    )
