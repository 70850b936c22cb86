"""Words about a whole file: where its table was found, what was no data, what came of its rows."""

from collections.abc import Callable, Mapping

from flask_babel import gettext as _

from importers.models import ImportedFile
from importers.places import Place
from importers.plans import CHOOSABLE, RowPlan
from importers.result_rows import ResultRow
from webui.labels.files import BLOCKS, problem_sentence
from webui.wording import phone, whole

_SKIPPED: Mapping[str, Callable[[str], str]] = {
    "blank": lambda n: _("пустых: %(count)s", count=n),
    "totals": lambda n: _("итогов: %(count)s", count=n),
    "repeated_headings": lambda n: _("повторов заголовков: %(count)s", count=n),
    "groups": lambda n: _("заголовков групп: %(count)s", count=n),
    "footers": lambda n: _("подписей под таблицей: %(count)s", count=n),
}
"""Lines that were not read as data, by the names of ``importers.problems.Skipped``."""


def place_sentence(file: ImportedFile) -> str:
    """«Лист «ТО», заголовки в строке 3.»; empty for files loaded before this was told."""
    return place_words(Place.from_kept(file.place), file.sheet)


def place_words(place: Place | None, sheet: str) -> str:
    """The same of a place and the sheet that was read; empty where no place is known."""
    if place is None:
        return ""
    first, last = place.heading_line, place.lines_above
    if not place.heading_lines:
        where = _("заголовков нет, данные с %(line)s-й строки", line=whole(first))
    elif last > first:
        where = _("заголовки в строках %(first)s–%(last)s", first=whole(first), last=whole(last))
    else:
        where = _("заголовки в строке %(line)s", line=whole(first))
    if sheet:
        return str(_("Лист «%(sheet)s», %(where)s.", sheet=sheet, where=where))
    return f"{where[:1].upper()}{where[1:]}."


def skipped_sentences(file: ImportedFile) -> list[str]:
    """What was left out and why, what was read although it is hidden, what could not be read."""
    return skipped_words(file.skipped, Place.from_kept(file.place))


def skipped_words(skipped: Mapping[str, int], place: Place | None) -> list[str]:
    """The same of the kept counts of ``importers.problems.Skipped``."""
    told = []
    counts = {name: skipped.get(name, 0) for name in _SKIPPED}
    left_out = [words(whole(counts[name])) for name, words in _SKIPPED.items() if counts[name]]
    if left_out:
        count = sum(counts.values())
        told.append(
            _("Не данные, пропущено строк: %(count)s (%(what)s).",
              count=whole(count), what=", ".join(left_out))
        )  # fmt: skip
    hidden = skipped.get("hidden_rows", 0)
    if hidden:
        told.append(_("Скрытые строки тоже прочитаны: %(count)s.", count=whole(hidden)))
    if place is not None and place.uncalculated:
        told.append(
            _(
                "Формулы без значений: %(count)s, эти ячейки прочитаны пустыми. "
                "Откройте файл в Excel, сохраните и загрузите ещё раз.",
                count=whole(place.uncalculated),
            )
        )
    return [str(sentence) for sentence in told]


def result_words(row: ResultRow) -> tuple[str, str]:
    """What came of a row, and why."""
    why = _reasons(row)
    if row.is_formed:
        return _("Создана задача"), "; ".join(why)
    if row.plan is RowPlan.DUPLICATE:
        return _("Повтор"), "; ".join(why)
    if row.block is not None:
        why.insert(0, str(BLOCKS[row.block]))
    if row.plan in CHOOSABLE:
        return _("Задача ещё не создана"), "; ".join(why)
    words = {
        RowPlan.IN_WORK: _("Уже в работе"),
        RowPlan.BLOCKED: _("Нельзя звонить"),
        RowPlan.REJECTED: _("Ошибка"),
    }
    return words[row.plan], "; ".join(why)


def error_words(row: ResultRow) -> tuple[str, str]:
    """What is wrong with a row of the workbook of remarks, and whether it will be loaded."""
    why = _reasons(row)
    if row.plan is RowPlan.BLOCKED and row.block is not None:
        why.insert(0, _("Нельзя звонить: %(reason)s", reason=BLOCKS[row.block]))
    if row.plan is RowPlan.IN_WORK:
        return "; ".join(why), result_words(row)[0]
    return "; ".join(why), _("да") if row.plan in CHOOSABLE else _("нет")


def error_sentence(row: ResultRow) -> str:
    """What is wrong with it, alone."""
    return error_words(row)[0]


def _reasons(row: ResultRow) -> list[str]:
    why = [problem_sentence(problem) for problem in (*row.problems, *row.warnings)]
    if row.called is not None:
        told = _("Будет звонок: %(name)s", name=row.called.name)
        why.insert(0, ", ".join(filter(None, (told, phone(row.called.phone)))))
    if row.plan is RowPlan.DUPLICATE:
        why.insert(0, _("Повтор строки %(number)s", number=row.duplicate_of))
    return why
