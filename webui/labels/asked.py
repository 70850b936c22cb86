"""Words of requests to other units: how far they have come, presets, refusals, events (A6, D11)."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from core.errors import ProzvonError
from webui.labels.pairs import Pairs
from webui.wording import whole
from worklists.answering import AcceptedAlready, NotAsked, ReturnReasonMissing
from worklists.asking_again import NotReturned
from worklists.involved import AskedStep
from worklists.models.preset import DueIn
from worklists.my_tasks import AskedFilter
from worklists.presets import (
    DueImpossible,
    PresetChangedByAnother,
    PresetOfForeignUnit,
    PresetUnitUnknown,
    SubjectMissing,
)

LABELS: Pairs = (
    (AskedStep.SENT, _l("отправлена")),
    (AskedStep.ACCEPTED, _l("принята")),
    (AskedStep.RETURNED, _l("возвращена")),
    (AskedStep.DONE, _l("выполнена")),
    (AskedStep.GIVEN_UP, _l("выполнить нельзя")),
    (AskedStep.WITHDRAWN, _l("просьба закрыта")),
    (AskedFilter.NEW, _l("Новые")),
    (AskedFilter.ACCEPTED, _l("Принятые")),
    (DueIn.HOURS, _l("рабочих часов")),
    (DueIn.DAYS, _l("рабочих дней")),
)
STEP_TONES: Mapping[AskedStep, str] = {
    AskedStep.ACCEPTED: "accent",
    AskedStep.RETURNED: "warn",
    AskedStep.DONE: "ok",
}

EVENTS: Mapping[str, Any] = {
    "JobAccepted": _l("Принята"),
    "AcceptanceUndone": _l("Принятие отменено"),
    "JobReturned": _l("Возвращена тому, кто просил"),
    "JobSentAgain": _l("Исправлена и отправлена снова"),
    "JobNotWanted": _l("Просьба закрыта"),
    "InvolvementAccepted": _l("Привлечённое подразделение приняло задачу"),
    "InvolvementReturned": _l("Привлечённое подразделение вернуло задачу"),
    "InvolvementSentAgain": _l("Просьба исправлена и отправлена снова"),
    "InvolvementClosed": _l("Просьба закрыта"),
    "InvolvementAnswerUndone": _l("Ответ подразделения отменён"),
}

SENTENCES: Mapping[type[ProzvonError], Callable[[Any], Any]] = {
    NotAsked: lambda _e: _l("Принять или вернуть можно только открытую просьбу другого отдела."),
    AcceptedAlready: lambda _e: _l("Задача уже принята."),
    ReturnReasonMissing: lambda _e: _l("Напишите, почему возвращаете: это прочтёт просивший."),
    NotReturned: lambda _e: _l("Отдел не возвращал эту просьбу: поправить её сейчас нельзя."),
    PresetChangedByAnother: lambda _e: _l("Заготовку только что изменили. Проверьте и сохраните."),
    PresetUnitUnknown: lambda _e: _l("Выберите действующий отдел или цех, не свой собственный."),
    PresetOfForeignUnit: lambda _e: _l("Заготовки ведут для своих подразделений. Выберите своё."),
    SubjectMissing: lambda _e: _l("Напишите тему: по ней заготовку выбирают."),
    DueImpossible: lambda e: _l("Укажите срок от 1 до %(most)s.", most=whole(e.args[0])),
}
