"""Recording what came of an attempt: checks, holders and what each outcome leads to (A13-A16)."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from campaigns.models import Outcome, ResultCodeVersion
from core.access import Actor
from core.errors import Invalid, NotFound, NotPermitted
from core.journal import history_of
from directory.assets.mileage import MileageWentDown, last_reading
from directory.clients.models import ContactRefusal, ContactState, RefusalScope
from directory.staff.models import Role
from directory.units.models import UnitKind
from tests.conftest import NOON, TOMORROW
from tests.given import LEASE, Given
from worklists.attempts import (
    AttemptReport,
    ConsequenceKind,
    InvolvementDraft,
    NewTask,
    Recorded,
    ServiceRequestDraft,
    consequence_of,
    record_attempt,
)
from worklists.closing import close_if_finished
from worklists.consequences import GoalNotReached, NextDateRequired
from worklists.leases import HeldByAnother
from worklists.lifecycle import StepRefused, TaskState
from worklists.models.attempt import Attempt, ServiceRequest
from worklists.models.task import Finish, Task, TaskKind
from worklists.models.work_list import Involvement, WorkList
from worklists.queue import release_task, take_task
from worklists.report_checks import CodeNotOffered, NotACall
from worklists.saving import ChangedMeanwhile

CALLBACK = NewTask(kind=TaskKind.CALLBACK, due_at=TOMORROW, comment="просил завтра")


class Desk:
    """A manager with a task in work, and few words to report on it."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.given = Given(session)
        self.unit = self.given.unit()
        self.client = self.given.client(unit=self.unit)
        self.asset = self.given.asset(self.client)
        self.manager = self.given.manager(self.unit)
        self.campaign = self.given.campaign()
        self.task = self.given.task(
            unit=self.unit,
            client=self.client,
            asset=self.asset,
            state=TaskState.IN_WORK,
            performer=self.manager,
        )
        self.keys = 0

    def report(self, outcome: Outcome, code: str | None = None, **values: Any) -> AttemptReport:
        self.keys += 1
        options = {"version": self.task.version, "token": None, "form_key": f"form-{self.keys}"}
        code_id = self.given.code_id(code) if code else None
        return AttemptReport(outcome=outcome, result_code_id=code_id, **(options | values))

    def save(self, report: AttemptReport, *, actor: Actor | None = None) -> Recorded:
        return record_attempt(
            self.session, self.task.id, report, actor=actor or self.manager, now=NOON, lease=LEASE
        )

    def interview(self, code: str, **values: Any) -> Recorded:
        values = {"comment": "сказал так"} | values
        return self.save(self.report(Outcome.INTERVIEW, code, **values))

    def other_task(self, **values: Any) -> Task:
        work_list = self.session.get_one(WorkList, self.task.work_list_id)
        values = {"campaign": self.given.campaign("lost-clients")} | values
        return self.given.task(work_list, **values)

    def is_closed(self) -> bool:
        work_list = self.session.get_one(WorkList, self.task.work_list_id, populate_existing=True)
        return work_list.closed_at is not None


@pytest.fixture
def desk(session: Session) -> Desk:
    return Desk(session)


def steps(session: Session, task: Task) -> list[tuple[str, str | None, str | None]]:
    return [(e.event, e.from_state, e.to_state) for e in history_of(session, "task", task.id)]


def test_a_booking_with_the_goal_reached_ends_task_and_work_list(desk: Desk) -> None:
    saved = desk.interview("booked_in_call", goal_reached=True)
    assert (desk.task.state, desk.task.finish) == (TaskState.DONE, Finish.GOAL_REACHED)
    assert desk.task.closed_by_id == desk.manager.person and desk.task.attempts == 1
    assert saved.consequence.kind is ConsequenceKind.GOAL_REACHED
    assert steps(desk.session, desk.task) == [("AttemptRecorded", "in_work", "done")]
    assert desk.is_closed()


def test_a_result_that_allows_control_leaves_the_task_watched(desk: Desk) -> None:
    saved = desk.interview("booked_in_call")
    assert desk.task.state is TaskState.ON_CONTROL
    # Three days on is a Saturday: the unit looks on Monday, when it begins to work.
    assert desk.task.control_at == NOON.replace(day=23, hour=6)
    assert saved.consequence.at == desk.task.control_at
    assert desk.task.control_by_id == desk.manager.person and not desk.is_closed()


def test_the_control_date_can_be_chosen_but_not_in_the_past(desk: Desk) -> None:
    with pytest.raises(Invalid) as refusal:
        desk.interview("booked_in_call", control_at=NOON)
    assert refusal.value.field == "control_at"
    desk.interview("booked_in_call", control_at=TOMORROW)
    assert desk.task.control_at == TOMORROW


