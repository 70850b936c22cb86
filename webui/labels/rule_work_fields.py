"""Words of what a rule may ask of work: tasks, contacts, bookings, forecasts of mileage (A5)."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from webui.labels.rule_vocabulary import FieldWords, RelationWords
from webui.labels.spoken import ngettext

WORK_ENTITIES: Mapping[str, Any] = {
    "task": _l("Задача"),
    "attempt": _l("Контакт"),
    "booking": _l("Запись на сервис"),
}
_BY_CAMPAIGN = _l("по кампании %(values)s")
_ABOUT = _l("по поводу %(values)s")
_IN_UNIT = _l("в подразделении %(values)s")
_WITH_RESULT = _l("с результатом %(values)s")
_ENDED = _l("с вариантом завершения %(values)s")

WORK_FIELDS: Mapping[str, FieldWords] = {
    "client.cooling_off_until": FieldWords(_l("Не беспокоим до")),
    "client.pressed_until": FieldWords(_l("Предел частоты звонков до")),
    "vehicle.next_maintenance_on": FieldWords(_l("Ожидаемое ТО")),
    "vehicle.expected_km": FieldWords(_l("Ожидаемый пробег"), unit=_l("км")),
    "vehicle.km_per_day": FieldWords(_l("Пробег в день"), unit=_l("км")),
    "vehicle.forecast_basis": FieldWords(_l("Откуда прогноз пробега")),
    "task.state": FieldWords(_l("Состояние задачи"), within=_l("в состоянии %(values)s")),
    "task.is_open": FieldWords(
        _l("Задача не завершена"), yes=_l("не завершена"), no=_l("завершена")
    ),
    "task.kind": FieldWords(_l("Вид задачи"), within=_l("вида %(values)s")),
    "task.campaign": FieldWords(_l("Кампания задачи"), within=_BY_CAMPAIGN),
    "task.purpose": FieldWords(_l("Повод задачи"), within=_ABOUT),
    "task.unit": FieldWords(_l("Подразделение задачи"), within=_IN_UNIT),
    "task.result": FieldWords(_l("Результат задачи"), within=_WITH_RESULT),
    "task.outcome": FieldWords(_l("Вариант завершения задачи"), within=_ENDED),
    "task.finish": FieldWords(_l("Чем закончилась задача")),
    "task.due_on": FieldWords(_l("Срок задачи")),
    "task.created_on": FieldWords(_l("Когда создали задачу"), is_plain=True),
    "task.closed_on": FieldWords(_l("Когда завершили задачу")),
    "task.attempts": FieldWords(_l("Попыток по задаче")),
    "attempt.made_on": FieldWords(_l("День звонка"), is_plain=True),
    "attempt.outcome": FieldWords(_l("Вариант завершения звонка"), within=_ENDED),
    "attempt.campaign": FieldWords(_l("Кампания звонка"), within=_BY_CAMPAIGN),
    "attempt.purpose": FieldWords(_l("Повод звонка"), within=_ABOUT),
    "attempt.unit": FieldWords(_l("Подразделение, которое звонило"), within=_IN_UNIT),
    "attempt.result": FieldWords(_l("Результат звонка"), within=_WITH_RESULT),
    "attempt.is_copy": FieldWords(
        _l("Тот же разговор в другой задаче"), yes=_l("тот же разговор в другой задаче"),
        no=_l("отдельный разговор"),
    ),
    "booking.state": FieldWords(_l("Состояние записи"), within=_l("в состоянии %(values)s")),
    "booking.wanted_on": FieldWords(_l("На какой день записан"), is_plain=True),
    "booking.created_on": FieldWords(_l("Когда записали")),
    "booking.workshop": FieldWords(_l("Цех записи"), within=_l("в цех %(values)s")),
    "booking.unit": FieldWords(
        _l("Подразделение цеха записи"), within=_l("в подразделение %(values)s")
    ),
    "booking.has_open_task": FieldWords(
        _l("По записи уже звонят"), yes=_l("по ней уже звонят"), no=_l("по ней не звонят")
    ),
}  # fmt: skip


def _tasks(n: int) -> str:
    return ngettext("%(num)s задачи", "%(num)s задач", n)


def _open_tasks(n: int) -> str:
    return ngettext("%(num)s незавершённой задачи", "%(num)s незавершённых задач", n)


def _calls(n: int) -> str:
    return ngettext("%(num)s звонка", "%(num)s звонков", n)


def _bookings(n: int) -> str:
    return ngettext("%(num)s записи на сервис", "%(num)s записей на сервис", n)


def _standing_bookings(n: int) -> str:
    return ngettext(
        "%(num)s действующей записи на сервис", "%(num)s действующих записей на сервис", n
    )


def _visits(n: int) -> str:
    return ngettext("%(num)s заезда", "%(num)s заездов", n)


def _of_client(code: str) -> RelationWords:
    return {
        "tasks": RelationWords(
            _l("Задачи клиента"), _l("есть задача"), _l("нет задач"), _tasks,
            _l("последняя задача"), over=_l("по задачам"),
        ),
        "attempts": RelationWords(
            _l("Звонки клиенту"), _l("клиенту звонили"), _l("клиенту не звонили"), _calls,
            _l("последний звонок клиенту"),
        ),
        "bookings": RelationWords(
            _l("Записи клиента на сервис"), _l("есть запись клиента на сервис"),
            _l("нет записей клиента на сервис"), _bookings, _l("последняя запись клиента"),
        ),
    }[code]  # fmt: skip


WORK_RELATIONS: Mapping[str, RelationWords] = {
    "client.tasks": _of_client("tasks"),
    "client.attempts": _of_client("attempts"),
    "client.bookings": _of_client("bookings"),
    "vehicle.tasks": RelationWords(
        _l("Задачи по автомобилю"), _l("есть задача по автомобилю"),
        _l("нет задач по автомобилю"), _tasks, _l("последняя задача по автомобилю"),
        over=_l("по задачам"),
    ),
    "vehicle.attempts": RelationWords(
        _l("Звонки об автомобиле"), _l("об автомобиле звонили"), _l("об автомобиле не звонили"),
        _calls, _l("последний звонок об автомобиле"),
    ),
    "vehicle.bookings": RelationWords(
        _l("Записи автомобиля на сервис"), _l("есть запись автомобиля на сервис"),
        _l("нет записей автомобиля на сервис"), _bookings, _l("последняя запись автомобиля"),
    ),
    "visit.contacts_since": RelationWords(
        _l("Звонки после заезда"), _l("после него звонили"), _l("после него не звонили"), _calls,
        _l("последний звонок после него"),
    ),
    "booking.later": RelationWords(
        _l("Записи после этой"), _l("записан снова"), _l("снова не записан"), _bookings,
        _l("последняя запись после этой"),
    ),
    "booking.visits_since": RelationWords(
        _l("Заезды с дня записи"), _l("с этого дня приезжал"), _l("с этого дня не приезжал"),
        _visits, _l("последний заезд с этого дня"), over=_l("по заездам"),
    ),
    "booking.contacts_since": RelationWords(
        _l("Звонки с дня записи"), _l("с этого дня звонили"), _l("с этого дня не звонили"),
        _calls, _l("последний звонок с этого дня"),
    ),
}  # fmt: skip

WORK_NARROWER: Mapping[tuple[str, str, str], RelationWords] = {
    ("client.tasks", "task.is_open", "True"): RelationWords(
        _l("Задачи клиента"), _l("есть незавершённая задача"), _l("нет незавершённых задач"),
        _open_tasks, _l("последняя незавершённая задача"),
    ),
    ("vehicle.tasks", "task.is_open", "True"): RelationWords(
        _l("Задачи по автомобилю"), _l("есть незавершённая задача по автомобилю"),
        _l("нет незавершённых задач по автомобилю"), _open_tasks,
        _l("последняя незавершённая задача по автомобилю"),
    ),
    ("client.bookings", "booking.state", "requested"): RelationWords(
        _l("Записи клиента на сервис"), _l("клиент записан на сервис"),
        _l("клиент не записан на сервис"), _standing_bookings,
        _l("последняя действующая запись клиента"),
    ),
    ("vehicle.bookings", "booking.state", "requested"): RelationWords(
        _l("Записи автомобиля на сервис"), _l("автомобиль записан на сервис"),
        _l("автомобиль не записан на сервис"), _standing_bookings,
        _l("последняя действующая запись автомобиля"),
    ),
}  # fmt: skip
