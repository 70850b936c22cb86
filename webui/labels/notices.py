"""Words of notifications, in the page and by e-mail, and of the card's refusals and events (C4)."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from core.errors import ProzvonError
from webui.labels.pairs import Pairs
from webui.wording import whole
from worklists.card.checklists import ItemEmpty, ItemTooLong, TooManyItems
from worklists.card.comments import CommentEmpty, CommentTooLong, NotYourComment, TooLateToEdit
from worklists.card.documents import (
    DocumentMissing,
    DocumentNotAllowed,
    DocumentTooLarge,
    NotYourDocument,
    TooManyDocuments,
)
from worklists.card.links import AlreadyLinked, LinkToItself, OtherTaskUnknown
from worklists.card.mail_choices import MailAddressInvalid
from worklists.card.models import DocumentKind, LinkKind
from worklists.card.priority import ClosedHasNoPriority, PriorityImpossible
from worklists.card.timeline import TimelineKind
from worklists.card.watchers import CannotWatch

NOTICES: Mapping[str, tuple[Any, str]] = {
    "involvement_done": (_l("Привлечённое подразделение закончило"), "users-group"),
    "involvement_accepted": (_l("Отдел принял вашу просьбу"), "user-check"),
    "involvement_returned": (_l("Отдел вернул вашу просьбу"), "arrow-back-up"),
    "involvement_handed": (_l("Вашу просьбу передали другому исполнителю"), "user-share"),
    "control_due": (_l("Пора проверить"), "eye-check"),
    "escalated": (_l("Ждут слишком долго"), "alert-triangle"),
    "callback_due": (_l("Пора перезвонить"), "calendar-time"),
    "outcome_message": (_l("Результат звонка требует внимания"), "alert-triangle"),
    "callbacks_missed": (_l("Не перезвонили вовремя"), "phone-off"),
    "callback_missed": (_l("Вы не перезвонили вовремя"), "phone-off"),
    "tasks_expired": (_l("Истёк срок вашей задачи"), "calendar-time"),
    "task_given": (_l("Вам поставили задачу"), "user-check"),
    "tasks_given": (_l("Вам передали задачи"), "user-check"),
    "unit_asked": (_l("Задача от другого отдела"), "users-group"),
    "unit_asked_again": (_l("Просьбу исправили и прислали снова"), "users-group"),
    "unit_given": (_l("Вашему отделу передали задачи, первая из них"), "users-group"),
    "comment_added": (_l("Новый комментарий"), "note"),
    "document_added": (_l("Добавлен документ"), "file-invoice"),
    "watched_outcome": (_l("Записан результат"), "message-circle"),
    "task_redirected": (_l("Задачу передали"), "user-share"),
    "watching": (_l("Вас попросили наблюдать за задачей"), "eye"),
}
"""Kind of a notification: its words and its icon."""
PLAN_STOPPED = (_l("Расписание выборки остановлено"), "alert-triangle")
OTHER_NOTICE = (_l("Задача изменилась"), "bell")

LABELS: Pairs = (
    (DocumentKind.PNG, _l("PNG")),
    (DocumentKind.JPEG, _l("JPEG")),
    (DocumentKind.WEBP, _l("WebP")),
    (DocumentKind.PDF, _l("PDF")),
    (DocumentKind.DOCX, _l("DOCX")),
    (DocumentKind.XLSX, _l("XLSX")),
    (DocumentKind.PPTX, _l("PPTX")),
    (DocumentKind.ODT, _l("ODT")),
    (DocumentKind.ODS, _l("ODS")),
    (DocumentKind.TEXT, _l("Текст")),
    (LinkKind.RELATED, _l("связана с")),
    (LinkKind.BLOCKS, _l("блокирует")),
    (LinkKind.DUPLICATES, _l("дублирует")),
    (TimelineKind.COMMENTS, _l("Комментарии")),
    (TimelineKind.RESULTS, _l("Результаты")),
    (TimelineKind.DOCUMENTS, _l("Документы")),
    (TimelineKind.DEEDS, _l("Действия")),
    (TimelineKind.SCHEDULE, _l("По расписанию")),
    (TimelineKind.ORIGIN, _l("Откуда задача")),
)
LINKED_FROM: Mapping[LinkKind, Any] = {
    LinkKind.RELATED: _l("связана с"),
    LinkKind.BLOCKS: _l("ждёт"),
    LinkKind.DUPLICATES: _l("её дублирует"),
}
"""The same tie read from its other end."""

EVENTS: Mapping[str, Any] = {
    "CommentEdited": _l("Комментарий изменён"),
    "CommentDeleted": _l("Комментарий удалён"),
    "DocumentDeleted": _l("Документ удалён"),
    "ChecklistItemAdded": _l("Пункт чек-листа добавлен"),
    "ChecklistItemDone": _l("Пункт чек-листа выполнен"),
    "ChecklistItemReopened": _l("Пункт чек-листа снова открыт"),
    "ChecklistItemRemoved": _l("Пункт чек-листа убран"),
    "WatcherAdded": _l("Добавлен наблюдатель"),
    "WatcherRemoved": _l("Наблюдатель убран"),
    "TasksLinked": _l("Задача связана с другой"),
    "TasksUnlinked": _l("Связь с другой задачей убрана"),
    "PriorityChanged": _l("Приоритет изменён"),
}
DETAILS: Mapping[str, Callable[[Any], str]] = {
    "item": str,
    "other_task": lambda number: str(_l("№ %(id)s", id=number)),
    "priority_before": lambda value: str(_l("был %(n)s", n=value)),
    "priority": lambda value: str(_l("стал %(n)s", n=value)),
}
"""Details of the card's events that a reader understands."""

