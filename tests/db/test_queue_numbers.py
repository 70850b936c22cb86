"""The numbers of the queue add up, each opens its list, and an empty queue says why (rule 13)."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from campaigns.models import CampaignState, ContactCap
from core.access import Actor
from directory.clients.models import Client, ClientKind, ContactPoint
from tests.conftest import NOON
from tests.db.test_verdicts import random_task
from tests.queue_given import LEASE, Place, ids
from worklists.lifecycle import TaskState
from worklists.models.skip import TaskSkip, TaskSkipReason
from worklists.models.task import Finish, Task, TaskKind
from worklists.queue import take_next_task
from worklists.queue_numbers import (
    DONE,
    EXPIRED,
    GIVEN,
    IN_QUEUE,
    MISSED,
    PARTS,
    SKIPPED,
    TAKEN,
    Cursor,
    Scope,
    how_many_in,
    numbers,
    scope_of,
    tasks_in,
    totals,
    why_empty,
)
from worklists.queue_waits import next_free_at
from worklists.verdict_sets import closed_places, places_of, weightiest
from worklists.verdicts import BlockRule, verdict_on

DAY_BEGAN = NOON.replace(hour=0)
DAY_END = NOON.replace(hour=21)
_FINISHES = {DONE: Finish.GOAL_REACHED, EXPIRED: Finish.EXPIRED, MISSED: Finish.MISSED}


@pytest.fixture
def place(session: Session) -> Place:
    return Place(session)


def _scope(place: Place, actor: Actor, *, own: bool = False) -> Scope:
    return scope_of(place.session, actor=actor, now=NOON, day_began=DAY_BEGAN, own=own)


def _skip(place: Place, who: Actor, *task_ids: int) -> None:
    reason_id = place.session.scalars(select(TaskSkipReason.id)).first()
    for task_id in task_ids:
        place.add(TaskSkip(task_id=task_id, employee_id=who.person, reason_id=reason_id,
                           until=DAY_END, at=NOON))  # fmt: skip


def _mixed(place: Place, seed: int, count: int = 60) -> tuple[Actor, list[Task]]:
    """Every second time one call per household is asked for."""
    chance = random.Random(seed)
    if seed % 2:
        place.add(ContactCap(most=1, days=2, is_household=True))
    me, other = place.person("Anna"), place.person("Boris")
    paused = place.new_campaign(state=CampaignState.PAUSED)
    finished = place.new_campaign(state=CampaignState.FINISHED)
    exempt = place.new_campaign(is_pressure_exempt=True)
    tasks = []
    for number in range(count):
        task = random_task(place, chance)
        task.kind = chance.choice([TaskKind.CALL] * 4 + [TaskKind.CALLBACK, TaskKind.DEPARTMENT])
        task.campaign_id = chance.choice([place.campaign.id] * 4 + [paused.id, exempt.id])
        if number % 10 == 9:
            task.campaign_id = finished.id
        task.due_at += timedelta(minutes=chance.choice([0, 0, 0, 200]))
        task.performer_id = chance.choice([None, None, me.person, other.person])
        client = task.client_id
        _press(place, client, chance)
        task.opens_at = chance.choice([None, None, None, NOON - LEASE, NOON, NOON + LEASE])
        state = chance.choice([TaskState.PLANNED] * 5 + [*TaskState])
        _put(task, state, other)
        place.session.flush()
        tasks.append(task)
    return me, tasks


def _press(place: Place, client_id: int, chance: random.Random) -> None:
    client = place.session.get_one(Client, client_id)
    client.pressed_until = chance.choice([None, None, NOON - LEASE, NOON, NOON + LEASE])
    if place.session.scalar(select(ContactCap.id).where(ContactCap.is_household)):
        client.household_until = chance.choice([None, None, NOON - LEASE, NOON, NOON + LEASE])
        client.kind = chance.choice([*ClientKind])
        number = f"+7916000{chance.randint(0, 19):04}"
        place.session.execute(
            update(ContactPoint)
            .where(ContactPoint.client_id == client_id, ContactPoint.value != "x")
            .values(value=number)
        )


def _put(task: Task, state: TaskState, holder: Actor) -> None:
    task.state = state
    match state:
        case TaskState.IN_WORK:
            task.performer_id, task.lease_until = holder.person, NOON + LEASE
            task.client_called = task.id % 2 == 0
        case TaskState.ON_CONTROL:
            task.control_at = NOON + timedelta(days=1)
        case TaskState.DONE | TaskState.CANCELLED | TaskState.REDIRECTED:
            task.closed_at = NOON - timedelta(hours=1)
            task.finish = (Finish.CANCELLED, Finish.EXPIRED, Finish.MISSED)[task.id % 3]
        case _:
            pass


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("own", [True, False])
def test_the_twin_names_the_first_rule_of_the_verdict(place: Place, seed: int, own: bool) -> None:
    me, tasks = _mixed(place, seed)
    viewer = me.person if own else None
    closed = closed_places(place.session, places_of(place.session, me.unit_ids), NOON)
    twin = {
        row[0]: row[1]
        for row in place.session.execute(
            select(Task.id, weightiest(Task, closed=closed, now=NOON, viewer_id=viewer))
        )
    }
    open_ones = [task for task in tasks if task.closed_at is None]
    for task in open_ones:
        verdict = verdict_on(place.session, task, now=NOON, viewer_id=viewer)
        first = verdict.blocks[0].rule.value if verdict.blocks else None
        assert twin[task.id] == first, f"seed {seed}, {task.kind}, {task.state}"


@pytest.mark.parametrize("seed", range(4))
def test_the_numbers_add_up_and_each_opens_its_list(place: Place, seed: int) -> None:
    me, tasks = _mixed(place, seed)
    scope = _scope(place, me)
    lines = numbers(place.session, scope)
    found = totals(lines)
    counted = [task for task in tasks if task.state is not TaskState.REDIRECTED]
    assert sum(found.values()) == len(counted) == sum(line.total for line in lines)
    listed: Counter[int] = Counter()
    for part in PARTS:
        behind = tasks_in(place.session, scope, part, limit=1000)
        assert len(behind) == found[part] == how_many_in(place.session, scope, part), part
        is_over = part in (DONE, EXPIRED, MISSED)
        assert behind == sorted(behind, key=lambda it: (it.at, it.task_id), reverse=is_over), part
        listed.update(line.task_id for line in behind)
    assert set(listed) == set(ids(counted)) and set(listed.values()) == {1}


@pytest.mark.parametrize("part", [BlockRule.NOT_DUE.value, DONE, EXPIRED, MISSED])
def test_a_list_is_read_page_by_page(place: Place, part: str) -> None:
    me = place.person()
    for number in (3, 1, 2, 1, 3):
        task = place.task(due_at=NOON + timedelta(days=number))
        if part in _FINISHES:
            task.state, task.finish = TaskState.DONE, _FINISHES[part]
            task.closed_at = NOON - timedelta(minutes=number)
    scope = _scope(place, me)
    every = [line.task_id for line in tasks_in(place.session, scope, part)]
    read: list[int] = []
    after: Cursor | None = None
    while lines := tasks_in(place.session, scope, part, after=after, limit=2):
        read += [line.task_id for line in lines]
        after = Cursor.read(str(Cursor(lines[-1].at, lines[-1].task_id)))
    assert read == every and len(every) == 5
    shown = tasks_in(place.session, scope, part)
    if part in _FINISHES:
        assert [(NOON - line.at).seconds // 60 for line in shown] == [1, 1, 2, 3, 3]
    else:
        assert [(line.at - NOON).days for line in shown] == [1, 1, 2, 3, 3]
    assert Cursor.read("yesterday_7") is None and Cursor.read("") is None


@pytest.mark.parametrize("seed", range(3))
def test_what_is_in_my_queue_is_what_i_am_handed_out(place: Place, seed: int) -> None:
    me, _tasks = _mixed(place, seed, 90)
    scope = _scope(place, me, own=True)
    first = tasks_in(place.session, scope, IN_QUEUE, limit=2)
    _skip(place, me, *(line.task_id for line in first))
    assert totals(numbers(place.session, scope))[SKIPPED] == len(first) == 2
    assert totals(numbers(place.session, _scope(place, me)))[SKIPPED] == 0
    mine = {line.task_id for line in tasks_in(place.session, scope, IN_QUEUE, limit=1000)}
    handed_out = set()
    while (taken := take_next_task(place.session, actor=me, now=NOON, lease=LEASE)) is not None:
        handed_out.add(taken.task_id)
        task = place.session.get_one(Task, taken.task_id)
        task.state, task.closed_at, task.finish = TaskState.DONE, NOON, Finish.GOAL_REACHED
        task.lease_until = None
        place.session.flush()
    if seed % 2:  # a household is called once: of those who share a number one is handed out
        assert handed_out <= mine and len(handed_out) > 2
    else:
        assert handed_out == mine


def test_a_finished_campaign_weighs_most_and_promises_no_time(place: Place) -> None:
    me = place.person()
    finished = place.new_campaign(state=CampaignState.FINISHED)
    for values in ({"time_zone": "America/New_York"}, {"due_at": NOON + LEASE}):
        place.task(place.client(phone=None), campaign_id=finished.id, **values)
    place.task(campaign_id=finished.id, kind=TaskKind.EXTRA)
    scope = _scope(place, me)
    found = totals(numbers(place.session, scope))
    assert (found[BlockRule.CAMPAIGN_FINISHED], found[IN_QUEUE], sum(found.values())) == (2, 1, 3)
    waiting = why_empty(place.session, scope)
    assert next_free_at(waiting) is None, "nobody becomes free by waiting"


def test_paused_campaigns_promise_no_time(place: Place) -> None:
    me = place.person()
    paused = place.new_campaign(state=CampaignState.PAUSED)
    place.task(campaign_id=paused.id, due_at=NOON + LEASE)
    place.task(campaign_id=paused.id, time_zone="America/New_York")
    scope = _scope(place, me)
    waiting = why_empty(place.session, scope)
    assert [(line.part, line.tasks, line.until, line.is_paused) for line in waiting] == [
        (BlockRule.OUTSIDE_HOURS, 1, None, True), (BlockRule.NOT_DUE, 1, None, True),
    ]  # fmt: skip
    assert next_free_at(waiting) is None
    place.task(due_at=NOON + 2 * LEASE)
    place.task(campaign_id=paused.id, due_at=NOON + 3 * LEASE, kind=TaskKind.EXTRA)
    waiting = why_empty(place.session, scope)
    assert next_free_at(waiting) == NOON + 2 * LEASE, "of the campaign that goes on"
    assert [line.is_paused for line in waiting] == [True, False]


def test_foreign_units_and_earlier_days_do_not_count(place: Place) -> None:
    me = place.person()
    place.task(unit_id=place.new_unit().id)
    old = place.task()
    _put(old, TaskState.DONE, me)
    old.closed_at = DAY_BEGAN - timedelta(seconds=1)
    place.session.flush()
    assert totals(numbers(place.session, _scope(place, me)))[DONE] == 0
    assert numbers(place.session, _scope(place, me)) == []


def test_an_empty_queue_says_why_and_when_the_next_one_is_free(place: Place) -> None:
    me, other = place.person("Anna"), place.person("Boris")
    place.task(place.client(pressed_until=NOON + timedelta(hours=5)))
    place.task(due_at=NOON + timedelta(hours=3), state=TaskState.DEFERRED)
    place.task(due_at=NOON + timedelta(hours=2))
    place.task(time_zone="America/New_York")
    place.task(performer_id=other.person)
    place.held(other, NOON + LEASE)
    _skip(place, me, place.task().id)
    scope = _scope(place, me, own=True)
    waiting = why_empty(place.session, scope)
    assert [(line.part, line.tasks) for line in waiting] == [
        (BlockRule.OUTSIDE_HOURS, 1), (BlockRule.PRESSURE, 1), (BlockRule.NOT_DUE, 2),
        (SKIPPED, 1),
    ]  # fmt: skip
    ends = {line.part: line.until for line in waiting}
    assert ends[BlockRule.OUTSIDE_HOURS] == NOON.replace(hour=13)
    assert ends[BlockRule.PRESSURE] == NOON + timedelta(hours=5)
    assert ends[BlockRule.NOT_DUE] == NOON + timedelta(hours=2) == next_free_at(waiting)
    assert ends[SKIPPED] == DAY_END
    found = totals(numbers(place.session, scope))
    assert (found[GIVEN], found[TAKEN], found[IN_QUEUE]) == (1, 1, 0)
