"""«Столбцы»: what each column of a loaded file means, with live samples; a person says it (A8)."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask_babel import gettext as _

from directory.units.tree import get_unit
from importers.columns import Column, Remark, Source
from importers.files import get_file
from importers.formats.catalogue import FORMATS
from importers.kept_columns import as_said, columns_of
from importers.models import ImportedFile
from importers.permissions import ImportPermission
from importers.places import Place
from importers.remapping import ColumnsMissing, ColumnsUnfit, ColumnTwice, remap_file
from importers.rereading import first_cells
from importers.tables import SheetSummary
from importers.usage import is_used
from webui.labels.file_places import place_sentence, skipped_sentences
from webui.labels.files import FORMATS as WORDS
from webui.labels.words import sentence
from webui.refused_steps import nothing_written
from webui.requests import requires, session
from webui.selections.column_choice import (
    chosen_fields,
    needed_groups,
    offered_fields,
    shown_columns,
)
from webui.selections.kind_hints import likelier_than_leads

bp = Blueprint("file_columns", __name__)


def needs_a_look(file: ImportedFile) -> bool:
    """Whether a person should see the columns before the rows.

    Something needed is missing, was guessed by the cells, or is not what its heading says.
    """
    columns = columns_of(file) if file.columns else ()
    return bool(columns) and (
        is_incomplete(file)
        or is_doubtful_sheet(file)
        or any(
            column.source is Source.CONTENT or column.remark is Remark.CONTRADICTS
            for column in columns
        )
    )


def is_doubtful_sheet(file: ImportedFile) -> bool:
    """Whether another sheet looks as much like the table as the one that was read."""
    place = Place.from_kept(file.place)
    return place is not None and place.is_doubtful(file.sheet)


def is_incomplete(file: ImportedFile) -> bool:
    """Whether a needed column is missing: no row of the file can be used."""
    return bool(file.columns) and bool(FORMATS[file.format].missing(columns_of(file)))


@bp.get("/selections/files/<int:file_id>/columns")
@requires(ImportPermission.LOAD)
def page(file_id: int) -> Any:
    """The columns with what is known of them."""
    file = get_file(session(), file_id, actor=g.actor)
    return _page(file, columns_of(file))


@bp.post("/selections/files/<int:file_id>/columns", endpoint="apply")
@requires(ImportPermission.LOAD)
def apply(file_id: int) -> Any:
    """Read the file by what the person says, and go to its rows."""
    file = get_file(session(), file_id, actor=g.actor)
    columns = columns_of(file)
    said = chosen_fields(columns)
    try:
        remap_file(session(), file_id, said, actor=g.actor, now=g.now)
    except (ColumnTwice, ColumnsMissing, ColumnsUnfit) as wrong:
        nothing_written()
        file = get_file(session(), file_id, actor=g.actor)
        return _page(file, as_said(columns, said), problem=str(sentence(wrong))), 422
    flash(_("Столбцы применены и запомнены для таких файлов."))
    return redirect(url_for("files.show", file_id=file_id), 303)


def _page(file: ImportedFile, columns: Sequence[Column], *, problem: str = "") -> str:
    fmt = FORMATS[file.format]
    return render_template(
        "selections/columns.html",
        page="selections",
        file=file,
        unit=get_unit(session(), file.unit_id, actor=g.actor),
        variant=WORDS[file.format][0],
        shown=shown_columns(columns, first_cells(session(), file.id)),
        fields=offered_fields(fmt),
        groups=needed_groups(fmt, columns),
        is_used=is_used(session(), file.id),
        problem=problem,
        likelier=likelier_than_leads(file),
        place=place_sentence(file),
        skipped=skipped_sentences(file),
        others=_others(file),
        is_doubtful=is_doubtful_sheet(file),
    )


def _others(file: ImportedFile) -> list[SheetSummary]:
    place = Place.from_kept(file.place)
    return place.others(file.sheet) if place is not None else []
