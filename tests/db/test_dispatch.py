"""The dispatch board: sums that hold, a dry run that equals the run, nothing lost (C3, D11)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from campaigns.models import Campaign, CampaignState
from core.access import Actor
from core.db import Database
from core.errors import NotFound
from core.journal import JournalEntry, history_of
from directory.staff.models import Employee, Role
from directory.units.models import Unit
from tests.conftest import NOON, TOMORROW
from tests.given import Given
from worklists import queue_numbers
from worklists.dispatch import capacity
from worklists.dispatch.board import all_lines, board_page, packages
from worklists.dispatch.capacity import (
    set_campaign_skills,
    set_person_limit,
    set_person_skills,
    set_unit_limit,
)
from worklists.dispatch.confirming import DraftTooOld, confirm_run
from worklists.dispatch.dry_run import plan_run
from worklists.dispatch.filters import NOBODY, DispatchFilter
from worklists.dispatch.housekeeping import forget_drafts
from worklists.dispatch.seen_runs import run_lines, run_page
from worklists.dispatch.tabs import Tab, open_of_people
from worklists.dispatch.taking_back import AllTouched, take_back_run, untouched_count
from worklists.dispatch.wishes import NoTasksChosen, Wish
from worklists.lifecycle import OPEN, TaskState
from worklists.models.attempt import Notification
from worklists.models.dispatch import (
    DispatchAction,
    DispatchMethod,
    DispatchRun,
    NothingReason,
    RunState,
    SkipReason,
)
from worklists.models.task import Finish, Task, TaskKind
from worklists.models.work_list import Involvement, WorkList
from worklists.queue import take_task
from worklists.stages import BoardFilter, Stage, board
from worklists.work_list_page import work_list_page

LATER = NOON + timedelta(minutes=1)
YESTERDAY = NOON - timedelta(days=1)


@dataclass
class Floor:
    """A unit with a supervisor and three operators."""

    given: Given
    session: Session
    company: Unit
    unit: Unit
    boss: Employee
    people: Sequence[Employee]

    @property
    def head(self) -> Actor:
        return self.given.actor(self.boss, role=Role.SUPERVISOR)

    def tasks(self, number: int, **values: Any) -> list[Task]:
        made = []
        for n in range(number):
            client = self.given.client(f"Клиент {n}", unit=self.unit)
            made.append(self.given.task(unit=self.unit, client=client, **values))
        return made

    def plan(self, action: DispatchAction, tasks: Sequence[Task], **values: Any) -> DispatchRun:
        return plan_run(
            self.session,
            Wish(action=action, **values),
            task_ids=[task.id for task in tasks],
            actor=self.head,
            now=NOON,
        )

    def confirm(self, run: DispatchRun) -> DispatchRun:
        return confirm_run(self.session, run.id, actor=self.head, now=LATER)

    def do(self, action: DispatchAction, tasks: Sequence[Task], **values: Any) -> DispatchRun:
        return self.confirm(self.plan(action, tasks, **values))

    def share(self, tasks: Sequence[Task], **values: Any) -> DispatchRun:
        return self.plan(DispatchAction.DISTRIBUTE, tasks, **values)

    def in_hand(self) -> list[int]:
        counted = capacity.in_hand(self.session, [one.id for one in self.people])
        return [counted[one.id] for one in self.people]

    def reasons(self, run: DispatchRun) -> dict[SkipReason, int]:
        return run_page(self.session, run.id, actor=self.head).reasons

    def read(self, task: Task) -> Task:
        return self.session.get_one(Task, task.id, populate_existing=True)

    def successor(self, task: Task) -> Task:
        return self.session.scalars(select(Task).where(Task.redirected_from_id == task.id)).one()


@pytest.fixture
def floor(session: Session) -> Floor:
    given = Given(session)
    company = given.unit("Компания")
    unit = given.unit("Сервис", parent=company)
    boss = given.employee("Ольга Старшая", role=Role.SUPERVISOR, unit=company)
    people = [
        given.employee(name, role=Role.OPERATOR, unit=unit) for name in ("Анна", "Борис", "Вера")
    ]
    return Floor(given, session, company, unit, boss, people)


def _every_kind_of_task(floor: Floor) -> None:
    anna = floor.people[0]
    floor.tasks(3)
    floor.tasks(2, performer=anna)
    floor.tasks(1, due_at=NOON - timedelta(days=2))
    floor.tasks(1, performer=anna, due_at=NOON - timedelta(days=2))
    floor.tasks(2, state=TaskState.DEFERRED, due_at=TOMORROW)
    floor.tasks(
        1, state=TaskState.DEFERRED, kind=TaskKind.CALLBACK, due_at=NOON + timedelta(minutes=5)
    )
    floor.tasks(1, kind=TaskKind.CALLBACK, due_at=NOON - timedelta(minutes=5))
    floor.tasks(1, state=TaskState.IN_WORK, performer=anna)
    floor.tasks(1, state=TaskState.ON_CONTROL)
    over = floor.given.campaign("over")
    over.state = CampaignState.FINISHED
    floor.tasks(1, campaign=over, due_at=NOON - timedelta(days=2))
    floor.tasks(4, state=TaskState.DONE)
    floor.tasks(1, state=TaskState.CANCELLED)


def test_every_task_stands_on_one_tab(floor: Floor) -> None:
    _every_kind_of_task(floor)
    page = board_page(floor.session, DispatchFilter(), Tab.UNASSIGNED, actor=floor.head, now=NOON)
    assert page.counts == {
        Tab.AT_RISK: 2,
        Tab.OVERDUE: 2,
        Tab.UNASSIGNED: 3,
        Tab.PLANNED: 2,
        Tab.DEFERRED: 2,
        Tab.IN_WORK: 1,
        Tab.ON_CONTROL: 1,
        Tab.LEFT_OVER: 1,
        Tab.CLOSED: 5,
    }
    assert page.total == floor.session.scalar(
        select(func.count()).where(Task.unit_id == floor.unit.id)
    )
    shown: set[int] = set()
    for tab, number in page.counts.items():
        ids = {
            line.task_id
            for line in all_lines(floor.session, DispatchFilter(), tab, actor=floor.head, now=NOON)
        }
        assert len(ids) == number and not ids & shown, tab
        shown |= ids
    everything = {
        line.task_id
        for line in all_lines(floor.session, DispatchFilter(), Tab.OPEN, actor=floor.head, now=NOON)
    }
    assert len(everything) == page.number(Tab.OPEN) == page.total - 5 and everything <= shown
    found = packages(floor.session, DispatchFilter(), actor=floor.head, now=NOON)
    assert sum(package.total for package in found) == page.total


def test_all_that_one_person_has_is_one_list_and_one_dry_run(floor: Floor) -> None:
    anna, boris, _vera = floor.people
    day = timedelta(days=1)
    floor.tasks(2, performer=anna, due_at=NOON - 3 * day)
    floor.tasks(3, performer=anna, due_at=NOON + day, state=TaskState.DEFERRED)
    floor.tasks(1, performer=anna, kind=TaskKind.CALLBACK)
    floor.tasks(1, performer=anna, state=TaskState.ON_CONTROL, control_at=NOON + 2 * day,
                due_at=NOON - 9 * day)  # fmt: skip
    floor.tasks(1, performer=anna, state=TaskState.DONE)
    floor.tasks(4)
    hers = DispatchFilter(performer_id=anna.id)
    at, after = [], None
    for _ in range(4):
        page = board_page(
            floor.session, hers, Tab.OPEN, actor=floor.head, now=NOON, after=after, limit=2
        )
        at += [line.at for line in page.lines]
        after = page.following
    assert at == sorted(at) and len(at) == 7 == page.number(Tab.OPEN) and after is None
    assert at[-1] == NOON + 2 * day, "what is on control is dated by its check"
    assert open_of_people(floor.session, [anna.id, boris.id], actor=floor.head) == {anna.id: 7}
    run = plan_run(floor.session, Wish(action=DispatchAction.TO_PERSON, employee_ids=(boris.id,)),
                   found=(hers, Tab.OPEN), actor=floor.head, now=NOON)  # fmt: skip
    assert floor.reasons(run) == {SkipReason.ON_CONTROL: 1}
    confirm_run(floor.session, run.id, actor=floor.head, now=NOON)
    assert floor.in_hand() == [0, 6, 0]


def test_what_is_on_control_is_listed_by_its_check(floor: Floor) -> None:
    """Not by the day on which the task was once due."""
    dates = [NOON + timedelta(days=days) for days in (3, -1, 2)]
    for late, at in enumerate(dates):
        due_at = NOON - timedelta(days=10 - late)
        floor.tasks(1, state=TaskState.ON_CONTROL, control_at=at, due_at=due_at)
    first = board_page(
        floor.session, DispatchFilter(), Tab.ON_CONTROL, actor=floor.head, now=NOON, limit=2
    )
    rest = board_page(
        floor.session,
        DispatchFilter(),
        Tab.ON_CONTROL,
        actor=floor.head,
        now=NOON,
        after=first.following,
    )
    assert [line.at for line in (*first.lines, *rest.lines)] == sorted(dates)
    (package,) = packages(floor.session, DispatchFilter(), actor=floor.head, now=NOON)
    assert (package.in_work, package.on_control) == (0, 3)


def test_pages_follow_one_another_without_gap(floor: Floor) -> None:
    tasks = floor.tasks(7) + floor.tasks(4, due_at=NOON - timedelta(hours=1))
    for latest_first in (False, True):
        seen: list[int] = []
        after = None
        while True:
            page = board_page(
                floor.session,
                DispatchFilter(),
                Tab.UNASSIGNED,
                actor=floor.head,
                now=NOON,
                after=after,
                limit=3,
                latest_first=latest_first,
            )
            seen += [line.task_id for line in page.lines]
            after = page.following
            if after is None:
                break
        assert sorted(seen) == sorted(task.id for task in tasks) and len(set(seen)) == 11


def test_filters_narrow_the_tabs_and_the_lines(floor: Floor) -> None:
    anna = floor.people[0]
    floor.tasks(2)
    floor.tasks(1, performer=anna)
    other = floor.given.task(
        unit=floor.unit,
        client=floor.given.client("Петров Пётр", unit=floor.unit),
        priority=1,
        due_at=NOON - timedelta(hours=20),
    )

    def numbers(**values: Any) -> int:
        return board_page(
            floor.session, DispatchFilter(**values), Tab.UNASSIGNED, actor=floor.head, now=NOON
        ).total

    assert numbers() == 4
    assert numbers(performer_id=anna.id) == 1
    assert numbers(performer_id=NOBODY) == 3
    assert numbers(priority=1) == 1
    assert numbers(kind=TaskKind.CALLBACK) == 0
    assert numbers(text="Петров") == 1
    assert numbers(campaign_id=other.campaign_id) == 4
    assert numbers(due_to=NOON.date() - timedelta(days=1)) == 1
    assert numbers(unit_id=floor.company.id) == 4


def test_a_package_is_a_filter(floor: Floor) -> None:
    client = floor.given.client("Из файла", unit=floor.unit)
    run = floor.given.run(floor.unit, title="Файл")
    lead = floor.given.lead(run, client)
    floor.given.task(unit=floor.unit, client=client, lead_id=lead.id)
    floor.tasks(2)
    wanted = DispatchFilter(package_id=run.id)
    assert board_page(floor.session, wanted, Tab.UNASSIGNED, actor=floor.head, now=NOON).total == 1
    titles = [
        (p.title, p.total)
        for p in packages(floor.session, DispatchFilter(), actor=floor.head, now=NOON)
    ]
    assert titles == [("Файл", 1), ("", 2)]


def test_evenly_is_evenly_whatever_is_in_hand(floor: Floor) -> None:
    anna = floor.people[0]
    floor.tasks(4, performer=anna)
    tasks = floor.tasks(9)
    run = floor.share(tasks)
    before = run_page(floor.session, run.id, actor=floor.head)
    assert [(p.before, p.given, p.after) for p in before.people] == [
        (4, 3, 7),
        (0, 3, 3),
        (0, 3, 3),
    ]
    assert floor.in_hand() == [4, 0, 0], "a dry run changes nothing"

    floor.confirm(run)

    after = run_page(floor.session, run.id, actor=floor.head)
    assert (after.people, after.reasons) == (before.people, before.reasons)
    assert floor.in_hand() == [7, 3, 3]
    given = {
        line.task_id: line.to_name for line in run_lines(floor.session, run.id, actor=floor.head)
    }
    names = {one.id: one.full_name for one in floor.people}
    for task in tasks:
        performer = floor.read(task).performer_id
        assert performer is not None and names[performer] == given[task.id]
        assert [e.event for e in history_of(floor.session, "task", task.id)] == ["TaskGiven"]
    told = floor.session.scalars(select(Notification.kind)).all()
    assert told == ["tasks_given"] * 3


def test_by_load_levels_what_is_in_hand(floor: Floor) -> None:
    anna = floor.people[0]
    floor.tasks(4, performer=anna)
    floor.confirm(floor.share(floor.tasks(8), method=DispatchMethod.BY_LOAD))
    assert floor.in_hand() == [4, 4, 4]


def test_nobody_gets_more_than_they_may_have(floor: Floor) -> None:
    anna, boris, vera = floor.people
    set_unit_limit(floor.session, floor.unit.id, 2, actor=floor.head)
    set_person_limit(floor.session, boris.id, 1, actor=floor.head, now=NOON)
    tasks = floor.tasks(8)
    run = floor.share(tasks)
    assert floor.reasons(run) == {SkipReason.NO_CAPACITY: 3}
    floor.confirm(run)
    assert floor.in_hand() == [2, 1, 2]
    again = floor.share(tasks[-3:])
    people = run_page(floor.session, again.id, actor=floor.head).people
    assert {p.reason for p in people} == {NothingReason.NO_CAPACITY}
    floor.do(DispatchAction.TO_PERSON, tasks[-3:], employee_ids=(anna.id,), over_limit=True)
    assert sum(floor.in_hand()) == 8 and vera


def test_room_that_was_filled_after_the_dry_run_is_not_filled_twice(floor: Floor) -> None:
    anna = floor.people[0]
    set_person_limit(floor.session, anna.id, 3, actor=floor.head, now=NOON)
    tasks = floor.tasks(3)
    run = floor.plan(DispatchAction.TO_PERSON, tasks, employee_ids=(anna.id,))
    floor.tasks(2, performer=anna)
    floor.confirm(run)
    assert floor.in_hand()[0] == 3
    assert floor.reasons(run) == {SkipReason.NO_CAPACITY: 2}
    assert floor.read(tasks[0]).performer_id == anna.id, "first things first"


def test_by_skill_only_who_has_it(floor: Floor) -> None:
    anna, boris, _vera = floor.people
    tasks = floor.tasks(4)
    set_campaign_skills(floor.session, tasks[0].campaign_id, ["VIP ", "english"], actor=floor.head)
    set_person_skills(floor.session, anna.id, ["vip"], actor=floor.head, now=NOON)
    none = floor.share(tasks, method=DispatchMethod.BY_SKILL)
    assert floor.reasons(none) == {SkipReason.NO_SKILL: 4}
    set_person_skills(floor.session, boris.id, ["English", "VIP"], actor=floor.head, now=NOON)
    run = floor.confirm(floor.share(tasks, method=DispatchMethod.BY_SKILL))
    assert floor.in_hand() == [0, 4, 0]
    people = run_page(floor.session, run.id, actor=floor.head).people
    assert [p.reason for p in people if not p.given] == [NothingReason.NO_SKILL] * 2


def test_absent_people_get_nothing(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = floor.people[0]
    tasks = floor.tasks(4)
    early = floor.share(tasks)
    monkeypatch.setattr(capacity, "absent_ids", lambda _s, _ids, _at: {anna.id})
    floor.confirm(early)
    assert floor.in_hand()[0] == 0 and floor.reasons(early)[SkipReason.ABSENT] >= 1
    left = [task for task in tasks if floor.read(task).performer_id is None]
    run = floor.share(left)
    page = run_page(floor.session, run.id, actor=floor.head)
    assert [p.reason for p in page.people if p.name == "Анна"] == [NothingReason.ABSENT]
    assert not page.reasons


def test_to_the_previous_manager(floor: Floor) -> None:
    _anna, boris, _vera = floor.people
    tasks = floor.tasks(3)
    floor.given.attempt(tasks[0], boris)
    run = floor.confirm(floor.share(tasks, method=DispatchMethod.PREVIOUS))
    assert floor.in_hand() == [0, 1, 0]
    assert floor.reasons(run) == {SkipReason.NO_PREVIOUS: 2}


def test_by_a_column_of_the_file(floor: Floor) -> None:
    run = floor.given.run(floor.unit)
    tasks = []
    for name in ("Вера", "  анна ", "Кто-то", ""):
        client = floor.given.client(unit=floor.unit)
        lead = floor.given.lead(run, client)
        lead.why = {"manager": name} if name else {}
        tasks.append(floor.given.task(unit=floor.unit, client=client, lead_id=lead.id))
    done = floor.confirm(floor.share(tasks, method=DispatchMethod.FILE_COLUMN, column="manager"))
    assert floor.in_hand() == [1, 0, 1]
    assert floor.reasons(done) == {SkipReason.NOBODY_NAMED: 2}


def test_who_does_not_see_the_unit_gets_none_of_its_tasks(floor: Floor) -> None:
    other = floor.given.unit("Кузов", parent=floor.company)
    task = floor.given.task(unit=other, client=floor.given.client(unit=other))
    run = floor.share([task])
    assert floor.reasons(run) == {SkipReason.NOT_SEEN: 1}
    people = run_page(floor.session, run.id, actor=floor.head).people
    assert {p.reason for p in people} == {NothingReason.NOT_SEEN}


def test_what_cannot_be_given_stays_and_says_why(floor: Floor) -> None:
    anna, boris, _vera = floor.people
    client = floor.given.client("Занятый", unit=floor.unit)
    work_list = floor.given.work_list(floor.unit, client)
    floor.given.task(work_list, state=TaskState.IN_WORK, performer=anna)
    held = floor.given.task(work_list, asset=floor.given.asset(client))
    in_work = floor.tasks(1, state=TaskState.IN_WORK, performer=anna)
    control = floor.tasks(1, state=TaskState.ON_CONTROL)
    closed = floor.tasks(1, state=TaskState.DONE)
    hers = floor.tasks(1, performer=boris)
    chosen = [held, *in_work, *control, *closed, *hers]
    run = floor.do(DispatchAction.TO_PERSON, chosen, employee_ids=(boris.id,))
    assert floor.reasons(run) == {
        SkipReason.CLIENT_HELD: 1,
        SkipReason.IN_WORK: 1,
        SkipReason.ON_CONTROL: 1,
        SkipReason.CLOSED: 1,
        SkipReason.SAME: 1,
    }


def test_tasks_of_a_finished_campaign_are_given_to_nobody(floor: Floor) -> None:
    _anna, boris, _vera = floor.people
    (task,) = chosen = floor.tasks(1)
    floor.session.get_one(Campaign, task.campaign_id).state = CampaignState.FINISHED
    floor.session.flush()
    run = floor.do(DispatchAction.TO_PERSON, chosen, employee_ids=(boris.id,))
    assert floor.reasons(run) == {SkipReason.FINISHED: 1}
    run = floor.do(DispatchAction.PRIORITY, chosen, priority=1)
    assert floor.reasons(run) == {}, "it may still be changed or cancelled"


def test_a_new_performer_closes_the_old_ones_task(floor: Floor) -> None:
    anna, boris, _vera = floor.people
    client = floor.given.client("Иванов", unit=floor.unit)
    lead = floor.given.lead(floor.given.run(floor.unit), client)
    old = floor.given.task(
        unit=floor.unit,
        client=client,
        performer=anna,
        attempts=2,
        comment="просил позже",
        lead_id=lead.id,
        state=TaskState.DEFERRED,
        due_at=TOMORROW,
    )

    run = floor.do(DispatchAction.TO_PERSON, [old], employee_ids=(boris.id,))

    old, new = floor.read(old), floor.successor(old)
    assert (old.state, old.finish) == (TaskState.REDIRECTED, Finish.REDIRECTED)
    assert (new.state, new.performer_id, new.due_at) == (TaskState.DEFERRED, boris.id, TOMORROW)
    assert (new.attempts, new.comment, new.lead_id) == (2, "просил позже", lead.id)
    assert new.work_list_id == old.work_list_id
    assert floor.session.get_one(WorkList, old.work_list_id).closed_at is None
    assert floor.in_hand() == [0, 1, 0]
    told = floor.session.scalars(select(Notification)).one()
    assert (told.employee_id, told.task_id, told.kind) == (boris.id, new.id, "task_given")
    (line,) = history_of(floor.session, "task", old.id)
    assert (line.event, line.to_state) == ("TaskRedirected", "redirected")
    assert line.details["successor_id"] == new.id
    (line,) = history_of(floor.session, "task", new.id)
    assert line.details["redirected_from_id"] == old.id
    assert run.state is RunState.DONE


def test_who_handed_a_task_on_has_not_done_it(floor: Floor) -> None:
    anna, boris, vera = floor.people
    finished = {"state": TaskState.DONE, "performer": anna, "closed_by_id": anna.id}
    alone, first = floor.tasks(2, closed_at=NOON, **finished)
    promised = floor.given.task(
        floor.session.get_one(WorkList, first.work_list_id), performer=anna,
        asset=floor.given.asset(), kind=TaskKind.CALLBACK,
    )  # fmt: skip

    def done_by(who: BoardFilter, actor: Actor) -> set[int]:
        (column,) = board(floor.session, actor=actor, now=LATER, narrowed=who, stages=[Stage.DONE])
        assert column.count == len(column.cards)
        return {card.task_id for card in column.cards}

    herself = floor.given.actor(anna, role=Role.OPERATOR)
    handed = promised
    for taker in (None, boris, vera):
        if taker is not None:
            floor.do(DispatchAction.TO_PERSON, [handed], employee_ids=(taker.id,))
            handed = floor.successor(handed)
        assert done_by(BoardFilter(of_everybody=True), floor.head) == {alone.id}
        assert done_by(BoardFilter(), herself) == {alone.id}
    handed.state, handed.closed_at, handed.closed_by_id = TaskState.DONE, LATER, vera.id
    floor.session.flush()
    assert done_by(BoardFilter(), herself) == {alone.id, first.id}


def test_another_unit_gets_a_list_of_its_own(floor: Floor) -> None:
    anna = floor.people[0]
    there = floor.given.unit("Кузов", parent=floor.company)
    alone, shared = floor.tasks(2, performer=anna)
    floor.given.task(
        floor.session.get_one(WorkList, shared.work_list_id), asset=floor.given.asset()
    )
    floor.do(DispatchAction.TO_UNIT, [alone, shared], unit_id=there.id)

    for old in (alone, shared):
        new = floor.successor(old)
        new_list = floor.session.get_one(WorkList, new.work_list_id)
        assert (new.unit_id, new.performer_id, new.client_id) == (there.id, None, old.client_id)
        assert (new_list.unit_id, new_list.origin_id) == (there.id, old.work_list_id)
        assert floor.read(old).state is TaskState.REDIRECTED
    closed = [
        floor.session.get_one(WorkList, t.work_list_id, populate_existing=True).closed_at
        for t in (alone, shared)
    ]
    assert closed[0] is not None and closed[1] is None
    opened = floor.session.scalars(
        select(JournalEntry.event).where(JournalEntry.subject == "work_list")
    ).all()
    assert sorted(opened) == ["WorkListClosed", "WorkListOpened", "WorkListOpened"]


def test_the_other_unit_never_gets_the_same_twice(floor: Floor) -> None:
    there = floor.given.unit("Кузов", parent=floor.company)
    third = floor.given.unit("Третий", parent=floor.company)
    client = floor.given.client("Один", unit=floor.unit)
    here = floor.given.task(unit=floor.unit, client=client)
    twin = floor.given.task(unit=third, client=client)
    stays = floor.tasks(1)[0]
    floor.given.task(unit=there, client=floor.session.get_one(type(client), stays.client_id))
    run = floor.do(DispatchAction.TO_UNIT, [here, twin, stays], unit_id=there.id)
    assert floor.reasons(run) == {SkipReason.DUPLICATE: 2}
    open_there = select(func.count()).where(Task.unit_id == there.id, Task.state.in_(OPEN))
    assert floor.session.scalar(open_there) == 2


def test_priority_due_and_cancelling(floor: Floor) -> None:
    tasks = floor.tasks(3)
    floor.do(DispatchAction.PRIORITY, tasks, priority=2)
    assert {floor.read(task).priority for task in tasks} == {2}
    floor.do(DispatchAction.DUE, tasks, due_at=TOMORROW)
    assert {(floor.read(t).state, floor.read(t).due_at) for t in tasks} == {
        (TaskState.DEFERRED, TOMORROW)
    }
    run = floor.do(DispatchAction.CANCEL, tasks, reason="кампания закрыта")
    for task in tasks:
        assert floor.read(task).finish is Finish.CANCELLED
        assert floor.session.get_one(WorkList, task.work_list_id, populate_existing=True).closed_at
        events = [e.event for e in history_of(floor.session, "task", task.id)]
        assert events == ["TaskPriorityChanged", "TaskDueChanged", "TaskCancelled"]

    assert take_back_run(floor.session, run.id, actor=floor.head, now=LATER) == 3
    for task in tasks:
        restored = floor.read(task)
        assert (restored.state, restored.priority) == (TaskState.DEFERRED, 2)
        assert restored.closed_at is None and restored.finish is None
        opened = floor.session.get_one(WorkList, task.work_list_id, populate_existing=True)
        assert opened.closed_at is None


def test_confirming_twice_does_it_once(floor: Floor) -> None:
    run = floor.share(floor.tasks(5))
    floor.confirm(run)
    lines = floor.session.scalar(select(func.count()).select_from(JournalEntry))
    floor.confirm(run)
    assert floor.session.scalar(select(func.count()).select_from(JournalEntry)) == lines
    assert sum(floor.in_hand()) == 5


def test_what_changed_after_the_dry_run_is_left_out(floor: Floor) -> None:
    anna, boris, _vera = floor.people
    taken, changed, closed, free = floor.tasks(4)
    run = floor.plan(
        DispatchAction.TO_PERSON, [taken, changed, closed, free], employee_ids=(boris.id,)
    )
    take_task(
        floor.session,
        taken.id,
        actor=floor.given.actor(anna, role=Role.OPERATOR),
        now=NOON,
        lease=timedelta(minutes=5),
    )
    floor.do(DispatchAction.PRIORITY, [changed], priority=1)
    floor.do(DispatchAction.CANCEL, [closed], reason="не нужна")
    floor.confirm(run)
    assert floor.reasons(run) == {
        SkipReason.IN_WORK: 1,
        SkipReason.CHANGED: 1,
        SkipReason.CLOSED: 1,
    }
    assert floor.read(free).performer_id == boris.id


def test_handing_on_and_taking_back_close_nothing(floor: Floor) -> None:
    floor.tasks(1, state=TaskState.DONE, closed_at=NOON)
    held = floor.tasks(3, performer=floor.people[0])
    day = timedelta(hours=12)
    for _round in range(2):  # handed on anew, the withdrawn ones have a newer one beside them
        run = floor.do(
            DispatchAction.TO_PERSON, [floor.read(one) for one in held],
            employee_ids=(floor.people[1].id,),
        )  # fmt: skip
        for is_back in (False, True):
            if is_back:
                assert take_back_run(floor.session, run.id, actor=floor.head, now=LATER) == 3
            page = board_page(
                floor.session, DispatchFilter(), Tab.CLOSED, actor=floor.head, now=LATER
            )
            assert (page.total, page.number(Tab.CLOSED), len(page.lines)) == (4, 1, 1)
            scope = queue_numbers.scope_of(
                floor.session, actor=floor.head, now=LATER, day_began=NOON - day, own=False
            )
            found = queue_numbers.totals(queue_numbers.numbers(floor.session, scope))
            assert (found[queue_numbers.DONE], sum(found.values())) == (1, 4)
    floor.do(DispatchAction.TO_PERSON, [floor.read(held[0])],
             employee_ids=(floor.people[2].id,))  # fmt: skip
    last = floor.session.scalars(
        select(Task).where(Task.redirected_from_id == held[0].id).order_by(Task.id.desc())
    ).first()
    assert last is not None
    floor.do(DispatchAction.CANCEL, [last], reason="не нужно")
    page = board_page(floor.session, DispatchFilter(), Tab.CLOSED, actor=floor.head, now=LATER)
    assert page.number(Tab.CLOSED) == 2, "what somebody cancelled is closed"


def test_taking_back_restores_when_it_was_given(floor: Floor) -> None:
    """Else what was given back to all would wait since then (rule 15)."""
    anna, boris, _vera = floor.people
    free, sent, of_anna = floor.tasks(3)
    sent.given_at, of_anna.given_at, of_anna.performer_id = YESTERDAY, YESTERDAY, anna.id
    floor.session.flush()
    run = floor.do(DispatchAction.TO_PERSON, [free, sent, of_anna], employee_ids=(boris.id,))
    assert {floor.read(one).given_at for one in (free, sent)} == {LATER}
    take_back_run(floor.session, run.id, actor=floor.head, now=LATER)
    found = [floor.read(one) for one in (free, sent, of_anna)]
    assert [one.given_at for one in found] == [None, YESTERDAY, YESTERDAY]
    assert [one.performer_id for one in found] == [None, None, anna.id]


def test_taking_back_leaves_what_was_touched(floor: Floor) -> None:
    anna, boris, _vera = floor.people
    there = floor.given.unit("Кузов", parent=floor.company)
    tasks = floor.tasks(2, performer=anna)
    run = floor.do(DispatchAction.TO_UNIT, tasks, unit_id=there.id)
    worker = floor.given.manager(there)
    take_task(
        floor.session,
        floor.successor(tasks[0]).id,
        actor=worker,
        now=LATER,
        lease=timedelta(minutes=5),
    )

    assert take_back_run(floor.session, run.id, actor=floor.head, now=LATER) == 1

    assert floor.read(tasks[0]).state is TaskState.REDIRECTED
    back = floor.read(tasks[1])
    assert (back.state, back.performer_id, back.closed_at) == (TaskState.PLANNED, anna.id, None)
    gone = floor.successor(tasks[1])
    assert gone.state is TaskState.CANCELLED
    assert floor.session.get_one(WorkList, gone.work_list_id, populate_existing=True).closed_at
    assert take_back_run(floor.session, run.id, actor=floor.head, now=LATER) == 0

    given = floor.do(DispatchAction.TO_PERSON, floor.tasks(1), employee_ids=(boris.id,))
    (line,) = run_lines(floor.session, given.id, actor=floor.head)
    take_task(
        floor.session,
        line.task_id,
        actor=floor.given.actor(boris, role=Role.OPERATOR),
        now=LATER,
        lease=timedelta(minutes=5),
    )
    with pytest.raises(AllTouched):
        take_back_run(floor.session, given.id, actor=floor.head, now=LATER)


def test_runs_are_taken_back_last_in_first_out(floor: Floor) -> None:
    anna, boris, _vera = floor.people
    tasks = floor.tasks(3)
    first = floor.do(DispatchAction.TO_PERSON, tasks, employee_ids=(anna.id,))
    onward = floor.do(DispatchAction.TO_PERSON, tasks, employee_ids=(boris.id,))
    with pytest.raises(AllTouched):
        take_back_run(floor.session, first.id, actor=floor.head, now=LATER)
    urgent = floor.do(DispatchAction.PRIORITY, _latest(floor, boris), priority=3)
    for run in (urgent, onward):
        assert take_back_run(floor.session, run.id, actor=floor.head, now=LATER) == 3
    # A further run that stands has touched one of them; the others are free to go back.
    floor.do(DispatchAction.PRIORITY, tasks[:1], priority=3)
    assert untouched_count(floor.session, first) == 2
    assert take_back_run(floor.session, first.id, actor=floor.head, now=LATER) == 2
    floor.session.expire_all()
    assert [task.performer_id for task in tasks] == [anna.id, None, None]
    assert {task.state for task in tasks} == {TaskState.PLANNED}


def _latest(floor: Floor, person: Employee) -> list[Task]:
    mine = select(Task).where(Task.performer_id == person.id, Task.state.in_(OPEN))
    return list(floor.session.scalars(mine.order_by(Task.id)))


def _told(floor: Floor) -> list[tuple[int, str, int]]:
    rows = select(Notification.employee_id, Notification.kind, Notification.tasks)
    return sorted(tuple(row) for row in floor.session.execute(rows))


def test_what_nobody_has_read_of_a_run_is_taken_back_with_it(floor: Floor) -> None:
    anna, boris, _vera = floor.people
    tasks = floor.tasks(3, performer=anna)
    run = floor.do(DispatchAction.TO_PERSON, tasks, employee_ids=(boris.id,))
    assert _told(floor) == [(boris.id, "tasks_given", 3)]
    kept = floor.successor(tasks[1])
    take_task(floor.session, kept.id, actor=floor.given.actor(boris, role=Role.OPERATOR),
              now=LATER, lease=timedelta(minutes=5))  # fmt: skip
    take_back_run(floor.session, run.id, actor=floor.head, now=LATER)
    assert _told(floor) == [(boris.id, "tasks_given", 1)], "of what they keep"
    place = select(Notification.task_id, Notification.work_list_id)
    assert floor.session.execute(place).one() == (kept.id, kept.work_list_id)

    more = floor.tasks(2)
    again = floor.do(DispatchAction.TO_PERSON, more, employee_ids=(anna.id,))
    assert len(_told(floor)) == 2
    take_back_run(floor.session, again.id, actor=floor.head, now=LATER)
    assert _told(floor) == [(boris.id, "tasks_given", 1)]

    read = floor.do(DispatchAction.TO_PERSON, more, employee_ids=(anna.id,))
    floor.session.execute(update(Notification).values(seen_at=LATER))
    take_back_run(floor.session, read.id, actor=floor.head, now=LATER)
    assert len(_told(floor)) == 2, "what was read stays"


def test_all_that_were_found_and_only_so_many(floor: Floor) -> None:
    floor.tasks(6)
    floor.tasks(2, performer=floor.people[0])
    wish = Wish(action=DispatchAction.PRIORITY, priority=1, at_most=4)
    found = (DispatchFilter(), Tab.UNASSIGNED)
    run = plan_run(floor.session, wish, found=found, actor=floor.head, now=NOON)
    assert run_page(floor.session, run.id, actor=floor.head).summary.changed == 4
    none = (DispatchFilter(priority=9), Tab.UNASSIGNED)
    with pytest.raises(NoTasksChosen):
        plan_run(floor.session, wish, found=none, actor=floor.head, now=NOON)


def test_a_dry_run_does_not_wait_for_ever_and_is_ones_own(floor: Floor) -> None:
    run = floor.share(floor.tasks(1))
    other = floor.given.actor(
        floor.given.employee(role=Role.SUPERVISOR, unit=floor.unit), role=Role.SUPERVISOR
    )
    stranger = floor.given.actor(
        floor.given.employee(role=Role.SUPERVISOR, unit=floor.given.unit("Чужой")),
        role=Role.SUPERVISOR,
    )
    for actor in (other, stranger):
        with pytest.raises(NotFound):
            confirm_run(floor.session, run.id, actor=actor, now=LATER)
    with pytest.raises(NotFound):
        run_page(floor.session, run.id, actor=stranger)
    with pytest.raises(DraftTooOld):
        confirm_run(floor.session, run.id, actor=floor.head, now=NOON + timedelta(hours=3))


def test_both_work_lists_show_what_was_handed_over(floor: Floor) -> None:
    there = floor.given.unit("Кузов", parent=floor.company)
    (old,) = floor.tasks(1)
    floor.do(DispatchAction.TO_UNIT, [old], unit_id=there.id)
    new = floor.successor(old)
    left = work_list_page(floor.session, old.work_list_id, actor=floor.head).handed
    came = work_list_page(floor.session, new.work_list_id, actor=floor.head).handed
    assert [(line.task_id, line.unit, line.is_received) for line in left] == [
        (new.id, "Кузов", False)
    ]
    assert [(line.task_id, line.unit, line.is_received) for line in came] == [
        (old.id, "Сервис", True)
    ]


def test_who_asked_is_told_of_the_successor(floor: Floor) -> None:
    there = floor.given.unit("Кузов", parent=floor.company)
    asked = floor.tasks(1, kind=TaskKind.DEPARTMENT)[0]
    source = floor.tasks(1)[0]
    asker = floor.people[0]
    tie = Involvement(
        from_work_list_id=source.work_list_id,
        to_work_list_id=asked.work_list_id,
        to_task_id=asked.id,
        asked_by=asker.id,
        asked_at=NOON,
    )
    floor.session.add(tie)
    run = floor.do(DispatchAction.TO_UNIT, [asked], unit_id=there.id)
    new = floor.successor(asked)
    floor.session.refresh(tie)
    assert (tie.to_task_id, tie.to_work_list_id) == (new.id, new.work_list_id)
    take_back_run(floor.session, run.id, actor=floor.head, now=LATER)
    floor.session.refresh(tie)
    assert (tie.to_task_id, tie.to_work_list_id) == (asked.id, asked.work_list_id)
    for seen_at in (None, LATER):
        cancelled = floor.do(DispatchAction.CANCEL, [asked], reason="не нужно")
        told_now = update(Notification).where(Notification.kind == "involvement_done")
        floor.session.execute(told_now.values(seen_at=seen_at))
        assert take_back_run(floor.session, cancelled.id, actor=floor.head, now=LATER) == 1
    floor.do(DispatchAction.CANCEL, [asked], reason="не нужно")
    floor.session.refresh(tie)
    assert tie.finished_at == LATER
    told = floor.session.scalars(select(Notification).order_by(Notification.id)).all()
    kinds = [one.kind for one in told if one.employee_id == asker.id]
    assert kinds == ["involvement_done"], "who has it now was taken back unread"


def test_dry_runs_that_nobody_wants_do_not_stay(database: Database) -> None:
    with database.unit_of_work() as session:
        given = Given(session)
        task = given.task(unit=given.unit())
        given.dispatch_run(task, given.employee())
    assert forget_drafts(database, lambda _s: NOON + timedelta(hours=2)) == 0
    assert forget_drafts(database, lambda _s: NOON + timedelta(hours=4)) == 1


def test_what_is_finished_does_not_shrink_by_the_minute(floor: Floor) -> None:
    month = timedelta(days=30)
    for closed_at in (NOON - month, NOON - month - timedelta(hours=8), NOON - month - 2 * month):
        floor.tasks(1, state=TaskState.DONE, closed_at=closed_at)
    for later in (timedelta(), timedelta(hours=11)):
        page = board_page(
            floor.session, DispatchFilter(), Tab.CLOSED, actor=floor.head, now=NOON + later
        )
        assert page.number(Tab.CLOSED) == len(page.lines) == 2
