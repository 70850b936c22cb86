"""What is told beside a file that came by a folder: ``.result.txt``, and rows to be looked at."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from core.settings import Settings
from entrypoints.import_told import report_lines, told_rows, write_report
from entrypoints.languages import in_language
from importers.folders.models import FolderFile
from importers.loads.models import LoadState, RecordLoad
from importers.problems import FileProblem, FileRefused
from webui.labels.files import file_sentence
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
        rows = list(report_lines(told_rows(session, load.id, limit=_MOST_LINES + 1)))
        if rows:
            lines += ["", _("Строки, которые надо посмотреть:")]
            lines += [_line(row_no, say()) for row_no, _cells, say in rows[:_MOST_LINES]]
            if len(rows) > _MOST_LINES:
                lines.append(_("… все строки в файле рядом, XLSX"))
            files[_WORKBOOK] = _workbook(session, load, settings)
    text = "\r\n".join(lines) + "\r\n"
    # With its mark: the notepad of the service desk reads it as it is meant.
    return {_TEXT: text.encode("utf-8-sig"), **files}


def _of_load(load: RecordLoad, note: FolderFile) -> list[str]:
    if load.state is LoadState.REFUSED:
        reason = file_sentence(FileRefused(FileProblem(load.problem), **load.problem_values))
        return [_("Не принят."), reason]
    if load.state is LoadState.CANCELLED:
        first = _("Загрузка остановлена.")
    elif load.state is LoadState.TAKEN_BACK:
        return [_("Загрузка отменена. Загрузите файл заново.")]
    else:
        first = _("Загружен.") if note.is_new else _("Этот файл уже был загружен.")
    counts = {verdict: load.counts.get(verdict.value, 0) for verdict in COUNTS}
    return [
        first,
        _("Строк: %(count)s", count=whole(sum(counts.values()))),
        *(f"{COUNTS[verdict]}: {whole(count)}" for verdict, count in counts.items() if count),
    ]


def _line(row_no: int, said: str) -> str:
    return str(_("Строка %(number)s: %(said)s", number=row_no, said=said))


def _workbook(session: Session, load: RecordLoad, settings: Settings) -> bytes:
    with TemporaryDirectory(prefix="prozvon-") as folder:
        path = Path(folder) / "result.xlsx"
        rows = told_rows(session, load.id, limit=_MOST_ROWS)
        write_report(path, load.header, report_lines(rows), settings)
        return path.read_bytes()
