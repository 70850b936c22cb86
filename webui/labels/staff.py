"""Words of administration: sign-in, passwords, people, the tree, the catalogue of results."""

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from campaigns.result_codes import CodeTaken
from campaigns.result_codes import NameMissing as ResultNameMissing
from core.errors import ProzvonError
from directory.staff.logins import LoginUnusable, SnilsIsWrong
from directory.staff.passwords import (
    PasswordIsLogin,
    PasswordObvious,
    PasswordTooLong,
    PasswordTooShort,
)
from directory.staff.people import (
    ChangedByAnother,
    LastAdministrator,
    LoginTaken,
    NameMissing,
    RoleMissing,
    UnknownZone,
)
from directory.staff.sign_in import CurrentPasswordWrong, SignInRefused
from directory.staff.tries import TooManyFailures
from directory.units.naming import (
    UnitCodeTaken,
    UnitCodeUnusable,
    UnitNameMissing,
    UnknownTimeZone,
)
from directory.units.tree import ParentArchived, UnitBelowItself, UnitHasParts


def _too_many(error: TooManyFailures) -> Any:
    from webui.wording import clock

    return _l(
        "Слишком много неверных паролей. Попробуйте снова в %(time)s или обратитесь к "
        "администратору.",
        time=clock(error.until),
    )


_ZONE = _l("Такого часового пояса нет. Пример: Europe/Moscow.")

SENTENCES: Mapping[type[ProzvonError], Callable[[Any], Any]] = {
    SignInRefused: lambda _e: _l("Логин или пароль не подходят. Проверьте раскладку и повторите."),
    CurrentPasswordWrong: lambda _e: _l("Нынешний пароль другой. Проверьте раскладку и повторите."),
    TooManyFailures: _too_many,
    PasswordTooShort: lambda _e: _l("Пароль короче 12 знаков. Подойдёт фраза из нескольких слов."),
    PasswordTooLong: lambda _e: _l("Пароль длиннее 256 знаков."),
    PasswordIsLogin: lambda _e: _l(
        "Пароль сделан из логина, такой угадывают первым. Возьмите фразу из нескольких других слов."
    ),
    PasswordObvious: lambda _e: _l(
        "Такой пароль угадывают первым. Возьмите фразу, которой нет у других."
    ),
    LoginUnusable: lambda _e: _l(
        "Логин: от 3 до 64 букв, цифр и знаков . @ + - _ без пробелов, либо номер СНИЛС."
    ),
    SnilsIsWrong: lambda _e: _l("Контрольное число СНИЛС не сходится. Проверьте номер."),
    LoginTaken: lambda _e: _l("Этот логин уже занят. Укажите другой."),
    NameMissing: lambda _e: _l("Укажите имя, не длиннее 200 знаков."),
    RoleMissing: lambda _e: _l("Выберите роль и подразделение."),
    UnknownZone: lambda _e: _ZONE,
    LastAdministrator: lambda _e: _l(
        "Это последний администратор подразделения. Сначала назначьте другого, у кого есть пароль."
    ),
    ChangedByAnother: lambda _e: _l(
        "Пока вы правили, данные изменил другой администратор. Откройте страницу снова."
    ),
    UnitCodeTaken: lambda _e: _l("Этот код уже есть у другого подразделения."),
    UnitCodeUnusable: lambda _e: _l("Код: до 32 букв, цифр и знаков . - _ без пробелов."),
    UnitNameMissing: lambda _e: _l("Укажите название, не длиннее 200 знаков."),
    UnknownTimeZone: lambda _e: _ZONE,
    UnitBelowItself: lambda _e: _l(
        "Подразделение нельзя перенести в само себя или в то, что внутри него."
    ),
    ParentArchived: lambda _e: _l("Вышестоящее подразделение в архиве. Сначала верните его."),
    CodeTaken: lambda _e: _l("Такой ключ уже есть у другого результата."),
    ResultNameMissing: lambda _e: _l("Укажите название на русском."),
    UnitHasParts: lambda _e: _l("Сначала перенесите или уберите в архив то, что внутри."),
}
