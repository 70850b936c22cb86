"""Words of a result's effects: as settings, and as what will happen beside the save button."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from campaigns.editing import CampaignChangedMeanwhile, CampaignWrong
from campaigns.effects import Effect, EffectKind, EffectsWrong, MessageTo, RetryBy
from campaigns.lifecycle import CampaignAction
from campaigns.models import DataFault, MissedCallback
from core.errors import ProzvonError
from directory.clients.models import RefusalScope
from webui.labels.pairs import Pairs
from webui.wording import moment
from worklists.forecasts import Forecast

LABELS: Pairs = (
    (MissedCallback.KEEP, _l("Оставить исполнителю")),
    (MissedCallback.NEXT_DAY, _l("Перенести на следующий рабочий день")),
    (MissedCallback.POOL, _l("Отдать всем в подразделении")),
    (MissedCallback.CLOSE, _l("Закрыть задачу")),
    (CampaignAction.PAUSE, _l("Приостановить")),
    (CampaignAction.RESUME, _l("Продолжить")),
    (CampaignAction.FINISH, _l("Завершить кампанию")),
    (EffectKind.CLOSE, _l("Закрыть задачу")),
    (EffectKind.RETRY, _l("Вернуть задачу позже")),
    (EffectKind.BLOCK, _l("Не беспокоить клиента")),
    (EffectKind.MARK, _l("Пометить данные")),
    (EffectKind.DATA_FIX, _l("Задача на исправление данных")),
    (EffectKind.DEPARTMENT_TASK, _l("Задача отделу")),
    (EffectKind.CONTROL, _l("Оставить на контроле")),
    (EffectKind.MESSAGE, _l("Сообщить")),
    (EffectKind.WEBHOOK, _l("Сообщить другой системе")),
    (RetryBy.LADDER, _l("По графику кампании")),
    (RetryBy.ONCE, _l("Один раз, через рабочие дни")),
    (MessageTo.HEAD, _l("Руководителю подразделения")),
    (MessageTo.PERFORMER, _l("Тому, кто записал результат")),
    (MessageTo.WATCHERS, _l("Наблюдателям задачи")),
    (MessageTo.EMAIL, _l("На адрес почты")),
)

_WRONG = {
    "too_many": _l("Не больше 10 последствий у одного результата."),
    "twice": _l("Такое последствие уже есть."),
    "repeat": _l("У повтора последствий нет: он берёт их из выбранной задачи."),
    "close_or_retry": _l("Задача либо закрывается, либо возвращается: оставьте одно."),
    "retry_after_talk": _l(
        "После разговора задача не возвращается сама: включите дату новой задачи."
    ),
    "control_after_talk": _l("На контроле остаётся только разговор."),
    "control_or_close": _l("Включите «Можно оставить на контроле» и не закрывайте задачу сразу."),
    "text": _l("Напишите, что нужно сделать."),
    "text_long": _l("Сократите текст: не больше 500 знаков."),
    "by": _l("Выберите, когда вернуть задачу."),
    "scope": _l("Выберите, о чём не беспокоить."),
    "what": _l("Выберите, что пометить."),
    "to": _l("Выберите, кому сообщить."),
    "days": _l("Укажите от 1 до 366 дней."),
    "address": _l("Проверьте адрес почты. Пример: name@example.org."),
    "url": _l("Нужен адрес https:// в интернете, не во внутренней сети."),
}


_CAMPAIGN = {
    "retry_ladder": _l("Проверьте повторы: у каждого нужен срок больше нуля."),
    "call_until_minute": _l("Звонки заканчиваются позже, чем начинаются."),
    "call_weekdays": _l("Выберите хотя бы один день недели."),
    "data_unit_id": _l("Выберите действующее подразделение."),
    "quality_unit_id": _l("Выберите действующее подразделение."),
}


def wrong_words(error: EffectsWrong) -> Any:
    """What is wrong with the effects, and in which row."""
    words = _WRONG.get(error.why, _l("Проверьте последствия: так их записать нельзя."))
    if error.row is None:
        return words
    return _l("Последствие %(n)s. %(words)s", n=error.row + 1, words=words)


def forecast_words(found: Iterable[Forecast]) -> list[str]:
    """What happens beside the task's own fate, a sentence each."""
    return [str(words) for one in found if (words := _happens(one)) is not None]


