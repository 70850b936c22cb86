"""Results of calls loaded in the background: in whose name, and who may ask for it (A8)."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from core.db import Database
from core.errors import NotPermitted
from directory.units.models import Unit
from importers.loads.asking import ask_run
from importers.loads.models import LoadedRow, LoadState
from importers.loads.told import Verdict
from tests.conftest import NOON
from tests.given import Given
from tests.staged_given import StagingDesk, people, write_lines
from worklists.models.attempt import Attempt
from worklists.permissions import WorkPermission

HEADINGS = "Телефон;Дата звонка;Результат;Дата следующего звонка"
BUSY = "89161234567;16.03.2026 11:30;занято;"


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> StagingDesk:
    return StagingDesk(database, tmp_path)


def call_to_be_made(desk: StagingDesk) -> tuple[int, int]:
    """A client whom BUSY means, and the task that waited for that call."""
    with desk.database.unit_of_work() as session:
        given, unit = Given(session), session.get_one(Unit, desk.unit_id)
        client = given.client(unit=unit, phone="+79161234567")
        made_at = NOON - timedelta(days=10)
        task = given.task(unit=unit, client=client, due_at=made_at, created_at=made_at)
        return client.id, task.id


def ask(desk: StagingDesk, folder: Path, *lines: str) -> int:
    path = folder / "calls.csv"
    path.write_text("\n".join((HEADINGS, *lines)) + "\n", encoding="utf-8")
    return desk.ask(path, format="results")


def test_results_are_previewed_and_loaded_in_the_name_of_whoever_asked(
    desk: StagingDesk, tmp_path: Path
) -> None:
    client_id, task_id = call_to_be_made(desk)
    load_id = ask(desk, tmp_path, BUSY)
    desk.work()
    assert desk.see(load_id).state is LoadState.CHECKED
    assert desk.see(load_id).checked == {one.value: int(one is Verdict.NEW) for one in Verdict}
    desk.do(ask_run, load_id)
    desk.work()
    done = desk.see(load_id)
    assert (done.state, done.counts) == (LoadState.DONE, done.checked)
    with desk.database.reading() as session:
        [attempt] = session.scalars(select(Attempt))
        [row] = session.scalars(select(LoadedRow))
    assert (attempt.employee_id, attempt.task_id) == (desk.actor.person, task_id)
    concerned = (Verdict.NEW, client_id, task_id)
    assert (row.verdict, row.client_id, row.task_id) == concerned


def test_only_who_may_save_a_result_may_load_them(desk: StagingDesk, tmp_path: Path) -> None:
    desk.actor = replace(desk.actor, permissions=desk.actor.permissions - {WorkPermission.WORK})
    with pytest.raises(NotPermitted):
        ask(desk, tmp_path, BUSY)
    assert desk.ask(write_lines(tmp_path / "people.csv", people(1)))
