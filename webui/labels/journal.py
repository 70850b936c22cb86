"""The journal in words: what happened, by whom (rule 7)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from flask_babel import lazy_gettext as _l

from campaigns.models import MissedCallback, Outcome
from core.journal import JournalEntry
from webui.labels import asked, merging, notices, service
from webui.wording import day_short, moment
from worklists.escalation.models import Level
from worklists.models.task import Finish, TaskKind
from worklists.verdicts import BlockRule

EVENTS: Mapping[str, Any] = {
    "WorkListOpened": _l("Рабочий лист открыт"),
    "WorkListClosed": _l("Рабочий лист закрыт"),
    "WorkListReopened": _l("Рабочий лист открыт снова"),
    "TaskAppended": _l("Задача поставлена"),
    "TaskPlanned": _l("Задача запланирована"),
    "TaskTaken": _l("Взята в работу"),
    "TaskTakenWithOutcome": _l("Взята в работу"),
    "TaskRefused": _l("Взять не удалось"),
    "TaskReleased": _l("Возвращена в очередь"),
    "LeaseRanOut": _l("Время истекло, вернулась в очередь"),
    "TaskReturned": _l("Вернулась по времени"),
    "TaskEscalated": _l("Ждёт слишком долго, сообщено"),
    "TaskBecameOverdue": _l("Просрочена"),
    "CallbackMissed": _l("Не перезвонили вовремя"),
    "TaskExpired": _l("Закрыта: истёк срок жизни"),
    "AttemptRecorded": _l("Записан результат"),
    "AttemptUndone": _l("Результат отменён"),
    "TaskWithdrawn": _l("Отменена вместе с результатом"),
    "TaskSettled": _l("Решена другим разговором"),
    "TaskDroppedByRefusal": _l("Закрыта: клиент отказался"),
    "TaskDroppedByCap": _l("Закрыта: клиенту звонили столько раз, сколько разрешено"),
    "ControlCameDue": _l("Пришло время проверки"),
    "ControlConfirmed": _l("Контроль подтверждён"),
    "JobUndone": _l("Закрытие отменено, снова открыта"),
    "ConfirmationUndone": _l("Подтверждение отменено, снова на контроле"),
    "ControlProlonged": _l("Контроль продлён"),
    "ProlongingUndone": _l("Продление отменено"),
    "ControlTurnedIntoCall": _l("Вместо контроля новый звонок"),
    "JobFinished": _l("Выполнена"),
    "JobGivenUp": _l("Выполнить нельзя"),
    "ServiceRequested": _l("Подана заявка на обслуживание"),
    "ServiceRequestWithdrawn": _l("Заявка на обслуживание отменена"),
    "UnitInvolved": _l("Привлечено подразделение"),
    "AskedByUnit": _l("Попросило другое подразделение"),
    "InvolvementFinished": _l("Привлечённое подразделение закончило"),
    "InvolvementWithdrawn": _l("Просьба отозвана"),
    "TaskRedirected": _l("Передана"),
    "TaskReceived": _l("Принята от другой задачи"),
    "TaskGiven": _l("Назначена исполнителю"),
    "TaskPriorityChanged": _l("Изменён приоритет"),
    "TaskDueChanged": _l("Изменён срок"),
    "DispatchTakenBack": _l("Распределение отменено"),
    "TaskAskedFor": _l("Взята в запас"),
    "TaskGivenBack": _l("Возвращена в общие"),
    "TaskSkipped": _l("Пропущена"),
    "SkipUndone": _l("Пропуск отменён"),
    "TaskCancelled": _l("Отменена"),
    "TaskReopened": _l("Открыта снова"),
    **notices.EVENTS,
    **service.EVENTS,
    **asked.EVENTS,
    **merging.EVENTS,
}
"""Every event of tasks and work-lists."""

_ACTORS: Mapping[str, Any] = {
    "scheduler": _l("По расписанию"),
    "import": _l("Загрузка файла"),
    "command-line": _l("Администратор сервера"),
}


@dataclass(frozen=True)
class JournalLine:
    """One line of the history."""

    at: datetime
    what: str
    more: str
    who: str
    task_id: int | None


def actor_words(key: str, people: Mapping[str, str] | None = None) -> str:
    """Who it was: a person's name, or what acted by itself."""
    if people and key in people:
        return people[key]
    return str(_ACTORS.get(key.partition(":")[0], _l("Сотрудник")))


def journal_line(
    entry: JournalEntry, people: Mapping[str, str], results: Mapping[int, str] | None = None
) -> JournalLine:
    """The entry as a person reads it; an event without words of its own keeps its name.

    ``results``: the wording of result codes by the id of their version. What an outcome and an end
    have in common («Некорректные данные») is said once.
    """
    details = entry.details
    parts = [words(details[name]) for name, words in _DETAILS.items() if name in details]
    parts = service.moved_words(details) + parts
    if results and (result := results.get(details.get("result_version_id") or 0)):
        parts.insert(1 if "outcome" in details else 0, result)
    parts = list(dict.fromkeys(parts))
    return JournalLine(
        at=entry.at,
        what=str(EVENTS.get(entry.event, entry.event)),
        more=", ".join(part for part in parts if part),
        who=actor_words(entry.actor, people),
        task_id=entry.subject_id if entry.subject == "task" else None,
    )


def _label(member: Enum) -> str:
    from webui.labels.words import label

    return label(member)


def _at(text: str) -> str:
    return moment(datetime.fromisoformat(text))


def _on(text: str) -> str:
    return day_short(date.fromisoformat(text))


def _until(text: str) -> str:
    return str(_l("до %(at)s", at=_at(text)))


def _despite(names: list[str]) -> str:
    rules = ", ".join(_label(BlockRule(name)).lower() for name in names)
    return str(_l("хотя: %(rules)s", rules=rules))


_DETAILS: Mapping[str, Callable[[Any], str]] = {
    "outcome": lambda value: _label(Outcome(value)),
    "called_at": lambda text: str(_l("звонок %(at)s", at=_at(text))),
    "finish": lambda value: _label(Finish(value)),
    "kind": lambda value: _label(TaskKind(value)),
    "due_at": _at,
    "control_at": _until,
    "control_until": lambda text: str(_l("проверить %(at)s", at=_at(text))),
    "promised_at": lambda text: str(_l("обещали %(at)s", at=_at(text))),
    "policy": lambda value: _label(MissedCallback(value)).lower(),
    "moved_to": lambda text: str(_l("теперь %(at)s", at=_at(text))),
    "until": _until,
    "rules": lambda names: ", ".join(_label(BlockRule(name)).lower() for name in names),
    "despite": lambda names: _despite(names) if names else "",
    "level": lambda value: _label(Level(value)).lower(),
    "reason": str,
    "comment": str,
    "text": str,
    **notices.DETAILS,
}
"""Details that a reader understands, in this order."""
