"""Rows in doubt are looked at again when the whole file is known (A8).

What stands below a row may make it certain: the same key with a name, the same name with a number.
It goes on until no row is settled any more: whatever the order of its rows, a file that is loaded
twice then leaves what it left at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from importers.loads.batches import BATCH
from importers.loads.kept_rows import Before, retell
from importers.loads.models import LoadedRow
from importers.loads.told import Ruling, Verdict
from importers.typed_rows import TypedRow

MOST = 50_000
"""Rows in doubt that are remembered by a load without kept rows; of more, the first of a file."""
Settled = tuple[Sequence[TypedRow], Sequence[Ruling]]


def in_doubt(rows: Sequence[TypedRow], rulings: Sequence[Ruling]) -> Iterator[TypedRow]:
    """Those of a batch that nothing was written of, and that may be certain later."""
    for row, ruling in zip(rows, rulings, strict=True):
        if ruling.verdict is Verdict.DOUBTFUL:
            yield row


def settled_later(
    waiting: Sequence[TypedRow], apply: Callable[[Sequence[TypedRow]], Sequence[Ruling]]
) -> Iterator[Settled]:
    """Load the rows in doubt again, until it changes nothing; those that are in doubt no more."""
    while waiting:
        left: list[TypedRow] = []
        for first in range(0, len(waiting), BATCH):
            rows = waiting[first : first + BATCH]
            rulings = apply(rows)
            left += in_doubt(rows, rulings)
            if settled := _settled(rows, rulings):
                yield settled
        if len(left) == len(waiting):
            return
        waiting = left


def kept_in_doubt(session: Session, load_id: int, *, after: int) -> Sequence[LoadedRow]:
    """Some thousands of the load's rows in doubt, below row ``after``."""
    return session.scalars(
        select(LoadedRow)
        .where(LoadedRow.load_id == load_id, LoadedRow.verdict == Verdict.DOUBTFUL,
               LoadedRow.row_no > after, LoadedRow.cells.is_not(None))
        .order_by(LoadedRow.row_no)
        .limit(BATCH)
    ).all()  # fmt: skip


def settle_kept(
    session: Session,
    load_id: int,
    rows: Sequence[TypedRow],
    rulings: Sequence[Ruling],
    before: Before,
) -> None:
    """Of a preview: keep what the rows that were in doubt come to."""
    kept = session.scalars(
        select(LoadedRow).where(
            LoadedRow.load_id == load_id, LoadedRow.row_no.in_([row.row_no for row in rows])
        )
    )
    by_number = {row.row_no: row for row in kept}
    for row, ruling in zip(rows, rulings, strict=True):
        if (told := by_number.get(row.row_no)) is not None:
            retell(told, ruling, before)


def retell_settled(
    kept: Sequence[LoadedRow], rulings: Sequence[Ruling], counts: Counter[Verdict]
) -> int:
    """Keep what became of the rows that are in doubt no more; how many. ``counts`` follow."""
    settled = [
        (row, ruling)
        for row, ruling in zip(kept, rulings, strict=True)
        if ruling.verdict is not Verdict.DOUBTFUL
    ]
    for row, ruling in settled:
        retell(row, ruling)
    recount(counts, [ruling for _, ruling in settled])
    return len(settled)


def recount(counts: Counter[Verdict], rulings: Sequence[Ruling]) -> None:
    """Rows that were counted as doubtful have these verdicts now."""
    for ruling in rulings:
        counts[Verdict.DOUBTFUL] -= 1
        counts[ruling.verdict] += 1


def _settled(rows: Sequence[TypedRow], rulings: Sequence[Ruling]) -> Settled | None:
    found = [
        (row, ruling)
        for row, ruling in zip(rows, rulings, strict=True)
        if ruling.verdict is not Verdict.DOUBTFUL
    ]
    return ([row for row, _ in found], [ruling for _, ruling in found]) if found else None