def test_a_result_without_control_needs_the_goal_or_a_next_step(desk: Desk) -> None:
    with pytest.raises(GoalNotReached) as refusal:
        desk.interview("done_elsewhere")
    assert refusal.value.field == "goal_reached"
    assert desk.task.state is TaskState.IN_WORK


def test_a_result_with_a_next_date_asks_for_it(desk: Desk) -> None:
    with pytest.raises(NextDateRequired):
        desk.interview("think_call_later")
    desk.interview("think_call_later", goal_reached=True)  # nothing is left to call about
    assert (desk.task.state, desk.task.finish) == (TaskState.DONE, Finish.GOAL_REACHED)


def test_a_planned_callback_replaces_the_task(desk: Desk) -> None:
    saved = desk.interview("think_call_later", new_task=CALLBACK)
    assert (desk.task.state, desk.task.finish) == (TaskState.DONE, Finish.REPLACED)
    planned = saved.planned
    assert planned is not None and planned.predecessor_id == desk.task.id
    assert planned.work_list_id == desk.task.work_list_id and planned.due_at == TOMORROW
    assert (planned.kind, planned.performer_id) == (TaskKind.CALLBACK, desk.manager.person)
    assert saved.consequence.kind is ConsequenceKind.REPLACED and saved.consequence.at == TOMORROW
    assert steps(desk.session, planned) == [("TaskPlanned", None, "deferred")]
    assert not desk.is_closed()


def test_a_callback_is_moved_into_the_clients_calling_window(desk: Desk) -> None:
    late = NewTask(kind=TaskKind.CALLBACK, due_at=NOON.replace(hour=20))  # 23:00 in Moscow
    planned = desk.interview("think_call_later", new_task=late).planned
    assert planned is not None and planned.due_at == TOMORROW.replace(hour=6)


def test_an_extra_job_keeps_its_time_and_does_not_end_the_control(desk: Desk) -> None:
    night = NOON.replace(hour=20)
    planned = desk.interview(
        "booked_in_call", new_task=NewTask(kind=TaskKind.EXTRA, due_at=night, comment="бланк")
    ).planned
    assert planned is not None and planned.due_at == night and planned.goal == "бланк"
    assert desk.task.state is TaskState.ON_CONTROL


@pytest.mark.parametrize(
    ("code", "values", "field"),
    [
        (None, {}, "result_code_id"),
        ("no_pick_up", {}, "result_code_id"),
        ("complaint", {"comment": "  "}, "comment"),
        ("booked", {}, "acquisition_id"),
        ("booked_in_call", {"mileage_km": -1}, "mileage_km"),
        ("booked_in_call", {"contact_point_id": 10**6}, "contact_point_id"),
    ],
)
def test_what_is_missing_is_named(
    desk: Desk, code: str | None, values: dict[str, Any], field: str
) -> None:
    report = desk.report(
        Outcome.INTERVIEW, code, **({"comment": "да", "goal_reached": True} | values)
    )
    with pytest.raises(Invalid) as refusal:
        desk.save(report)
    assert refusal.value.field == field


def test_new_tasks_are_checked(desk: Desk) -> None:
    outsider = desk.given.employee("Чужой", unit=desk.given.unit())
    for values, field in (
        ({"due_at": NOON}, "new_task_due_at"),
        ({"kind": TaskKind.DEPARTMENT}, "new_task_kind"),
        ({"performer_id": outsider.id}, "new_task_performer_id"),
    ):
        new = NewTask(**({"kind": TaskKind.CALLBACK, "due_at": TOMORROW} | values))  # type: ignore[arg-type]
        with pytest.raises(Invalid) as refusal:
            desk.interview("think_call_later", new_task=new)
        assert refusal.value.field == field


def test_the_way_of_acquisition_is_kept(desk: Desk) -> None:
    way = desk.given.acquisition_id()
    saved = desk.interview("booked", acquisition_id=way, goal_reached=True)
    assert saved.attempt.acquisition_id == way


def test_a_code_that_the_campaign_does_not_offer_is_refused(desk: Desk) -> None:
    desk.task.campaign_id = desk.given.campaign("other").id
    desk.session.flush()
    with pytest.raises(CodeNotOffered):
        desk.interview("booked_in_call", goal_reached=True)


def test_an_old_report_keeps_the_version_of_its_code(desk: Desk) -> None:
    saved = desk.interview("booked_in_call", goal_reached=True)
    version = desk.session.get_one(ResultCodeVersion, saved.attempt.result_version_id)
    assert version.number == 1 and desk.task.result_version_id == version.id


