"""Words of the dispatch board: tabs, acts, methods, reasons, what was refused and why."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from core.errors import ProzvonError
from webui.labels.pairs import Pairs
from webui.wording import whole
from worklists.dispatch.capacity import (
    HIGHEST_LIMIT,
    LONGEST_SKILL,
    LimitImpossible,
    SkillTooLong,
)
from worklists.dispatch.confirming import DraftTooOld
from worklists.dispatch.kept_filters import FilterNameMissing
from worklists.dispatch.tabs import Tab
from worklists.dispatch.taking_back import AllTouched
from worklists.dispatch.wishes import (
    MOST_TASKS,
    AtMostNotNumber,
    CancelReasonMissing,
    ColumnMissing,
    DueAlreadyPast,
    DueMissing,
    NobodyChosen,
    NoTasksChosen,
    PriorityImpossible,
    TooManyTasks,
    UnitNotChosen,
)
from worklists.models.dispatch import (
    DispatchAction,
    DispatchMethod,
    NothingReason,
    RunState,
    SkipReason,
)
from worklists.skips import SkipReasonMissing

LABELS: Pairs = (
    (Tab.AT_RISK, _l("Под угрозой")),
    (Tab.OVERDUE, _l("Ждут больше суток")),
    (Tab.UNASSIGNED, _l("Не назначены")),
    (Tab.PLANNED, _l("Запланированы")),
    (Tab.DEFERRED, _l("Отложены")),
    (Tab.IN_WORK, _l("В работе")),
    (Tab.ON_CONTROL, _l("На контроле")),
    (Tab.LEFT_OVER, _l("Кампания завершена")),
    (Tab.CLOSED, _l("Завершены")),
    (Tab.OPEN, _l("Открытые")),
    (DispatchAction.TO_PERSON, _l("Передать человеку")),
    (DispatchAction.TO_UNIT, _l("Передать отделу")),
    (DispatchAction.DISTRIBUTE, _l("Распределить")),
    (DispatchAction.PRIORITY, _l("Изменить приоритет")),
    (DispatchAction.DUE, _l("Изменить срок")),
    (DispatchAction.CANCEL, _l("Отменить задачи")),
    (DispatchMethod.EVENLY, _l("Поровну")),
    (DispatchMethod.BY_LOAD, _l("По загрузке")),
    (DispatchMethod.BY_SKILL, _l("По навыкам")),
    (DispatchMethod.PREVIOUS, _l("Прежнему менеджеру клиента")),
    (DispatchMethod.FILE_COLUMN, _l("По столбцу файла")),
    (SkipReason.IN_WORK, _l("С задачей сейчас работают")),
    (SkipReason.CLIENT_HELD, _l("С клиентом сейчас говорят")),
    (SkipReason.ON_CONTROL, _l("Задача на контроле")),
    (SkipReason.CLOSED, _l("Задача уже закрыта")),
    (SkipReason.CHANGED, _l("Задачу изменили после проверки")),
    (SkipReason.FINISHED, _l("Кампания завершена")),
    (SkipReason.SAME, _l("Уже так")),
    (SkipReason.DUPLICATE, _l("В том отделе такая задача уже есть")),
    (SkipReason.NOT_SEEN, _l("Никто из выбранных не видит подразделение")),
    (SkipReason.NO_SKILL, _l("Ни у кого нет нужных навыков")),
    (SkipReason.ABSENT, _l("Кто мог бы взять, отсутствуют")),
    (SkipReason.NO_CAPACITY, _l("Не хватило места: все загружены")),
    (SkipReason.NO_PREVIOUS, _l("Прежнего менеджера нет среди выбранных")),
    (SkipReason.NOBODY_NAMED, _l("В столбце нет никого из выбранных")),
    (NothingReason.ABSENT, _l("отсутствует")),
    (NothingReason.NO_CAPACITY, _l("нет места")),
    (NothingReason.NO_SKILL, _l("нет навыка")),
    (NothingReason.NOT_SEEN, _l("не видит подразделение")),
    (NothingReason.NOTHING_LEFT, _l("задач не досталось")),
    (RunState.DRAFT, _l("Проверка")),
    (RunState.DONE, _l("Выполнено")),
    (RunState.UNDONE, _l("Отменено")),
)

TAB_HINTS: Mapping[Tab, Any] = {
    Tab.AT_RISK: _l("Обещанные перезвоны: до срока меньше 30 минут или он прошёл, никто не взял"),
    Tab.OVERDUE: _l("Срок прошёл больше суток назад, никто не взял; перезвоны стоят под угрозой"),
    Tab.OPEN: _l("Всё, что не завершено: с отбором по исполнителю всё, что у него"),
    Tab.LEFT_OVER: _l("Звонки завершённых кампаний: никому не выдаются, их можно отменить"),
}
"""What a tab counts, where its word is too short to say it."""

SENTENCES: Mapping[type[ProzvonError], Callable[[Any], Any]] = {
    NobodyChosen: lambda _e: _l("Выберите, кому передать задачи."),
    UnitNotChosen: lambda _e: _l("Выберите действующий отдел или цех."),
    PriorityImpossible: lambda _e: _l("Приоритет: число от 1 до 9, 1 важнее всего."),
    DueMissing: lambda _e: _l("Укажите новый срок: дату и время."),
    DueAlreadyPast: lambda _e: _l("Новый срок уже прошёл. Выберите время позже, чем сейчас."),
    AtMostNotNumber: lambda _e: _l("«Не больше»: введите число, например 10, или оставьте пустым."),
    CancelReasonMissing: lambda _e: _l("Напишите, почему задачи отменяются."),
    ColumnMissing: lambda _e: _l("Выберите столбец, в котором названы люди."),
    NoTasksChosen: lambda _e: _l("Отметьте задачи или выберите все найденные."),
    TooManyTasks: lambda _e: _l(
        "За один раз не больше %(most)s задач. Сузьте отбор.", most=whole(MOST_TASKS)
    ),
    DraftTooOld: lambda _e: _l("Проверка устарела: многое изменилось. Проверьте снова."),
    AllTouched: lambda _e: _l("Отменить нечего: с этими задачами уже работали."),
    FilterNameMissing: lambda _e: _l("Назовите отбор, не длиннее 80 знаков."),
    LimitImpossible: lambda _e: _l("Предел: число от 0 до %(most)s.", most=HIGHEST_LIMIT),
    SkillTooLong: lambda _e: _l("Навык: не длиннее %(most)s знаков.", most=LONGEST_SKILL),
    SkipReasonMissing: lambda _e: _l("Выберите, почему пропускаете задачу."),
}
