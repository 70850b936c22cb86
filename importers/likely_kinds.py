"""Whether the headings of a file say that it is of another kind than was chosen. Pure (A8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from importers.columns import Column
from importers.folders.recognising import score_of, tells_itself
from importers.formats.catalogue import FORMATS
from importers.formats.declaration import FileFormat, FormatKind

_AS_LEADS = ("clients", "vehicles", "do-not-call", "results")
"""What a file of clients to call can be by a slip. Work orders and advised work are not among them:
their columns stand in for those of such a file, and people call by them on purpose."""
_CLEARLY = 8
"""By so much another format must fit better: one column that is its own, and what is lost."""


def likelier_kind(fmt: FileFormat, columns: Sequence[Column]) -> FileFormat | None:
    """The format of records that the headings fit clearly better than ``fmt``; None: there is none.

    ``columns`` as their headings tell. A list of clients fits one of refusals as well, so that
    says nothing: a column must tell. A file of clients to call may bring columns that are to be
    filled in by whoever calls: leave out those without a cell (``with_cells``).
    """
    others = [
        one for one in FORMATS.values() if one.kind is not FormatKind.LEADS and one is not fmt
    ]
    told: dict[str, int] = {}
    if (own := score_of(fmt, columns, may_lack_numbers=True)) is not None:
        told[fmt.code] = own
    if fmt.kind is FormatKind.LEADS:
        others = [one for one in others if one.code in _AS_LEADS]
        if own is not None:
            # «Причина» of a recall is what is to be done, and nobody's refusal.
            columns = [_mute(one) if fmt.has_own(one.heading) else one for one in columns]
    told |= {
        other.code: score
        for other in others
        if (score := score_of(other, columns, may_lack_numbers=True)) is not None
        and tells_itself(other, columns)
    }
    best = max(told, key=lambda code: told[code], default=fmt.code)
    if best == fmt.code or told[best] - told.get(fmt.code, 0) < _CLEARLY:
        return None
    return FORMATS[best]


def with_cells(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[Column]:
    """The columns; those that are empty in all ``rows`` say nothing."""
    return [
        column if any(row[column.index].strip() for row in rows if column.index < len(row))
        else _mute(column)
        for column in columns
    ]  # fmt: skip


def _mute(column: Column) -> Column:
    return replace(column, heading="", field=None)
