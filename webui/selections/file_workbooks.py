"""What can be taken out of a loaded file as a workbook: remarks, results; and empty examples."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, abort, g
from flask_babel import gettext as _

from importers.error_rows import error_rows
from importers.files import get_file
from importers.formats.catalogue import FORMATS
from importers.kept_columns import columns_of
from importers.permissions import ImportPermission
from importers.result_rows import result_rows
from webui.exports.answers import title_of, workbook_answer
from webui.exports.file_cells import file_cells
from webui.exports.workbook import Column
from webui.labels.file_places import error_words, result_words
from webui.requests import requires, session
from webui.selections.examples import example_file

bp = Blueprint("file_workbooks", __name__)


@bp.get("/selections/files/<int:file_id>/errors.xlsx")
@requires(ImportPermission.LOAD)
def errors(file_id: int) -> Response:
    """The rows to be mended with their own cells, as a workbook (rule 20)."""
    file = get_file(session(), file_id, actor=g.actor)
    columns = [Column(_("Строка"), 8), *(Column(str(title), 18) for title in file.header)]
    cells_of = file_cells(columns_of(file))

    def lines() -> Iterator[list[Any]]:
        for row in error_rows(session(), file_id, actor=g.actor, now=g.now):
            yield [row.row_no, *cells_of(row.cells), *error_words(row)]

    columns += [Column(_("Что не так"), 60), Column(_("Будет загружена"), 18)]
    return workbook_answer(
        "errors", columns, lines(), sheet=_("Строки с замечаниями"),
        title=title_of(file.name, _("строки с замечаниями")),
    )  # fmt: skip


@bp.get("/selections/files/<int:file_id>/result.xlsx", endpoint="results")
@requires(ImportPermission.LOAD)
def results(file_id: int) -> Response:
    """All rows with their own cells and what came of each, as a workbook (rule 20)."""
    file = get_file(session(), file_id, actor=g.actor)
    cells_of = file_cells(columns_of(file))

    def lines() -> Iterator[list[Any]]:
        for row in result_rows(session(), file_id, actor=g.actor, now=g.now):
            told = *result_words(row), row.client, row.work_list_id, row.task_id
            yield [row.row_no, *cells_of(row.cells), *told]

    columns = [Column(_("Строка"), 8), *(Column(str(title), 18) for title in file.header)]
    columns += [
        Column(_("Что вышло"), 24), Column(_("Причина"), 60), Column(_("Клиент"), 34),
        Column(_("Рабочий лист"), 14), Column(_("Задача"), 10),
    ]  # fmt: skip
    return workbook_answer(
        "result", columns, lines(), sheet=_("Результат"),
        title=title_of(file.name, _("результат")),
    )  # fmt: skip


@bp.get("/selections/files/templates/<variant>.xlsx")
@requires(ImportPermission.LOAD)
def template(variant: str) -> Response:
    """An example of the variant to fill in."""
    if variant not in FORMATS:
        abort(404)
    return example_file(variant)