def test_mileage_is_kept_with_its_day_and_goes_down_only_if_confirmed(desk: Desk) -> None:
    desk.given.mileage(desk.asset, 50_000, read_on=date(2026, 1, 10))
    with pytest.raises(MileageWentDown) as refusal:
        desk.interview("booked_in_call", mileage_km=40_000)
    assert (refusal.value.previous, refusal.value.field) == (50_000, "mileage_km")
    desk.interview("booked_in_call", mileage_km=40_000, mileage_is_lower_confirmed=True)
    reading = last_reading(desk.session, desk.asset.id)
    assert reading is not None and reading.km == 40_000 and reading.is_lower_confirmed
    assert reading.read_on == NOON.date()


def test_no_answer_goes_up_the_ladder_and_ends_as_unreachable(desk: Desk) -> None:
    kinds, at = [], []
    for _ in range(4):
        saved = desk.save(desk.report(Outcome.NO_ANSWER, "busy"))
        kinds.append(saved.consequence.kind)
        at.append(saved.consequence.at)
    assert kinds == [ConsequenceKind.TRY_AGAIN] * 3 + [ConsequenceKind.UNREACHABLE]
    assert at[0] == NOON + timedelta(hours=2)
    assert (desk.task.state, desk.task.finish) == (TaskState.DONE, Finish.UNREACHABLE)
    assert desk.task.attempts == 4 and desk.is_closed()
    states = [(f, t) for _, f, t in steps(desk.session, desk.task)]
    assert states[:3] == [("in_work", "deferred"), ("deferred", "in_work"), ("in_work", "deferred")]


def test_a_retry_may_be_done_by_anybody_unless_the_task_was_given(desk: Desk) -> None:
    desk.save(desk.report(Outcome.NO_ANSWER))
    assert desk.task.performer_id is None and desk.task.lease_until is None
    given_task = desk.other_task(performer=desk.manager)
    desk.task = given_task
    desk.save(desk.report(Outcome.NO_ANSWER))
    assert given_task.performer_id == desk.manager.person


def test_a_refusal_to_talk_starts_the_cooling_off(desk: Desk) -> None:
    desk.save(desk.report(Outcome.REFUSED, "not_now"))
    desk.session.refresh(desk.client)
    assert desk.client.cooling_off_until == NOON + timedelta(days=30)
    assert desk.task.finish is Finish.REFUSED and desk.is_closed()
    assert desk.session.scalars(select(ContactRefusal)).all() == []


def test_a_refusal_of_everything_is_written_and_drops_the_other_calls(desk: Desk) -> None:
    waiting = desk.other_task()
    elsewhere = desk.given.task(unit=desk.given.unit(), client=desk.client)
    watched = desk.other_task(
        campaign=desk.campaign, state=TaskState.ON_CONTROL, kind=TaskKind.CALLBACK
    )
    desk.save(desk.report(Outcome.REFUSED, "refuses_all", comment="не звоните"))
    refusal = desk.session.scalars(select(ContactRefusal)).one()
    assert refusal.scope is RefusalScope.ALL and refusal.source.startswith("attempt:")
    assert waiting.state is elsewhere.state is TaskState.CANCELLED
    assert watched.state is TaskState.ON_CONTROL
    assert not close_if_finished(desk.session, elsewhere.work_list_id, NOON)  # it was closed


def test_a_refusal_of_one_purpose_leaves_the_others(desk: Desk) -> None:
    waiting = desk.other_task()
    same = desk.other_task(campaign=desk.campaign, asset=desk.given.asset(desk.client))
    desk.save(desk.report(Outcome.REFUSED, "refuses_purpose"))
    refusal = desk.session.scalars(select(ContactRefusal)).one()
    assert (refusal.scope, refusal.purpose) == (RefusalScope.PURPOSE, "maintenance")
    assert waiting.state is TaskState.PLANNED and same.state is TaskState.CANCELLED


def test_a_wrong_number_is_marked_and_somebody_looks_for_the_right_one(desk: Desk) -> None:
    second = desk.given.phone(desk.client, "+79990000000", rank=2)
    desk.save(desk.report(Outcome.BAD_DATA, "wrong_person", contact_point_id=second.id))
    desk.session.refresh(second)
    assert second.state is ContactState.WRONG
    assert desk.task.finish is Finish.BAD_DATA
    fix = desk.session.scalars(select(Task).where(Task.kind == TaskKind.DATA_FIX)).one()
    assert fix.work_list_id == desk.task.work_list_id and fix.predecessor_id == desk.task.id
    assert not desk.is_closed()


