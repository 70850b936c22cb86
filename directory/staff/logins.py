"""What a login looks like: a plain word, or a SNILS number with its check digits (B1)."""

import re
import unicodedata
from hashlib import sha256

from core.errors import Invalid

_PLAIN = re.compile(r"[\w.@+-]{3,64}")
_SNILS = re.compile(r"(\d{3})[ -]?(\d{3})[ -]?(\d{3})[ -]?(\d{2})")
_WITHOUT_CHECK = 1_001_998
"""SNILS numbers up to this one were given before there were check digits."""


class LoginUnusable(Invalid):
    """A login is 3 to 64 letters, digits or any of ``. @ + - _``, without spaces."""

    field = "login"


class SnilsIsWrong(Invalid):
    """The check digits of a SNILS number do not fit the number."""

    field = "login"


def same_login(typed: str) -> str:
    """The form in which a login is stored and compared: lower case, SNILS with its hyphens."""
    plain = unicodedata.normalize("NFKC", typed).strip().lower()
    snils = _SNILS.fullmatch(plain)
    return "{}-{}-{} {}".format(*snils.groups()) if snils else plain


def usable_login(typed: str) -> str:
    """The login to store. Raises LoginUnusable or SnilsIsWrong."""
    login = same_login(typed)
    if _SNILS.fullmatch(login):
        if not snils_is_right(login):
            raise SnilsIsWrong
        return login
    if not _PLAIN.fullmatch(login):
        raise LoginUnusable
    return login


def snils_is_right(snils: str) -> bool:
    """Whether the last two of the eleven digits are the check digits of the first nine."""
    digits = [int(sign) for sign in snils if sign.isdigit()]
    if int("".join(map(str, digits[:9]))) <= _WITHOUT_CHECK:
        return True
    weighted = sum(digit * (9 - place) for place, digit in enumerate(digits[:9]))
    return weighted % 101 % 100 == digits[9] * 10 + digits[10]


def login_hash(login: str) -> str:
    """SHA-256 of a login, for tables and journals that must not hold it."""
    return sha256(login.encode()).hexdigest()
