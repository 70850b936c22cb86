"""Words about files of folders: why one was not taken, what became of it, notices about files."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from importers.folders.models import FolderFile, FolderProblem, NoticeKind
from importers.folders.notices import SeenNotice
from importers.problems import FileProblem, FileRefused
from webui.labels.files import file_sentence
from webui.labels.loads import COUNTS, KINDS
from webui.labels.pairs import Pairs
from webui.wording import whole

_PROBLEMS: Mapping[FolderProblem, Callable[[Mapping[str, Any]], Any]] = {
    FolderProblem.MISPLACED: lambda _v: _l(
        "Файл лежит не в папке своего вида. Переложите его в папку подразделения и вида файла, "
        "например «clients»."
    ),
    FolderProblem.UNIT_NOT_TOLD: lambda _v: _l(
        "Неизвестно, какому подразделению файл. Положите его в папку с кодом подразделения."
    ),
    FolderProblem.NOBODY_LOADS: lambda _v: _l(
        "В подразделении некому загружать файлы. Назначьте руководителя, супервизора или менеджера."
    ),
    FolderProblem.NOT_RECOGNISED: lambda _v: _l(
        "По заголовкам не понять, что в файле: клиенты, автомобили, заказ-наряды или рекомендации."
    ),
    FolderProblem.FITS_SEVERAL: lambda v: _l(
        "По заголовкам файл одинаково похож на разные виды: %(kinds)s. Загрузите его на странице "
        "и укажите вид.",
        kinds=_kinds(v),
    ),
    FolderProblem.NOT_BY_NIGHT: lambda v: _l(
        "По заголовкам это «%(kinds)s». Такие файлы без проверки не загружаются: загрузите его на "
        "странице.",
        kinds=_kinds(v),
    ),
    FolderProblem.OTHER_KIND: lambda v: _l(
        "По заголовкам это «%(kinds)s», а папка – «%(folder)s». Переложите файл в папку его вида "
        "или загрузите его на странице.",
        kinds=_kinds(v),
        folder=KINDS[v["folder"]][0],
    ),
    FolderProblem.IN_BROWSER: lambda v: _l(
        "Этот файл уже принесли в браузере, он ждёт решения там: загрузка № %(load)s. Завершите "
        "её; если она не нужна, остановите её и положите файл снова.",
        load=v["load"],
    ),
    FolderProblem.UNREADABLE: lambda _v: _l(
        "Программе нельзя открыть этот файл. Обратитесь к администратору сервера."
    ),
    FolderProblem.VANISHED: lambda _v: _l("Файл исчез из папки раньше, чем его прочитали."),
}

LABELS: Pairs = (
    (NoticeKind.REFUSED, _l("Файл из папки не принят")),
    (NoticeKind.DOUBTS, _l("В файле из папки есть строки, которые надо посмотреть")),
    (NoticeKind.WAITS, _l("Пришёл файл клиентов: создайте рабочие листы")),
    (NoticeKind.READ, _l("Файл прочитан: создайте рабочие листы")),
    (NoticeKind.NOT_READ, _l("Файл не прочитан")),
    (NoticeKind.NIGHT, _l("Загрузка из папки 1С")),
)
ICONS: Mapping[NoticeKind, str] = {
    NoticeKind.REFUSED: "alert-triangle",
    NoticeKind.DOUBTS: "file-spreadsheet",
    NoticeKind.WAITS: "table-import",
    NoticeKind.READ: "table-import",
    NoticeKind.NOT_READ: "alert-triangle",
    NoticeKind.NIGHT: "file-spreadsheet",
}


def problem_of_file(problem: str, values: Mapping[str, Any]) -> str:
    """Why a file of a folder was not taken; empty: it was."""
    if not problem:
        return ""
    if problem in set(FolderProblem):
        return str(_PROBLEMS[FolderProblem(problem)](values))
    return file_sentence(FileRefused(FileProblem(problem), **values))


def problem_of_note(note: FolderFile) -> str:
    """The same of a noted file."""
    return problem_of_file(note.problem, note.problem_values)


def notice_words(notice: SeenNotice) -> str:
    """Why the file was refused, or its numbers; empty: there is nothing more to say."""
    told = notice.counts
    if notice.problem:
        return problem_of_file(notice.problem, notice.problem_values)
    if notice.kind is NoticeKind.NIGHT:
        told_of_night: str = _(
            "файлов загружено %(loaded)s, без изменений %(known)s, не принято %(refused)s; "
            "сомнительных строк %(doubtful)s, с ошибкой %(invalid)s",
            **{name: whole(told.get(name, 0)) for name in _OF_NIGHT},
        )
        waiting = notice.problem_values.get("waiting")
        if not waiting:
            return told_of_night
        numbers = ", ".join(f"№ {load_id}" for load_id in waiting)
        return str(_("%(night)s; ждут решения в браузере загрузки: %(numbers)s",
                     night=told_of_night, numbers=numbers))  # fmt: skip
    return ", ".join(
        _("%(what)s: %(count)s", what=str(words).lower(), count=whole(told[verdict.value]))
        for verdict, words in COUNTS.items()
        if told.get(verdict.value)
    )


_OF_NIGHT = ("loaded", "known", "refused", "doubtful", "invalid")


def _kinds(values: Mapping[str, Any]) -> str:
    return ", ".join(str(KINDS[code][0]) for code in values.get("fits", ()) if code in KINDS)
