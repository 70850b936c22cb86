"""Words about selections: why one is not saved, does not run, or forms no work-lists."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from core.errors import ProzvonError
from selections.drafts import LONGEST_NAME, LONGEST_NOTE
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
    SelectionNoteTooLong,
    SelectionOutOfUse,
)
from selections.running import HIGHEST_HOLD_OUT
from selections.wire import DefinitionTooNew, DefinitionUnreadable
from webui.labels.pairs import Pairs
from webui.wording import whole
from worklists.lead_scopes import MOST_TICKED, LeadFilter, NoLeadsChosen, TooManyTicks

LABELS: Pairs = (
    (LeadFilter.ALL, _l("Все")),
    (LeadFilter.CALLABLE, _l("Можно звонить")),
    (LeadFilter.BLOCKED, _l("Нельзя звонить")),
    (LeadFilter.IN_WORK, _l("Уже в работе")),
    (LeadFilter.HELD_OUT, _l("Контрольная группа")),
)

SENTENCES: Mapping[type[ProzvonError], Callable[[Any], Any]] = {
    SelectionNameMissing: lambda _e: _l(
        "Назовите выборку, не длиннее %(most)s знаков.", most=LONGEST_NAME
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
        "Правило не читается: оно повреждено или слишком велико. Откройте другую версию выборки."
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
        "Контрольная доля: от 0 до %(most)s процентов.", most=HIGHEST_HOLD_OUT // 100
    ),
    NoLeadsChosen: lambda _e: _l("Отметьте клиентов или поставьте всех найденных."),
    TooManyTicks: lambda _e: _l(
        "По одному отмечают не больше %(most)s. Поставьте всех и снимите лишних.",
        most=whole(MOST_TICKED),
    ),
}
