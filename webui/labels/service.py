"""Words of bookings, capacities and kinds of work."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from core.errors import ProzvonError
from directory.workshops.capacity import (
    CapacityChangedByAnother,
    HoldImpossible,
    NoWorkOffered,
    PostsImpossible,
    SlotImpossible,
)
from directory.workshops.work_kinds import KindCodeUnusable, KindNameMissing, MinutesImpossible
from webui.labels.pairs import Pairs
from worklists.bookings.free_times import (
    SlotMissing,
    SlotOutsideHours,
    SlotTaken,
    WorkKindMissing,
)
from worklists.bookings.outcomes import (
    BookingChanged,
    BookingSettled,
    CancelReasonMissing,
    NotYetTime,
)
from worklists.bookings.taking import NoCapacity
from worklists.models.attempt import ServiceRequestState

LABELS: Pairs = (
    (ServiceRequestState.REQUESTED, _l("Записан")),
    (ServiceRequestState.ARRIVED, _l("Приехал")),
    (ServiceRequestState.NO_SHOW, _l("Не приехал")),
    (ServiceRequestState.CANCELLED, _l("Отменена")),
)

EVENTS: Mapping[str, Any] = {
    "BookingMoved": _l("Запись перенесена"),
    "BookingCancelled": _l("Запись отменена"),
    "ClientCame": _l("Клиент приехал"),
    "ClientDidNotCome": _l("Клиент не приехал"),
    "ArrivalTakenBack": _l("Отметка о приезде снята"),
}
"""What the journal of a task tells of its booking."""


def minute_words(minute: int) -> str:
    """«09:30»."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


SENTENCES: Mapping[type[ProzvonError], Callable[[Any], Any]] = {
    WorkKindMissing: lambda _e: _l("Выберите вид работ, который делает этот цех."),
    SlotMissing: lambda _e: _l("Выберите время."),
    SlotOutsideHours: lambda _e: _l("В это время цех не принимает. Выберите другое."),
    SlotTaken: lambda _e: _l("Последнее место на это время уже заняли. Выберите другое."),
    NoCapacity: lambda _e: _l("Свободное время этого цеха не считается: укажите любое."),
    BookingChanged: lambda _e: _l("Запись изменил другой человек. Проверьте и повторите."),
    BookingSettled: lambda _e: _l("С этой записью уже всё решено."),
    NotYetTime: lambda _e: _l("День записи ещё не наступил."),
    CancelReasonMissing: lambda _e: _l("Напишите, почему запись отменяется."),
    PostsImpossible: lambda _e: _l("От 1 до 200 постов."),
    SlotImpossible: lambda _e: _l("Шаг записи кратен 15 минутам, не больше суток."),
    HoldImpossible: lambda _e: _l("От 1 до 60 минут."),
    NoWorkOffered: lambda _e: _l("Отметьте хотя бы один вид работ."),
    CapacityChangedByAnother: lambda _e: _l(
        "Пока вы правили, настройку цеха изменил другой человек. Откройте страницу снова."
    ),
    KindNameMissing: lambda _e: _l("Укажите название."),
    KindCodeUnusable: lambda _e: _l("Код: латинские буквы и цифры, ещё не занятый."),
    MinutesImpossible: lambda _e: _l("Длительность кратна 15 минутам, не больше суток."),
}
