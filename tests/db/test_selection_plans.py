"""Selections run by the clock: once an occurrence, in the zone of the unit, as needed (rule 19)."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from campaigns.lifecycle import CampaignFinished
from campaigns.models import Campaign, CampaignState
from core.access import Actor
from core.db import Database
from core.errors import NotFound, NotPermitted
from directory.assets.models import Asset
from directory.clients.models import Client
from directory.staff.models import Role
from directory.units.models import Unit
from selections.directory_fields import DIRECTORY
from selections.editing import archive_selection, create_selection, restore_selection
from selections.models import (
    Cadence,
    FormingOrder,
    Lead,
    Selection,
    SelectionPlan,
    SelectionRun,
    SelectionShare,
)
from selections.refusals import AnswerMissing, HoldOutImpossible, SelectionOutOfUse
from selections.rules import (
    Asked,
    Condition,
    Definition,
    FromToday,
    Group,
    Join,
    Operator,
    Parameter,
    ParameterType,
    Span,
)
from tests.conftest import NOON
from tests.given import Given
from webui.notifications import unseen
from worklists.forming_orders import form_what_was_asked
from worklists.lifecycle import TaskState
from worklists.models.task import Finish, Task
from worklists.plan_notices import mark_plan_notices, plan_notices_of
from worklists.plan_reading import PlanLine, plans_ended_with, plans_of
from worklists.plan_sweep import run_plans
from worklists.selection_plans import (
    PlanChangedMeanwhile,
    PlanDraft,
    PlanWrong,
    add_plan,
    change_plan,
    switch_plan,
)
from worklists.unit_work import UnitOutOfUse

ZONE = "Europe/Moscow"
DAY = timedelta(days=1)
SOLD = Parameter("since", ParameterType.DAY)
TEN_YEARS = {"since": FromToday(-10, Span.YEAR)}


class Stage:
    """A unit four hours east of Moscow with twelve owners of a Lada, and a plan at 13:00 there."""

    def __init__(self, database: Database) -> None:
        self.database, self.now = database, NOON
        with database.unit_of_work() as session:
            given = Given(session)
            company = given.unit("Компания")
            self.unit = given.unit(parent=company, time_zone="Asia/Omsk")
            self.boss = given.actor(given.employee(unit=company, role=Role.HEAD), role=Role.HEAD)
            for number in range(12):
                client = given.client(str(number), unit=self.unit)
                given.asset(client, sold_on=NOON.date())
            self.campaign = given.campaign()
            rule = Group(Join.ALL, (
                Condition("vehicle.sold_on", Operator.AT_LEAST, (Asked("since"),)),))  # fmt: skip
            self.selection: Selection = create_selection(
                session, name="Лады", unit_id=company.id, actor=self.boss, now=NOON,
                definition=Definition(rule=rule, parameters=(SOLD,)), catalogue=DIRECTORY,
            )  # fmt: skip

    def draft(self, **values: Any) -> PlanDraft:
        plain = {"unit_id": self.unit.id, "campaign_id": self.campaign.id, "answers": TEN_YEARS,
                 "cadence": Cadence.DAILY, "at": time(13, 0)}  # fmt: skip
        return PlanDraft(**(plain | values))

    def add(self, *, actor: Actor | None = None, **values: Any) -> SelectionPlan:
        with self.database.unit_of_work() as session:
            return add_plan(
                session, self.selection.id, self.draft(**values), actor=actor or self.boss,
                now=self.now, default_zone=ZONE, catalogue=DIRECTORY,
            )  # fmt: skip

    def tick(self, at: datetime | None = None) -> int:
        """The sweeps at a moment; how many tasks there are then."""
        self.now = at or self.now

        def clock(_session: Session) -> datetime:
            return self.now

        run_plans(self.database, clock, default_zone=ZONE, catalogue=DIRECTORY)
        form_what_was_asked(self.database, clock, default_zone=ZONE)
        return self.count(Task)

    def count(self, what: Any) -> int:
        with self.database.reading() as session:
            return session.scalar(select(func.count()).select_from(what)) or 0

    def lines(self) -> list[PlanLine]:
        with self.database.reading() as session:
            return plans_of(
                session, self.selection.id, actor=self.boss, now=self.now, default_zone=ZONE
            )

    def formed(self) -> dict[int, int]:
        """Unit → how many tasks the plans formed in it."""
        with self.database.reading() as session:
            counted = select(Task.unit_id, func.count()).where(Task.lead_id.is_not(None))
            return {row[0]: row[1] for row in session.execute(counted.group_by(Task.unit_id))}

    def change(self, plan: SelectionPlan, **values: Any) -> SelectionPlan:
        with self.database.unit_of_work() as session:
            version = session.get_one(SelectionPlan, plan.id).version
            return change_plan(
                session, plan.id, self.draft(**values), version=version, actor=self.boss,
                now=self.now, default_zone=ZONE, catalogue=DIRECTORY,
            )  # fmt: skip

    def close(self, tasks: int) -> None:
        """So many of the tasks come to an end."""
        with self.database.unit_of_work() as session:
            some = session.scalars(
                select(Task.id).where(Task.state == TaskState.PLANNED).limit(tasks)
            ).all()
            session.execute(
                update(Task)
                .where(Task.id.in_(some))
                .values(state=TaskState.DONE, finish=Finish.GOAL_REACHED, closed_at=self.now)
            )


@pytest.fixture
def stage(database: Database) -> Stage:
    return Stage(database)


def test_it_runs_each_day_at_the_time_of_its_unit_and_once(stage: Stage) -> None:
    # Noon in Moscow is 15:00 in Omsk: today's time is over.
    plan = stage.add()
    first = NOON.replace(hour=7) + DAY
    assert plan.next_at == first
    assert stage.tick(first - timedelta(seconds=1)) == 0
    assert stage.tick(first) == stage.tick(first) == 12
    assert stage.count(SelectionRun) == stage.count(FormingOrder) == 1
    stage.tick(first + DAY)
    assert (stage.count(SelectionRun), stage.count(Task)) == (2, 12)
    stage.tick(first + 5 * DAY)
    assert stage.count(SelectionRun) == 3, "what was missed is run once"
    (line,) = stage.lines()
    assert line.plan.next_at == first + 6 * DAY and line.plan.last_run_at == first + 5 * DAY
    assert line.last_run is not None and line.last_run.plan_id == plan.id
    assert (line.zone, line.problem, line.plan.version) == ("Asia/Omsk", "", plan.version)


def test_two_schedulers_run_an_occurrence_once(stage: Stage) -> None:
    stage.add()
    stage.now = NOON + DAY
    ready = Barrier(2)

    def tick() -> None:
        ready.wait()
        stage.tick()

    threads = [Thread(target=tick) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (stage.count(SelectionRun), stage.tick()) == (1, 12)
    assert stage.count(Lead) == 12


def test_each_day_so_many_as_are_needed(stage: Stage) -> None:
    stage.add(cadence=Cadence.WEEKLY, weekday=3, per_day=5)  # the next day is a Thursday
    monday = NOON.replace(hour=7) + DAY
    assert stage.tick(monday) == stage.tick(monday + timedelta(hours=5)) == 5
    assert stage.tick(monday + DAY - timedelta(minutes=1)) == 5
    assert stage.tick(monday + DAY) == 5, "nobody has worked: nothing more is needed"
    stage.close(3)
    assert stage.tick(monday + DAY + timedelta(hours=1)) == 5, "it was looked at today"
    assert stage.tick(monday + 2 * DAY) == 8
    stage.close(5)
    assert stage.tick(monday + 3 * DAY) == 12
    stage.close(4)
    assert stage.tick(monday + 4 * DAY) == 12, "all have been called, and nobody twice"
    assert stage.count(SelectionRun) == 1
    assert stage.count(FormingOrder) == 4


def test_a_plan_moved_to_another_unit_waits_for_its_first_run_there(stage: Stage) -> None:
    plan = stage.add(cadence=Cadence.WEEKLY, weekday=3, per_day=5)
    thursday = NOON.replace(hour=7) + DAY
    assert stage.tick(thursday) == 5
    with stage.database.unit_of_work() as session:
        unit = session.get_one(Unit, stage.unit.id)
        above = session.get_one(Unit, unit.parent_id)
        other = Given(session).unit(parent=above, time_zone=unit.time_zone)
        given_to = session.get_one(SelectionPlan, plan.id)
        boss = replace(stage.boss, unit_ids=stage.boss.unit_ids | {other.id})
        change_plan(
            session, plan.id, stage.draft(unit_id=other.id, cadence=Cadence.WEEKLY, weekday=3,
                                          per_day=5),
            version=given_to.version, actor=boss, now=stage.now, default_zone=ZONE,
            catalogue=DIRECTORY,
        )  # fmt: skip
        stage.boss = boss
    stage.close(5)
    assert stage.tick(thursday + 2 * DAY) == 5
    (line,) = stage.lines()
    assert (line.plan.is_on, line.problem, line.last_run) == (True, "", None)


def test_its_work_goes_where_the_campaign_is_worked_and_nobody_is_called_twice(
    stage: Stage,
) -> None:
    with stage.database.unit_of_work() as session:
        given = Given(session)
        callers, clerks = given.unit(parent=stage.unit), given.unit(parent=stage.unit)
        clients = session.scalars(select(Client).order_by(Client.id)).all()
        vehicles = session.scalars(select(Asset).order_by(Asset.id)).all()
        for number, unit in enumerate((callers, callers, clerks)):
            work_list = given.work_list(unit, clients[number])
            given.task(work_list, campaign=stage.campaign, asset=vehicles[number])
        # Of another campaign: calls him for something else.
        other = given.campaign("other")
        given.task(given.work_list(stage.unit, clients[3]), campaign=other, asset=vehicles[3])
        stage.boss = replace(stage.boss, unit_ids=stage.boss.unit_ids | {callers.id, clerks.id})
    weekly: dict[str, Any] = {"cadence": Cadence.WEEKLY, "weekday": 3}
    plan = stage.add(per_day=4, **weekly)
    thursday = NOON.replace(hour=7) + DAY
    assert stage.tick(thursday) == 4 + 4
    assert stage.formed() == {callers.id: 4}
    with stage.database.reading() as session:
        told = session.scalars(select(FormingOrder.told)).one()
        assert told is not None
        assert (told["tasks_new"], told["already_in_work"], told["later"]) == (4, 3, 5)
    stage.close(8)
    stage.change(plan, per_day=100, list_unit_id=clerks.id, **weekly)
    stage.tick(thursday + DAY)
    assert stage.formed() == {callers.id: 4, clerks.id: 5}, "whoever called has called"


def test_the_unit_of_its_work_lists_must_be_ones_own_and_in_use(stage: Stage) -> None:
    with stage.database.unit_of_work() as session:
        stranger = Given(session).unit()
    with pytest.raises(NotFound):
        stage.add(list_unit_id=stranger.id)
    with stage.database.unit_of_work() as session:
        old = Given(session).unit(parent=stage.unit)
        session.execute(update(Unit).where(Unit.id == old.id).values(is_archived=True))
    stage.boss = replace(stage.boss, unit_ids=stage.boss.unit_ids | {old.id})
    with pytest.raises(UnitOutOfUse):
        stage.add(list_unit_id=old.id)


def test_leads_of_an_archived_selection_become_no_more_tasks(stage: Stage) -> None:
    stage.add(cadence=Cadence.WEEKLY, weekday=3, per_day=5)
    thursday = NOON.replace(hour=7) + DAY
    assert stage.tick(thursday) == 5
    stage.close(5)
    with stage.database.unit_of_work() as session:
        archive_selection(session, stage.selection.id, actor=stage.boss, now=stage.now)
    assert stage.tick(thursday + DAY) == 5
    assert [line.problem for line in stage.lines()] == ["SelectionOutOfUse"]


def test_it_runs_when_a_file_has_brought_something(stage: Stage) -> None:
    stage.add(cadence=Cadence.ON_DATA, at=time(1), hold_out_share=5_000)
    assert stage.tick(NOON + DAY) == 0 and stage.count(SelectionRun) == 0
    with stage.database.unit_of_work() as session:
        given = Given(session, now=NOON + DAY)
        given.run(given.unit())  # of another unit
        given.run(stage.unit)
    tasks = stage.tick()
    assert tasks == stage.tick() < 12
    (line,) = stage.lines()
    assert line.last_run is not None and line.last_run.held_out == 12 - tasks > 0
    assert (line.plan.at, line.plan.next_at) == (None, None)
    before = stage.count(SelectionRun)
    with stage.database.unit_of_work() as session:
        Given(session, now=NOON + DAY).run(stage.unit)
    stage.tick()
    assert stage.count(SelectionRun) == before + 2, "the file and what followed from it"


def test_a_plan_that_cannot_run_stops_and_says_why(stage: Stage) -> None:
    plan, other = stage.add(), stage.add(per_day=2, at=time(13, 1))
    with stage.database.unit_of_work() as session:
        session.execute(update(Campaign).values(state=CampaignState.FINISHED))
    assert stage.tick(NOON + DAY) == 0
    assert [(line.plan.is_on, line.problem) for line in stage.lines()] == [
        (False, "CampaignFinished")
    ] * 2
    assert stage.count(SelectionRun) == 0, "all or nothing"
    with stage.database.unit_of_work() as session:
        session.execute(update(Campaign).values(state=CampaignState.ACTIVE))
        for one in (plan, other):
            on = switch_plan(session, one.id, is_on=True, actor=stage.boss, now=stage.now,
                             default_zone=ZONE)  # fmt: skip
        assert on.next_at is not None and on.next_at > stage.now
    assert {line.problem for line in stage.lines()} == {""}
    with stage.database.unit_of_work() as session:
        archive_selection(session, stage.selection.id, actor=stage.boss, now=stage.now)
    stage.tick(NOON + 2 * DAY)
    assert {line.problem for line in stage.lines()} == {"SelectionOutOfUse"}


def test_whoever_made_a_plan_and_the_head_of_its_unit_are_told_that_it_stopped(
    stage: Stage,
) -> None:
    with stage.database.unit_of_work() as session:
        given = Given(session)
        unit = session.get_one(Unit, stage.unit.id)
        head = given.actor(given.employee("Глава", unit=unit, role=Role.HEAD), role=Role.HEAD)
        other = given.employee("Другой", unit=given.unit("Другое"), role=Role.HEAD)
        others = [given.actor(other, role=Role.HEAD)]
        worker = given.employee("Оператор", unit=unit, role=Role.OPERATOR)
        others.append(given.actor(worker, role=Role.OPERATOR))
    plan = stage.add()

    def told(actor: Actor) -> list[tuple[int, str, bool]]:
        with stage.database.reading() as session:
            found = plan_notices_of(session, actor=actor)
            assert unseen(session, actor=actor)[0] == sum(one.is_new for one in found)
            return [(one.plan_id, one.problem, one.is_new) for one in found]

    with stage.database.unit_of_work() as session:
        session.execute(update(Campaign).values(state=CampaignState.FINISHED))
    for _ in range(2):
        stage.tick()
    for actor in (stage.boss, head):
        assert told(actor) == [(plan.id, "CampaignFinished", True)]
    assert [told(actor) for actor in others] == [[], []]
    with stage.database.unit_of_work() as session:
        (notice,) = plan_notices_of(session, actor=head)
        assert notice.name == "Лады" and notice.selection_id == stage.selection.id
        mark_plan_notices(session, up_to=notice.id, actor=head, now=stage.now)
        assert unseen(session, actor=head)[0] == 0
    assert told(head) == [(plan.id, "CampaignFinished", False)]
    with stage.database.unit_of_work() as session:
        session.execute(update(Campaign).values(state=CampaignState.ACTIVE))
        switch_plan(session, plan.id, is_on=True, actor=stage.boss, now=stage.now,
                    default_zone=ZONE)  # fmt: skip
    assert told(stage.boss) == told(head) == [], "nothing to be mended any more"
    with stage.database.unit_of_work() as session:
        archive_selection(session, stage.selection.id, actor=stage.boss, now=stage.now)
    stage.tick()
    assert (plan.id, "SelectionOutOfUse", True) in told(stage.boss)


def test_a_finished_campaign_switches_its_plans_off_at_once(stage: Stage) -> None:
    plan = stage.add(per_day=5)
    stage.tick(NOON + DAY)
    (line,) = stage.lines()
    assert (line.later, line.feeds_at) == (7, NOON.replace(hour=7) + 2 * DAY)
    with stage.database.unit_of_work() as session:
        assert plans_ended_with(session, stage.campaign.id) == 1
        session.execute(update(Campaign).values(state=CampaignState.FINISHED))
    (line,) = stage.lines()
    assert (line.plan.is_on, line.problem) == (True, "CampaignFinished"), "told before the tick"
    stage.tick(NOON + DAY + timedelta(minutes=1))
    (line,) = stage.lines()
    assert (line.plan.is_on, line.problem, line.is_cured) == (False, "CampaignFinished", False)
    assert stage.count(SelectionRun) == stage.count(FormingOrder) == 1

    def switch() -> SelectionPlan:
        with stage.database.unit_of_work() as session:
            assert plans_ended_with(session, stage.campaign.id) == 0
            return switch_plan(session, plan.id, is_on=True, actor=stage.boss, now=stage.now,
                               default_zone=ZONE)  # fmt: skip

    with pytest.raises(CampaignFinished):
        switch()
    with stage.database.unit_of_work() as session:
        session.execute(update(Campaign).values(state=CampaignState.ACTIVE))
    (line,) = stage.lines()
    assert (line.plan.is_on, line.problem, line.is_cured) == (False, "", True)
    assert switch().next_at is not None


def test_a_selection_back_from_the_archive_is_no_reason_any_more(stage: Stage) -> None:
    plan = stage.add()
    with stage.database.unit_of_work() as session:
        archive_selection(session, stage.selection.id, actor=stage.boss, now=stage.now)
    stage.tick(NOON + DAY)
    (line,) = stage.lines()
    assert (line.plan.is_on, line.problem) == (False, "SelectionOutOfUse")
    with pytest.raises(SelectionOutOfUse), stage.database.unit_of_work() as session:
        switch_plan(session, plan.id, is_on=True, actor=stage.boss, now=stage.now,
                    default_zone=ZONE)  # fmt: skip
    with stage.database.unit_of_work() as session:
        restore_selection(session, stage.selection.id, actor=stage.boss, now=stage.now)
    (line,) = stage.lines()
    assert (line.plan.is_on, line.problem, line.is_cured) == (False, "", True)


def test_people_below_read_the_plan_that_brings_them_work(stage: Stage) -> None:
    stage.add()
    with stage.database.unit_of_work() as session:
        given = Given(session)
        below = given.unit(parent=stage.unit)
        person = given.actor(given.employee(unit=below, role=Role.SUPERVISOR), role=Role.SUPERVISOR)
        session.add(SelectionShare(selection_id=stage.selection.id, unit_id=below.id))
    boss, stage.boss = stage.boss, person
    (line,) = stage.lines()
    assert (line.unit_name, line.is_mine) == (stage.unit.name, False)
    stage.boss = boss
    assert [line.is_mine for line in stage.lines()] == [True]


def test_what_a_plan_says_is_checked(stage: Stage) -> None:
    for field, values in {
        "at": {"at": None}, "weekday": {"cadence": Cadence.WEEKLY, "weekday": 7},
        "per_day": {"per_day": 0},
    }.items():  # fmt: skip
        with pytest.raises(PlanWrong) as told:
            stage.add(**values)
        assert told.value.field == field
    with pytest.raises(HoldOutImpossible):
        stage.add(hold_out_share=10_000)
    with pytest.raises(AnswerMissing):
        stage.add(answers={})
    with stage.database.unit_of_work() as session:
        given = Given(session)
        manager, stranger = given.manager(stage.unit), given.unit()
        head = given.actor(given.employee(unit=stranger, role=Role.HEAD), role=Role.HEAD)
    with pytest.raises(NotPermitted):
        stage.add(actor=manager)
    with pytest.raises(NotFound):
        stage.add(actor=head)
    with pytest.raises(NotFound):
        stage.add(unit_id=stranger.id)
    assert stage.count(SelectionPlan) == 0


def test_two_people_change_one_plan_and_its_runs_do_not_count(stage: Stage) -> None:
    plan = stage.add()
    stage.tick(NOON + DAY)

    def change(version: int, **values: Any) -> SelectionPlan:
        with stage.database.unit_of_work() as session:
            return change_plan(
                session, plan.id, stage.draft(**values), version=version, actor=stage.boss,
                now=stage.now, default_zone=ZONE, catalogue=DIRECTORY,
            )  # fmt: skip

    changed = change(plan.version, at=time(18, 0))
    assert changed.next_at == NOON.replace(hour=12) + DAY
    with pytest.raises(PlanChangedMeanwhile):
        change(plan.version, at=time(19, 0))
    assert change(changed.version, at=time(18, 0)).version == changed.version
