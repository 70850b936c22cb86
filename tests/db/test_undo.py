"""Taking an outcome back: everything is as it was before it was saved (rule 9)."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.models import Outcome
from core.access import Actor
from core.db import Database
from core.errors import NotFound, NotPermitted
from core.journal import JournalEntry, history_of
from directory.clients.consent import record_refusal
from directory.clients.models import RefusalScope
from directory.staff.models import Role
from directory.units.models import UnitKind
from tests.conftest import NOON, TOMORROW
from tests.db.test_attempts import CALLBACK, Desk
from tests.given import LEASE
from tests.photographs import Photograph, photograph, same_as_before
from worklists.attempt_journal import AttemptFilter, attempts_page
from worklists.attempts import (
    AttemptReport,
    InvolvementDraft,
    NewTask,
    Recorded,
    ServiceRequestDraft,
)
from worklists.client_tasks import tasks_of_client
from worklists.lifecycle import TaskState
from worklists.models.attempt import (
    Attempt,
    AttemptUndo,
    Notification,
)
from worklists.models.task import Finish, Task, TaskKind
from worklists.models.work_list import Involvement, WorkList
from worklists.queue import release_task, take_task
from worklists.repeats import finished_tasks_of_client
from worklists.saving import ChangedMeanwhile
from worklists.undo_images import UNDO_WITHIN, forget_undos
from worklists.undoing import (
    NotYours,
    SomethingFollowed,
    TooLateToUndo,
    undo_attempt,
    undoable_attempt,
)
from worklists.undone_report import undone_report

SOON = NOON + timedelta(minutes=2)


@pytest.fixture
def desk(session: Session) -> Desk:
    return Desk(session)


def undo(desk: Desk, saved: Recorded, *, actor: Actor | None = None, now: Any = SOON) -> Task:
    return undo_attempt(
        desk.session, saved.attempt.id, actor=actor or desk.manager, now=now, lease=LEASE
    )


def all_is_back(session: Session, before: Photograph) -> None:
    """As it was, nobody told, nothing left to undo."""
    same_as_before(session, before)
    assert session.scalars(select(Notification)).all() == []
    assert session.scalars(select(AttemptUndo)).all() == []
    assert all(attempt.undone_at == SOON for attempt in session.scalars(select(Attempt)))


Save = Callable[[Desk], AttemptReport]


def _everything(desk: Desk) -> AttemptReport:
    colleague = desk.given.employee("Пётр", unit=desk.unit)
    workshop = desk.given.unit("Цех", kind=UnitKind.WORKSHOP)
    return desk.report(
        Outcome.INTERVIEW,
        "booked_in_call",
        comment="да",
        goal_reached=True,
        mileage_km=70_000,
        new_task=NewTask(kind=TaskKind.EXTRA, due_at=TOMORROW, performer_id=colleague.id),
        service_request=ServiceRequestDraft(
            workshop_id=workshop.id, wanted_on=TOMORROW.date(), work="ТО-3"
        ),
        involve=InvolvementDraft(
            unit_id=desk.given.unit("Склад").id, text="Нужен фильтр", due_at=TOMORROW
        ),
    )


def _settling(desk: Desk) -> AttemptReport:
    elsewhere = desk.given.unit("Второй")
    others = (
        desk.other_task(),
        desk.other_task(
            asset=desk.given.asset(desk.client), state=TaskState.ON_CONTROL, attempts=1,
            outcome=Outcome.INTERVIEW, comment="приедет",
        ),
        desk.other_task(
            asset=desk.given.asset(desk.client), state=TaskState.DEFERRED, due_at=TOMORROW,
            performer=desk.manager,
        ),
        desk.given.task(
            desk.given.work_list(elsewhere, desk.client),
            campaign=desk.given.campaign("lost-clients"),
        ),
    )  # fmt: skip
    desk.manager = desk.given.actor(
        desk.given.employee("Глава", unit=desk.unit), units=[desk.unit, elsewhere]
    )
    desk.task.performer_id = desk.manager.person
    desk.session.flush()
    return desk.report(
        Outcome.INTERVIEW, "booked_in_call", comment="да", goal_reached=True,
        settles_task_ids=tuple(other.id for other in others),
    )  # fmt: skip


def _dropping(desk: Desk) -> AttemptReport:
    desk.other_task()
    desk.other_task(asset=desk.asset, state=TaskState.DEFERRED, due_at=TOMORROW)
    desk.given.task(unit=desk.given.unit(), client=desk.client)
    return desk.report(Outcome.REFUSED, "refuses_all", comment="не звоните")


def _resting(desk: Desk) -> AttemptReport:
    desk.client.cooling_off_until = TOMORROW
    return desk.report(Outcome.REFUSED, "not_now")


def _wrong_number(desk: Desk) -> AttemptReport:
    second = desk.given.phone(desk.client, "+79990000000", rank=2)
    return desk.report(Outcome.BAD_DATA, "wrong_person", contact_point_id=second.id)


def _wrong_vehicle_elsewhere(desk: Desk) -> AttemptReport:
    desk.campaign.data_unit_id = desk.given.unit("Данные").id
    return desk.report(Outcome.BAD_DATA, "car_sold")


def _last_rung(desk: Desk) -> AttemptReport:
    desk.campaign.retry_ladder = []
    desk.task.attempts = 3
    desk.task.comment = "звонил"
    desk.session.flush()
    return desk.report(Outcome.NO_ANSWER, "busy")


WAYS: dict[str, Save] = {
    "goal reached": lambda desk: desk.report(
        Outcome.INTERVIEW, "booked_in_call", comment="да", goal_reached=True
    ),
    "on control": lambda desk: desk.report(Outcome.INTERVIEW, "booked_in_call", comment="да"),
    "replaced": lambda desk: desk.report(
        Outcome.INTERVIEW, "think_call_later", comment="да", new_task=CALLBACK
    ),
    "everything": _everything,
    "settling": _settling,
    "no answer": lambda desk: desk.report(Outcome.NO_ANSWER),
    "last rung": _last_rung,
    "refused": lambda desk: desk.report(Outcome.REFUSED, "not_now"),
    "rests longer": _resting,
    "refuses all": _dropping,
    "wrong number": _wrong_number,
    "wrong number, own unit": lambda desk: desk.report(Outcome.BAD_DATA),
    "wrong vehicle": _wrong_vehicle_elsewhere,
}


@pytest.mark.parametrize("way", WAYS)
def test_everything_is_as_it_was_before_the_save(desk: Desk, way: str) -> None:
    report = WAYS[way](desk)
    before = photograph(desk.session)
    saved = desk.save(report)
    assert photograph(desk.session) != before
    task = undo(desk, saved)
    assert task.id == desk.task.id
    all_is_back(desk.session, before)
    assert task.state is TaskState.IN_WORK and task.lease_until == SOON + LEASE
    assert task.claim_token == 2


@pytest.mark.parametrize("state", [TaskState.PLANNED, TaskState.DEFERRED])
@pytest.mark.parametrize("way", ["goal reached", "on control", "no answer", "refuses all"])
def test_a_task_taken_with_its_outcome_goes_back_to_where_it_waited(
    desk: Desk, way: str, state: TaskState
) -> None:
    desk.task.state, desk.task.performer_id, desk.task.lease_until = state, None, None
    desk.task.taken_at = None
    desk.task.due_at = TOMORROW if state is TaskState.DEFERRED else NOON - timedelta(days=2)
    desk.task.overdue_at = None if state is TaskState.DEFERRED else NOON
    desk.session.flush()
    report = WAYS[way](desk)
    before = photograph(desk.session)
    undo(desk, desk.save(report))
    all_is_back(desk.session, before)
    assert desk.task.state is state


def test_the_conversation_copied_from_another_task_is_undone_alone(desk: Desk) -> None:
    held, desk.task = desk.task, desk.other_task()
    first = desk.interview("booked_in_call", goal_reached=True)
    desk.task = held
    before = photograph(desk.session)["tasks"]
    saved = desk.save(desk.report(Outcome.REPEAT, copy_of_task_id=first.task.id))
    undo(desk, saved)
    desk.session.expire_all()
    assert photograph(desk.session)["tasks"] == before
    assert first.attempt.undone_at is None and saved.attempt.undone_by == desk.manager.person


def test_the_history_says_what_was_taken_back(desk: Desk) -> None:
    saved = desk.interview("think_call_later", new_task=CALLBACK)
    undo(desk, saved)
    steps = [(e.event, e.from_state, e.to_state) for e in history_of(
        desk.session, "task", desk.task.id)]  # fmt: skip
    assert steps[-1] == ("AttemptUndone", "done", "in_work")
    assert saved.planned is not None and saved.planned.finish is Finish.CANCELLED
    planned = history_of(desk.session, "task", saved.planned.id)
    assert [(e.event, e.to_state) for e in planned][-1] == ("TaskWithdrawn", "cancelled")


def test_lifting_the_refusal_is_an_act_of_its_own_in_the_journal(desk: Desk) -> None:
    saved = desk.save(_dropping(desk))
    undo(desk, saved)
    entries = history_of(desk.session, "client", desk.client.id)
    assert [entry.event for entry in entries] == [
        "ContactRefused", "CoolingOffStarted", "RefusalLifted", "CoolingOffTakenBack",
    ]  # fmt: skip
    assert entries[2].details["reason"] == "undo" and entries[2].actor == desk.manager.key


@pytest.mark.parametrize("by_hand", [True, False])
def test_the_report_taken_back_holds_what_was_asked_by_hand(desk: Desk, by_hand: bool) -> None:
    """The department that the result itself asks is no part of the form."""
    desk.campaign.quality_unit_id = desk.given.unit("Качество").id
    desk.given.document(desk.task, desk.given.employee("Пётр", unit=desk.unit))
    asked = InvolvementDraft(
        unit_id=desk.given.unit("Склад").id, text="Нужен фильтр", due_at=TOMORROW,
        with_documents=True,
    )  # fmt: skip
    undo(desk, desk.interview("complaint", involve=asked if by_hand else None))
    assert len(desk.session.scalars(select(Involvement)).all()) == 1 + by_hand
    report = undone_report(desk.session, desk.task.id)
    assert report is not None and report.involve == (asked if by_hand else None)


@pytest.mark.parametrize("chosen", [None, TOMORROW])
def test_the_report_taken_back_holds_the_control_date_that_was_chosen(
    desk: Desk, chosen: datetime | None
) -> None:
    """The default is nobody's choice: with a booking added, it would be another one."""
    undo(desk, desk.interview("booked_in_call", control_at=chosen))
    report = undone_report(desk.session, desk.task.id)
    assert report is not None and report.control_at == chosen


