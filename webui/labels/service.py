"""Words of bookings, capacities and kinds of work."""

from collections.abc import Callable, Mapping
from datetime import date
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
from webui.wording import day_short, minute_words
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
    NothingMoved,
    NotYetTime,
)
from worklists.bookings.taking import NoCapacity
from worklists.models.attempt import ServiceRequestState

LABELS: Pairs = (
    (ServiceRequestState.REQUESTED, _l("Записан")),
    (ServiceRequestState.ARRIVED, _l("Приехал")),
    (ServiceRequestState.NO_SHOW, _l("Не приехал")),
    (ServiceRequestState.CANCELLED, _l("Отменён")),
)

EVENTS: Mapping[str, Any] = {
    "BookingMoved": _l("Запись перенесена"),
    "BookingCancelled": _l("Запись отменена"),
    "ClientCame": _l("Клиент приехал"),
    "ClientDidNotCome": _l("Клиент не приехал"),
    "ArrivalTakenBack": _l("Отметка о приезде снята"),
}
"""What the journal of a task tells of its booking."""


def moved_words(details: Mapping[str, Any]) -> list[str]:
    """«было вт 24 ноя, 09:00», «стало ср 25 ноя, 10:30»; of a booking just its time."""
    if "wanted_on" not in details:
        return []
    now = _time_of(details["wanted_on"], details.get("wanted_minute"))
    if "from_on" not in details:
        return [now]
    was = _time_of(details["from_on"], details.get("from_minute"))
    return [str(_l("было %(on)s", on=was)), str(_l("стало %(on)s", on=now))]


def _time_of(on: str, minute: int | None) -> str:
    words = day_short(date.fromisoformat(on))
    return words if minute is None else f"{words}, {minute_words(minute)}"


SENTENCES: Mapping[type[ProzvonError], Callable[[Any], Any]] = {
    WorkKindMissing: lambda _e: _l("Выберите вид работ, который делает этот цех."),
    SlotMissing: lambda _e: _l("Выберите время."),
    SlotOutsideHours: lambda _e: _l("В это время цех не принимает. Выберите другое."),
    SlotTaken: lambda _e: _l("Последнее место на это время уже заняли. Выберите другое."),
    NoCapacity: lambda _e: _l("Свободное время этого цеха не считается: укажите любое."),
    BookingChanged: lambda _e: _l("Запись изменил другой человек. Проверьте и повторите."),
    BookingSettled: lambda _e: _l("С этой записью уже всё решено."),
    NothingMoved: lambda _e: _l("Запись уже на это время: выберите другое."),
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
