"""What can be taken out of a load: every row with what became of it, the rejected rows alone."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, flash, g, redirect, url_for
from flask_babel import gettext as _

from importers.kept_columns import columns_of
from importers.loads.models import RecordLoad
from importers.loads.result_rows import ResultRow, rejected_rows, rows_with_results
from importers.loads.seen import get_load, place_of_load
from importers.loads.spool import spool_file
from importers.loads.told import Verdict
from importers.options import ReadOptions
from importers.permissions import ImportPermission
from importers.problems import FileRefused
from importers.tables import read_table
from webui.exports.answers import title_of, workbook_answer
from webui.exports.file_cells import file_cells
from webui.exports.workbook import Column, Link
from webui.labels.files import file_sentence, problem_sentence
from webui.labels.loads import clash_sentence, row_words, seconds_words
from webui.requests import requires, session
from webui.selections.load_uploads import loads_folder

bp = Blueprint("load_workbooks", __name__)

_CELLS_A_SECOND = 120_000
"""Of the result, read and written by a machine with something else to do."""
_LONG = 10
"""Seconds of which a person is told beforehand."""


def result_takes(load: RecordLoad) -> str:
    """«около 25 с» when all rows of the load as a workbook take long; "" when they do not."""
    cells = sum(int(count) for count in load.counts.values()) * (len(load.header) + 5)
    seconds = cells // _CELLS_A_SECOND
    return seconds_words(seconds) if seconds >= _LONG else ""


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
            rows = rows_with_results(
                session(), load_id, stream.batches(), width=len(stream.columns),
                actor=g.actor, now=g.now,
            )  # fmt: skip
            columns = [Column(_("Строка"), 8), *_headings(load)]
            columns += [
                Column(_("Что вышло"), 24), Column(_("Причина"), 60), Column(_("Клиент"), 34),
                Column(_("Задача"), 10),
            ]  # fmt: skip
            words = {verdict: row_words(verdict) for verdict in Verdict}
            lines = map(_result_line(file_cells(columns_of(load)), words), rows)
            return workbook_answer(
                "result", columns, lines, sheet=_("Результат"),
                title=title_of(load.name, _("результат")),
            )  # fmt: skip
    except FileRefused as refused:
        return _back(load, file_sentence(refused))


@bp.get("/selections/loads/<int:load_id>/rejected.xlsx")
@requires(ImportPermission.LOAD)
def rejected(load_id: int) -> Response:
    """The rows that were not taken, under the file's own headings, the reason after them.

    Nothing stands before the file's columns, so that the mended file can be loaded as it is.
    """
    load = get_load(session(), load_id, actor=g.actor)
    cells_of = file_cells(columns_of(load))

    def lines() -> Iterator[list[Any]]:
        for row in rejected_rows(session(), load_id, actor=g.actor, now=g.now):
            yield [*cells_of(row.cells), _why(row)]

    columns = [*_headings(load), Column(_("Что не так"), 60)]
    return workbook_answer(
        "rejected", columns, lines(), sheet=_("Не загружено"),
        title=title_of(load.name, _("не загружено")),
    )  # fmt: skip


def _headings(load: RecordLoad) -> list[Column]:
    return [Column(str(title), 18) for title in load.header]


def _why(row: ResultRow) -> str:
    told = [problem_sentence(problem) for problem in row.problems]
    if row.clash is not None:
        told.append(clash_sentence(row.clash))
    return "; ".join(told)


def _result_line(
    cells_of: Callable[[Sequence[str]], list[Any]], words: Mapping[Verdict, str]
) -> Callable[[ResultRow], Sequence[Any]]:
    """Makes the line of a row. What is the same for all of them is asked for once."""
    not_loaded = _("Не загружалась")
    # The address of a card without its number: building it for each row takes as long as reading.
    before, after = url_for("clients.card", client_id=0, _external=True).rsplit("0", 1)

    def line(row: ResultRow) -> Sequence[Any]:
        told = words[row.verdict] if row.verdict is not None else not_loaded
        client: Any = row.client
        if row.client_id is not None:
            client = Link(f"{before}{row.client_id}{after}", row.client)
        return [row.row_no, *cells_of(row.cells), told, _why(row), client, row.task_id]

    return line


def _back(load: RecordLoad, text: str) -> Any:
    flash(text, "bad")
    return redirect(url_for("loads.show", load_id=load.id))
