"""P28: many processes guess one password; exactly ten guesses are looked at, the owner gets in."""

import multiprocessing
from datetime import datetime
from pathlib import Path

import pytest

from core.db import Database
from core.settings import Settings
from directory.staff.sign_in import accept_try, permit_try
from directory.staff.tries import PER_LOGIN, TooManyFailures
from tests.conftest import NOON, settings_for
from tests.staff import PASSWORD, person

PROCESSES = 4
GUESSES = 250
"""Each; the promise is 10,000 over 8 processes, measured by the long run."""


def _guess(url: str, now: datetime, known: bool, guesses: int) -> int:
    """How many guesses of this process would be compared with the hash."""
    database = Database.connect(settings_for(url, Path("/nonexistent")))
    looked_at = 0
    for _ in range(guesses):
        try:
            with database.unit_of_work() as session:
                permit_try(session, login="anna", address="10.0.0.1", known_device=known, now=now)
            looked_at += 1
        except TooManyFailures:
            continue
    database.dispose()
    return looked_at


@pytest.mark.chaos
def test_exactly_ten_of_many_guesses_are_looked_at(database: Database, settings: Settings) -> None:
    with database.unit_of_work() as session:
        person(session, "anna")
    database.dispose()
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        jobs = [(settings.database_url, NOON, False, GUESSES)] * PROCESSES
        looked_at = pool.starmap(_guess, jobs)
    assert sum(looked_at) == PER_LOGIN

    with database.unit_of_work() as session:
        attempt = permit_try(session, login="anna", address="10.0.0.1", known_device=True, now=NOON)
    assert attempt.is_right(PASSWORD)
    with database.unit_of_work() as session:
        assert accept_try(session, attempt, password=PASSWORD, now=NOON).employee.login == "anna"
