"""Words of the keys: what each does, where it works, why one cannot be chosen."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from core.errors import ProzvonError
from directory.staff.hotkeys import Hotkey, KeyPlace, KeyReserved, KeyTaken
from webui.labels.pairs import Pairs

LABELS: Pairs = (
    (Hotkey.NEXT_CLIENT, _l("Следующий клиент")),
    (Hotkey.NEXT_ROW, _l("Следующая строка или задача")),
    (Hotkey.PREVIOUS_ROW, _l("Предыдущая строка или задача")),
    (Hotkey.MORE, _l("Взять ещё задач")),
    (Hotkey.GIVE_BACK, _l("Вернуть остальные")),
    (Hotkey.CALL, _l("Позвонить, взять в работу")),
    (Hotkey.OUTCOME_1, _l("Результат звонка: первый")),
    (Hotkey.OUTCOME_2, _l("Результат звонка: второй")),
    (Hotkey.OUTCOME_3, _l("Результат звонка: третий")),
    (Hotkey.OUTCOME_4, _l("Результат звонка: четвёртый")),
    (Hotkey.OUTCOME_5, _l("Результат звонка: пятый")),
    (Hotkey.GOAL_REACHED, _l("Работа по цели завершена")),
    (Hotkey.COMMENT, _l("Писать комментарий")),
    (Hotkey.PLAN, _l("Запланировать следующий шаг")),
    (Hotkey.QUICK_TIME, _l("Быстрый выбор времени")),
    (Hotkey.BOOK, _l("Добавить заявку на обслуживание")),
    (Hotkey.SKIP, _l("Пропустить задачу")),
    (Hotkey.RELEASE, _l("Вернуть в очередь")),
    (Hotkey.HISTORY, _l("Комментарии и история")),
    (Hotkey.CONFIRM, _l("Подтвердить контроль")),
    (Hotkey.PROLONG, _l("Продлить контроль")),
    (Hotkey.CALL_AGAIN, _l("Позвонить ещё раз после контроля")),
    (Hotkey.PLAN_TASK, _l("Запланировать новую задачу")),
    (Hotkey.INVOLVE, _l("Привлечь другой отдел")),
    (Hotkey.CLIENT_HISTORY, _l("История клиента")),
    (Hotkey.EDIT, _l("Изменить карточку")),
    (Hotkey.FIND, _l("Искать клиента")),
    (Hotkey.FILTER, _l("Отбор: клиент или автомобиль")),
    (Hotkey.TICK, _l("Отметить строку")),
    (Hotkey.ALL_FOUND, _l("Выбрать все найденные")),
    (Hotkey.ARRIVED, _l("Клиент приехал")),
    (Hotkey.MOVE_BOOKING, _l("Перенести запись")),
    (Hotkey.ACCEPT, _l("Принять просьбу отдела")),
    (Hotkey.RETURN_ASKED, _l("Вернуть с причиной")),
    (Hotkey.UNDO, _l("Отменить последнее")),
    (Hotkey.GOTO, _l("Перейти в раздел: затем его клавиша")),
    (Hotkey.MENU, _l("Моё меню")),
    (KeyPlace.EVERYWHERE, _l("На всех страницах")),
    (KeyPlace.LISTS, _l("Этапы, мои задачи, списки")),
    (KeyPlace.TASK, _l("Задача: звонок")),
    (KeyPlace.CONTROL, _l("Задача на контроле")),
    (KeyPlace.WORK_LIST, _l("Рабочий лист")),
    (KeyPlace.CARDS, _l("Карточки клиента и автомобиля")),
    (KeyPlace.SEARCH, _l("Поиск клиентов")),
    (KeyPlace.DISPATCH, _l("Распределение")),
    (KeyPlace.BOOKING, _l("Запись на сервис")),
)


def _named(action: Hotkey) -> Any:
    from webui.labels.words import label

    return label(action)


def _cap(code: str) -> str:
    from webui.hotkeys import cap_of

    return cap_of(code[:20])


SENTENCES: Mapping[type[ProzvonError], Callable[[Any], Any]] = {
    KeyReserved: lambda e: _l(
        "Клавишу «%(key)s» занять нельзя: она нужна браузеру, полям и спискам. "
        "Действие «%(action)s» осталось с прежней.",
        key=_cap(e.code),
        action=_named(e.action),
    ),
    KeyTaken: lambda e: _l(
        "Клавиша «%(key)s» для «%(action)s» уже занята: «%(other)s». Выберите другую.",
        key=_cap(e.code),
        action=_named(e.action),
        other=_named(e.by),
    ),
}
