"""What a person should look at before a file is loaded: another kind of file, no workshop (A8)."""

from collections.abc import Sequence
from typing import Any

from flask import g

from importers.columns import Column
from importers.formats.catalogue import FORMATS
from importers.formats.declaration import FormatKind
from importers.kept_columns import bare_columns, columns_of
from importers.likely_kinds import likelier_kind
from importers.loads.models import LoadState, RecordLoad
from importers.loads.workshops import workshops_to_choose
from webui.labels.loads import KINDS
from webui.requests import session
from worklists.permissions import WorkPermission

_OPEN = (LoadState.COLUMNS, LoadState.CHECKED)
"""States in which something can still be done about it."""


def kind_hints(load: RecordLoad, columns: Sequence[Column] | None = None) -> dict[str, Any]:
    """``likelier``: (code, words) of the kind that the file looks like, else None; ``workshops``:
    names of those of which the file should name one. ``columns``: what a person says they are."""
    if load.state not in _OPEN:
        return {"likelier": None, "workshops": []}
    fmt = FORMATS[load.format]
    found = likelier_kind(fmt, bare_columns(load))
    if found is not None and found.kind is FormatKind.RESULTS:
        found = found if g.actor.may(WorkPermission.WORK) else None
    said = columns if columns is not None else columns_of(load)
    return {
        "likelier": (found.code, KINDS[found.code][0]) if found is not None else None,
        "workshops": workshops_to_choose(session(), load.unit_id, fmt, said),
    }