def effect_words(effect: Effect) -> Any:
    """The effect as a rule, whatever campaign and moment."""
    match effect.kind:
        case EffectKind.CLOSE:
            return _l("Задача завершается.")
        case EffectKind.RETRY if effect.by is RetryBy.ONCE:
            return _l("Звонок повторится один раз, рабочих дней до него: %(n)s.",
                      n=effect.working_days)  # fmt: skip
        case EffectKind.RETRY:
            return _l("Звонок повторится по графику кампании.")
        case EffectKind.CONTROL:
            return _l("Без отметки о цели остаётся на контроле, дней: %(n)s.", n=effect.days)
        case EffectKind.DEPARTMENT_TASK:
            return _l("Отделу ставится задача «%(text)s», рабочих дней: %(n)s.", text=effect.text,
                      n=effect.working_days)  # fmt: skip
        case EffectKind.BLOCK:
            return _blocked(effect.scope, "")
        case _:
            return _happens(Forecast(effect=effect)) or ""


def _happens(found: Forecast) -> Any:
    effect = found.effect
    match effect.kind:
        case EffectKind.BLOCK:
            return _blocked(effect.scope, found.purpose)
        case EffectKind.MARK if effect.what is DataFault.ASSET:
            return _l("Автомобиль помечается «проверить».")
        case EffectKind.MARK:
            return _l("Номер помечается неверным.")
        case EffectKind.DATA_FIX if found.unit:
            return _l("Встанет задача «Уточнить данные»: %(unit)s.", unit=found.unit)
        case EffectKind.DATA_FIX:
            return _l("Встанет задача «Уточнить данные».")
        case EffectKind.DEPARTMENT_TASK if found.unit:
            return _l("Отделу «%(unit)s» встанет задача до %(at)s.", unit=found.unit,
                      at=moment(found.at))  # fmt: skip
        case EffectKind.MESSAGE:
            return _told(effect)
        case EffectKind.WEBHOOK:
            return _l("Сообщим другой системе.")
        case _:
            return None


def _blocked(scope: RefusalScope | None, purpose: str) -> Any:
    match scope:
        case RefusalScope.ALL:
            return _l("Бессрочно: клиента больше не беспокоим ни по какому поводу.")
        case RefusalScope.CHANNEL:
            return _l("Бессрочно: клиенту больше не звоним.")
        case RefusalScope.ASSET:
            return _l("Бессрочно: об этом автомобиле клиенту больше не звоним.")
        case _ if purpose:
            return _l("Бессрочно: звонков «%(purpose)s» клиент не получает.", purpose=purpose)
        case _:
            return _l("Бессрочно: по этой цели клиенту больше не звоним.")


def _told(effect: Effect) -> Any:
    match effect.to:
        case MessageTo.HEAD:
            return _l("Сообщим руководителю.")
        case MessageTo.PERFORMER:
            return _l("Напомним вам.")
        case MessageTo.WATCHERS:
            return _l("Сообщим наблюдателям.")
        case _:
            return _l("Отправим письмо на %(address)s.", address=effect.address)


def _changed_meanwhile(error: CampaignChangedMeanwhile) -> Any:
    return _l(
        "Пока вы правили, кампанию сохранил другой человек (%(at)s). Его значения стоят там, где "
        "вы ничего не меняли, ваши остались: проверьте и сохраните ещё раз.",
        at=moment(error.at),
    )


SENTENCES: Mapping[type[ProzvonError], Callable[[Any], Any]] = {
    EffectsWrong: wrong_words,
    CampaignChangedMeanwhile: _changed_meanwhile,
    CampaignWrong: lambda error: _CAMPAIGN.get(error.field, _l("Проверьте это поле.")),
}
