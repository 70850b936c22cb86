"""P29: how long a refusal takes does not tell whether the login exists.

Times are for a quiet machine; what makes them equal is certain: either way one verification, of a
hash with the same parameters.
"""

from typing import Any

import argon2
import pytest

from core.db import Database
from directory.staff import passwords
from directory.staff.sign_in import Try, permit_try
from tests.conftest import NOON
from tests.staff import person


@pytest.mark.chaos
def test_existing_and_missing_logins_cost_the_same(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.unit_of_work() as session:
        person(session, "anna")
    verified: list[argon2.Parameters] = []
    hasher = passwords._HASHER

    class Counting:
        """The real hasher, with a note of what it verified."""

        def __getattr__(self, name: str) -> Any:
            return getattr(hasher, name)

        def verify(self, stored: str, password: str) -> bool:
            verified.append(argon2.extract_parameters(stored))
            return hasher.verify(stored, password)

    monkeypatch.setattr(passwords, "_HASHER", Counting())
    for login in ("anna", "nobody"):
        attempt = _attempt(database, login)
        assert (attempt.employee_id is None) == (login == "nobody")
        assert not attempt.is_right("not the password")
    existing, missing = verified
    assert existing == missing
    assert existing.memory_cost >= 19456 and existing.time_cost >= 2


def _attempt(database: Database, login: str) -> Try:
    with database.unit_of_work() as session:
        return permit_try(session, login=login, address="10.0.0.1", known_device=False, now=NOON)
