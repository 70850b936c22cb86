"""The rows of a file that are to be mended, as they stand in it (rule 20)."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.access import Actor
from importers.files import get_file
from importers.models import ImportedRow, RowFate
from importers.problems import RowProblem
from importers.readings import problems_of


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """A row to be mended: the file's own cells, and what is wrong with them."""

    row_no: int
    cells: tuple[str, ...]
    problems: tuple[RowProblem, ...]
    is_taken: bool
    duplicate_of: int | None


def error_rows(session: Session, file_id: int, *, actor: Actor) -> Iterator[ErrorRow]:
    """The rejected rows, the repeats and those with warnings, as in the file (rule 20)."""
    file = get_file(session, file_id, actor=actor)
    rows = session.execute(
        select(
            ImportedRow.row_no,
            ImportedRow.cells,
            ImportedRow.problems,
            ImportedRow.fate,
            ImportedRow.duplicate_of,
        )
        .where(ImportedRow.file_id == file.id)
        .order_by(ImportedRow.row_no),
        execution_options={"yield_per": 1000},
    )
    for row_no, cells, kept, fate, duplicate_of in rows:
        told = (*problems_of(kept, rejecting=True), *problems_of(kept, rejecting=False))
        is_repeat = fate is RowFate.DUPLICATE
        if told or is_repeat:
            is_taken = not is_repeat and fate is not RowFate.REJECTED
            earlier = duplicate_of if is_repeat else None
            yield ErrorRow(row_no, tuple(cells), told, is_taken, earlier)
