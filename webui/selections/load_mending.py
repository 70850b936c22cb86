"""«Исправить строки» of a load: rejected rows with their cells, corrected and loaded (A8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from campaigns.result_order import campaigns_to_offer
from core.errors import Refused
from directory.units.tree import get_unit
from importers.columns import Column
from importers.fields import Field
from importers.formats.catalogue import FORMATS
from importers.kept_columns import columns_of
from importers.loads.deciding import DECIDABLE
from importers.loads.decisions_seen import came_of
from importers.loads.doubtful import doubtful_people, rejected_row, rejected_rows
from importers.loads.lacking import Added, addable_fields, lacking_fields
from importers.loads.mending import corrected, mend_row
from importers.loads.models import RecordLoad
from importers.loads.seen import get_load, problems_of_row
from importers.loads.told import Verdict
from importers.loads.undeciding import may_be_undone
from importers.permissions import ImportPermission
from importers.problems import RowProblem, RowProblemCode
from webui.labels.doubts import decision_words
from webui.labels.files import problem_sentence
from webui.labels.spoken import gettext as _
from webui.labels.words import label
from webui.numbers import row_number
from webui.refused_steps import refused_step
from webui.requests import is_htmx, requires, session

bp = Blueprint("load_mending", __name__)


@dataclass(frozen=True)
class CellShown:
    """A cell as an input; ``problem``: what is wrong with it, empty if nothing."""

    column: Column
    text: str
    problem: str


@dataclass(frozen=True)
class RowShown:
    """A row with the cells that count; ``problems``: of no one cell."""

    row_no: int
    cells: tuple[CellShown, ...]
    problems: tuple[str, ...]
    lacking: tuple[tuple[Field, str], ...]
    """(field, what was typed) of what the reason asks for and the file has no column for."""


@bp.get("/selections/loads/<int:load_id>/mend")
@requires(ImportPermission.LOAD)
def page(load_id: int) -> Any:
    """The rows that are to be corrected."""
    seen = rejected_rows(
        session(), load_id, page=request.args.get("page", 1, type=row_number), actor=g.actor
    )
    rows = [
        _shown(seen.load, one.row_no, [str(cell) for cell in one.cells or ()], problems_of_row(one))
        for one in seen.rows
    ]
    return _page(seen.load, rows, seen)


@bp.post("/selections/loads/<int:load_id>/mend/<int:row_no>", endpoint="mend")
@requires(ImportPermission.LOAD)
def mend(load_id: int, row_no: int) -> Any:
    """Load the row as it was corrected, or say in its place what is still wrong with it."""
    answer = _mended(load_id, row_no)
    if not is_htmx() or not isinstance(answer, WerkzeugResponse):
        return answer
    leaving = make_response("")
    leaving.headers["HX-Redirect"] = answer.location
    return leaving


def _mended(load_id: int, row_no: int) -> Any:
    row = rejected_row(session(), load_id, row_no, actor=g.actor)
    load = get_load(session(), load_id, actor=g.actor)
    said = {
        column.index: request.form[f"cell-{column.index}"]
        for column in columns_of(load)
        if f"cell-{column.index}" in request.form
    }
    typed = {
        field: request.form[f"add-{field.value}"]
        for field in Field
        if f"add-{field.value}" in request.form
    }
    added = [Added(field, label(field), text) for field, text in typed.items()]
    try:
        mended = mend_row(
            session(), load_id, row_no, said, added=added, actor=g.actor, now=g.now
        )  # fmt: skip
    except Refused as refused:
        return refused_step(refused, url_for("load_mending.page", load_id=load_id))
    ruling = mended.ruling
    if mended.decision is None and ruling.verdict in (Verdict.INVALID, Verdict.DOUBTFUL):
        cells = corrected([str(cell) for cell in row.cells or ()], said, width=len(load.header))
        shown = _shown(load, row_no, cells, ruling.problems, typed)
        if is_htmx():
            return render_template(
                "selections/_load_mend_row.html", load=load, row=shown, seen=None, is_first=True
            ), 422
        return _page(load, [shown], None), 422
    if mended.decision is not None:
        address = url_for("load_doubts.undo", decision_id=mended.decision.id)
        may_undo = may_be_undone(load, mended.decision.choice)
        came = came_of(session(), mended.decision)
        flash(
            decision_words(mended.decision.choice, came),
            f"undo-here:{address}" if may_undo else "message" if came.loaded else "bad",
        )
    if ruling.doubt is not None:
        return redirect(url_for("load_doubts.page", load_id=load_id, row=row_no), 303)
    return redirect(url_for("load_mending.page", load_id=load_id), 303)


def _page(load: RecordLoad, rows: Sequence[RowShown], seen: Any) -> str:
    return render_template(
        "selections/load_mend.html",
        page="selections",
        load=load,
        is_over=load.state in DECIDABLE,
        unit=get_unit(session(), load.unit_id, actor=g.actor),
        rows=rows,
        seen=seen,
        people=len(doubtful_people(session(), load.id)),
        campaigns=_campaigns(load),
    )


def _campaigns(load: RecordLoad) -> list[str]:
    """The names that a cell of a campaign may have, to choose from."""
    if Field.CAMPAIGN not in FORMATS[load.format].fields:
        return []
    return list(dict.fromkeys(one.name for one in campaigns_to_offer(session())))


def _shown(
    load: RecordLoad,
    row_no: int,
    cells: Sequence[str],
    problems: Sequence[RowProblem],
    typed: Mapping[Field, str] = MappingProxyType({}),
) -> RowShown:
    """``typed``: what was said of fields without a column."""
    columns = columns_of(load)
    at: dict[int, list[str]] = {}
    for problem in problems:
        for index in (one.index for one in columns if problem.column in (one.told, one.heading)):
            if problem.column:
                at.setdefault(index, []).append(problem_sentence(replace(problem, column="")))
    headings = {one.told for one in columns} | {one.heading for one in columns}
    whole = [problem_sentence(one) for one in problems if one.column not in headings - {""}]
    for problem in problems:
        needed = [one.index for one in columns if _is_needed(problem, one)]
        # Where one of them is wrong, that one is to be corrected and not another filled in.
        for index in needed if not at.keys() & set(needed) else ():
            at[index] = [_("не хватает")]
    shown = tuple(
        CellShown(
            column,
            cells[column.index] if column.index < len(cells) else "",
            "; ".join(dict.fromkeys(at.get(column.index, ()))),
        )
        for column in columns
        if column.field is not None
    )
    may = addable_fields(load)
    filled = (field for field, text in typed.items() if text and field in may)
    lacking = dict.fromkeys((*lacking_fields(load, problems), *filled))
    return RowShown(
        row_no, shown, tuple(whole), tuple((field, typed.get(field, "")) for field in lacking)
    )


def _is_needed(problem: RowProblem, column: Column) -> bool:
    """Whether the column would fill in what the row lacks."""
    if problem.code is not RowProblemCode.MISSING_VALUE or column.field is None:
        return False
    return column.field.value in problem.value.split("|")
