"""The life of a load: what may follow what, in one place (A8)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from core.errors import Refused
from importers.loads.models import AT_WORK, ENDS, LoadState, RecordLoad

FOLLOWS: Mapping[LoadState, frozenset[LoadState]] = {
    LoadState.LOOKING: frozenset(
        {LoadState.COLUMNS, LoadState.CHECKING, LoadState.LOADING, LoadState.REFUSED,
         LoadState.CANCELLED}
    ),
    LoadState.READING: frozenset({LoadState.DONE, LoadState.REFUSED, LoadState.CANCELLED}),
    LoadState.COLUMNS: frozenset({LoadState.CHECKING, LoadState.CANCELLED}),
    LoadState.CHECKING: frozenset({LoadState.CHECKED, LoadState.REFUSED, LoadState.CANCELLED}),
    LoadState.CHECKED: frozenset({LoadState.CHECKING, LoadState.LOADING, LoadState.CANCELLED}),
    LoadState.LOADING: frozenset({LoadState.DONE, LoadState.REFUSED, LoadState.CANCELLED}),
    LoadState.DONE: frozenset({LoadState.UNDOING, LoadState.TAKEN_BACK}),
    # A part may have been loaded before the end.
    LoadState.CANCELLED: frozenset({LoadState.UNDOING, LoadState.TAKEN_BACK}),
    LoadState.REFUSED: frozenset({LoadState.UNDOING, LoadState.TAKEN_BACK}),
    # Back to what it was when something of it is needed by now.
    LoadState.UNDOING: frozenset(
        {LoadState.TAKEN_BACK, LoadState.DONE, LoadState.CANCELLED, LoadState.REFUSED}
    ),
    LoadState.TAKEN_BACK: frozenset(),
}  # fmt: skip


class StepRefused(Refused):
    """The load is in a state from which this step cannot be made."""

    def __init__(self, state: LoadState, wanted: LoadState) -> None:
        super().__init__(f"{state.value} → {wanted.value}")
        self.state, self.wanted = state, wanted


def require_step(state: LoadState, wanted: LoadState) -> None:
    """Raise StepRefused unless ``wanted`` may follow."""
    if wanted not in FOLLOWS[state]:
        raise StepRefused(state, wanted)


def go_to(load: RecordLoad, wanted: LoadState, *, now: datetime) -> None:
    """Make the step: nobody is at work on the load then. Raises StepRefused.

    A preview and a load begin at the first row; one that is taken back stays as it is meanwhile.
    """
    require_step(load.state, wanted)
    load.state = wanted
    load.worker, load.beat_at, load.attempts = None, None, 0
    if wanted in AT_WORK and wanted is not LoadState.UNDOING:
        load.position, load.batches, load.counts, load.begun_at = 0, 0, {}, None
    if wanted is LoadState.CHECKING:
        load.checked = None
    if wanted in ENDS:
        load.finished_at, load.wants_end = now, False
