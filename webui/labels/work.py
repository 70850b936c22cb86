"""Words of the work itself: states, kinds, outcomes, refusals of a step."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from campaigns.contact_caps import CapOutOfRange, CapThere
from campaigns.lifecycle import CampaignFinished, CampaignStepRefused
from campaigns.models import CampaignState, DataFault, Outcome
from core.errors import ProzvonError, Refused
from directory.clients.consent import ReasonMissing
from directory.clients.models import (
    Channel,
    ClientKind,
    ContactKind,
    ContactState,
    RefusalScope,
)
from directory.staff.models import Role
from directory.units.models import UnitKind
from directory.visits.models import RecommendationStatus, VisitStatus
from webui.labels.pairs import Pairs
from worklists.lifecycle import StepRefused, TaskAction, TaskState
from worklists.models.task import Finish, TaskKind

LABELS: Pairs = (
    (TaskState.PLANNED, _l("Запланирована")),
    (TaskState.IN_WORK, _l("В работе")),
    (TaskState.DEFERRED, _l("Отложена")),
    (TaskState.ON_CONTROL, _l("На контроле")),
    (TaskState.DONE, _l("Завершена")),
    (TaskState.REDIRECTED, _l("Передана")),
    (TaskState.CANCELLED, _l("Отменена")),
    (TaskAction.TAKE, _l("взять в работу")),
    (TaskAction.RELEASE, _l("вернуть в очередь")),
    (TaskAction.RETURN, _l("вернуть по времени")),
    (TaskAction.DEFER, _l("отложить")),
    (TaskAction.PUT_ON_CONTROL, _l("оставить на контроле")),
    (TaskAction.PROLONG, _l("продлить контроль")),
    (TaskAction.COMPLETE, _l("завершить")),
    (TaskAction.REDIRECT, _l("передать")),
    (TaskAction.CANCEL, _l("отменить")),
    (TaskAction.REOPEN, _l("открыть снова")),
    (TaskAction.UNDO, _l("отменить результат")),
    (TaskKind.CALL, _l("Звонок")),
    (TaskKind.CALLBACK, _l("Перезвон")),
    (TaskKind.EXTRA, _l("Дополнительная задача")),
    (TaskKind.DEPARTMENT, _l("Задача от другого отдела")),
    (TaskKind.DATA_FIX, _l("Уточнить данные")),
    (Outcome.INTERVIEW, _l("Интервью")),
    (Outcome.NO_ANSWER, _l("Недозвон")),
    (Outcome.REFUSED, _l("Отказ от общения")),
    (Outcome.BAD_DATA, _l("Некорректные данные")),
    (Outcome.REPEAT, _l("Повторная обработка")),
    (Finish.GOAL_REACHED, _l("Работа по цели завершена")),
    (Finish.CONFIRMED, _l("Подтверждена после контроля")),
    (Finish.UNREACHABLE, _l("Не удалось дозвониться")),
    (Finish.REFUSED, _l("Клиент отказался от общения")),
    (Finish.BAD_DATA, _l("Некорректные данные")),
    (Finish.REPEAT, _l("Обработана другой задачей")),
    (Finish.REPLACED, _l("Запланирована новая задача")),
    (Finish.CANCELLED, _l("Отменена")),
    (Finish.REDIRECTED, _l("Передана")),
    (Finish.RETURNED, _l("Возвращена тому, кто просил")),
    (Finish.EXPIRED, _l("Срок истёк")),
    (Finish.DUPLICATE, _l("Дубль: та же задача осталась")),
    (Finish.MISSED, _l("Не перезвонили вовремя")),
    (CampaignState.ACTIVE, _l("Идёт")),
    (CampaignState.PAUSED, _l("Приостановлена")),
    (CampaignState.FINISHED, _l("Завершена")),
    (DataFault.CONTACT, _l("Неверный контакт")),
    (DataFault.ASSET, _l("Неверный автомобиль")),
    (ClientKind.PERSON, _l("Частное лицо")),
    (ClientKind.SOLE_PROPRIETOR, _l("ИП")),
    (ClientKind.LEGAL_ENTITY, _l("Юридическое лицо")),
    (ContactKind.PHONE, _l("Телефон")),
    (ContactKind.EMAIL, _l("Почта")),
    (ContactKind.ADDRESS, _l("Адрес")),
    (ContactState.UNCONFIRMED, _l("не подтверждён")),
    (ContactState.CONFIRMED, _l("подтверждён")),
    (ContactState.WRONG, _l("неверный")),
    (RefusalScope.ALL, _l("Любые контакты")),
    (RefusalScope.CHANNEL, _l("Этот способ связи")),
    (Channel.PHONE, _l("Отказ от звонков")),
    (Channel.SMS, _l("Отказ от SMS")),
    (Channel.EMAIL, _l("Отказ от писем")),
    (Channel.MESSENGER, _l("Отказ от сообщений в мессенджерах")),
    (RefusalScope.PURPOSE, _l("Эта цель")),
    (RefusalScope.ASSET, _l("Этот автомобиль")),
    (Role.MANAGER, _l("Менеджер")),
    (Role.OPERATOR, _l("Оператор")),
    (Role.SUPERVISOR, _l("Супервизор")),
    (Role.HEAD, _l("Руководитель")),
    (Role.ANALYST, _l("Аналитик")),
    (Role.ADMINISTRATOR, _l("Администратор")),
    (UnitKind.COMPANY, _l("Компания")),
    (UnitKind.CENTRE, _l("ЦФО")),
    (UnitKind.DEPARTMENT, _l("Отдел")),
    (UnitKind.WORKSHOP, _l("Цех")),
    (VisitStatus.DONE, _l("Выполнен")),
    (VisitStatus.OPEN, _l("Открыт")),
    (VisitStatus.CANCELLED, _l("Отменён")),
    (RecommendationStatus.OPEN, _l("Не выполнена")),
    (RecommendationStatus.DONE, _l("Выполнена")),
    (RecommendationStatus.DECLINED, _l("Клиент отказался")),
)


def _step_refused(error: StepRefused) -> Any:
    from webui.labels.words import label

    return _l(
        "Задача в состоянии «%(state)s»: действие «%(action)s» сейчас невозможно. "
        "Возможно: %(allowed)s.",
        state=label(error.state),
        action=label(error.action),
        allowed=", ".join(label(action) for action in error.allowed) or "—",
    )


SENTENCES: Mapping[type[ProzvonError], Callable[[Any], Any]] = {
    Refused: lambda _e: _l("Сейчас это сделать нельзя."),
    StepRefused: _step_refused,
    CampaignFinished: lambda _e: _l("Кампания завершена, новые задачи в неё не ставятся."),
    CapOutOfRange: lambda _e: _l("От 1 до 100 раз за 1–366 суток."),
    CapThere: lambda _e: _l("Предел за столько суток уже есть: сначала снимите его."),
    CampaignStepRefused: lambda _e: _l("В этом состоянии кампании так сделать нельзя."),
    ReasonMissing: lambda _e: _l("Укажите причину."),
}
