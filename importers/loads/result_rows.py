"""The rows of a load with what became of each, in the order of the file (rule 20)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, null, select
from sqlalchemy.orm import Session

from core.access import Actor
from core.among import among
from directory.clients.models import Client
from directory.clients.visibility import client_is_visible
from importers.answers import Rows
from importers.loads.clashes import Clash, clashes_of
from importers.loads.decision_models import Choice, LoadDecision
from importers.loads.kept_rows import problems_in
from importers.loads.models import LoadedRow, RecordLoad
from importers.loads.seen import get_load
from importers.loads.told import NOT_LOADED, Verdict
from importers.problems import RowProblem

_ASKED_AT_ONCE = 5_000
_JUDGED_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A row as it stands in the file, or as a person corrected it.

    ``verdict`` None: it was not loaded (any more).
    ``client``: the present name of whom it concerns, "" without one.
    """

    row_no: int
    cells: Sequence[str]
    verdict: Verdict | None
    problems: tuple[RowProblem, ...]
    client_id: int | None
    client: str
    task_id: int | None
    clash: Clash | None = None
    """Of a doubtful row: whom it may mean now."""


def rows_with_results(
    session: Session,
    load_id: int,
    batches: Iterable[Rows],
    *,
    width: int,
    actor: Actor,
    now: datetime,
) -> Iterator[ResultRow]:
    """All rows of the open file, each with what became of it; a corrected one as it was loaded.

    Raises NotFound, NotPermitted.

    ``width``: how many columns the table of the file has.
    """
    load = get_load(session, load_id, actor=actor)
    # What people corrected, and columns that they added then, are only with those rows.
    mended = _mended(session, load_id)
    is_kept = bool(mended) or len(load.header) > width
    for batch in batches:
        for first in range(0, len(batch), _ASKED_AT_ONCE):
            lines = batch[first : first + _ASKED_AT_ONCE]
            told = _told_of(session, load_id, lines[0][0], lines[-1][0], actor, is_kept)
            doubtful = [row_no for row_no, one in told.items() if one.verdict is Verdict.DOUBTFUL]
            clashes = _clashes(session, load, doubtful, actor, now)
            for row_no, cells in lines:
                one, own = told.get(row_no), cells[:width]
                if row_no in mended and one is not None and one.cells is not None:
                    own = [str(cell) for cell in one.cells[:width]]
                yield _result(row_no, own, one, clashes.get(row_no))


def rejected_rows(
    session: Session, load_id: int, *, actor: Actor, now: datetime
) -> Iterator[ResultRow]:
    """The rows of which nothing was written, with their kept cells. Raises NotFound, NotPermitted.

    Rows whose cells were forgotten are left out.
    """
    load = get_load(session, load_id, actor=actor)
    open_rows = (
        select(LoadedRow)
        .where(
            LoadedRow.load_id == load_id,
            LoadedRow.verdict.in_(NOT_LOADED),
            LoadedRow.cells.is_not(None),
        )
        .order_by(LoadedRow.row_no)
        .limit(_JUDGED_AT_ONCE)
    )
    last = 0
    while rows := session.scalars(open_rows.where(LoadedRow.row_no > last)).all():
        clashes = clashes_of(session, load, rows, actor=actor, now=now)
        for row in rows:
            yield ResultRow(
                row.row_no, [str(cell) for cell in row.cells or ()], row.verdict,
                problems_in(row.problems), None, "", None, clashes.get(row.row_no),
            )  # fmt: skip
        last = rows[-1].row_no


def names_of_clients(
    session: Session, client_ids: Collection[int | None], *, actor: Actor
) -> dict[int, str]:
    """What these clients are called now; without those whom this person does not see."""
    ids = sorted({one for one in client_ids if one is not None})
    if not ids:
        return {}
    named = select(Client.id, Client.name).where(Client.id.in_(ids), client_is_visible(actor))
    return {row.id: row.name for row in session.execute(named)}


def _mended(session: Session, load_id: int) -> set[int]:
    """The rows that stand corrected."""
    query = select(LoadDecision.rows).where(
        LoadDecision.load_id == load_id,
        LoadDecision.choice == Choice.MENDED,
        LoadDecision.undone_at.is_(None),
    )
    return {int(row_no) for rows in session.scalars(query) for row_no, *_ in rows}


def _told_of(
    session: Session, load_id: int, first: int, last: int, actor: Actor, with_cells: bool
) -> Mapping[int, Any]:
    query = (
        select(
            LoadedRow.row_no,
            LoadedRow.verdict,
            LoadedRow.problems,
            LoadedRow.client_id,
            LoadedRow.task_id,
            (LoadedRow.cells if with_cells else null()).label("cells"),
            func.coalesce(Client.name, "").label("client"),
        )
        .outerjoin(Client, and_(Client.id == LoadedRow.client_id, client_is_visible(actor)))
        .where(LoadedRow.load_id == load_id, LoadedRow.row_no.between(first, last))
    )
    return {row.row_no: row for row in session.execute(query)}


def _clashes(
    session: Session, load: RecordLoad, row_nos: Sequence[int], actor: Actor, now: datetime
) -> dict[int, Clash]:
    found: dict[int, Clash] = {}
    for first in range(0, len(row_nos), _JUDGED_AT_ONCE):
        some = row_nos[first : first + _JUDGED_AT_ONCE]
        rows = session.scalars(
            select(LoadedRow).where(
                LoadedRow.load_id == load.id, among(session, LoadedRow.row_no, some)
            )
        )
        found |= clashes_of(session, load, rows, actor=actor, now=now)
    return found


def _result(row_no: int, cells: Sequence[str], told: Any, clash: Clash | None) -> ResultRow:
    if told is None:
        return ResultRow(row_no, cells, None, (), None, "", None)
    # One who is not there any more, or of other units, has neither a name nor a card.
    client_id = told.client_id if told.client else None
    return ResultRow(
        row_no,
        [*cells, *(str(one) for one in (told.cells or ())[len(cells) :])],
        told.verdict,
        problems_in(told.problems),
        client_id,
        told.client,
        told.task_id,
        clash,
    )
