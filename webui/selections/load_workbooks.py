"""What can be taken out of a load: every row with what became of it, the rejected rows alone."""

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, url_for
from flask_babel import gettext as _

from importers.loads.models import RecordLoad
from importers.loads.result_rows import ResultRow, rejected_rows, rows_with_results
from importers.loads.seen import get_load, place_of_load
from importers.loads.spool import spool_file
from importers.options import ReadOptions
from importers.permissions import ImportPermission
from importers.problems import FileRefused
from importers.tables import read_table
from webui.exports.answers import workbook_answer
from webui.exports.workbook import Column, Link
from webui.labels.files import file_sentence, problem_sentence
from webui.labels.loads import row_words
from webui.requests import requires, session
from webui.selections.load_uploads import loads_folder

bp = Blueprint("load_workbooks", __name__)


@bp.get("/selections/loads/<int:load_id>/result.xlsx")
@requires(ImportPermission.LOAD)
def results(load_id: int) -> Any:
    """All rows of the file with their own cells, what became of each and why (rule 20)."""
    load = get_load(session(), load_id, actor=g.actor)
    path = spool_file(loads_folder(), load_id)
    if load.forgotten_at is not None or not path.exists():
        return _back(load, _("Данные файла удалены по сроку хранения."))
    _place, sheet = place_of_load(load)
    try:
        with read_table(path, ReadOptions(sheet=sheet) if sheet else None) as stream:
            rows = rows_with_results(session(), load_id, stream.batches(), actor=g.actor)
            width = len(load.header)
            columns = [Column(_("Строка"), 8), *_headings(load)]
            columns += [
                Column(_("Результат"), 24), Column(_("Причина"), 60), Column(_("Клиент"), 34),
                Column(_("Задача"), 10),
            ]  # fmt: skip
            lines = (_result_line(row, width) for row in rows)
            return workbook_answer("result", columns, lines, sheet=_("Результат"))
    except FileRefused as refused:
        return _back(load, file_sentence(refused))


@bp.get("/selections/loads/<int:load_id>/rejected.xlsx")
@requires(ImportPermission.LOAD)
def rejected(load_id: int) -> Response:
    """The rows that were not taken, under the file's own headings, the reason after them.

    Nothing stands before the file's columns, so that the mended file can be loaded as it is.
    """
    load = get_load(session(), load_id, actor=g.actor)
    width = len(load.header)

    def lines() -> Iterator[list[Any]]:
        for row in rejected_rows(session(), load_id, actor=g.actor):
            yield [*_cells(row, width), _why(row)]

    columns = [*_headings(load), Column(_("Что не так"), 60)]
    return workbook_answer("rejected", columns, lines(), sheet=_("Не загружено"))


def _headings(load: RecordLoad) -> list[Column]:
    return [Column(str(title), 18) for title in load.header]


def _cells(row: ResultRow, width: int) -> Sequence[str]:
    return [*row.cells, *[""] * width][:width]


def _why(row: ResultRow) -> str:
    return "; ".join(problem_sentence(problem) for problem in row.problems)


def _result_line(row: ResultRow, width: int) -> list[Any]:
    words = row_words(row.verdict) if row.verdict is not None else _("Не загружалась")
    client: Any = row.client
    if row.client_id is not None:
        address = url_for("clients.card", client_id=row.client_id, _external=True)
        client = Link(address, row.client)
    return [row.row_no, *_cells(row, width), words, _why(row), client, row.task_id]


def _back(load: RecordLoad, text: str) -> Any:
    flash(text, "bad")
    return redirect(url_for("loads.show", load_id=load.id))
