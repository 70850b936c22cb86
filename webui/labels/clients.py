"""Words of clients and vehicles: what was found, what may not be done, why an edit is refused."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from core.errors import ProzvonError
from directory.assets.editing import AssetChanged, VinTaken, VinUnreadable, YearImpossible
from directory.assets.models import MileageSource
from directory.assets.vin import VIN_LENGTH, VinProblem
from directory.clients import consent
from directory.clients.card import BarKind
from directory.clients.editing import (
    ClientChanged,
    NameMissing,
    PhoneKnown,
    PhoneUnreadable,
    ReasonMissing,
)
from directory.clients.phones import PhoneProblem
from directory.clients.search import MatchedField
from directory.clients.search_terms import SearchKind
from directory.visits.models import LineKind
from webui.labels.pairs import Pairs, by_class

LABELS: Pairs = (
    (SearchKind.PHONE, _l("телефон")),
    (SearchKind.NAME, _l("имя или название")),
    (SearchKind.VIN, _l("VIN")),
    (SearchKind.PLATE, _l("госномер")),
    (SearchKind.EMAIL, _l("почта")),
    (SearchKind.TOO_SHORT, _l("слишком коротко")),
    (MatchedField.PHONE, _l("Телефон")),
    (MatchedField.NAME, _l("Имя")),
    (MatchedField.VIN, _l("VIN")),
    (MatchedField.PLATE, _l("Госномер")),
    (MatchedField.EMAIL, _l("Почта")),
    (BarKind.REFUSED, _l("Просил не звонить")),
    (BarKind.COOLING_OFF, _l("Отказался от разговора")),
    (BarKind.NO_PHONE, _l("Нет номера, по которому можно звонить")),
    (MileageSource.VISIT, _l("заказ-наряд")),
    (MileageSource.CLIENT, _l("со слов клиента")),
    (MileageSource.FILE, _l("файл импортера")),
    (LineKind.WORK, _l("Работа")),
    (LineKind.PART, _l("Запчасть")),
    (PhoneProblem.EMPTY, _l("Введите номер телефона.")),
    (PhoneProblem.TOO_SHORT, _l("В номере не хватает цифр: нужно 10 цифр после кода страны.")),
    (PhoneProblem.TOO_LONG, _l("В номере лишние цифры: нужно 10 цифр после кода страны.")),
    (PhoneProblem.NOT_A_NUMBER, _l("Это не похоже на номер телефона. Пример: +7 912 640-18-77.")),
    (
        PhoneProblem.DIGITS_LOST,
        _l("Часть цифр потеряна таблицей (7,9E+10). Введите номер целиком."),
    ),
    (PhoneProblem.UNKNOWN, _l("Такого номера не бывает: проверьте код города или оператора.")),
)


def _client_changed(error: ClientChanged) -> Any:
    if error.by_name:
        return _l(
            "Карточку только что изменил другой сотрудник (%(who)s). Ваш ввод сохранён ниже: "
            "сверьте его и сохраните ещё раз.",
            who=error.by_name,
        )
    return _l(
        "Карточку только что изменили. Ваш ввод сохранён ниже: сверьте его и сохраните ещё раз."
    )


def _phone_unreadable(error: PhoneUnreadable) -> Any:
    if error.problem is None:
        return _l("Здесь несколько номеров. Добавьте их по одному.")
    return by_class(LABELS)[PhoneProblem][error.problem]


def _vin_unreadable(error: VinUnreadable) -> Any:
    reading = error.reading
    if reading.problem is VinProblem.WRONG_LENGTH:
        return _l(
            "В VIN должно быть %(need)s знаков, здесь %(have)s.",
            need=VIN_LENGTH,
            have=reading.length,
        )
    return _l(
        "В VIN не бывает знаков «%(signs)s»: только цифры и латинские буквы, кроме I, O и Q.",
        signs=reading.bad_characters,
    )


SENTENCES: Mapping[type[ProzvonError], Callable[[Any], Any]] = {
    ClientChanged: _client_changed,
    NameMissing: lambda _e: _l("Укажите имя или название."),
    PhoneUnreadable: _phone_unreadable,
    PhoneKnown: lambda _e: _l("Этот номер у клиента уже есть."),
    ReasonMissing: lambda _e: _l("Напишите, почему снова можно звонить по этому номеру."),
    consent.ReasonMissing: lambda _e: _l("Напишите, почему клиенту снова можно звонить."),
    AssetChanged: lambda _e: _l(
        "Данные автомобиля только что изменили. Ваш ввод сохранён ниже: сверьте его и сохраните "
        "ещё раз."
    ),
    VinUnreadable: _vin_unreadable,
    VinTaken: lambda _e: _l("Автомобиль с таким VIN уже есть. Найдите его поиском."),
    YearImpossible: lambda _e: _l("Проверьте год выпуска."),
}


def result_name(names: Mapping[str, Any] | None, locale: str) -> str:
    """The wording of a result code in the user's language; Russian when it is not translated."""
    if not names:
        return ""
    return str(names.get(locale) or names.get("ru") or _("без названия"))
