"""«Исправить строки» of a load: rejected rows with their cells, corrected and loaded (A8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from types import MappingProxyType
from typing import Any

from flask import Blueprint, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from campaigns.result_order import campaigns_to_offer
from core.errors import Refused
from directory.units.tree import get_unit
from importers.columns import Column
from importers.fields import Field
from importers.formats.catalogue import FORMATS
from importers.kept_columns import columns_of
from importers.loads.deciding import DECIDABLE
from importers.loads.decisions_seen import is_loaded
from importers.loads.doubtful import doubtful_people, rejected_row, rejected_rows
from importers.loads.lacking import Added, addable_fields, lacking_fields, offered_workshops
from importers.loads.mending import corrected, mend_row
from importers.loads.models import RecordLoad
from importers.loads.seen import get_load, problems_of_row
from importers.loads.told import Ruling, Verdict
from importers.permissions import ImportPermission
from importers.problems import RowProblem, RowProblemCode
from webui.labels.files import problem_sentence
from webui.labels.spoken import gettext as _
from webui.labels.words import label
from webui.numbers import row_number
from webui.refused_steps import refused_step
from webui.requests import is_htmx, requires, session
from webui.selections.decision_told import tell_decision

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
    mark: str
    """Of all that is shown: the next press that sends the same has changed nothing."""


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
        before = corrected([str(cell) for cell in row.cells or ()], {}, width=len(load.header))
        cells = corrected(before, said, width=len(load.header))
        shown = _shown(load, row_no, cells, ruling.problems, typed)
        before_press = request.form.get("shown") or _mark(before, {})
        told = _still_refused(is_same=before_press == shown.mark)
        if is_htmx():
            return render_template(
                "selections/_load_mend_row.html", load=load, row=shown, refused=told, is_first=True,
                offered=_offered(load),
            ), 422  # fmt: skip
        return _page(load, [shown], None, told), 422
    tell_decision(load_id, row_no, mended.decision, _mended_words(row_no, ruling))
    if ruling.doubt is not None:
        return redirect(url_for("load_doubts.page", load_id=load_id, row=row_no), 303)
    return redirect(url_for("load_mending.page", load_id=load_id), 303)


def _mended_words(row_no: int, ruling: Ruling) -> str:
    """Of a row that was loaded or found its doubt; "": what it came to says more."""
    if ruling.doubt is not None:
        return _("Строка %(number)s исправлена: осталось выбрать, о ком она.", number=row_no)
    if not is_loaded(ruling.verdict):
        return ""
    return _("Строка %(number)s исправлена и загружена.", number=row_no)


def _still_refused(*, is_same: bool) -> str:
    """What the press has come to: the page would else look as if nobody had pressed."""
    if is_same:
        return _("В строке ничего не исправлено, она по-прежнему не загружена.")
    return _("Строка по-прежнему не загружена.")


def _mark(cells: Sequence[str], typed: Mapping[Field, str]) -> str:
    """The same for the same texts: forms tell the ends of lines in their own way."""
    named = [(str(at), cell) for at, cell in enumerate(cells)]
    named += [(field.value, text) for field, text in typed.items()]
    texts = [f"{name} {text}" for name, text in named if text.strip()]
    bare = "\n".join(" ".join(text.split()) for text in texts)
    return sha256(bare.encode()).hexdigest()[:16]


def _page(load: RecordLoad, rows: Sequence[RowShown], seen: Any, refused: str = "") -> str:
    return render_template(
        "selections/load_mend.html",
        page="selections",
        load=load,
        is_over=load.state in DECIDABLE,
        unit=get_unit(session(), load.unit_id, actor=g.actor),
        rows=rows,
        seen=seen,
        refused=refused,
        offered=_offered(load),
        people=len(doubtful_people(session(), load.id)),
    )


def _offered(load: RecordLoad) -> dict[str, list[str]]:
    """By the code of a field the names that may be said in it, to choose from."""
    offered = {Field.WORKSHOP.value: offered_workshops(session(), load)}
    if Field.CAMPAIGN in FORMATS[load.format].fields:
        names = (one.name for one in campaigns_to_offer(session()))
        offered[Field.CAMPAIGN.value] = list(dict.fromkeys(names))
    return offered


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
        row_no,
        shown,
        tuple(whole),
        tuple((field, typed.get(field, "")) for field in lacking),
        _mark(cells, typed),
    )


def _is_needed(problem: RowProblem, column: Column) -> bool:
    """Whether the column would fill in what the row lacks."""
    if problem.code is not RowProblemCode.MISSING_VALUE or column.field is None:
        return False
    return column.field.value in problem.value.split("|")
