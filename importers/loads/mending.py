"""A person corrects the cells of a row that was not loaded; then it is loaded like the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.access import Actor
from core.journal import record
from importers.events import RowsDecided
from importers.kept_columns import columns_of
from importers.loads.deciding import hold_load
from importers.loads.decision_models import Choice, LoadDecision
from importers.loads.kept_rows import as_before, kept_row
from importers.loads.lacking import Added, addable_fields, columns_with, keep_added
from importers.loads.models import LoadedRow
from importers.loads.reapplying import apply_kept_rows, judge_kept, read_kept
from importers.loads.told import REJECTED, Ruling

_LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Mended:
    """``ruling``: what the corrected row comes to. ``decision`` None: nothing was written."""

    ruling: Ruling
    decision: LoadDecision | None


def mend_row(
    session: Session,
    load_id: int,
    row_no: int,
    cells: Mapping[int, str],
    *,
    added: Sequence[Added] = (),
    actor: Actor,
    now: datetime,
) -> Mended:
    """Load the row with these cells (by index of their column); the others stay as they were.

    ``added``: what the file has no column for (``lacking_fields``); the load has one for it then.
    What still cannot be loaded changes nothing, unless only its person is doubtful: then the
    corrected row is to be decided. Raises NotFound, NotPermitted, LoadNotOver.
    """
    load = hold_load(session, load_id, actor=actor)
    row = kept_row(session, load_id, row_no)
    if row.verdict not in REJECTED:
        return Mended(Ruling(row.verdict), None)
    before = [as_before(row)]
    old = [str(cell) for cell in row.cells or ()]
    may = addable_fields(load)
    # Another row may have brought the column since the page was shown: it is that cell then.
    at = {column.field: column.index for column in columns_of(load)}
    late = {at[one.field]: one.text for one in added if one.field in at and one.text.strip()}
    cells = {**cells, **late}
    more = [one for one in added if one.field in may and one.text.strip()]
    width = len(load.header)
    mended = corrected(old[:width], cells, width=width) + [one.text[:_LONGEST] for one in more]
    draft = LoadedRow(load_id=load_id, row_no=row_no, cells=mended)
    read = read_kept(load, [draft], columns=columns_with(load, more))
    [ruling] = judge_kept(session, load, read, actor=actor, now=now)
    if ruling.verdict in REJECTED and ruling.doubt is None:
        return Mended(ruling, None)
    keep_added(load, more)
    row.cells = list(mended)
    applied = apply_kept_rows(session, load, [row], actor=actor, now=now)
    decision = LoadDecision(
        load_id=load_id, choice=Choice.MENDED, batch_no=applied.batch_no, rows=before, cells=old,
        by=actor.key, at=now,
    )  # fmt: skip
    session.add(decision)
    event = RowsDecided(record_load_id=load_id, choice=Choice.MENDED, rows=1, client_id=None)
    record(session, event, actor=actor, at=now)
    session.flush()
    return Mended(applied.rulings[0], decision)


def corrected(cells: list[str], said: Mapping[int, str], *, width: int) -> list[str]:
    """The cells with what was said of some of them; a table has ``width`` columns."""
    whole = cells + [""] * (width - len(cells))
    return [said.get(at, cell)[:_LONGEST] if at in said else cell for at, cell in enumerate(whole)]
