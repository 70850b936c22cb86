"""Kept rows of a load as a page shows them: all that mean something, the wrong cell marked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import g

from importers.columns import Column
from importers.formats.catalogue import FORMATS
from importers.kept_columns import columns_of
from importers.loads.clashes import Clash, clashes_of
from importers.loads.decisions_seen import DecisionsSeen, Standing
from importers.loads.meant import MeantResult, meant_results
from importers.loads.models import LoadedRow, RecordLoad
from importers.loads.result_rows import names_of_clients
from importers.loads.seen import problems_of_row, rows_of
from importers.loads.told import Verdict
from webui.labels.files import problem_sentence
from webui.labels.words import label
from webui.requests import session
from webui.selections.column_choice import offered_fields
from webui.wording import language

_LONGEST = 60
TOLD = "told"
DECIDED = "decided"


@dataclass(frozen=True, slots=True)
class Only:
    """Which rows are shown: of one verdict, with remarks, decided by people, or all kept ones."""

    verdict: Verdict | None = None
    with_problems: bool = False
    decided: bool = False

    @classmethod
    def of(cls, text: str) -> "Only":
        """The filter of an address; an unknown one is all rows."""
        verdict = next((one for one in Verdict if one.value == text), None)
        return cls(verdict, text == TOLD, text == DECIDED)

    @property
    def text(self) -> str | None:
        """The filter as part of an address; None for all rows."""
        if self.decided:
            return DECIDED
        return TOLD if self.with_problems else self.verdict.value if self.verdict else None


@dataclass(frozen=True, slots=True)
class ShownRow:
    """``cells``: (text, whether it is what the remarks are about) of the shown columns."""

    row_no: int
    verdict: Verdict
    cells: tuple[tuple[str, bool], ...]
    remarks: tuple[str, ...]
    client_id: int | None
    client: str
    decision: Standing | None
    """What a person has decided of it, if that can be undone."""
    clash: Clash | None
    """Of a doubtful row: whom it may mean."""
    meant: str
    """Of a result of a call: what its words were understood as."""


def shown_rows(
    load: RecordLoad, only: Only, decided: DecisionsSeen, *, page: int
) -> dict[str, Any]:
    """What the table of kept rows needs: ``columns``, ``rows``, ``seen`` (the page of them)."""
    seen = rows_of(
        session(), load.id, verdict=only.verdict, with_problems=only.with_problems,
        row_nos=decided.row_nos if only.decided else None, page=page, actor=g.actor,
    )  # fmt: skip
    columns = _telling(load)
    names = names_of_clients(session(), [row.client_id for row in seen.rows], actor=g.actor)
    clashes = clashes_of(session(), load, seen.rows, actor=g.actor, now=g.now)
    meant = meant_results(session(), load, seen.rows, locale=language())
    return {
        "columns": columns,
        "rows": [
            _shown(
                row,
                columns,
                names,
                decided.of_row.get(row.row_no),
                clashes.get(row.row_no),
                meant.get(row.row_no),
            )
            for row in seen.rows
        ],
        "seen": seen,
    }


def _telling(load: RecordLoad) -> list[Column]:
    """The columns that mean something, those that a row is recognised by before the others."""
    order = {field: at for at, field in enumerate(offered_fields(FORMATS[load.format]))}
    known = [column for column in columns_of(load) if column.field in order]
    known.sort(key=lambda column: order[column.field] if column.field else 0)
    return known


def _shown(
    row: LoadedRow,
    columns: Sequence[Column],
    names: dict[int, str],
    decision: Standing | None,
    clash: Clash | None,
    meant: MeantResult | None,
) -> ShownRow:
    problems = problems_of_row(row)
    wrong = {problem.column for problem in problems if problem.column}
    cells = row.cells or []
    client = names.get(row.client_id or 0, "")
    return ShownRow(
        row.row_no,
        row.verdict,
        tuple((_text(cells, column.index), column.told in wrong) for column in columns),
        tuple(problem_sentence(problem) for problem in problems),
        row.client_id if client else None,
        client,
        decision,
        clash,
        (meant.name or label(meant.outcome)) if meant is not None else "",
    )


def _text(cells: Sequence[Any], at: int) -> str:
    text = " ".join(str(cells[at]).split()) if at < len(cells) else ""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