def test_a_wrong_vehicle_goes_to_the_unit_in_charge(desk: Desk) -> None:
    desk.campaign.data_unit_id = desk.given.unit("Данные").id
    desk.save(desk.report(Outcome.BAD_DATA, "car_sold"))
    desk.session.refresh(desk.asset)
    assert not desk.asset.is_confirmed
    fix = desk.session.scalars(select(Task).where(Task.kind == TaskKind.DATA_FIX)).one()
    assert fix.unit_id == desk.campaign.data_unit_id
    involvement = desk.session.scalars(select(Involvement)).one()
    assert (involvement.to_task_id, involvement.from_task_id) == (fix.id, desk.task.id)


def test_one_conversation_settles_other_tasks_of_the_client(desk: Desk) -> None:
    other = desk.other_task()
    saved = desk.interview("booked_in_call", goal_reached=True, settles_task_ids=(other.id,))
    assert saved.settled == (other.id,)
    assert (other.state, other.finish, other.attempts) == (TaskState.DONE, Finish.REPEAT, 1)
    copy = desk.session.scalars(select(Attempt).where(Attempt.task_id == other.id)).one()
    assert copy.copied_from_id == saved.attempt.id and copy.outcome is Outcome.INTERVIEW
    assert desk.is_closed()
    assert steps(desk.session, other) == [("TaskSettled", "planned", "done")]


def test_tasks_of_another_client_cannot_be_settled(desk: Desk) -> None:
    foreign = desk.given.task(unit=desk.unit)
    with pytest.raises(NotFound):
        desk.interview("booked_in_call", goal_reached=True, settles_task_ids=(foreign.id,))


def test_the_same_form_sent_twice_is_saved_once(desk: Desk) -> None:
    other = desk.other_task()
    report = desk.report(
        Outcome.INTERVIEW, "think_call_later", comment="да", new_task=CALLBACK,
        settles_task_ids=(other.id,),
    )  # fmt: skip
    first = desk.save(report)
    again = desk.save(report)
    assert again == first
    assert desk.session.scalar(select(func.count()).select_from(Attempt)) == 2


def test_a_form_key_of_another_task_does_not_answer_for_this_one(desk: Desk) -> None:
    report = desk.report(Outcome.NO_ANSWER)
    desk.save(report)
    desk.task = desk.other_task()
    with pytest.raises(ChangedMeanwhile):
        desk.save(report)


def test_a_task_that_nobody_holds_is_taken_with_its_outcome(desk: Desk) -> None:
    desk.task = desk.other_task()
    desk.interview("booked_in_call", goal_reached=True)
    assert steps(desk.session, desk.task) == [
        ("TaskTakenWithOutcome", "planned", "in_work"),
        ("AttemptRecorded", "in_work", "done"),
    ]
    assert desk.task.performer_id == desk.manager.person


def test_what_somebody_else_holds_is_refused(desk: Desk) -> None:
    colleague = desk.given.manager(desk.unit, name="Пётр")
    with pytest.raises(HeldByAnother) as refusal:
        desk.save(desk.report(Outcome.NO_ANSWER), actor=colleague)
    assert refusal.value.holder_name == "Мария Менеджер"
    desk.task = desk.other_task()  # the same client is being phoned by Maria
    with pytest.raises(HeldByAnother):
        desk.save(desk.report(Outcome.NO_ANSWER), actor=colleague)


def _take(desk: Desk, actor: Actor) -> int:
    return take_task(desk.session, desk.task.id, actor=actor, now=NOON, lease=LEASE).claim_token


def _give_back(desk: Desk, actor: Actor, token: int) -> None:
    release_task(desk.session, desk.task.id, token=token, actor=actor, now=NOON)


def test_an_outcome_after_the_lease_ran_out_counts_if_nobody_took_the_task(desk: Desk) -> None:
    token = desk.task.claim_token
    _give_back(desk, desk.manager, token)
    saved = desk.save(desk.report(Outcome.NO_ANSWER, token=token))
    assert saved.task.state is TaskState.DEFERRED


def test_an_outcome_after_somebody_else_had_the_task_says_who(desk: Desk) -> None:
    token = desk.task.claim_token
    _give_back(desk, desk.manager, token)
    colleague = desk.given.manager(desk.unit, name="Пётр")
    _give_back(desk, colleague, _take(desk, colleague))
    with pytest.raises(ChangedMeanwhile) as refusal:
        desk.save(desk.report(Outcome.NO_ANSWER, token=token))
    assert (refusal.value.by_name, refusal.value.event) == ("Пётр", "TaskReleased")


