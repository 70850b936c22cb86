"""Taking back what was formed from a file of work-lists while its tasks are untouched (rule 20)."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import NotPermitted
from directory.staff.models import Employee, Role
from importers.files import recent_files
from importers.loads.decision_models import Choice, LoadDecision
from importers.loads.models import LoadedRow
from importers.models import ImportedRow
from importers.taken_rows import LoadTouched, Touch
from importers.taking_back import take_back_formed, tasks_formed
from tests.back_given import picture
from tests.conftest import NOON
from tests.db.test_imports import Desk
from tests.workbooks import IVANOV, PETROVA
from worklists.card.comments import add_comment
from worklists.models.task import Task
from worklists.models.work_list import WorkList

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def desk(session: Session, tmp_path: Path) -> Desk:
    return Desk(session, tmp_path)


def _all(session: Session) -> dict[str, list[Any]]:
    found = picture(session)
    del found["selection_runs"]  # a run is a record for ever
    return found


def test_what_was_formed_goes_with_whom_the_file_made(desk: Desk) -> None:
    known = desk.given.client("Петрова Анна", phone="+79160000008", unit=desk.unit)
    desk.given.asset(known, vin="XTA21901234567899")
    file = desk.load(IVANOV, PETROVA)
    before = _all(desk.session)
    first = desk.session.scalars(select(ImportedRow.id).order_by(ImportedRow.id)).first()
    formed = [desk.form(file, [first or 0]), desk.form(file)]
    assert [one.tasks_new for one in formed] == [1, 1]
    assert tasks_formed(desk.session, file) == 2
    told = take_back_formed(desk.session, file.id, actor=desk.actor, now=LATER)
    assert (told.tasks, told.work_lists, told.clients) == (2, 2, 2)
    assert _all(desk.session) == before
    assert recent_files(desk.session, actor=desk.actor)[0].tasks == 0
    assert take_back_formed(desk.session, file.id, actor=desk.actor, now=LATER).tasks == 0
    assert desk.form(file).tasks_new == 2


def test_a_known_client_keeps_the_work_list_that_was_there(desk: Desk) -> None:
    client = desk.given.client("Иванов Иван", phone="+79161234567", unit=desk.unit)
    task = desk.given.task(client=client, unit=desk.unit, campaign=desk.given.campaign("other"))
    file = desk.load(IVANOV)
    before = _all(desk.session)
    assert desk.form(file).work_lists_appended == 1
    told = take_back_formed(desk.session, file.id, actor=desk.actor, now=LATER)
    assert (told.tasks, told.work_lists, told.clients) == (1, 0, 0)
    assert _all(desk.session) == before
    assert desk.session.get_one(WorkList, task.work_list_id).closed_at is None


def _comment(desk: Desk, task: Task) -> None:
    add_comment(desk.session, task.id, text="Звонила сама", actor=desk.actor, now=LATER)


def _given(desk: Desk, task: Task) -> None:
    task.performer_id = desk.actor.employee_id


def _planned_beside(desk: Desk, task: Task) -> None:
    desk.given.task(desk.session.get_one(WorkList, task.work_list_id))


def _in_another_file(desk: Desk, task: Task) -> None:
    desk.load(IVANOV, (*IVANOV[:1], "+7 916 000-00-77", *IVANOV[2:]))


def _decided_since(desk: Desk, task: Task) -> None:
    """A row of a load that was over before the file came."""
    person = desk.session.get_one(Employee, desk.actor.person)
    load = desk.given.record_load(desk.unit, person)
    load.batches, load.finished_at = 2, NOON - timedelta(days=1)
    desk.session.get_one(LoadedRow, (load.id, 2)).client_id = task.client_id
    desk.session.add(
        LoadDecision(load_id=load.id, choice=Choice.SAME, batch_no=2,
                     rows=[[2, "doubtful", None]], by=desk.actor.key, at=LATER)
    )  # fmt: skip
    desk.session.flush()


USES: dict[Any, Touch] = {
    _comment: Touch.WORK, _given: Touch.WORK, _planned_beside: Touch.WORK,
    _in_another_file: Touch.FILE, _decided_since: Touch.LATER_LOAD,
}  # fmt: skip


@pytest.mark.parametrize("use", USES, ids=lambda use: use.__name__)
def test_nothing_goes_when_one_task_is_touched(
    desk: Desk, use: Callable[[Desk, Task], None]
) -> None:
    file = desk.load(IVANOV, PETROVA)
    desk.form(file)
    task = desk.session.scalars(select(Task).order_by(Task.id)).first()
    assert task is not None
    use(desk, task)
    before = _all(desk.session)
    with pytest.raises(LoadTouched) as refused:
        take_back_formed(desk.session, file.id, actor=desk.actor, now=LATER)
    assert refused.value.reasons[USES[use]] >= 1
    assert _all(desk.session) == before


def test_whoever_may_not_form_takes_nothing_back(desk: Desk) -> None:
    file = desk.load(IVANOV)
    desk.form(file)
    analyst = desk.given.actor(desk.given.employee("Аналитик", unit=desk.unit), role=Role.ANALYST)
    with pytest.raises(NotPermitted):
        take_back_formed(desk.session, file.id, actor=analyst, now=LATER)
    assert tasks_formed(desk.session, file) == 1
