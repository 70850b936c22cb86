"""Whether the headings of a file say that it is of another kind than was chosen. Pure (A8)."""

from __future__ import annotations

from collections.abc import Sequence

from importers.columns import Column
from importers.folders.recognising import score_of, tells_itself
from importers.formats.catalogue import FORMATS
from importers.formats.declaration import FileFormat, FormatKind

_CLEARLY = 8
"""By so much another format must fit better: one column that is its own, and what is lost."""


def likelier_kind(fmt: FileFormat, columns: Sequence[Column]) -> FileFormat | None:
    """The format of records that the headings fit clearly better than ``fmt``; None: there is none.

    ``columns`` as their headings tell. A list of clients fits one of refusals as well, so that
    says nothing: a column must tell.
    """
    if fmt.kind is FormatKind.LEADS:
        return None
    told = {
        other.code: score
        for other in FORMATS.values()
        if other.kind is not FormatKind.LEADS
        and (score := score_of(other, columns)) is not None
        and (other is fmt or tells_itself(other, columns))
    }
    best = max(told, key=lambda code: told[code], default=fmt.code)
    if best == fmt.code or told[best] - told.get(fmt.code, 0) < _CLEARLY:
        return None
    return FORMATS[best]