def test_a_task_changed_meanwhile_says_by_whom(desk: Desk) -> None:
    old = desk.report(Outcome.NO_ANSWER)
    desk.interview("booked_in_call", goal_reached=True)
    with pytest.raises(ChangedMeanwhile) as refusal:
        desk.save(old)
    assert refusal.value.by_name == "Мария Менеджер"
    assert refusal.value.version == desk.task.version and refusal.value.state is TaskState.DONE


def test_a_task_on_control_takes_no_attempt(desk: Desk) -> None:
    desk.interview("booked_in_call")
    with pytest.raises(StepRefused):
        desk.save(desk.report(Outcome.NO_ANSWER))


def test_jobs_take_no_attempt(desk: Desk) -> None:
    desk.task = desk.other_task(kind=TaskKind.EXTRA)
    with pytest.raises(NotACall):
        desk.save(desk.report(Outcome.NO_ANSWER))


def test_a_foreign_task_is_not_found(desk: Desk) -> None:
    outsider = desk.given.manager(desk.given.unit())
    with pytest.raises(NotFound):
        desk.save(desk.report(Outcome.NO_ANSWER), actor=outsider)


def test_an_analyst_records_nothing(desk: Desk) -> None:
    analyst = desk.given.actor(
        desk.given.employee(unit=desk.unit, role=Role.ANALYST), role=Role.ANALYST
    )
    with pytest.raises(NotPermitted):
        desk.save(desk.report(Outcome.NO_ANSWER), actor=analyst)


def test_a_service_request_and_a_request_to_another_unit_come_along(desk: Desk) -> None:
    workshop = desk.given.unit("Цех", kind=UnitKind.WORKSHOP)
    parts = desk.given.unit("Склад")
    desk.interview(
        "booked_in_call",
        service_request=ServiceRequestDraft(
            workshop_id=workshop.id, wanted_on=TOMORROW.date(), work="ТО-3"
        ),
        involve=InvolvementDraft(unit_id=parts.id, text="Нужен фильтр", due_at=TOMORROW),
    )
    assert desk.session.scalars(select(ServiceRequest)).one().task_id == desk.task.id
    involvement = desk.session.scalars(select(Involvement)).one()
    asked = desk.session.get_one(Task, involvement.to_task_id)
    assert (asked.unit_id, asked.kind, asked.goal) == (
        parts.id,
        TaskKind.DEPARTMENT,
        "Нужен фильтр",
    )


def test_booking_needs_the_right_to_it(desk: Desk) -> None:
    operator = desk.given.actor(
        desk.given.employee(unit=desk.unit, role=Role.OPERATOR), role=Role.OPERATOR
    )
    desk.task.performer_id = operator.person
    desk.session.flush()
    draft = ServiceRequestDraft(workshop_id=1, wanted_on=TOMORROW.date(), work="ТО")
    report = desk.report(Outcome.INTERVIEW, "booked_in_call", service_request=draft)
    with pytest.raises(NotPermitted):
        desk.save(report, actor=operator)


Change = Callable[[Desk], AttemptReport]


@pytest.mark.parametrize(
    "report",
    [
        lambda desk: desk.report(Outcome.INTERVIEW, "booked_in_call", goal_reached=True),
        lambda desk: desk.report(Outcome.INTERVIEW, "booked_in_call"),
        lambda desk: desk.report(
            Outcome.INTERVIEW, "think_call_later", comment="да", new_task=CALLBACK
        ),
        lambda desk: desk.report(Outcome.NO_ANSWER),
        lambda desk: desk.report(Outcome.REFUSED),
        lambda desk: desk.report(Outcome.BAD_DATA),
    ],
)
def test_the_preview_says_what_saving_does(desk: Desk, report: Change) -> None:
    filled = report(desk)
    before = desk.task.version
    preview = consequence_of(desk.session, desk.task.id, filled, actor=desk.manager, now=NOON)
    assert desk.task.version == before
    saved = desk.save(filled)
    assert saved.consequence == preview
    assert desk.save(filled).consequence == preview  # and so does the repeated answer
    assert (preview.attempts, preview.of) == (1, 4)


def test_the_preview_does_not_wait_for_texts(desk: Desk) -> None:
    filled = desk.report(Outcome.INTERVIEW, "complaint")
    preview = consequence_of(desk.session, desk.task.id, filled, actor=desk.manager, now=NOON)
    assert preview.kind is ConsequenceKind.ON_CONTROL
