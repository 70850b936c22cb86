"""«Повторная обработка»: a finished task's result is copied, and counted once (A13)."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from campaigns.models import Outcome
from core.errors import Invalid
from tests.conftest import NOON
from tests.given import LEASE, Given
from worklists.attempts import (
    AttemptReport,
    NewTask,
    Recorded,
    consequence_of,
    record_attempt,
)
from worklists.lifecycle import TaskState
from worklists.models.attempt import Attempt
from worklists.models.task import Finish, Task, TaskKind
from worklists.models.work_list import WorkList
from worklists.repeats import finished_tasks_of_client


@pytest.fixture
def given(session: Session) -> Given:
    return Given(session)


class Case:
    """A finished task with a mileage, and another open one of the same client and vehicle."""

    def __init__(self, given: Given) -> None:
        self.given = given
        self.unit = given.unit()
        self.client = given.client(unit=self.unit)
        self.asset = given.asset(self.client)
        self.manager = given.manager(self.unit)
        self.done = given.task(unit=self.unit, client=self.client, asset=self.asset)
        self.open = self.another(campaign="lost-clients")
        self.save(
            self.done,
            outcome=Outcome.INTERVIEW,
            result_code_id=given.code_id("booked"),
            comment="записан на 20-е",
            mileage_km=61_000,
            acquisition_id=given.acquisition_id(),
            goal_reached=True,
        )

    def another(self, *, campaign: str, with_asset: bool = True) -> Task:
        work_list = self.given.session.get_one(WorkList, self.done.work_list_id)
        return self.given.task(
            work_list,
            campaign=self.given.campaign(campaign),
            asset=self.asset if with_asset else None,
        )

    def save(self, task: Task, **values: Any) -> Recorded:
        report = AttemptReport(version=task.version, form_key=f"{task.id}:{task.version}", **values)
        return record_attempt(self.given.session, task.id, report, actor=self.manager,
                              now=NOON + timedelta(minutes=task.id), lease=LEASE)  # fmt: skip


def test_finished_tasks_are_listed_with_their_results(given: Given) -> None:
    case = Case(given)
    (line,) = finished_tasks_of_client(given.session, case.open.id, actor=case.manager)
    assert (line.task_id, line.outcome, line.mileage_km) == (
        case.done.id, Outcome.INTERVIEW, 61_000,
    )  # fmt: skip
    assert line.result_names is not None and line.result_names["ru"] == "Клиент записан на сервис"
    assert line.by_name == "Мария Менеджер" and line.comment == "записан на 20-е"


def test_tasks_of_other_units_are_not_listed(given: Given) -> None:
    case = Case(given)
    other_unit = given.unit()
    elsewhere = given.task(unit=other_unit, client=case.client)
    outsider = given.manager(other_unit)
    assert finished_tasks_of_client(given.session, elsewhere.id, actor=outsider) == []


def test_a_repeat_copies_the_result_and_keeps_the_link(given: Given) -> None:
    case = Case(given)
    case.save(case.open, outcome=Outcome.REPEAT, copy_of_task_id=case.done.id)
    assert (case.open.state, case.open.finish) == (TaskState.DONE, Finish.REPEAT)
    assert case.open.outcome is Outcome.INTERVIEW
    source = finished_tasks_of_client(given.session, case.open.id, actor=case.manager)[0]
    copy = finished_tasks_of_client(given.session, case.done.id, actor=case.manager)[0]
    assert (copy.comment, copy.acquisition_id, copy.mileage_km) == (
        source.comment, source.acquisition_id, source.mileage_km,
    )  # fmt: skip


def test_a_copy_of_a_copy_points_to_the_conversation(given: Given) -> None:
    case = Case(given)
    third = case.another(campaign="other-purpose")
    case.save(case.open, outcome=Outcome.REPEAT, copy_of_task_id=case.done.id)
    case.save(third, outcome=Outcome.REPEAT, copy_of_task_id=case.open.id)
    attempts = given.session.scalars(select(Attempt).order_by(Attempt.id)).all()
    assert [a.copied_from_id for a in attempts] == [None, attempts[0].id, attempts[0].id]


def test_the_mileage_of_one_vehicle_is_not_copied_to_another_task(given: Given) -> None:
    case = Case(given)
    plain = case.another(campaign="other-purpose", with_asset=False)
    saved = case.save(plain, outcome=Outcome.REPEAT, copy_of_task_id=case.done.id)
    assert saved.attempt.mileage_km is None


def test_an_unfinished_task_cannot_be_copied(given: Given) -> None:
    case = Case(given)
    unfinished = case.another(campaign="other-purpose")
    for source in (None, unfinished.id):
        with pytest.raises(Invalid) as refusal:
            case.save(case.open, outcome=Outcome.REPEAT, copy_of_task_id=source)
        assert refusal.value.field == "copy_of_task_id"


def test_a_copied_promise_needs_its_own_date(given: Given) -> None:
    """A callback that copies «call later» must not close the work-list without a word (rule 9)."""
    case = Case(given)
    later = NewTask(kind=TaskKind.CALLBACK, due_at=NOON + timedelta(days=1))
    promised = case.save(
        case.open,
        outcome=Outcome.INTERVIEW,
        result_code_id=given.code_id("think_call_later"),
        comment="подумает",
        new_task=later,
    ).planned
    assert promised is not None
    lines = finished_tasks_of_client(given.session, promised.id, actor=case.manager)
    assert {line.task_id: (line.needs_next_date, line.is_predecessor) for line in lines} == {
        case.open.id: (True, True), case.done.id: (False, False),
    }  # fmt: skip
    copy = {"outcome": Outcome.REPEAT, "copy_of_task_id": case.open.id}
    report = AttemptReport(version=promised.version, form_key="k", **copy)
    for refused in (
        lambda: consequence_of(given.session, promised.id, report, actor=case.manager, now=NOON),
        lambda: case.save(promised, **copy),
    ):
        with pytest.raises(Invalid) as refusal:
            refused()
        assert refusal.value.field == "new_task"
    again = NewTask(kind=TaskKind.CALLBACK, due_at=NOON + timedelta(days=2))
    saved = case.save(promised, **copy, new_task=again)
    assert (promised.finish, saved.consequence.at) == (Finish.REPEAT, again.due_at)
    assert saved.planned is not None and saved.planned.due_at == again.due_at
    assert given.session.get_one(WorkList, promised.work_list_id).closed_at is None
