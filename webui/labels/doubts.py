"""Words about rows of loads that wait for a person: who may be meant, how sure that is, why."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from core.errors import ProzvonError
from importers.loads.deciding import CandidatesChanged, LoadNotOver, NameMissing
from importers.loads.decision_models import Choice
from importers.loads.decisions_seen import CameOf, is_loaded
from importers.loads.doubts import Cause, Confidence, Sign
from importers.loads.told import Verdict
from importers.loads.undeciding import DecisionUsed
from importers.problems import RowProblemCode
from webui.labels.files import problem_sentence
from webui.labels.pairs import Pairs, by_class
from webui.wording import whole

LABELS: Pairs = (
    (Confidence.CERTAIN, _l("Точно он")),
    (Confidence.HIGH, _l("Похоже, он")),
    (Confidence.LOW, _l("Не всё сходится")),
    (Sign.KEY, _l("Код клиента")),
    (Sign.PHONE, _l("Телефон")),
    (Sign.DEAD_POINT, _l("Номер отмечен как неверный")),
    (Sign.EMAIL, _l("Почта")),
    (Sign.TAX_ID, _l("ИНН")),
    (Sign.VEHICLE, _l("Автомобиль")),
    (Sign.BIRTH_ON, _l("Дата рождения")),
    (Sign.NAME, _l("Имя")),
    (Choice.SAME, _l("Это он: строки загружены.")),
    (Choice.NEW, _l("Другой человек: строки загружены, клиент добавлен.")),
    (Choice.SKIP, _l("Строки пропущены.")),
    (Choice.AGAIN, _l("Строки загружены.")),
    (Choice.MENDED, _l("Строка исправлена и загружена.")),
)

_CHOICES = by_class(LABELS)[Choice]
_AGREES: Mapping[Sign, Any] = {
    Sign.KEY: _l("код тот же"),
    Sign.PHONE: _l("телефон тот же"),
    Sign.EMAIL: _l("почта та же"),
    Sign.TAX_ID: _l("ИНН тот же"),
    Sign.VEHICLE: _l("автомобиль тот же"),
    Sign.BIRTH_ON: _l("дата рождения та же"),
    Sign.NAME: _l("имя то же"),
}
_DIFFERS: Mapping[Sign, Any] = {
    Sign.KEY: _l("код другой"),
    Sign.DEAD_POINT: _l("номер отмечен как неверный"),
    Sign.TAX_ID: _l("ИНН другой"),
    Sign.BIRTH_ON: _l("дата рождения другая"),
    Sign.NAME: _l("имя другое"),
}


_DECIDED: Mapping[Choice, Any] = {
    Choice.SAME: _l("Это он."),
    Choice.NEW: _l("Другой человек."),
    Choice.AGAIN: _l("Это он."),
    Choice.MENDED: _l("Строка исправлена."),
}


def decision_words(choice: Choice, came: CameOf) -> str:
    """What was decided, and what became of the rows, which need not have been loaded."""
    if choice not in _DECIDED or not came.others:
        return str(_CHOICES[choice])
    said = [str(_DECIDED[choice])]
    if came.loaded:
        said.append(str(_l("Загружено строк: %(count)s.", count=whole(came.loaded))))
    said.append(str(_l("Не загружено строк: %(count)s.", count=whole(came.others))))
    if came.problem is not None:
        said.append(problem_sentence(came.problem) + ".")
    if came.to_mend:
        said.append(str(_l("Ждут исправления: %(count)s.", count=whole(came.to_mend))))
    return " ".join(said)


def decided_words(choice: Choice, verdict: Verdict) -> str:
    """What was decided of one row, which stands beside what became of it."""
    is_told = choice not in _DECIDED or is_loaded(verdict)
    return str(_CHOICES[choice] if is_told else _DECIDED[choice])


def cause_words(cause: Cause) -> str:
    """Why rows are in doubt: «телефон тот же, имя другое»."""
    words = [str(_AGREES[sign]) for sign in cause.agrees if sign in _AGREES]
    words += [str(_DIFFERS[sign]) for sign in cause.differs if sign in _DIFFERS]
    if cause.code is RowProblemCode.SEVERAL_FIT:
        words.append(str(_l("подходят сразу несколько клиентов")))
    return ", ".join(words)


SENTENCES: Mapping[type[ProzvonError], Callable[[Any], Any]] = {
    LoadNotOver: lambda _e: _l(
        "Эти строки сейчас не разобрать: файл ещё загружается или его загрузка отменена."
    ),
    CandidatesChanged: lambda _e: _l(
        "Карточки с тех пор изменились. Сверьте строку с ними ещё раз."
    ),
    NameMissing: lambda _e: _l(
        "В строке нет ни имени, ни телефона, ни почты: завести клиента не из чего."
    ),
    DecisionUsed: lambda _e: _l(
        "Отменить уже нельзя: с загруженным после этого работали. Исправьте в карточке клиента."
    ),
}