def test_a_refusal_that_stood_before_stays(desk: Desk) -> None:
    standing = record_refusal(
        desk.session, desk.client.id, scope=RefusalScope.ALL, source="import:1",
        actor=desk.manager, now=NOON,
    )  # fmt: skip
    undo(desk, desk.save(desk.report(Outcome.REFUSED, "refuses_all")))
    desk.session.refresh(standing)
    assert standing.lifted_at is None


def test_pressing_twice_undoes_once(desk: Desk) -> None:
    saved = desk.save(desk.report(Outcome.NO_ANSWER))
    undo(desk, saved)
    count = select(func.count()).select_from(JournalEntry)
    entries = desk.session.scalar(count)
    assert undo(desk, saved).id == desk.task.id
    assert desk.session.scalar(count) == entries


def test_the_same_form_is_not_answered_with_what_was_undone(desk: Desk) -> None:
    report = desk.report(Outcome.NO_ANSWER)
    undo(desk, desk.save(report))
    with pytest.raises(ChangedMeanwhile):
        desk.save(report)
    saved = desk.interview("booked_in_call", goal_reached=True)
    assert saved.consequence.attempts == 1


def test_an_outcome_can_be_undone_for_ten_minutes(desk: Desk) -> None:
    saved = desk.save(desk.report(Outcome.NO_ANSWER))
    late = NOON + UNDO_WITHIN + timedelta(seconds=1)
    assert undoable_attempt(desk.session, desk.task, actor=desk.manager, now=late) is None
    with pytest.raises(TooLateToUndo):
        undo(desk, saved, now=late)
    in_time = NOON + UNDO_WITHIN
    found = undoable_attempt(desk.session, desk.task, actor=desk.manager, now=in_time)
    assert found == saved.attempt.id
    undo(desk, saved, now=in_time)
    assert undoable_attempt(desk.session, desk.task, actor=desk.manager, now=in_time) is None


