"""«Столбцы» of a staged load: what each column means, and how the first rows are then read (A8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from directory.units.tree import get_unit
from importers.columns import Column
from importers.fields import Field
from importers.formats.catalogue import FORMATS
from importers.kept_columns import as_said, columns_of
from importers.loads.asking import say_columns
from importers.loads.models import LoadState, RecordLoad
from importers.loads.seen import get_load, place_of_load
from importers.loads.workshops import workshops_below
from importers.permissions import ImportPermission
from importers.problems import RowProblem
from importers.remapping import ColumnsMissing, ColumnsUnfit, ColumnTwice
from importers.typed_rows import TypedReader, TypedRow, Value
from importers.typed_values import told_value
from webui.labels.file_places import place_words, skipped_words
from webui.labels.files import problem_sentence
from webui.labels.loads import KINDS
from webui.labels.words import label, sentence
from webui.refused_steps import nothing_written
from webui.requests import is_htmx, reads_only, requires, session
from webui.selections.column_choice import (
    chosen_fields,
    needed_groups,
    offered_fields,
    shown_columns,
)
from webui.selections.kind_hints import kind_hints
from webui.wording import money, phone, whole

bp = Blueprint("load_columns", __name__)

_READ = 5
"""Rows whose reading follows the choice."""
_LONGEST = 60
_DIGITS = 10
"""As many has no number of a unit."""
CHANGEABLE = (LoadState.COLUMNS, LoadState.CHECKED)
"""States in which a person may say what the columns are."""


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One of the first rows as it is understood: (field, value) in words, what is wrong."""

    row_no: int
    values: tuple[tuple[str, str], ...]
    is_rejected: bool
    problems: tuple[str, ...]
    warnings: tuple[str, ...]


@bp.get("/selections/loads/<int:load_id>/columns")
@requires(ImportPermission.LOAD)
def page(load_id: int) -> Any:
    """The columns with what is known of them; while somebody is at work on it, how far it is."""
    load = get_load(session(), load_id, actor=g.actor)
    if not load.header and not load.sample:
        return redirect(url_for("loads.show", load_id=load_id))
    return _page(load, columns_of(load), workshop_id=load.workshop_id)


@bp.post("/selections/loads/<int:load_id>/columns", endpoint="apply")
@requires(ImportPermission.LOAD)
def apply(load_id: int) -> Any:
    """Check the file by what the person says its columns are."""
    columns = columns_of(get_load(session(), load_id, actor=g.actor))
    said = chosen_fields(columns)
    try:
        say_columns(session(), load_id, said, workshop_id=_chosen_workshop(), actor=g.actor,
                    now=g.now)  # fmt: skip
    except (ColumnTwice, ColumnsMissing, ColumnsUnfit) as wrong:
        nothing_written()
        load = get_load(session(), load_id, actor=g.actor)
        return _page(load, as_said(columns, said), workshop_id=_chosen_workshop(),
                     problem=str(sentence(wrong))), 422  # fmt: skip
    flash(_("Столбцы запомнены для таких файлов."))
    return redirect(url_for("loads.show", load_id=load_id), 303)


@bp.post("/selections/loads/<int:load_id>/reading", endpoint="reading")
@requires(ImportPermission.LOAD)
@reads_only
def reading(load_id: int) -> Any:
    """How the first rows are read by the choice of the form; without scripts the whole page."""
    load = get_load(session(), load_id, actor=g.actor)
    columns = columns_of(load)
    said = as_said(columns, chosen_fields(columns))
    if is_htmx():
        return render_template("selections/_load_reading.html", **_reading(load, said))
    return _page(load, said, workshop_id=_chosen_workshop())


def _chosen_workshop() -> int | None:
    """The workshop of all rows that the form says."""
    told = request.form.get("workshop", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < _DIGITS else None


def _page(
    load: RecordLoad,
    columns: Sequence[Column],
    *,
    workshop_id: int | None,
    problem: str = "",
) -> str:
    fmt = FORMATS[load.format]
    takes_workshop = Field.WORKSHOP in fmt.fields
    below = workshops_below(session(), load.unit_id) if takes_workshop else {}
    place, sheet = place_of_load(load)
    return render_template(
        "selections/load_columns.html",
        page="selections",
        load=load,
        unit=get_unit(session(), load.unit_id, actor=g.actor),
        kind=KINDS[load.format][0],
        shown=shown_columns(columns, [cells for _no, cells in load.sample]),
        fields=offered_fields(fmt),
        groups=needed_groups(fmt, columns),
        is_fixed=load.state not in CHANGEABLE,
        problem=problem,
        offered_workshops=below if len(below) > 1 else {},
        workshop_id=workshop_id,
        place=place_words(place, sheet),
        skipped=skipped_words(load.skipped, place),
        others=place.others(sheet) if place is not None else [],
        is_doubtful=place is not None and not load.sheet and place.is_doubtful(sheet),
        **_reading(load, columns),
        **kind_hints(load, columns, has_workshop=workshop_id is not None),
    )


def _reading(load: RecordLoad, columns: Sequence[Column]) -> dict[str, Any]:
    reader = TypedReader(columns, FORMATS[load.format])
    rows = [
        _read_row(reader.read(row_no, [str(cell) for cell in cells]))
        for row_no, cells in load.sample[:_READ]
    ]
    return {"read": rows, "is_forgotten": load.forgotten_at is not None}


def _read_row(row: TypedRow) -> ReadRow:
    values = [(label(field), _shown(value)) for field, value in row.values.items()]
    if row.phones:
        numbers = ", ".join(phone(one.e164) for one in row.phones)
        values.insert(1, (label(Field.PHONE), numbers))
    return ReadRow(
        row.row_no, tuple(values), row.is_rejected, _told(row.problems), _told(row.warnings)
    )


def _told(problems: Sequence[RowProblem]) -> tuple[str, ...]:
    return tuple(problem_sentence(problem) for problem in problems)


def _shown(value: Value) -> str:
    """A value as it is understood, not as it stands in the cell."""
    match value:
        case Enum():
            return label(value)
        case date():
            # A moment is by the clocks of the unit, as it stands in the file: in no other zone.
            return told_value(value)
        case Decimal():
            return money(value)
        case int():
            return str(value) if value < 10_000 else whole(value)
        case _:
            text = " ".join(str(value).split())
            return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
