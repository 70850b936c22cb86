"""Words of the card: why a task is blocked, what an outcome leads to, what was refused and why."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from campaigns.effects import EffectKind
from campaigns.windows import NeverOpens
from core.errors import ProzvonError
from directory.assets.mileage import MileageImpossible, MileageWentDown
from directory.clients.contact_points import ContactOfAnother
from directory.clients.models import RefusalScope
from webui.labels import journal
from webui.labels.effects import forecast_words
from webui.labels.pairs import Pairs
from webui.wording import clock, day, moment, whole
from worklists.attempts import Consequence, ConsequenceKind
from worklists.consequences import ControlInPast, GoalNotReached, NextDateRequired
from worklists.control import ReasonMissing, UntilInPast
from worklists.far_dates import FarAhead, TooFar
from worklists.involvement import InvolvementDueInPast, SameUnit, TextMissing, UnitUnknown
from worklists.jobs_done import AnswerMissing, IsACall
from worklists.leases import HeldByAnother, LeaseLost
from worklists.made_elsewhere import CalledBeforeLast, CalledBeforeTask, CalledInFuture
from worklists.my_queue import When
from worklists.planning import DueInPast, KindNotPlannable, PerformerUnknown
from worklists.repeats import NothingToCopy
from worklists.report_checks import (
    AcquisitionRequired,
    CodeNotOffered,
    CodeRequired,
    CommentRequired,
    CopyRequired,
    MileageWithoutAsset,
    NotACall,
    OnlyAfterInterview,
)
from worklists.saving import ChangedMeanwhile
from worklists.service_requests import (
    WantedInPast,
    WantedTimeImpossible,
    WorkMissing,
    WorkshopUnknown,
)
from worklists.undoing import NotYours, SomethingFollowed, TooLateToUndo
from worklists.unit_work import UnitHasWork, UnitOutOfUse
from worklists.verdicts import Block, Blocked, BlockRule

LABELS: Pairs = (
    (When.OVERDUE, _l("Просрочено")),
    (When.NOW, _l("Сейчас")),
    (When.TODAY, _l("Сегодня")),
    (When.LATER, _l("Завтра и позже")),
    (BlockRule.DO_NOT_CONTACT, _l("Клиент просил не звонить")),
    (BlockRule.COOLING_OFF, _l("Клиент отказался говорить")),
    (BlockRule.NO_VALID_PHONE, _l("Нет телефона, по которому можно позвонить")),
    (BlockRule.OUTSIDE_HOURS, _l("У клиента нерабочее время")),
    (BlockRule.PRESSURE, _l("Клиенту уже звонили столько раз, сколько можно")),
    (BlockRule.HOUSEHOLD, _l("По этому номеру уже звонят или недавно звонили другому клиенту")),
    (BlockRule.HELD_BY_ANOTHER, _l("С клиентом уже работают")),
    (BlockRule.NOT_OPEN, _l("Задача ещё не открыта: так задано в кампании")),
    (BlockRule.NOT_DUE, _l("Время задачи ещё не пришло")),
    (BlockRule.CAMPAIGN_PAUSED, _l("Кампания приостановлена")),
    (BlockRule.CAMPAIGN_FINISHED, _l("Кампания завершена")),
    (ConsequenceKind.GOAL_REACHED, _l("Работа по цели завершена")),
    (ConsequenceKind.ON_CONTROL, _l("Останется на контроле")),
    (ConsequenceKind.REPLACED, _l("Запланирована новая задача")),
    (ConsequenceKind.TRY_AGAIN, _l("Вернётся")),
    (ConsequenceKind.UNREACHABLE, _l("Не удалось дозвониться")),
    (ConsequenceKind.REFUSED, _l("Клиент отказался от общения")),
    (ConsequenceKind.BAD_DATA, _l("Некорректные данные")),
    (ConsequenceKind.COPIED, _l("Результат другой задачи")),
)


def _label(member: Enum) -> str:
    from webui.labels.words import label

    return label(member)


def block_words(block: Block) -> str:
    """«У клиента нерабочее время, до пн 16 ноя, 09:00.»"""
    name = _label(block.rule)
    if block.until is None:
        return str(_l("%(rule)s.", rule=name))
    return str(_l("%(rule)s, до %(until)s.", rule=name, until=moment(block.until)))


def consequence_words(found: Consequence) -> str:
    """What saving leads to, as one line beside the button."""
    words = [_of_task(found)]
    if found.planned_at is not None and found.at != found.planned_at:
        words.append(str(_l("Новая задача встанет на %(at)s.", at=moment(found.planned_at))))
    return " ".join([*words, *forecast_words(found.also)])


def _of_task(found: Consequence) -> str:
    at = moment(found.at)
    match found.kind:
        case ConsequenceKind.GOAL_REACHED:
            words = _l("Задача закроется: работа по цели завершена.")
        case ConsequenceKind.ON_CONTROL:
            words = _l("Останется на контроле до %(at)s.", at=at)
        case ConsequenceKind.REPLACED:
            words = _l("Задача закроется, новая встанет на %(at)s.", at=at)
        case ConsequenceKind.TRY_AGAIN if not found.of:
            words = _l("Вернётся %(at)s, один раз.", at=at)
        case ConsequenceKind.TRY_AGAIN:
            words = _l(
                "Вернётся %(at)s, это попытка %(n)s из %(of)s.",
                at=at,
                n=found.attempts,
                of=found.of,
            )
        case ConsequenceKind.UNREACHABLE:
            words = _l(
                "Задача закроется: попытка %(n)s из %(of)s последняя.",
                n=found.attempts,
                of=found.of,
            )
        case ConsequenceKind.REFUSED:
            words = _rest(found, at)
        case ConsequenceKind.BAD_DATA:
            words = (
                _l("Задача закроется: данные неверны.")
                if found.also
                else _l("Задача закроется, номер или автомобиль отметим как непроверенный.")
            )
        case ConsequenceKind.COPIED:
            words = (
                _l(
                    "Задача закроется с результатом выбранной задачи, новая встанет на %(at)s.",
                    at=at,
                )
                if found.at is not None
                else _l("Задача закроется с результатом выбранной задачи.")
            )
    return str(words)


def _rest(found: Consequence, at: str) -> Any:
    """A pause ends at its date, a prohibition does not: where both hold, the longer one counts."""
    scopes = {one.effect.scope for one in found.also if one.effect.kind is EffectKind.BLOCK}
    if scopes & {RefusalScope.ALL, RefusalScope.CHANNEL}:
        return _l("Задача закроется.")
    if scopes:
        return _l("Задача закроется, до %(at)s клиенту не звоним ни по какой цели.", at=at)
    return _l("Задача закроется, до %(at)s клиенту не звоним.", at=at)


def _held(error: HeldByAnother) -> Any:
    return _l(
        "С этим клиентом сейчас работает %(name)s, до %(until)s.",
        name=error.holder_name,
        until=clock(error.until),
    )


def _lost(error: LeaseLost) -> Any:
    if error.holder_name:
        return _l("Время задачи истекло, её взял(а) %(name)s.", name=error.holder_name)
    return _l("Время задачи истекло: она вернулась в очередь.")


def _changed(error: ChangedMeanwhile) -> Any:
    what = str(journal.EVENTS.get(error.event, _l("Изменена")))
    name = error.by_name or journal.actor_words(error.by_key)
    at = clock(error.at) if error.at else ""
    return _l(
        "Пока вы писали, задача изменилась: %(what)s, %(name)s, %(at)s.",
        what=what.lower(),
        name=name,
        at=at,
    )


def _followed(error: SomethingFollowed) -> Any:
    what = str(journal.EVENTS.get(error.event, _l("Изменена")))
    return _l(
        "Отменить уже нельзя, за этим последовало: %(what)s, %(name)s, %(at)s.",
        what=what.lower(),
        name=error.by_name or journal.actor_words(error.by_key),
        at=clock(error.at) if error.at else "",
    )


def _blocked(error: Blocked) -> str:
    return " ".join(block_words(block) for block in error.verdict.blocks)


SENTENCES: Mapping[type[ProzvonError], Callable[[Any], Any]] = {
    HeldByAnother: _held,
    LeaseLost: _lost,
    ChangedMeanwhile: _changed,
    Blocked: _blocked,
    UnitOutOfUse: lambda _e: _l(
        "Подразделение убрано в архив: новых задач в нём не ставят. Выберите другое."
    ),
    UnitHasWork: lambda e: _l(
        "Открытых задач: %(tasks)s. Сначала завершите или передайте их.", tasks=whole(e.tasks)
    ),
    TooLateToUndo: lambda _e: _l("Отменить уже нельзя: прошло больше 10 минут."),
    NotYours: lambda _e: _l("Отменить результат может тот, кто его записал, или руководитель."),
    SomethingFollowed: _followed,
    NotACall: lambda _e: _l("В этой задаче не звонят: напишите, что сделано."),
    IsACall: lambda _e: _l("Это звонок: выберите его результат."),
    AnswerMissing: lambda _e: _l("Напишите, что сделано, или почему выполнить нельзя."),
    CodeRequired: lambda _e: _l("Выберите результат контакта."),
    CodeNotOffered: lambda _e: _l("Этого результата больше нет. Выберите другой."),
    CommentRequired: lambda _e: _l("Добавьте комментарий."),
    AcquisitionRequired: lambda _e: _l("Выберите, как клиент записан."),
    MileageWithoutAsset: lambda _e: _l("В задаче нет автомобиля: пробег записать некуда."),
    MileageWentDown: lambda e: _l(
        "Раньше было %(km)s км. Исправьте пробег или подтвердите, что он меньше.",
        km=whole(e.previous),
    ),
    MileageImpossible: lambda e: _l("Укажите пробег от 0 до %(km)s км.", km=whole(e.highest)),
    CopyRequired: lambda _e: _l("Нажмите «Заполнить» и выберите задачу."),
    NothingToCopy: lambda _e: _l("У этой задачи нет результата. Выберите другую."),
    OnlyAfterInterview: lambda _e: _l("Другие задачи решает только разговор с клиентом."),
    NextDateRequired: lambda _e: _l("Запланируйте новую задачу: когда связаться с клиентом."),
    GoalNotReached: lambda _e: _l(
        "Этот результат закрывает задачу: отметьте «Работа по цели завершена» "
        "или запланируйте перезвон."
    ),
    CalledInFuture: lambda _e: _l("Этого звонка ещё не было: время позже, чем сейчас."),
    CalledBeforeTask: lambda _e: _l("Звонок был раньше, чем поставлена задача."),
    CalledBeforeLast: lambda _e: _l("Известен более поздний звонок по этой задаче."),
    ControlInPast: lambda _e: _l("Выберите дату проверки позже, чем сейчас."),
    UntilInPast: lambda _e: _l("Выберите дату позже, чем сейчас."),
    ReasonMissing: lambda _e: _l("Напишите, почему контроль продлён."),
    TooFar: lambda e: ngettext(
        "Это через %(num)s год. Проверьте год: дальше двух лет не планируют.",
        "Это через %(num)s лет. Проверьте год: дальше двух лет не планируют.",
        e.years,
    ),
    FarAhead: lambda e: _l(
        "Это больше чем через год: %(on)s. Исправьте дату или отметьте, что она верна.",
        on=day(e.at),
    ),
    DueInPast: lambda _e: _l("Выберите время позже, чем сейчас."),
    KindNotPlannable: lambda _e: _l("Планируют перезвон или дополнительную задачу."),
    PerformerUnknown: lambda _e: _l("Этот человек здесь не работает. Выберите другого."),
    WorkshopUnknown: lambda _e: _l("Выберите действующий цех."),
    WantedInPast: lambda _e: _l("Выберите сегодняшний день или позже."),
    WantedTimeImpossible: lambda _e: _l("Укажите время от 00:00 до 23:59."),
    WorkMissing: lambda _e: _l("Напишите, какие работы нужны."),
    UnitUnknown: lambda _e: _l("Выберите действующее подразделение."),
    SameUnit: lambda _e: _l("Это ваше подразделение: запланируйте задачу."),
    TextMissing: lambda _e: _l("Напишите, что нужно сделать."),
    InvolvementDueInPast: lambda _e: _l("Выберите срок позже, чем сейчас."),
    ContactOfAnother: lambda _e: _l("Этого номера у клиента больше нет. Выберите другой."),
    NeverOpens: lambda _e: _l("У кампании нет ни одного дня для звонков. Скажите руководителю."),
}
