"""Words about selections: why one is not saved, does not run, or forms no work-lists."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from core.errors import ProzvonError
from selections.drafts import LONGEST_NAME, LONGEST_NOTE
from selections.models import Cadence, OrderState
from selections.refusals import (
    AnswerMissing,
    AnswerRefused,
    AnswerUnitForeign,
    AnswerUnitUnknown,
    AnswerUnusable,
    DefinitionFaulty,
    HoldOutImpossible,
    PeriodTurnedRound,
    SelectionChangedByAnother,
    SelectionNameMissing,
    SelectionNameTaken,
    SelectionNoteTooLong,
    SelectionOutOfUse,
)
from selections.running import HIGHEST_HOLD_OUT
from selections.wire import DefinitionTooNew, DefinitionUnreadable
from webui.labels.pairs import Pairs
from webui.labels.spoken import gettext as _
from webui.wording import tenths, whole
from worklists.lead_scopes import MOST_TICKED, LeadFilter, NoLeadsChosen, TooManyTicks
from worklists.selection_plans import MOST_A_DAY, PlanChangedMeanwhile, PlanWrong
from worklists.task_effort import USUAL_MINUTES
from worklists.work_sizes import WorkSize

LABELS: Pairs = (
    (LeadFilter.ALL, _l("Все")),
    (LeadFilter.CALLABLE, _l("Можно звонить")),
    (LeadFilter.BLOCKED, _l("Нельзя звонить")),
    (LeadFilter.IN_WORK, _l("Уже в работе")),
    (LeadFilter.HELD_OUT, _l("Контрольная группа")),
    (Cadence.DAILY, _l("Каждый день")),
    (Cadence.WEEKLY, _l("Раз в неделю")),
    (Cadence.ON_DATA, _l("Когда загружен файл")),
    (OrderState.WAITING, _l("Выполняется")),
    (OrderState.DONE, _l("Готово")),
    (OrderState.FAILED, _l("Не выполнено")),
)

_OF_PLAN = {
    "campaign": _l("Выберите кампанию: по ней создаются задачи."),
    "at": _l("Укажите время запуска, например 07:30."),
    "weekday": _l("Выберите день недели."),
    "per_day": _l("Задач в день: число от 1 до %(most)s или пусто.", most=whole(MOST_A_DAY)),
}

SENTENCES: Mapping[type[ProzvonError], Callable[[Any], Any]] = {
    SelectionNameMissing: lambda _e: _l(
        "Назовите выборку, не длиннее %(most)s знаков.", most=LONGEST_NAME
    ),
    SelectionNameTaken: lambda e: _l(
        "Выборка «%(name)s» в этом подразделении уже есть. Назовите иначе.", name=e.name
    ),
    SelectionNoteTooLong: lambda _e: _l(
        "Пояснение: не длиннее %(most)s знаков.", most=whole(LONGEST_NOTE)
    ),
    SelectionChangedByAnother: lambda _e: _l(
        "Пока вы правили выборку, её сохранил другой человек. Ваши правки на месте: "
        "сравните и сохраните снова."
    ),
    SelectionOutOfUse: lambda _e: _l(
        "Выборка в архиве. Верните её оттуда, чтобы править или запускать."
    ),
    DefinitionFaulty: lambda _e: _l("В правиле есть ошибки. Исправьте отмеченные условия."),
    DefinitionUnreadable: lambda _e: _l(
        "Правило не читается: оно повреждено или слишком велико. "
        "Возьмите копию более ранней версии."
    ),
    DefinitionTooNew: lambda _e: _l(
        "Правило сохранено более новой версией программы. Обновите программу, чтобы открыть его."
    ),
    AnswerRefused: lambda _e: _l("Ответ не подходит к вопросу выборки."),
    AnswerMissing: lambda _e: _l("Это нужно указать перед запуском."),
    AnswerUnusable: lambda _e: _l("Проверьте значение: здесь нужно другое."),
    AnswerUnitUnknown: lambda _e: _l("Такого подразделения нет среди действующих."),
    AnswerUnitForeign: lambda _e: _l("Это подразделение вам не видно. Выберите из списка."),
    PeriodTurnedRound: lambda _e: _l("Начало периода позже его конца. Поменяйте даты местами."),
    HoldOutImpossible: lambda _e: _l(
        "Контрольная группа: от 0 до %(most)s процентов.", most=HIGHEST_HOLD_OUT // 100
    ),
    NoLeadsChosen: lambda _e: _l("Отметьте клиентов или поставьте всех найденных."),
    TooManyTicks: lambda _e: _l(
        "По одному отмечают не больше %(most)s. Поставьте всех и снимите лишних.",
        most=whole(MOST_TICKED),
    ),
    PlanWrong: lambda e: _OF_PLAN[e.field],
    PlanChangedMeanwhile: lambda _e: _l(
        "Пока вы правили расписание, его сохранил другой человек. Откройте его снова."
    ),
}

_UNATTENDED: Mapping[str, Any] = {
    "CampaignFinished": _l("Кампания завершена, задачи не создаются."),
    "UnitOutOfUse": _l("Подразделение в архиве."),
    "NotFound": _l("Выборка или подразделение больше не доступны: проверьте доступ и архив."),
    "SelectionOutOfUse": _l("Выборка в архиве."),
    "DefinitionFaulty": _l("В правиле есть ошибки."),
    "AnswerMissing": _l("На вопрос выборки нет ответа."),
    "AnswerUnitUnknown": _l("Подразделения из ответа нет среди действующих."),
    "AnswerUnitForeign": _l("Подразделение из ответа не входит в то, для которого запуск."),
    "AnswerUnusable": _l("Ответ не подходит к вопросу выборки."),
    "DefinitionUnreadable": _l("Правило выборки не читается."),
    "DefinitionTooNew": _l("Правило сохранено более новой версией программы."),
    "PeriodTurnedRound": _l("Начало периода позже его конца."),
}
_UNATTENDED_OTHERWISE = _l("Запустите выборку вручную: там видна причина.")


def unattended_words(problem: str) -> str:
    """Why something that nobody watched did not happen, by the class of the refusal that is kept
    (``FormingOrder.problem``, ``PlanLine.problem``)."""
    return str(_UNATTENDED.get(problem, _UNATTENDED_OTHERWISE))


def usual_minutes_words() -> str:
    """What the days of ``size_words`` assume before a campaign is chosen."""
    return _(
        "Если на задачу уходит %(minutes)s мин: точнее скажет проверка с кампанией.",
        minutes=tenths(USUAL_MINUTES),
    )


def size_words(size: WorkSize) -> str:
    """The warning that a selection deserves by its size; empty: none."""
    days = tenths(size.days)
    if size.is_everybody:
        return _("Условия никого не отсеяли: найдены все. Это %(days)s человеко-дней звонков.",
                 days=days)  # fmt: skip
    if size.is_nearly_everybody:
        return _(
            "Условия почти никого не отсеяли: найдено %(found)s из %(all)s. "
            "Это %(days)s человеко-дней звонков.",
            found=whole(size.found), all=whole(size.of_all), days=days,
        )  # fmt: skip
    if size.is_much:
        return _(
            "Много работы: %(days)s человеко-дней звонков. Сузьте условия или ограничьте число.",
            days=days,
        )
    return ""