SENTENCES: Mapping[type[ProzvonError], Callable[[Any], Any]] = {
    CommentEmpty: lambda _e: _l("Напишите комментарий."),
    CommentTooLong: lambda _e: _l("Сократите комментарий: не больше 4000 знаков."),
    NotYourComment: lambda _e: _l("Изменить или удалить комментарий может только его автор."),
    TooLateToEdit: lambda _e: _l("Прошло больше 15 минут: напишите новый комментарий."),
    DocumentMissing: lambda _e: _l("Файл не выбран или пуст. Выберите файл."),
    DocumentTooLarge: lambda e: _l(
        "Файл больше %(size)s МБ. Выберите файл поменьше.", size=whole(e.limit // (1 << 20))
    ),
    DocumentNotAllowed: lambda _e: _l(
        "Такой файл приложить нельзя. Подойдут PNG, JPEG, WebP, PDF, DOCX, XLSX, PPTX, ODT, ODS "
        "без макросов и обычный текст. Старые DOC и XLS сохраните как DOCX, XLSX или PDF."
    ),
    TooManyDocuments: lambda _e: _l("К задаче приложено 50 документов: удалите лишние."),
    NotYourDocument: lambda _e: _l("Удалить документ может тот, кто его добавил, или супервизор."),
    ItemEmpty: lambda _e: _l("Напишите, что нужно сделать."),
    ItemTooLong: lambda _e: _l("Сократите пункт: не больше 200 знаков."),
    TooManyItems: lambda _e: _l("В чек-листе 50 пунктов: уберите лишние."),
    CannotWatch: lambda _e: _l("Этот человек не видит задачу. Выберите другого."),
    OtherTaskUnknown: lambda _e: _l("Такой задачи нет, или она относится к другому подразделению."),
    LinkToItself: lambda _e: _l("Это номер этой же задачи. Укажите другую."),
    AlreadyLinked: lambda _e: _l("Эти задачи уже связаны."),
    PriorityImpossible: lambda _e: _l("Приоритет: число от 1 (раньше всех) до 9."),
    ClosedHasNoPriority: lambda _e: _l("Задача закрыта: приоритет ей не нужен."),
    MailAddressInvalid: lambda _e: _l("Проверьте адрес почты. Пример: name@example.org."),
}
