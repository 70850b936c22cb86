"""Control: confirmed, prolonged, or turned into a new call (A16, rule 10)."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from core.access import Actor
from core.errors import Invalid, NotFound
from core.journal import history_of
from tests.conftest import NOON, TOMORROW
from tests.given import Given
from worklists.closing_undone import undo_confirmation
from worklists.control import call_again, confirm_control, prolong_control
from worklists.lifecycle import StepRefused, TaskState
from worklists.models.task import Finish, Task, TaskKind
from worklists.models.work_list import WorkList
from worklists.saving import ChangedMeanwhile


@pytest.fixture
def given(session: Session) -> Given:
    return Given(session)


@pytest.fixture
def watched(given: Given) -> Task:
    return given.task(unit=given.unit(), state=TaskState.ON_CONTROL, control_due_at=NOON)


@pytest.fixture
def manager(given: Given, watched: Task) -> Actor:
    unit = given.session.get_one(WorkList, watched.work_list_id).unit_id
    return Actor(**(vars(given.manager(given.unit())) | {"unit_ids": frozenset({unit})}))


def last_step(session: Session, task: Task) -> tuple[str, str | None, str | None]:
    entry = history_of(session, "task", task.id)[-1]
    return entry.event, entry.from_state, entry.to_state


def test_confirming_ends_the_task_and_its_work_list(
    session: Session, watched: Task, manager: Actor
) -> None:
    confirm_control(session, watched.id, comment="приехал", version=1, actor=manager, now=NOON)
    assert (watched.state, watched.finish) == (TaskState.DONE, Finish.CONFIRMED)
    assert last_step(session, watched) == ("ControlConfirmed", "on_control", "done")
    session.expire_all()
    assert session.get_one(WorkList, watched.work_list_id).closed_at == NOON


def test_prolonging_needs_a_reason_and_a_later_moment(
    session: Session, watched: Task, manager: Actor
) -> None:
    for until, reason, field in ((TOMORROW, " ", "reason"), (NOON, "ждём", "until")):
        with pytest.raises(Invalid) as refusal:
            prolong_control(session, watched.id, until=until, reason=reason, version=1,
                            actor=manager, now=NOON)  # fmt: skip
        assert refusal.value.field == field


def test_prolonged_control_comes_due_again(session: Session, watched: Task, manager: Actor) -> None:
    prolong_control(session, watched.id, until=TOMORROW, reason="ждём запчасть", version=1,
                    actor=manager, now=NOON)  # fmt: skip
    assert watched.state is TaskState.ON_CONTROL and watched.control_at == TOMORROW
    assert watched.control_due_at is None and watched.occurrence == 1
    assert last_step(session, watched) == ("ControlProlonged", "on_control", "on_control")


def test_calling_again_plans_a_callback_and_ends_the_control(
    session: Session, watched: Task, manager: Actor
) -> None:
    successor = call_again(session, watched.id, due_at=TOMORROW, comment="не приехал", version=1,
                           actor=manager, now=NOON)  # fmt: skip
    assert (successor.kind, successor.predecessor_id) == (TaskKind.CALLBACK, watched.id)
    assert successor.work_list_id == watched.work_list_id and successor.due_at == TOMORROW
    assert (watched.state, watched.finish) == (TaskState.DONE, Finish.REPLACED)
    session.expire_all()
    assert session.get_one(WorkList, watched.work_list_id).closed_at is None


def test_only_a_watched_task_can_be_confirmed(session: Session, given: Given) -> None:
    unit = given.unit()
    task = given.task(unit=unit)
    with pytest.raises(StepRefused) as refusal:
        confirm_control(session, task.id, comment="", version=1, actor=given.manager(unit),
                        now=NOON)  # fmt: skip
    assert refusal.value.state is TaskState.PLANNED and refusal.value.allowed


@pytest.mark.parametrize("before", ["", "ждём запчасть"])
@pytest.mark.parametrize("typed", ["", "приехал"])
def test_the_words_of_before_come_back_with_the_control(
    session: Session, watched: Task, manager: Actor, before: str, typed: str
) -> None:
    watched.comment = before
    session.flush()
    confirm_control(session, watched.id, comment=typed, version=2 if before else 1, actor=manager,
                    now=NOON)  # fmt: skip
    assert watched.comment == (typed or before)
    assert undo_confirmation(session, watched.id, actor=manager, now=NOON).comment == before


def test_two_people_cannot_both_decide(session: Session, watched: Task, manager: Actor) -> None:
    prolong_control(session, watched.id, until=TOMORROW + timedelta(days=1), reason="ждём",
                    version=1, actor=manager, now=NOON)  # fmt: skip
    with pytest.raises(ChangedMeanwhile) as refusal:
        confirm_control(session, watched.id, comment="", version=1, actor=manager, now=NOON)
    assert refusal.value.event == "ControlProlonged"


def test_a_foreign_task_on_control_is_not_found(
    session: Session, given: Given, watched: Task
) -> None:
    outsider = given.manager(given.unit())
    with pytest.raises(NotFound):
        confirm_control(session, watched.id, comment="", version=1, actor=outsider, now=NOON)
