"""Words of merging clients: what differs, what moves, why it cannot be done or undone."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from core.errors import ProzvonError
from directory.clients.merging import ClientsBusy, KeyTaken, MergedOn, SameClient
from webui.labels.pairs import Pairs
from worklists.merging.comparison import Difference
from worklists.merging.holding import BothOnTheLine

LABELS: Pairs = (
    (Difference.NAME, _l("Имена разные")),
    (Difference.BIRTHDAY, _l("Даты рождения разные")),
    (Difference.TAX_ID, _l("ИНН разные")),
    (Difference.KIND, _l("Один – частное лицо, другой – нет, или наоборот")),
    (
        Difference.KEY,
        _l("Коды во внешней системе разные: файлы с обоими кодами найдут этого клиента"),
    ),
)

MOVED: Mapping[str, Any] = {
    "contact_points": _l("Контакты"),
    "ownerships": _l("Автомобили"),
    "visits": _l("Заказ-наряды"),
    "work_lists": _l("Рабочие листы"),
    "tasks": _l("Задачи"),
    "attempts": _l("Звонки"),
    "service_requests": _l("Записи на сервис"),
    "contact_refusals": _l("Отказы от звонков"),
    "leads": _l("Лиды выборок"),
}
"""Tables whose rows are counted for people, in the order in which they are told."""

EVENTS: Mapping[str, Any] = {
    "TaskOfMergedClient": _l("Карточки клиента объединены"),
    "TaskFoundTwice": _l("Закрыта: та же задача была у дубля"),
    "TaskMergeUndone": _l("Объединение карточек отменено"),
    "WorkListPoured": _l("Задачи перенесены в рабочий лист клиента, карточки объединены"),
}

SENTENCES: Mapping[type[ProzvonError], Callable[[Any], Any]] = {
    SameClient: lambda _e: _l("Это одна и та же карточка. Выберите другую."),
    ClientsBusy: lambda _e: _l(
        "С одной из карточек прямо сейчас работают. Попробуйте ещё раз через несколько секунд."
    ),
    BothOnTheLine: lambda e: _l(
        "По обеим карточкам сейчас идёт звонок: %(names)s. Объедините их после разговора.",
        names=", ".join(e.names),
    ),
    MergedOn: lambda _e: _l(
        "Эту карточку потом саму объединили с другой. Сначала отмените то объединение."
    ),
    KeyTaken: lambda _e: _l(
        "Код дубля во внешней системе теперь у другого клиента. Уберите его там и отмените ещё раз."
    ),
}
