"""Two browsers at once, and two files at once: nothing is made twice (rules 1, 2, 20)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any, TypeVar

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.access import Actor
from core.db import Database
from directory.assets.models import Asset
from directory.clients.models import Client, ContactPoint
from importers.formats.maintenance_due import MAINTENANCE_DUE
from importers.loading import keep_file, read_file
from importers.models import ImportedFile, ImportedRow
from importers.running import FormedFromFile, form_from_file
from tests.conftest import NOON
from tests.given import Given
from tests.workbooks import IVANOV, PETROVA, write_file
from worklists.models.task import Task
from worklists.models.work_list import WorkList

T = TypeVar("T")


@pytest.fixture
def desk(database: Database) -> tuple[Actor, int]:
    with database.unit_of_work() as session:
        given = Given(session)
        given.catalogue()
        unit = given.unit()
        return given.manager(unit), unit.id


def at_once(database: Database, *steps: Callable[[Session], T]) -> list[T]:
    """Run each step in a thread and a transaction of its own, all begun together."""
    start = Barrier(len(steps))

    def run(step: Callable[[Session], T]) -> T:
        start.wait(timeout=10)
        with database.unit_of_work() as session:
            return step(session)

    with ThreadPoolExecutor(len(steps)) as pool:
        return list(pool.map(run, steps))


def _count(database: Database, table: Any) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_one_file_loaded_by_two_is_kept_once(
    database: Database, desk: tuple[Actor, int], tmp_path: Path
) -> None:
    actor, unit_id = desk
    read = read_file(write_file(tmp_path / "a.xlsx", IVANOV, PETROVA), MAINTENANCE_DUE)

    def keep(session: Session) -> tuple[int, bool]:
        kept = keep_file(session, read, name="a.xlsx", unit_id=unit_id, actor=actor, now=NOON)
        return kept.file.id, kept.is_new

    answers = at_once(database, *[keep] * 4)
    assert len({file_id for file_id, _ in answers}) == 1
    assert sorted(is_new for _, is_new in answers) == [False, False, False, True]
    assert (_count(database, ImportedFile), _count(database, ImportedRow)) == (1, 2)


@pytest.mark.parametrize("files", [1, 3])
def test_forming_at_once_makes_everything_once(
    database: Database, desk: tuple[Actor, int], tmp_path: Path, files: int
) -> None:
    actor, unit_id = desk
    rows = [IVANOV, PETROVA, *((f"Клиент {n}", f"+7916000{n:04d}", *[""] * 7) for n in range(40))]
    ids = []
    for number in range(files):
        title = f"Файл {number}"
        path = write_file(tmp_path / f"{number}.xlsx", *rows, title=title)
        read = read_file(path, MAINTENANCE_DUE)
        with database.unit_of_work() as session:
            kept = keep_file(session, read, name=title, unit_id=unit_id, actor=actor, now=NOON)
            ids.append(kept.file.id)

    def form(file_id: int) -> Callable[[Session], FormedFromFile]:
        return lambda session: form_from_file(
            session, file_id, row_ids=None, actor=actor, now=NOON, default_zone="Europe/Moscow"
        )

    told = at_once(database, *(form(file_id) for file_id in (ids * 4)[:4]))
    assert sum(one.tasks_new for one in told) == 42
    assert sum(one.clients_new for one in told) == 42
    assert all(one.tasks_new + one.already_in_work == 42 for one in told)
    assert _count(database, Client) == _count(database, WorkList) == _count(database, Task) == 42
    assert _count(database, ContactPoint) == 42
    assert _count(database, Asset) == 2
