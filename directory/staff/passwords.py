"""Passwords: argon2id, and which ones are refused (P29, ASVS 6.2).

At least 12 characters, no rule of composition, nothing cut off; refused are obvious passwords (the
list beside this module, also repeated or followed by digits) and the login itself.
"""

import secrets
import unicodedata
from collections.abc import Set
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from core.errors import Invalid

SHORTEST = 12
LONGEST = 256
_OBVIOUS = Path(__file__).with_name("obvious_passwords.txt")
_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1, type=Type.ID)
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


class PasswordTooShort(Invalid):
    """A password has at least 12 characters."""

    field = "password"


class PasswordTooLong(Invalid):
    """A password has at most 256 characters: hashing takes time."""

    field = "password"


class PasswordObvious(Invalid):
    """A password is not one that is guessed first."""

    field = "password"


class PasswordIsLogin(PasswordObvious):
    """A password is not the login, alone, repeated or with digits behind it."""


def hash_password(password: str) -> str:
    """The argon2id hash to store: 19 MiB, two passes, one lane."""
    return _HASHER.hash(_normal(password))


def is_right(stored: str | None, password: str) -> bool:
    """Whether the password fits the hash.

    Without a hash (nobody has the login, or the person has no password) the same work is done in
    vain, so that the time of the answer tells nothing (P29).
    """
    try:
        return _HASHER.verify(stored or _dummy_hash(), _normal(password)) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(stored: str) -> bool:
    """Whether the hash was made with other parameters than those of today."""
    return _HASHER.check_needs_rehash(stored)


def check_password(password: str, *, login: str) -> None:
    """Raise PasswordTooShort, PasswordTooLong, PasswordIsLogin or PasswordObvious."""
    normal = _normal(password)
    if len(normal) < SHORTEST:
        raise PasswordTooShort
    if len(normal) > LONGEST:
        raise PasswordTooLong
    if _is_made_of(normal.casefold(), {login, *login.split("@")[:1]}):
        raise PasswordIsLogin
    if _is_made_of(normal.casefold(), _obvious_words()):
        raise PasswordObvious


def make_password() -> str:
    """A password to hand over once: four groups of four, no signs that look alike (79 bits)."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def _is_made_of(password: str, words: Set[str]) -> bool:
    """Whether it is one of the words, alone, repeated, or with digits and signs behind it."""
    bare = password.rstrip("0123456789!?.,*@#$%_- ")
    return not words.isdisjoint({password, bare}) or any(
        _is_repeated(word, password) for word in words
    )


def _is_repeated(word: str, password: str) -> bool:
    times = len(password) // max(len(word), 1) + 1
    return (word * times)[: len(password)] == password


@cache
def _obvious_words() -> frozenset[str]:
    lines = _OBVIOUS.read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and line[0] != "#")


@cache
def _dummy_hash() -> str:
    return _HASHER.hash(secrets.token_hex(16))


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)
