"""«Запланировать новую задачу»: in the same work-list, linked, opened again if closed (A14)."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.journal import history_of
from tests.conftest import NOON, TOMORROW
from tests.given import Given
from worklists.lifecycle import TaskState
from worklists.models.attempt import Notification
from worklists.models.task import TaskKind
from worklists.models.work_list import WorkList
from worklists.planning import plan_task
from worklists.reports import NewTask

CALLBACK = NewTask(kind=TaskKind.CALLBACK, due_at=TOMORROW, comment="перезвонить")


@pytest.fixture
def given(session: Session) -> Given:
    return Given(session)


def test_a_planned_task_is_linked_and_belongs_to_its_planner(given: Given) -> None:
    unit = given.unit()
    source, manager = given.task(unit=unit), given.manager(unit)
    planned = plan_task(given.session, source.id, CALLBACK, actor=manager, now=NOON)
    assert (planned.predecessor_id, planned.work_list_id) == (source.id, source.work_list_id)
    assert (planned.campaign_id, planned.client_id) == (source.campaign_id, source.client_id)
    assert planned.performer_id == manager.person and planned.state is TaskState.DEFERRED
    assert given.session.scalars(select(Notification)).all() == []


def test_another_performer_is_told(given: Given) -> None:
    unit = given.unit()
    source, colleague = given.task(unit=unit), given.employee("Пётр", unit=unit)
    new = NewTask(kind=TaskKind.EXTRA, due_at=TOMORROW, performer_id=colleague.id)
    planned = plan_task(given.session, source.id, new, actor=given.manager(unit), now=NOON)
    told = given.session.scalars(select(Notification)).one()
    assert (told.employee_id, told.task_id, told.kind) == (colleague.id, planned.id, "task_given")


def test_planning_opens_a_closed_work_list_again(given: Given) -> None:
    unit = given.unit()
    work_list = given.work_list(unit, closed=True)
    done = given.task(work_list, state=TaskState.DONE)
    planned = plan_task(given.session, done.id, CALLBACK, actor=given.manager(unit), now=NOON)
    assert planned.work_list_id == work_list.id and work_list.closed_at is None
    (entry,) = history_of(given.session, "work_list", work_list.id)
    assert entry.event == "WorkListReopened"


def test_planning_uses_the_newer_work_list_if_one_is_open(given: Given) -> None:
    unit = given.unit()
    client = given.client(unit=unit)
    done = given.task(given.work_list(unit, client, closed=True), state=TaskState.DONE)
    newer = given.task(unit=unit, client=client)
    planned = plan_task(given.session, done.id, CALLBACK, actor=given.manager(unit), now=NOON)
    assert planned.work_list_id == newer.work_list_id
    open_ones = select(WorkList).where(WorkList.closed_at.is_(None))
    assert len(given.session.scalars(open_ones).all()) == 1


def test_a_callback_can_be_anyones(given: Given) -> None:
    unit = given.unit()
    source, manager = given.task(unit=unit), given.manager(unit)
    for kind, is_mine in ((TaskKind.CALLBACK, False), (TaskKind.EXTRA, True)):
        new = NewTask(kind=kind, due_at=TOMORROW, comment="дело", is_anyones=True)
        planned = plan_task(given.session, source.id, new, actor=manager, now=NOON)
        assert (planned.performer_id == manager.person) == is_mine
