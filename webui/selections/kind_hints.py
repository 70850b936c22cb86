"""What a person should look at before a file is loaded: another kind of file, no workshop (A8)."""

from collections.abc import Sequence
from typing import Any

from flask import g

from importers.columns import Column, Source
from importers.formats.catalogue import FORMATS
from importers.formats.declaration import FileFormat, FormatKind
from importers.kept_columns import bare_columns, columns_of
from importers.likely_kinds import likelier_kind, with_cells
from importers.loads.models import LoadState, RecordLoad
from importers.loads.workshops import workshops_below, workshops_to_choose
from importers.models import ImportedFile
from importers.rereading import first_cells
from importers.usage import is_used
from webui.labels.loads import KINDS
from webui.requests import session
from worklists.permissions import WorkPermission

_GRAVE = frozenset({"do-not-call", "results"})
_OPEN = (LoadState.COLUMNS, LoadState.CHECKED)
"""States in which something can still be done about it."""


def likelier_than_leads(file: ImportedFile) -> tuple[str, Any] | None:
    """(Code, words) of the kind of records that a file of clients to call looks like, else None.

    Of one that work-lists were formed from nothing is told any more.
    """
    if is_used(session(), file.id):
        return None
    columns = with_cells(bare_columns(file), first_cells(session(), file.id))
    return _offered(likelier_kind(FORMATS[file.format], columns))


def _unless_told(
    fmt: FileFormat, found: FileFormat | None, columns: Sequence[Column]
) -> tuple[str, Any] | None:
    """The kind, unless a person has said what the columns are: then it is no slip of the hand.

    Refusals and results forbid and end calls: of those it is told all the same.
    """
    is_said = any(column.source is Source.PERSON for column in columns)
    is_grave = found is not None and not _GRAVE.isdisjoint((fmt.code, found.code))
    return _offered(found) if is_grave or not is_said else None


def _offered(found: FileFormat | None) -> tuple[str, Any] | None:
    """The kind, if this person may load it."""
    if found is None or (found.kind is FormatKind.RESULTS and not g.actor.may(WorkPermission.WORK)):
        return None
    return found.code, KINDS[found.code][0]


def kind_hints(
    load: RecordLoad, columns: Sequence[Column] | None = None, *, has_workshop: bool | None = None
) -> dict[str, Any]:
    """``likelier``: (code, words) of the kind that the file looks like, else None; ``workshops``:
    names of those of which the file should name one; ``can_say_workshop``: one may be said for all
    rows. ``columns``: what a person says they are; ``has_workshop``: one is said for all rows."""
    if load.state not in _OPEN:
        return {"likelier": None, "workshops": [], "can_say_workshop": False}
    fmt = FORMATS[load.format]
    said = columns if columns is not None else columns_of(load)
    is_said = load.workshop_id is not None if has_workshop is None else has_workshop
    to_choose = [] if is_said else workshops_to_choose(session(), load.unit_id, fmt, said)
    return {
        "likelier": _unless_told(fmt, likelier_kind(fmt, bare_columns(load)), said),
        "workshops": to_choose,
        "can_say_workshop": bool(to_choose) and bool(workshops_below(session(), load.unit_id)),
    }