def test_what_undoing_needs_is_forgotten_afterwards(desk: Desk) -> None:
    desk.save(desk.report(Outcome.NO_ANSWER))
    database = cast(Database, SimpleNamespace(unit_of_work=lambda: nullcontext(desk.session)))
    assert forget_undos(database, lambda _session: NOON + UNDO_WITHIN) == 0
    assert forget_undos(database, lambda _session: NOON + UNDO_WITHIN * 2) == 1


def test_a_colleague_does_not_undo_and_who_hands_out_the_work_does(desk: Desk) -> None:
    saved = desk.save(desk.report(Outcome.NO_ANSWER))
    colleague = desk.given.manager(desk.unit, name="Пётр")
    with pytest.raises(NotYours):
        undo(desk, saved, actor=colleague)
    assert undoable_attempt(desk.session, desk.task, actor=colleague, now=SOON) is None
    head = desk.given.actor(desk.given.employee(unit=desk.unit, role=Role.HEAD), role=Role.HEAD)
    task = undo(desk, saved, actor=head)
    assert (task.state, task.performer_id) == (TaskState.PLANNED, None)  # not into other hands
    assert saved.attempt.undone_by == head.person


def test_foreign_attempts_are_not_found_and_an_analyst_undoes_nothing(desk: Desk) -> None:
    saved = desk.save(desk.report(Outcome.NO_ANSWER))
    with pytest.raises(NotFound):
        undo(desk, saved, actor=desk.given.manager(desk.given.unit()))
    analyst = desk.given.actor(
        desk.given.employee(unit=desk.unit, role=Role.ANALYST), role=Role.ANALYST
    )
    with pytest.raises(NotPermitted):
        undo(desk, saved, actor=analyst)


