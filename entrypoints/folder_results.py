"""What is told beside a file that came by a folder: ``.result.txt``, and rows to be looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.settings import Settings
from entrypoints.languages import in_language
from importers.folders.models import FolderFile
from importers.loads.models import LoadedRow, LoadState, RecordLoad
from importers.problems import FileProblem, FileRefused, RowProblem, RowProblemCode
from webui.exports.workbook import Column, write_workbook
from webui.labels.files import file_sentence, problem_sentence
from webui.labels.folders import problem_of_note
from webui.labels.loads import COUNTS
from webui.wording import whole

_TEXT, _WORKBOOK = ".result.txt", ".result.xlsx"
_MOST_ROWS = 100_000
"""Rows of a workbook of what is to be mended; the page of the load has all."""
_MOST_LINES = 50


def tell_result(
    session: Session, note: FolderFile, load: RecordLoad | None, *, settings: Settings
) -> Mapping[str, bytes]:
    """What became of a file, in the language of the installation: ending → content."""
    return in_language(settings.default_locale, partial(_told, session, note, load, settings))


def _told(
    session: Session, note: FolderFile, load: RecordLoad | None, settings: Settings
) -> Mapping[str, bytes]:
    lines = [note.path.rpartition("/")[2]]
    files: dict[str, bytes] = {}
    if note.problem:
        lines += [_("Не принят."), problem_of_note(note)]
    elif note.imported_file_id is not None:
        lines.append(
            _("Принят. Рабочие листы создаёт человек: откройте файл в «Выборки → Внешние данные».")
            if note.is_new
            else _("Этот файл уже был загружен.")
        )
    elif load is not None:
        lines += _of_load(load, note)
        rows = list(_rows(session, load.id))
        if rows:
            lines += ["", _("Строки, которые надо посмотреть:")]
            lines += [_line(row_no, said) for row_no, _cells, said in rows[:_MOST_LINES]]
            if len(rows) > _MOST_LINES:
                lines.append(_("… все строки в файле рядом, XLSX"))
            files[_WORKBOOK] = _workbook(load, rows, settings)
    text = "\r\n".join(lines) + "\r\n"
    # With its mark: the notepad of the service desk reads it as it is meant.
    return {_TEXT: text.encode("utf-8-sig"), **files}


def _of_load(load: RecordLoad, note: FolderFile) -> list[str]:
    if load.state is LoadState.REFUSED:
        reason = file_sentence(FileRefused(FileProblem(load.problem), **load.problem_values))
        return [_("Не принят."), reason]
    if load.state is LoadState.CANCELLED:
        first = _("Загрузка остановлена.")
    else:
        first = _("Загружен.") if note.is_new else _("Этот файл уже был загружен.")
    counts = {verdict: load.counts.get(verdict.value, 0) for verdict in COUNTS}
    return [
        first,
        _("Строк: %(count)s", count=whole(sum(counts.values()))),
        *(f"{COUNTS[verdict]}: {whole(count)}" for verdict, count in counts.items() if count),
    ]


def _rows(session: Session, load_id: int) -> Iterator[tuple[int, list[Any], str]]:
    """The rows of which something is to be told: number, cells, what."""
    found = session.execute(
        select(LoadedRow.row_no, LoadedRow.cells, LoadedRow.problems)
        .where(LoadedRow.load_id == load_id, LoadedRow.problems.is_not(None))
        .order_by(LoadedRow.row_no)
        .limit(_MOST_ROWS)
    )
    for row_no, cells, problems in found:
        said = "; ".join(
            problem_sentence(RowProblem(column, RowProblemCode(code), value))
            for column, code, value in problems or ()
        )
        if said:
            yield row_no, cells or [], said


def _line(row_no: int, said: str) -> str:
    return str(_("Строка %(number)s: %(said)s", number=row_no, said=said))


def _workbook(
    load: RecordLoad, rows: list[tuple[int, list[Any], str]], settings: Settings
) -> bytes:
    header = [str(heading) for heading in load.header]
    columns = [Column("№", 8), *(Column(title) for title in header), Column("!", 60)]
    lines = (
        [row_no, *[*cells, *[""] * len(header)][: len(header)], said]
        for row_no, cells, said in rows
    )
    with TemporaryDirectory(prefix="prozvon-") as folder:
        path = Path(folder) / "result.xlsx"
        write_workbook(path, "result", columns, lines, ZoneInfo(settings.time_zone))
        return path.read_bytes()
