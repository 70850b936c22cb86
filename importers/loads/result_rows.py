"""The rows of a load with what became of each, in the order of the file (rule 20)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from core.access import Actor
from directory.clients.models import Client
from directory.clients.visibility import client_is_visible
from importers.answers import Rows
from importers.loads.kept_rows import problems_in
from importers.loads.models import LoadedRow
from importers.loads.seen import get_load
from importers.loads.told import NOT_LOADED, Verdict
from importers.problems import RowProblem

_ASKED_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A row as it stands in the file; ``verdict`` None: it was not loaded (any more).

    ``client``: the present name of whom it concerns, "" without one.
    """

    row_no: int
    cells: Sequence[str]
    verdict: Verdict | None
    problems: tuple[RowProblem, ...]
    client_id: int | None
    client: str
    task_id: int | None


def rows_with_results(
    session: Session, load_id: int, batches: Iterable[Rows], *, actor: Actor
) -> Iterator[ResultRow]:
    """All rows of the open file, each with what became of it. Raises NotFound, NotPermitted."""
    get_load(session, load_id, actor=actor)
    for batch in batches:
        for first in range(0, len(batch), _ASKED_AT_ONCE):
            lines = batch[first : first + _ASKED_AT_ONCE]
            told = _told_of(session, load_id, lines[0][0], lines[-1][0], actor)
            for row_no, cells in lines:
                yield _result(row_no, cells, told.get(row_no))


def rejected_rows(session: Session, load_id: int, *, actor: Actor) -> Iterator[ResultRow]:
    """The rows of which nothing was written, with their kept cells. Raises NotFound, NotPermitted.

    Rows whose cells were forgotten are left out.
    """
    get_load(session, load_id, actor=actor)
    query = (
        select(LoadedRow.row_no, LoadedRow.cells, LoadedRow.verdict, LoadedRow.problems)
        .where(
            LoadedRow.load_id == load_id,
            LoadedRow.verdict.in_(NOT_LOADED),
            LoadedRow.cells.is_not(None),
        )
        .order_by(LoadedRow.row_no)
    )
    for row_no, cells, verdict, problems in session.execute(
        query, execution_options={"yield_per": 1000}
    ):
        yield ResultRow(
            row_no, [str(cell) for cell in cells], verdict, problems_in(problems), None, "", None
        )


def names_of_clients(
    session: Session, client_ids: Collection[int | None], *, actor: Actor
) -> dict[int, str]:
    """What these clients are called now; without those whom this person does not see."""
    ids = sorted({one for one in client_ids if one is not None})
    if not ids:
        return {}
    named = select(Client.id, Client.name).where(Client.id.in_(ids), client_is_visible(actor))
    return {row.id: row.name for row in session.execute(named)}


def _told_of(
    session: Session, load_id: int, first: int, last: int, actor: Actor
) -> Mapping[int, Any]:
    query = (
        select(
            LoadedRow.row_no,
            LoadedRow.verdict,
            LoadedRow.problems,
            LoadedRow.client_id,
            LoadedRow.task_id,
            func.coalesce(Client.name, "").label("client"),
        )
        .outerjoin(Client, and_(Client.id == LoadedRow.client_id, client_is_visible(actor)))
        .where(LoadedRow.load_id == load_id, LoadedRow.row_no.between(first, last))
    )
    return {row.row_no: row for row in session.execute(query)}


def _result(row_no: int, cells: Sequence[str], told: Any) -> ResultRow:
    if told is None:
        return ResultRow(row_no, cells, None, (), None, "", None)
    # One who is not there any more, or of other units, has neither a name nor a card.
    client_id = told.client_id if told.client else None
    return ResultRow(
        row_no,
        cells,
        told.verdict,
        problems_in(told.problems),
        client_id,
        told.client,
        told.task_id,
    )
