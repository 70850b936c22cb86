"""Words about staged loads of records: kinds of files, states, what became of rows, refusals."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.errors import ProzvonError
from importers.loads.clashes import Clash, Likely
from importers.loads.models import LoadState
from importers.loads.steps import StepRefused
from importers.loads.told import Verdict
from webui.labels.files import FORMATS as LEADS
from webui.labels.pairs import Pairs
from webui.wording import whole

KINDS: Mapping[str, tuple[Any, Any]] = {
    "clients": (_l("Клиенты"), _l("Имя и телефон, почта, код или ИНН")),
    "vehicles": (_l("Автомобили"), _l("VIN или госномер; владелец, если он есть")),
    "visits": (_l("Заказ-наряды"), _l("Номер, дата, VIN или госномер")),
    "recommendations": (_l("Рекомендации"), _l("Что советовали и VIN, госномер или наряд")),
    "do-not-call": (_l("Не звонить"), _l("Телефон, почта, VIN или код клиента")),
    "results": (_l("Результаты обзвона"), _l("Результат и телефон, VIN или код клиента")),
}
"""Code of a format of records → its name and what its files must have."""

COUNTS: Mapping[Verdict, Any] = {
    Verdict.NEW: _l("Новые"),
    Verdict.MATCHED: _l("Уже известны"),
    Verdict.APPENDED: _l("Добавлены к известным"),
    Verdict.REFRESHED: _l("Дополнены"),
    Verdict.BLOCKED: _l("Запрещены"),
    Verdict.DOUBTFUL: _l("Сомнительные"),
    Verdict.INVALID: _l("Ошибки"),
    Verdict.SKIPPED: _l("Пропущены"),
}
"""What so many rows are called of which this became."""

LABELS: Pairs = (
    (LoadState.LOOKING, _l("Читается")),
    (LoadState.READING, _l("Читается и сопоставляется")),
    (LoadState.COLUMNS, _l("Нужно указать столбцы")),
    (LoadState.CHECKING, _l("Проверяется")),
    (LoadState.CHECKED, _l("Проверен, не загружен")),
    (LoadState.LOADING, _l("Загружается")),
    (LoadState.DONE, _l("Загружен")),
    (LoadState.CANCELLED, _l("Остановлен")),
    (LoadState.REFUSED, _l("Не принят")),
    (LoadState.UNDOING, _l("Отменяется")),
    (LoadState.TAKEN_BACK, _l("Загрузка отменена")),
    *COUNTS.items(),
)

TONES: Mapping[LoadState, str] = {
    LoadState.COLUMNS: "warn",
    LoadState.CHECKED: "warn",
    LoadState.DONE: "ok",
    LoadState.REFUSED: "danger",
    LoadState.LOOKING: "accent",
    LoadState.READING: "accent",
    LoadState.CHECKING: "accent",
    LoadState.LOADING: "accent",
    LoadState.UNDOING: "accent",
}
"""The tone of a state's badge; neutral where none is told."""
VERDICT_TONES: Mapping[Verdict, str] = {
    Verdict.NEW: "ok",
    Verdict.APPENDED: "ok",
    Verdict.REFRESHED: "accent",
    Verdict.BLOCKED: "warn",
    Verdict.DOUBTFUL: "warn",
    Verdict.INVALID: "danger",
}

_ROWS: Mapping[Verdict, Any] = {
    Verdict.NEW: _l("Новая запись"),
    Verdict.MATCHED: _l("Уже известна"),
    Verdict.APPENDED: _l("Добавление к известной"),
    Verdict.REFRESHED: _l("Дополнение известной"),
    Verdict.BLOCKED: _l("Запрещена"),
    Verdict.DOUBTFUL: _l("Сомнительная, не загружена"),
    Verdict.INVALID: _l("Ошибка, не загружена"),
    Verdict.SKIPPED: _l("Пропущена"),
}
"""What became, or will become, of one row."""

_WHAT: Mapping[Verdict, Any] = {
    Verdict.NEW: _l("Таких записей ещё не было"),
    Verdict.MATCHED: _l("Всё, что в строке, уже записано"),
    Verdict.APPENDED: _l("Ещё одна строка известного заказ-наряда"),
    Verdict.REFRESHED: _l("Известной записи добавится то, чего в ней не было"),
    Verdict.BLOCKED: _l("Сейчас записать нельзя, почему – сказано у строки: не записано ничего"),
    Verdict.DOUBTFUL: _l("Неясно, о ком или о чём строка: не записывается ничего"),
    Verdict.INVALID: _l("Не хватает того, без чего запись не создать"),
    Verdict.SKIPPED: _l("Известно более позднее"),
}

_STEPS: Mapping[LoadState, Any] = {
    LoadState.LOOKING: _l("Файл ещё читается. Подождите."),
    LoadState.READING: _l("Файл ещё читается. Подождите или остановите чтение."),
    LoadState.COLUMNS: _l("Сначала укажите, что в столбцах файла."),
    LoadState.CHECKING: _l("Файл сейчас проверяется. Подождите или остановите проверку."),
    LoadState.CHECKED: _l("Файл уже проверен и ждёт решения."),
    LoadState.LOADING: _l("Файл уже загружается. Подождите или остановите загрузку."),
    LoadState.DONE: _l("Файл уже загружен."),
    LoadState.CANCELLED: _l("Загрузка остановлена. Загрузите файл заново."),
    LoadState.REFUSED: _l("Файл не принят. Исправьте его и загрузите заново."),
    LoadState.UNDOING: _l("Загрузка сейчас отменяется. Подождите."),
    LoadState.TAKEN_BACK: _l("Загрузка отменена. Загрузите файл заново."),
}

SENTENCES: Mapping[type[ProzvonError], Callable[[Any], Any]] = {
    StepRefused: lambda e: _STEPS[e.state],
}


def kind_words(code: str) -> str:
    """What is in the files of a format: of records, or of clients to call."""
    return str((KINDS.get(code) or LEADS[code])[0])


def row_words(verdict: Verdict) -> str:
    """What became of one row."""
    return str(_ROWS[verdict])


def verdict_hint(verdict: Verdict) -> str:
    """One line about what a verdict means."""
    return str(_WHAT[verdict])


def likely_words(one: Likely) -> str:
    """Who may be meant by a doubtful row."""
    if one.name:
        return one.name
    if one.is_of_file:
        return str(_("клиент из другой строки этого файла"))
    return str(_("клиент другого подразделения"))


def clash_sentence(clash: Clash) -> str:
    """«Кто это может быть: Иванов Иван, Котов Олег и ещё 3»: whom a doubtful row may mean."""
    names = ", ".join(map(likely_words, clash.named))
    if clash.others:
        names = f"{names} {_('и ещё %(count)s', count=whole(clash.others))}"
    return str(_("Кто это может быть: %(names)s", names=names))


def seconds_words(seconds: int) -> str:
    """«около 40 с», «около 5 мин», «около 2 ч 10 мин»: how long a load still takes, roughly."""
    if seconds < 60:
        text = _("около %(seconds)s с", seconds=max(5, -(-seconds // 5) * 5))
    elif seconds < 3600:
        text = _("около %(minutes)s мин", minutes=-(-seconds // 60))
    else:
        hours, rest = divmod(-(-seconds // 60), 60)
        text = _("около %(hours)s ч %(minutes)s мин", hours=hours, minutes=rest)
    return str(text)