def test_the_client_is_not_phoned_by_two_after_an_undo(desk: Desk) -> None:
    saved = desk.save(desk.report(Outcome.NO_ANSWER))
    other = desk.other_task()
    colleague = desk.given.manager(desk.unit, name="Пётр")
    take_task(desk.session, other.id, actor=colleague, now=SOON, lease=LEASE)
    task = undo(desk, saved)
    assert (task.state, task.performer_id) == (TaskState.PLANNED, None)


def _somebody_took_it(desk: Desk, saved: Recorded) -> None:
    colleague = desk.given.manager(desk.unit, name="Пётр")
    taken = take_task(
        desk.session, desk.task.id, actor=colleague, now=SOON, lease=LEASE, client_called=True
    )
    release_task(desk.session, taken.id, token=taken.claim_token, actor=colleague, now=SOON)


def test_a_task_that_somebody_took_meanwhile_is_not_undone(desk: Desk) -> None:
    saved = desk.save(desk.report(Outcome.NO_ANSWER))
    _somebody_took_it(desk, saved)
    assert undoable_attempt(desk.session, desk.task, actor=desk.manager, now=SOON) is None
    with pytest.raises(SomethingFollowed) as refusal:
        undo(desk, saved)
    assert (refusal.value.by_name, refusal.value.event) == ("Пётр", "TaskTaken")
    assert saved.attempt.undone_at is None


def test_work_on_what_was_caused_forbids_undoing(desk: Desk) -> None:
    saved = desk.interview("think_call_later", new_task=CALLBACK)
    assert saved.planned is not None
    take_task(
        desk.session, saved.planned.id, actor=desk.manager, now=SOON, lease=LEASE,
        client_called=True,
    )  # fmt: skip
    with pytest.raises(SomethingFollowed) as refusal:
        undo(desk, saved)
    assert refusal.value.by_key == desk.manager.key


def test_the_same_lead_formed_again_forbids_undoing(desk: Desk) -> None:
    saved = desk.interview("booked_in_call", goal_reached=True)
    fresh = desk.given.work_list(desk.unit, desk.client)
    with pytest.raises(SomethingFollowed):
        undo(desk, saved)
    fresh.closed_at = SOON
    desk.other_task(asset=desk.asset, campaign=desk.campaign)
    with pytest.raises(SomethingFollowed):
        undo(desk, saved)


def test_a_later_refusal_of_the_client_forbids_undoing_the_earlier_one(desk: Desk) -> None:
    saved = desk.save(desk.report(Outcome.REFUSED, "not_now"))
    desk.task = desk.other_task()
    desk.save(desk.report(Outcome.REFUSED, "not_now"))
    with pytest.raises(SomethingFollowed):
        undo(desk, saved)


def test_a_result_that_was_copied_since_is_not_undone(desk: Desk) -> None:
    saved = desk.interview("booked_in_call", goal_reached=True)
    done, desk.task = desk.task, desk.other_task(
        asset=desk.given.asset(desk.client), campaign=desk.given.campaign("lost-clients")
    )  # fmt: skip
    desk.session.get_one(WorkList, desk.task.work_list_id).closed_at = None
    desk.session.flush()
    desk.save(desk.report(Outcome.REPEAT, copy_of_task_id=done.id))
    with pytest.raises(SomethingFollowed):
        undo(desk, saved)


def test_a_copy_is_undone_with_its_conversation_only(desk: Desk) -> None:
    other = desk.other_task()
    desk.interview("booked_in_call", goal_reached=True, settles_task_ids=(other.id,))
    copy = desk.session.scalars(select(Attempt).where(Attempt.task_id == other.id)).one()
    with pytest.raises(TooLateToUndo):
        undo_attempt(desk.session, copy.id, actor=desk.manager, now=SOON, lease=LEASE)


def test_lists_show_an_undone_attempt_as_such_and_do_not_offer_it(desk: Desk) -> None:
    undo(desk, desk.interview("booked_in_call", goal_reached=True))
    wanted = AttemptFilter(since=NOON, until=TOMORROW)
    lines, _count = attempts_page(desk.session, wanted, actor=desk.manager)
    assert [line.is_undone for line in lines] == [True]
    (task,) = tasks_of_client(desk.session, desk.client.id, actor=desk.manager)
    assert [attempt.is_undone for attempt in task.attempts] == [True]
    assert task.outcome is None
    offered = finished_tasks_of_client(desk.session, desk.other_task().id, actor=desk.manager)
    assert offered == []
